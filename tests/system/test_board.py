"""Promise: the board shows everything that is open in the reader's area, what runs out next first, and each agency at a glance: told, reached, answered, where its ladder stands."""
import datetime
import json
import time

import pytest
from stack import DUTY_PHONE, Answer, wait_until

import openapi

API = openapi.Description()


def board(stack, token="coordinator"):
    r = stack.api("GET", "/v1/board", token)
    assert r.status_code == 200 and API.check_answer("GET", "/v1/board", r) == "200"
    return r.json()


def row(stack, made, token="coordinator"):
    """The incident's row; None when the board does not show it."""
    return next((i for i in board(stack, token)["incidents"] if i["id"] == made["incident"]["id"]), None)


def decide(stack, made, event, status=200, **more):
    r = stack.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": event, **more})
    assert r.status_code == status, r.text
    return r.json()


def dispatch(row, slug):
    return next(d for d in row["dispatches"] if d["agency"] == slug)


def test_a_report_is_a_row_that_names_its_place_its_agencies_and_the_next_rung(stack):
    made = stack.report(urgency="high", place={"village_code": "64.09.01.1003", "text": "emperan pasar", "lat": -1.33, "lon": 116.64})
    shown = row(stack, made)
    assert (shown["number"], shown["state"], shown["version"], shown["urgency"]) == (made["number"], "triaged", 1, "high")
    assert (shown["region"], shown["region_name"], shown["district_name"]) == ("64.09.01.1003", "Petung", "Penajam")
    assert (shown["lat"], shown["lon"]) == (-1.33, 116.64) and shown["place_text"].startswith("emperan pasar")
    assert shown["claimed"] is None and shown["breached"] is False and shown["suggestions"] == 0 and shown["report_count"] == 1
    assert (shown["last_event"]["number"], shown["last_event"]["kind"]) == (1, "opened")
    assert {d["agency"] for d in shown["dispatches"]} == {d["agency"] for d in made["dispatches"]}
    police = dispatch(shown, "polsek-penajam")
    assert police["agency_name"] == "Polsek Penajam" and police["state"] == "notified" and police["deadline"]["clock"] == "accept"
    ladders = stack.value("select ladders from dispatch where id = %s", police["id"])
    assert police["deadline"]["next"][0].split(":")[0] == ladders["accept"][0]["to"]
    soonest = min(d["deadline"]["due_at"] for d in shown["dispatches"])
    assert shown["next_due_at"] == soonest


def test_what_runs_out_first_stands_first_and_what_has_ended_does_not_stand_there(stack):
    made = [stack.report(urgency=u) for u in ("normal", "critical", "high")]
    rows = board(stack)["incidents"]
    due = [r["next_due_at"] for r in rows]
    assert due == sorted(due, key=lambda d: (d is None, d)) and len(due) >= 3
    order = [r["id"] for r in rows]
    places = [order.index(m["incident"]["id"]) for m in made]
    assert places[1] < places[2] < places[0], "critical, high, normal"
    decide(stack, made[1], "cancel", reason="Salah alamat")
    assert row(stack, made[1]) is None
    decide(stack, made[1], "reopen", reason="Ternyata benar")
    again = row(stack, made[1])
    assert again["state"] == "open" and again["deadline"]["clock"] == "triage"
    assert all(d["state"] == "cancelled" and d["cancelled_at"] and d["deadline"] is None for d in again["dispatches"])
    decide(stack, made[2], "hand_over", to="rumah-singgah")
    assert row(stack, made[2])["deadline"]["clock"] == "follow_up"


def test_the_row_follows_an_agency_from_told_to_there(stack):
    made = stack.report()
    police = next(d["id"] for d in made["dispatches"] if d["agency"] == "polsek-penajam")
    wait_until(lambda: dispatch(row(stack, made), "polsek-penajam")["delivered_at"], 5, "delivered")
    seen = {"seen": "seen_at", "accept": "accepted_at", "en_route": "en_route_at", "on_scene": "on_scene_at", "complete": "completed_at"}
    for number, (event, stamp) in enumerate(seen.items(), 2):
        more = {"eta": 20} if event == "accept" else {}
        assert stack.answer(police, event, **more).status_code == 200
        shown = row(stack, made)
        assert dispatch(shown, "polsek-penajam")[stamp] and shown["version"] == number and shown["last_event"]["kind"] == event
        if event == "accept":
            d = dispatch(shown, "polsek-penajam")
            assert d["eta"] and d["arrive_by"] and d["deadline"]["clock"] == "arrive" and shown["state"] == "in_progress"
    assert dispatch(shown, "polsek-penajam")["deadline"] is None


def test_a_scope_sees_its_own_area_and_what_concerns_it(stack):
    stack.add_token("penajam", "coordinator", scope="64.09.01")
    stack.add_token("babulu", "auditor", scope="64.09.04")
    stack.rules_changed()
    village = stack.report(village="64.09.01.1003")
    wide = stack.report(village="64.09")
    assert row(stack, village, "penajam") and row(stack, wide, "penajam")
    assert row(stack, village, "babulu") is None and row(stack, wide, "babulu")
    for token, status in ((None, 401), ("source", 403), ("polsek-penajam", 403)):
        assert stack.api("GET", "/v1/board", token).status_code == status


def test_whoever_claims_it_stands_on_the_row_until_it_is_opened_again(stack):
    made = stack.report()
    before = row(stack, made)
    now = decide(stack, made, "claim", version=before["version"])
    assert (now["state"], now["version"]) == (before["state"], before["version"] + 1)
    shown = row(stack, made)
    assert shown["claimed"]["by"] == "coordinator:coordinator" and shown["last_event"]["kind"] == "claimed"
    assert {**shown, "claimed": None, "version": 1, "last_event": before["last_event"], "dispatches": None} == {**before, "dispatches": None}
    lost = decide(stack, made, "claim", 409, version=before["version"])
    assert lost["current"]["version"] == shown["version"], "the second is told what changed"
    assert stack.send_sms(DUTY_PHONE, f"AMBIL {made['number']}").status_code == 200
    by_sms = wait_until(lambda: [r["claimed"] for r in [row(stack, made)] if r["claimed"]["by"] != "coordinator:coordinator"], 5, "the claim by SMS")[0]
    assert by_sms["by"] == "person:budi via sms"
    (one, two) = (e for e in stack.incident(made["incident"]["id"])["events"] if e["kind"] == "claimed")
    assert set(one["data"]) == set(two["data"]) == {"from", "to"}, "the same event, whichever way"
    decide(stack, made, "cancel", reason="Salah alamat")
    assert "claim" not in decide(stack, made, "claim", 409)["detail"].split("possible now:")[1]
    decide(stack, made, "reopen", reason="Ternyata benar")
    assert row(stack, made)["claimed"] is None
    assert stack.doctor() == []


def test_an_incident_tells_what_its_screen_needs_and_nobodys_number(stack):
    made = stack.report(reporter={"phone": "0812-0000-4321", "name": "Contoh Pelapor"})
    decide(stack, made, "claim")
    r = stack.api("GET", f"/v1/incidents/{made['incident']['id']}")
    assert API.check_answer("GET", "/v1/incidents/{id}", r) == "200"
    shown, on_board = r.json(), row(stack, made)
    for same in ("region_name", "district_name", "claimed"):
        assert shown[same] == on_board[same] and shown[same]
    assert [x["has_reporter"] for x in shown["reports"]] == [True]
    assert "4321" not in r.text and "Contoh Pelapor" not in r.text
    for d in shown["dispatches"]:
        same = dispatch(on_board, d["agency"])
        assert (d["agency_name"], d["deadline"]) == (same["agency_name"], same["deadline"]) and d["deadline"]["next"] and d["task"]
    names = {n["agency"]: n["agency_name"] for n in shown["notices"]}
    assert names["polsek-penajam"] == "Polsek Penajam"
    nobody = stack.report()
    assert [x["has_reporter"] for x in stack.incident(nobody["incident"]["id"])["reports"]] == [False]


def test_a_likely_duplicate_counts_on_both_rows_until_somebody_decides(stack):
    text = "ditemukan mayat tanpa identitas di bengkel las pak joko, pakai jaket kulit hitam"
    one, two = (stack.report(kind="unclaimed_body", text=text) for _ in range(2))
    wait_until(lambda: row(stack, two)["suggestions"] == 1, 5, "the suggestion")
    assert row(stack, one)["suggestions"] == 1
    decide(stack, two, "not_duplicate", incident=one["number"])
    assert row(stack, one)["suggestions"] == row(stack, two)["suggestions"] == 0


def test_nothing_that_arrives_is_said(stack):
    police = stack.partner("polsek-penajam")
    police.default = Answer(410)
    try:
        made = stack.report()
        wait_until(lambda: dispatch(row(stack, made), "polsek-penajam")["undeliverable"], 10, "undeliverable")
        others = [d for d in row(stack, made)["dispatches"] if d["agency"] != "polsek-penajam"]
        assert others and not any(d["undeliverable"] for d in others)
    finally:
        police.default = Answer(200)


def test_a_clock_that_has_run_out_is_a_breach_until_the_answer_comes(fast_stack):
    made = fast_stack.report(kind="abandoned_person")
    wait_until(lambda: row(fast_stack, made)["breached"], 20, "the first rung")
    shown = row(fast_stack, made)
    assert any(e["kind"] == "escalated" for e in fast_stack.incident(made["incident"]["id"])["events"])
    for d in shown["dispatches"]:
        if d["deadline"] is not None:
            fast_stack.answer(d["id"], "accept")
    decide(fast_stack, made, "close", disposition="handled")
    assert row(fast_stack, made) is None


LADDERS = {"repeat_s": 1800,
           "accept": [{"to": "again", "slug": None, "wait_s": 1}, {"to": "duty", "slug": None, "wait_s": 1, "with_next": True},
                      {"to": "up", "slug": "polres-ppu", "wait_s": 1}, {"to": "up", "slug": None, "wait_s": 1},
                      {"to": "again", "slug": None, "wait_s": 1}, {"to": "agency", "slug": "bpbd-ppu", "wait_s": 1}],
           "late": [{"to": "person", "slug": "budi", "wait_s": 600}]}


@pytest.mark.parametrize("clock, step, expected", [
    ("accept", 0, ["again"]), ("accept", 1, ["duty", "up:polres-ppu"]), ("accept", 2, ["up:polres-ppu"]), ("accept", 3, ["again"]),
    ("accept", 5, ["agency:bpbd-ppu"]), ("accept", 6, None), ("replace", 0, ["duty", "up:polres-ppu"]), ("replace", 3, ["agency:bpbd-ppu"]),
    ("arrive", 0, ["person:budi"]), ("complete", 1, None)])
def test_the_next_rung_is_the_one_that_the_ladder_would_act_on(stack, clock, step, expected):
    assert stack.value("select ladder_next(%s::json, %s, %s)", json.dumps(LADDERS), clock, step) == expected


CROWD = """
with n as materialized (select gen_random_uuid() as i, g from generate_series(1, 500) g), made as (
	insert into incident (id, number, state, version, head, type, urgency, region, summary)
	select i, 900000 + g, 'triaged', 1, '', 'abandoned_person', 'normal', '64.09.01.1003', 'Orang terlantar, biasa, Petung' from n
), told as (
	insert into event (incident_id, number, at, actor, kind, data, hash) select i, 1, now() - interval '1 day', 'test', 'opened', '{}', '' from n
), d as (
	insert into dispatch (id, incident_id, event, agency, role, task, state, ladders, why, accept_s, arrive_s, complete_s, accept_by)
	select gen_random_uuid(), i, 1, a, 'assist', '', 'notified', %s::json, '', 1, 1, 1, now()
	from n, unnest(array['polsek-penajam', 'kelurahan-petung', 'puskesmas-petung', 'bpbd-ppu']) a
	returning id, incident_id
), armed as (
	insert into deadline (subject, clock, step, due_at, set_for) select id, 'accept', 1, now() + interval '1 day', now() + random() * interval '1 day' from d
)
insert into notice (id, incident_id, dispatch_id, kind, channel, address, body) select gen_random_uuid(), incident_id, id, 'dispatch.created', 'webhook', '', '' from d
"""


def test_five_hundred_open_incidents_are_one_answer_in_a_moment(stack):
    stack.sql(CROWD, json.dumps(LADDERS))
    times = []
    for _ in range(3):
        begun = time.monotonic()
        shown = stack.api("GET", "/v1/board").json()
        times.append(time.monotonic() - begun)
    assert len(shown["incidents"]) >= 500 and all(len(i["dispatches"]) == 4 for i in shown["incidents"] if i["number"] > 900000)
    print(f"500 open incidents with 2000 dispatches: {min(times) * 1000:.0f} ms, {len(json.dumps(shown)) // 1024} KiB")
    assert min(times) < 1.5, times
    at = datetime.datetime.fromisoformat(shown["now"])
    assert abs((datetime.datetime.now(datetime.timezone.utc) - at).total_seconds()) < 60
