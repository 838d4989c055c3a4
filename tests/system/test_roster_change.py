"""Promise: a week of duty can be planned over the API alone: shifts, rotations, stand-ins and swaps are made and taken back, each in force when it is answered; what has been stays
known, and who did it is kept."""
import concurrent.futures
import contextlib
import datetime

import psycopg2
import pytest

import stack as harness
from stack import Stack, wait_until

PEOPLE = [*harness.PEOPLE,
          {"slug": "ani", "name": "Ani", "phone": "+6281266660001", "role": "coordinator", "scope": "64.09"},
          {"slug": "cici", "name": "Cici", "phone": None, "role": "officer", "scope": "64.09"}]


@pytest.fixture(scope="module")
def s(postgres):
    s = Stack(postgres, people=PEOPLE)
    yield s
    s.close()


def at(days, hours=0):
    moment = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, second=0, minute=0)
    return (moment + datetime.timedelta(days=days, hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def post(s, path, expect, token="coordinator", **body):
    r = s.api("POST", path, token, body)
    assert r.status_code == expect, (path, body, r.status_code, r.text)
    return r.json()


def spans(s, first, last, **what):
    """The shifts that touch these days, as the daemon has them: a change that was answered is in force."""
    r = s.api("GET", f"/v1/shifts?from={first}&until={last}")
    assert r.status_code == 200, r.text
    return [x for x in r.json()["shifts"] if all(x[k] == v for k, v in what.items())]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_single_shift_is_made_shown_with_its_id_and_taken_back(s):
    made = post(s, "/v1/shifts", 201, person="ani", role="officer", **{"from": at(40), "until": at(40, 8)})
    (shown,) = spans(s, at(39), at(42), person="ani")
    assert (shown["id"], shown["source"], shown["role"], shown["unreachable"]) == (made["id"], "shift", "officer", False)
    assert moment(shown["from"]) == moment(at(40)) and moment(shown["until"]) == moment(at(40, 8))
    assert made["id"] in [x["id"] for x in s.api("GET", "/v1/roster").json()["shifts"]]
    assert post(s, f"/v1/shifts/{made['id']}/retire", 200)["id"] == made["id"]
    assert spans(s, at(39), at(42), person="ani") == []
    post(s, f"/v1/shifts/{made['id']}/retire", 404)
    assert [c["action"] for c in s.sql("select action from directory_change where object = %s order by at", f"shift:{made['id']}")] == ["put", "retire"]


@pytest.mark.parametrize("begins, taken_back", [
    (40, "delete from shift where id = %s"),
    (-1, "update shift set ends_at = clock_timestamp() where id = %s"),
], ids=["not begun", "begun"])
def test_of_two_who_take_a_shift_back_at_once_one_is_recorded(s, begins, taken_back):
    id = post(s, "/v1/shifts", 201, person="cici", **{"from": at(0, begins), "until": at(0, 48)})["id"]
    with contextlib.closing(psycopg2.connect(s.postgres.dsn(s.database))) as other, concurrent.futures.ThreadPoolExecutor(1) as pool:
        with other, other.cursor() as c:
            c.execute("select from shift where id = %s for update", (id,))
            second = pool.submit(s.api, "POST", f"/v1/shifts/{id}/retire")
            wait_until(lambda: s.value("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
                       10, "the second, who waits for the first")
            c.execute(taken_back, (id,))
        assert second.result().status_code == 404
    assert [c["action"] for c in s.sql("select action from directory_change where object = %s", f"shift:{id}")] == ["put"]


def test_a_shift_that_has_begun_ends_and_stays_known(s):
    made = post(s, "/v1/shifts", 201, person="ani", **{"from": at(0, -2), "until": at(0, 6)})
    (shown,) = spans(s, at(0, -3), at(0, 5), person="ani")
    assert shown["role"] == "coordinator", "the person's own, when none is said"
    post(s, f"/v1/shifts/{made['id']}/retire", 200, token="admin")
    (left,) = spans(s, at(0, -3), at(0, 5), person="ani")
    assert moment(left["from"]) == moment(shown["from"]) and moment(left["until"]) < moment(shown["until"]) and not left["now"]


def test_who_cannot_be_reached_is_marked(s):
    made = post(s, "/v1/shifts", 201, person="cici", **{"from": at(41), "until": at(41, 8)})
    (shown,) = spans(s, at(40), at(43), person="cici")
    assert shown["unreachable"] is True and shown["role"] == "officer"
    post(s, f"/v1/shifts/{made['id']}/retire", 200)


def test_a_rotation_gives_each_a_turn_until_it_is_taken_back(s):
    made = post(s, "/v1/rotations", 201, slug="minggu", role="coordinator", people=["ani", "budi"], shift_s=43200, **{"from": at(50)})
    assert made["id"] == "minggu"
    turns = spans(s, at(50), at(51), rotation="minggu")
    assert [t["person"] for t in turns] == ["ani", "budi"] and {t["id"] for t in turns} == {None}
    (written,) = s.api("GET", "/v1/roster").json()["rotations"]
    assert (written["people"], written["shift_s"], written["until"]) == (["ani", "budi"], 43200, None)
    post(s, "/v1/rotations", 409, slug="minggu", role="officer", people=["ani"], shift_s=3600, **{"from": at(60)})
    post(s, "/v1/rotations/minggu/retire", 200)
    assert spans(s, at(50), at(51), rotation="minggu") == []
    post(s, "/v1/rotations/minggu/retire", 404)
    post(s, "/v1/rotations/Minggu/retire", 404)


def test_a_stand_in_is_taken_back_and_the_shift_is_whose_it_was(s):
    shift = post(s, "/v1/shifts", 201, person="ani", role="coordinator", **{"from": at(55), "until": at(55, 8)})["id"]
    stand_in = post(s, "/v1/shifts/overrides", 201, role="coordinator", person="budi", instead_of="ani", reason="Sakit", **{"from": at(55), "until": at(55, 8)})["id"]
    (shown,) = spans(s, at(55), at(56))
    assert (shown["person"], shown["source"], shown["id"]) == ("budi", "override", stand_in)
    assert post(s, f"/v1/shifts/overrides/{stand_in}/retire", 200)["id"] == stand_in
    (shown,) = spans(s, at(55), at(56))
    assert (shown["person"], shown["source"], shown["id"]) == ("ani", "shift", shift)
    post(s, f"/v1/shifts/overrides/{stand_in}/retire", 404)
    assert s.value("select count(*) from shift_override where id = %s and retired_at is not null", stand_in) == 1, "kept"
    assert [c["action"] for c in s.sql("select action from directory_change where object = %s order by at", f"override:{stand_in}")] == ["put", "retire"]
    post(s, f"/v1/shifts/{shift}/retire", 200)


def test_a_swap_is_taken_back_whole_by_either_half(s):
    days = {"ani": at(70), "budi": at(71)}
    shifts = [post(s, "/v1/shifts", 201, person=who, role="officer", **{"from": begins, "until": begins.replace("Z", "Z")[:10] + "T23:59:00Z"})["id"]
              for who, begins in days.items()]
    post(s, "/v1/shifts/swaps", 201, role="officer", person="ani", starts_at=days["ani"], **{"with": "budi", "with_starts_at": days["budi"]})
    swapped = spans(s, at(70), at(72), role="officer")
    assert [x["person"] for x in swapped] == ["budi", "ani"] and {x["source"] for x in swapped} == {"swap"}
    post(s, f"/v1/shifts/overrides/{swapped[1]['id']}/retire", 200)
    assert [x["person"] for x in spans(s, at(70), at(72), role="officer")] == ["ani", "budi"]
    for id in shifts:
        post(s, f"/v1/shifts/{id}/retire", 200)


def test_somebody_who_was_added_a_moment_ago_can_have_a_shift(s):
    assert s.api("PUT", "/v1/people/dodi", "admin", {"name": "Dodi", "role": "officer", "scope": "64.09", "phone": "081266660002"}).status_code == 200
    id = post(s, "/v1/shifts", 201, person="dodi", **{"from": at(80), "until": at(80, 8)})["id"]
    post(s, f"/v1/shifts/{id}/retire", 200)


@pytest.mark.parametrize("path, body, pointers", [
    ("/v1/shifts", {}, ["#/person", "#/from", "#/until"]),
    ("/v1/shifts", {"person": "nobody", "from": at(1), "until": at(2)}, ["#/person"]),
    ("/v1/shifts", {"person": "ani", "from": at(2), "until": at(1)}, ["#/until"]),
    ("/v1/shifts", {"person": "ani", "from": at(-3), "until": at(-2)}, ["#/until"]),
    ("/v1/shifts", {"person": "ani", "from": at(1), "until": at(400)}, ["#/until"]),
    ("/v1/shifts", {"person": "ani", "role": "boss", "from": at(1), "until": at(2)}, ["#/role"]),
    ("/v1/rotations", {"slug": "a", "role": "officer", "people": ["ani", "nobody"], "from": at(1), "shift_s": 3600}, ["#/people/1"]),
    ("/v1/rotations", {"slug": "A b", "role": "officer", "people": ["ani"], "from": at(1), "shift_s": 3600}, ["#/slug"]),
    ("/v1/rotations", {"slug": "a", "role": "officer", "people": [], "from": at(1), "shift_s": 60}, ["#/people", "#/shift_s"]),
    ("/v1/rotations", {"slug": "a", "role": "officer", "people": ["ani"], "from": at(2), "until": at(1), "shift_s": 3600}, ["#/until"]),
    ("/v1/rotations", {"people": "ani"}, ["#/people", "#/slug", "#/role", "#/from", "#/shift_s"]),
])
def test_each_fault_is_named_and_nothing_is_made(s, path, body, pointers):
    before = s.value("select count(*) from directory_change")
    r = s.api("POST", path, "coordinator", body)
    assert r.status_code == 422 and [e["pointer"] for e in r.json()["errors"]] == pointers, r.text
    assert s.value("select count(*) from directory_change") == before


def test_the_roster_is_the_whole_duty_rooms_whatever_the_planners_scope(s):
    """A shift has no area: its person has one, which only an admin changes."""
    s.add_token("sepaku", "coordinator", scope="64.09.04")
    s.rules_changed()
    id = post(s, "/v1/shifts", 201, token="sepaku", person="ani", **{"from": at(90), "until": at(90, 8)})["id"]
    assert s.value("select actor from directory_change where object = %s", f"shift:{id}") == "coordinator:sepaku"
    post(s, f"/v1/shifts/{id}/retire", 200, token="sepaku")
    r = s.api("PUT", "/v1/people/ani", "sepaku", {"name": "Ani", "role": "coordinator", "scope": "64.09.04", "version": 1})
    assert r.status_code == 403, r.text


def test_only_the_duty_room_plans(s):
    id = s.api("GET", "/v1/roster").json()["shifts"][0]["id"]
    for token in ("auditor", "source", "polsek-penajam"):
        for path in ("/v1/shifts", "/v1/rotations", f"/v1/shifts/{id}/retire", f"/v1/shifts/overrides/{id}/retire", "/v1/rotations/a/retire"):
            post(s, path, 403, token=token)
    for path in ("/v1/shifts/x/retire", "/v1/shifts/overrides/x/retire"):
        post(s, path, 404)
    wait_until(lambda: s.doctor() == [], 5, "every promise")
