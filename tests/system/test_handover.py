"""Promise: whoever takes a shift over finds on one sheet what is open, what ended, which clocks ran out, what the machine suffers from, and who comes next."""
import datetime

import pytest
from stack import POLICY_FAST, Answer, Stack, wait_until

UTC = datetime.timezone.utc
LABANGKA = "64.09.03.2002"


def ago(**how):
    return datetime.datetime.now(UTC) - datetime.timedelta(**how)


def text(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


PEOPLE = [{"slug": slug, "name": slug.title(), "phone": phone, "role": "coordinator", "scope": "64.09"}
          for slug, phone in (("ani", "+6281200000011"), ("budi", "+6281200000012"), ("citra", None))]


@pytest.fixture(scope="module")
def stack(postgres):
    s = Stack(postgres, people=PEOPLE, policy=POLICY_FAST)
    s.began = ago(hours=3).replace(microsecond=0)
    s.ends = s.began + datetime.timedelta(hours=8)
    for person, begin, hours in (("budi", s.began - datetime.timedelta(hours=8), 8), ("ani", s.began, 8), ("citra", s.ends, 8),
                                 ("budi", s.ends + datetime.timedelta(hours=8), 8)):
        s.ctl("roster", "shift", "add", "--person", person, "--role", "coordinator", "--from", text(begin), "--until", text(begin + datetime.timedelta(hours=hours)))
    s.add_token("penajam", "coordinator", scope="64.09.01")
    s.rules_changed()
    yield s
    s.close()


def sheet(stack, query="", token="coordinator"):
    r = stack.api("GET", "/v1/handover" + query, token)
    assert r.status_code == 200, r.text
    return r.json()


def end(stack, made, event, **more):
    r = stack.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": event, **more})
    assert r.status_code == 200, r.text


def test_it_begins_with_the_running_shift_and_names_who_has_it_and_who_comes_next(stack):
    now = sheet(stack)
    assert now["since"] == stack.began.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    (on,), (following,) = now["on_duty"], now["next"]
    assert (on["person"], on["name"], on["reachable"]) == ("ani", "Ani", True) and on["until"] == following["from"]
    assert (following["person"], following["reachable"]) == ("citra", False)


def test_what_is_open_stands_in_the_order_in_which_it_needs_somebody(stack):
    made = [stack.report(village=v, kind="unclaimed_body") for v in ("64.09.01.1003", LABANGKA)]
    stack.answer(made[0]["dispatches"][0]["id"], "accept", eta=20)
    now = sheet(stack)
    numbers = [row["number"] for row in now["open"]]
    assert {m["incident"]["number"] for m in made} <= set(numbers) and now["open_count"] == len(numbers) and now["opened"] >= 2
    assert [r["next_due_at"] for r in now["open"]] == sorted(r["next_due_at"] for r in now["open"])
    row = next(r for r in now["open"] if r["number"] == made[0]["incident"]["number"])
    assert row["region_name"] == "Petung"
    accepted = [d for d in row["dispatches"] if d["agency"] == made[0]["dispatches"][0]["agency"]]
    assert [d["state"] for d in accepted] == ["accepted"] and accepted[0]["eta"] is not None


def test_what_ended_says_how_and_by_whom_once(stack):
    one, two, again = (stack.report() for _ in range(3))
    end(stack, one, "close", disposition="reunited")
    end(stack, two, "cancel", reason="Laporan keliru")
    end(stack, again, "close", disposition="handled")
    end(stack, again, "reopen", reason="Kembali ke lokasi")
    closed = {row["number"]: row for row in sheet(stack)["closed"]}
    assert closed[one["incident"]["number"]]["disposition"] == "reunited" and closed[one["incident"]["number"]]["by"] == "coordinator:coordinator"
    assert closed[two["incident"]["number"]]["state"] == "cancelled" and again["incident"]["number"] not in closed
    end(stack, again, "close", disposition="not_found")
    (row,) = [r for r in sheet(stack)["closed"] if r["number"] == again["incident"]["number"]]
    assert row["disposition"] == "not_found"


def test_a_clock_stands_there_once_when_it_ran_out_for_the_first_time(stack):
    made = stack.report()
    police = next(d["id"] for d in made["dispatches"] if d["agency"] == "polsek-penajam")
    steps = wait_until(lambda: len(rows := stack.sql("select at from event where kind = 'escalated' and data->>'dispatch' = %s order by number", police)) >= 2 and rows,
                       15, "two rungs")
    mine = [b for b in sheet(stack)["breaches"] if b["number"] == made["incident"]["number"] and b["agency"] == "polsek-penajam"]
    assert [(b["clock"], b["agency_name"], datetime.datetime.fromisoformat(b["at"])) for b in mine] == [("accept", "Polsek Penajam", steps[0]["at"])]
    later = text(steps[1]["at"] + datetime.timedelta(seconds=1))
    wait_until(lambda: stack.value("select now()") > steps[1]["at"] + datetime.timedelta(seconds=3), 10, "a period after it")
    assert not [b for b in sheet(stack, "?from=" + later)["breaches"] if b["number"] == made["incident"]["number"] and b["agency"] == "polsek-penajam"]


def test_what_was_given_up_alarms_and_notes_of_the_shift(stack):
    stack.partner("kelurahan-petung").default = Answer(410)
    before = sheet(stack)["dead_notices"]
    stack.report()
    wait_until(lambda: sheet(stack)["dead_notices"] > before, 10, "a notice given up")
    stack.sql("insert into alarm (kind, key, detail, raised_at) values ('shift_gap', 'lama', 'masih berlangsung', now() - interval '9 days')")
    stack.sql("insert into alarm (kind, key, detail, raised_at, cleared_at) values ('shift_gap', 'selesai', 'dulu', now() - interval '9 days', now() - interval '8 days')")
    stack.sql("insert into handover_note (at, actor, text) values (now() - interval '9 hours', 'coordinator:budi', 'Dari giliran lalu')")
    assert stack.api("POST", "/v1/handover-notes", json={"text": "Kejadian 1001 menunggu ambulans."}).status_code == 201
    now = sheet(stack)
    assert {"lama"} <= {a["key"] for a in now["alarms"]} and "selesai" not in {a["key"] for a in now["alarms"]}
    assert [n["text"] for n in now["notes"]] == ["Kejadian 1001 menunggu ambulans."]
    earlier = sheet(stack, f"?from={text(stack.began - datetime.timedelta(hours=8))}&until={text(stack.began)}")
    assert [n["text"] for n in earlier["notes"]] == ["Dari giliran lalu"] and earlier["opened"] == 0 and earlier["closed"] == []


def test_a_coordinator_reads_of_the_own_area_only(stack):
    away, home = stack.report(village=LABANGKA), stack.report()
    end(stack, away, "cancel", reason="Selesai")
    end(stack, home, "cancel", reason="Selesai")
    own, whole = sheet(stack, token="penajam"), sheet(stack)
    assert home["incident"]["number"] in {r["number"] for r in own["closed"]} and away["incident"]["number"] not in {r["number"] for r in own["closed"]}
    assert not [r for r in own["open"] if r["region"].startswith("64.09.03")] and [r for r in whole["open"] if r["region"].startswith("64.09.03")]
    assert own["open_count"] < whole["open_count"] and own["opened"] < whole["opened"]


@pytest.mark.parametrize("query", ["?from=tadi", "?from=2099-01-01T00:00:00Z", "?from=2026-01-01T00:00:00Z&until=2026-03-01T00:00:00Z"])
def test_a_period_that_cannot_be_is_a_clear_400(stack, query):
    assert stack.api("GET", "/v1/handover" + query).status_code == 400
