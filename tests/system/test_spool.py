"""Promise 1 while PostgreSQL is away: what was acknowledged is on this machine's disk, its first notices leave all the same, and when the database is back everything is where it belongs,
once, under the same ids, whatever was killed when."""
import contextlib
import datetime
import hashlib
import itertools
import random
import re
import signal
import sqlite3
import threading
import time
import uuid

import pytest
import requests
import stack as harness
from kannel import Kannel
from outage import (API, BODY, CITIZEN, NUMBERS, OFFICE, SPOOL, attempts, come_back, leave, make, server, spool_file, spooled, start_without_database,  # noqa: F401
                    statuses, told, waiting, world)
from stack import POLICY_FAST, ROOT, Answer, wait_until

POINTS = sorted({name for source in (ROOT / "daemon").rglob("*.c") for name in re.findall(r'\bfault_point\("(spool\.[^"]+)"\)', source.read_text())})


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(microsecond=0)


def test_a_report_is_kept_its_partners_are_told_and_the_database_gets_it_once(world):
    before = world.report()
    leave(world)
    police = world.partner("polsek-penajam")
    made = spooled(world.post_report(key="in-the-dark", text="laporan rahasia"))
    assert made["number"] > before["number"]
    (call,) = wait_until(lambda: told(police, made["number"]), 10, "the police's notice, while the database is away")
    assert spooled(world.post_report(key="in-the-dark", text="laporan rahasia")) == made, "the same key: the same answer"
    assert world.post_report(key="in-the-dark", text="something else").status_code == 422
    ready = requests.get(world.url + "/readyz", timeout=5)
    assert API.check_answer("GET", "/readyz", ready) == "200" and (ready.json()["status"], ready.json()["spooled"]) == ("degraded", 1)
    assert b"laporan rahasia" in (world.folder / "spool.db-wal").read_bytes() and (world.folder / "spool.db").stat().st_mode & 0o777 == 0o600

    come_back(world)
    report = world.api("GET", f"/v1/reports/{made['id']}").json()
    assert (report["number"], report["incident"]["number"]) == (made["number"], made["number"])
    incident = report["incident"]["id"]
    assert call.json["data"]["incident"]["id"] == incident
    shown = world.incident(incident)
    since = shown["events"][0]["data"]["spooled_at"]
    assert since < shown["events"][0]["at"] and moment(report["received_at"]) == moment(since), "response times count from when it came"
    # what left in between is on record, and does not leave again
    wait_until(lambda: all(a == ["ok"] for a in attempts(world, incident).values()), 10, "the attempts on record")
    assert [c.id for c in told(police, made["number"])] == [call.id]
    again = world.post_report(key="in-the-dark", text="laporan rahasia")
    assert again.status_code == 201 and (again.json()["id"], again.json()["number"]) == (made["id"], made["number"])
    (dispatch,) = [d["id"] for d in again.json()["dispatches"] if d["agency"] == "polsek-penajam"]
    assert world.answer(dispatch, "accept", "polsek-penajam").status_code == 200
    assert world.doctor() == []
    assert b"laporan rahasia" not in (world.folder / "spool.db").read_bytes() + (world.folder / "spool.db-wal").read_bytes()


def test_a_citizens_text_sets_partners_in_motion_and_is_answered(world):
    leave(world)
    spooled(world.post_report())  # from here on nothing waits for the database
    assert world.send_sms(CITIZEN % 1, BODY, id="c-1").status_code == 200
    police = world.partner("polsek-penajam")
    (call,) = wait_until(lambda: [c for c in police.calls if c.json["data"]["incident"]["type"] == "unclaimed_body"], 10, "the police's notice")
    (receipt,) = wait_until(lambda: world.sms.to(CITIZEN % 1), 10, "his receipt")
    number = call.json["data"]["incident"]["number"]
    assert f"{number}" in receipt["text"]
    come_back(world)
    (row,) = world.sql("select r.number, r.source, r.incident_id from report r join inbound b on b.id = r.id where b.external_id = 'c-1'")
    assert (row["number"], row["source"], str(row["incident_id"])) == (number, "sms:kannel", call.json["data"]["incident"]["id"])
    wait_until(lambda: all(a == ["ok"] for a in attempts(world, row["incident_id"]).values()), 10, "the attempts on record")
    assert len(world.sms.to(CITIZEN % 1)) == 1 and len(told(police, number)) == 1
    assert world.send_sms(CITIZEN % 1, BODY, id="c-1").status_code == 200
    assert world.value("select count(*) from report r join inbound b on b.id = r.id where b.external_id = 'c-1'") == 1
    assert world.doctor() == []


def test_a_citizens_text_in_the_first_moments_sets_partners_in_motion_too(world):
    leave(world)
    assert world.send_sms(CITIZEN % 1, BODY, id="f-1").status_code == 200
    wait_until(lambda: [c for c in world.partner("polsek-penajam").calls if c.json["data"]["incident"]["type"] == "unclaimed_body"], 15, "the police's notice")
    assert world.metric("sigap_database_up") == 0
    come_back(world)


def test_what_cannot_be_understood_without_the_database_is_kept_and_taken_in_its_order(world):
    made = world.report(kind="abandoned_person")
    wait_until(lambda: world.sms.to(OFFICE), 10, "the office's SMS")
    assert world.send_sms(CITIZEN % 2, BODY, id="m-0").status_code == 200
    leave(world)
    spooled(world.post_report())
    texts = [(OFFICE, f"TERIMA {made['number']}", "m-1"), (CITIZEN % 2, "bagaimana laporan saya pak?", "m-2"), (CITIZEN % 2, BODY, "m-3"),
             (CITIZEN % 3, "halo", "m-4")]
    for sender, text, id in texts:
        for _ in range(2):  # the gateway may bring it twice
            r = world.send_sms(sender, text, id=id)
            assert (r.status_code, r.text) == (200, ""), (text, r.text)
            assert r.elapsed.total_seconds() < 2, "nobody waits for what is away"
    assert requests.get(world.url + "/readyz", timeout=5).json()["spooled"] == 1 + len(texts)
    come_back(world)
    (office,) = [d for d in world.incident(made["incident"]["id"])["dispatches"] if d["agency"] == "kelurahan-petung"]
    assert office["state"] == "accepted"
    rows = {r["external_id"]: r for r in world.sql("select b.external_id, b.raw, r.relation, r.type, r.incident_id, r.received_at < b.received_at as waited from inbound b left join report r on r.id = b.id where b.gateway = 'kannel'")}
    assert set(rows) == {"m-0", "m-1", "m-2", "m-3", "m-4"}
    assert b"bagaimana+laporan" in bytes(rows["m-2"]["raw"]) and rows["m-2"]["type"] == "status_query"
    assert all(r["waited"] for id, r in rows.items() if id in ("m-2", "m-3", "m-4")), "they were received when they came"
    assert (rows["m-3"]["relation"], rows["m-3"]["incident_id"]) == ("duplicate", rows["m-0"]["incident_id"])
    wait_until(lambda: len(world.sms.to(CITIZEN % 2)) >= 2, 10, "an answer to his question")
    assert world.doctor() == []


def test_an_answer_that_waited_stops_its_clock_before_the_ladder_climbs(make):
    world = make(policy=POLICY_FAST)
    made = world.report(kind="abandoned_person", urgency="critical")
    (office,) = [d for d in made["dispatches"] if d["agency"] == "kelurahan-petung"]
    leave(world)
    assert world.send_sms(OFFICE, f"TERIMA {made['number']}", id="a-1").status_code == 200
    over = datetime.datetime.fromisoformat(office["accept_by"].replace("Z", "+00:00"))
    wait_until(lambda: datetime.datetime.now(datetime.timezone.utc) > over, 30, "his time is over")
    come_back(world)
    events = [(e["kind"], e["data"].get("dispatch")) for e in world.incident(made["incident"]["id"])["events"]]
    assert ("accepted", office["id"]) in events or ("accept", office["id"]) in events, events
    assert ("escalated", office["id"]) not in events


def test_the_parts_of_a_long_message_are_kept_too(world):
    leave(world)
    spooled(world.post_report())
    half = len(BODY) // 2
    for part, text in ((1, BODY[:half]), (2, BODY[half:])):
        assert world.send_sms(CITIZEN % 4, text, id=f"p-{part}", udh=f"%05%00%03%07%02%{part:02X}").status_code == 200
    come_back(world)
    (row,) = wait_until(lambda: world.sql("select text, type from report where text like 'ditemukan mayat%%'", ()), 10, "the whole")
    assert (row["text"], row["type"]) == (BODY, "unclaimed_body")


def test_the_form_for_citizens_thanks_him(world):
    page = requests.get(world.url + "/lapor", timeout=5).text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    leave(world)
    spooled(world.post_report())
    r = requests.post(world.url + "/lapor", data={**fields, "text": BODY}, timeout=10)
    assert r.status_code in (200, 201), (r.status_code, r.text)
    come_back(world)
    number = world.value("select number from report where text = %s", BODY)
    assert str(number) in r.text


@pytest.mark.parametrize("sqlstate", ["53100", "25006"], ids=["no room", "it only reads"])
def test_a_database_that_is_there_and_takes_nothing_is_as_if_it_were_away(make, sqlstate):
    world = make({**SPOOL, "watch": {"database_away_s": 1}})
    world.sql(f"create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '{sqlstate}'; end $$")
    world.sql("create trigger refuse before insert on inbound execute function refuse()")
    made = spooled(world.post_report(key="k"))
    wait_until(lambda: told(world.partner("polsek-penajam"), made["number"]), 10, "the police's notice")
    wait_until(lambda: [m for m in world.sms.to(harness.DUTY_PHONE) if "1 pesan menunggu di cakram" in m["text"]], 20, "the SMS to whoever is on duty")
    world.sql("drop trigger refuse on inbound")
    wait_until(lambda: waiting(world) == 0, 20, "an empty spool")
    report = world.api("GET", f"/v1/reports/{made['id']}").json()
    assert report["number"] == made["number"]
    wait_until(lambda: all(a == ["ok"] for a in attempts(world, report["incident"]["id"]).values()), 10, "the attempts on record")
    assert len(told(world.partner("polsek-penajam"), made["number"])) == 1


def test_a_real_kannel_brings_and_takes_sms_while_the_database_is_away(make):
    text, world = "ada org dirantai di gudang blkg rumah, kel Petung RT 4", make(started=False)
    kannel = Kannel(world, started=False)
    sender = {"send_url": f"http://127.0.0.1:{kannel.sendsms}/cgi-bin/sendsms", "from": "2345"}
    world.write_conf({**SPOOL, "gateway kannel": sender})
    try:
        world.start()
        kannel.start()
        leave(world)
        kannel.sms(CITIZEN % 11, text)
        (call,) = wait_until(lambda: [c for c in world.partner("puskesmas-petung").calls if c.json["data"]["incident"]["type"] == "shackled_patient"], 30, "the puskesmas's notice")
        number = call.json["data"]["incident"]["number"]
        for phone in (CITIZEN % 11, OFFICE):
            (got,) = wait_until(lambda p=phone: kannel.to(p), 30, f"an SMS to {phone}")
            assert str(number) in got
        kannel.sms(OFFICE, f"TERIMA {number}")
        wait_until(lambda: requests.get(world.url + "/readyz", timeout=5).json()["spooled"] == 2, 15, "the report and the answer on disk")
        come_back(world)
        (report,) = world.sql("select number, incident_id from report where text = %s", text)
        assert report["number"] == number
        (office,) = [d for d in world.incident(report["incident_id"])["dispatches"] if d["agency"] == "kelurahan-petung"]
        assert office["state"] == "accepted"
        wait_until(lambda: all(a == ["ok"] for a in attempts(world, report["incident_id"]).values()), 10, "the attempts on record")
        assert len(kannel.to(CITIZEN % 11)) == 1 and world.doctor() == []
    finally:
        kannel.close()


def test_people_hear_that_the_database_is_away_and_how_much_waits(make):
    world = make({**SPOOL, "watch": {"database_away_s": 5}})
    leave(world)
    spooled(world.post_report(village="64.09.01.1003"))
    text = wait_until(lambda: [m["text"] for m in world.sms.to(harness.DUTY_PHONE) if "basis data tidak menjawab" in m["text"]], 20, "the SMS")[0]
    assert "1 pesan menunggu di cakram" in text
    come_back(world)


def test_a_daemon_that_ends_in_between_brings_it_when_both_are_back(world):
    leave(world)
    made = spooled(world.post_report(key="k"))
    police = world.partner("polsek-penajam")
    (call,) = wait_until(lambda: told(police, made["number"]), 10, "the police's notice")
    assert world.send_sms(CITIZEN % 5, "halo", id="h-1").status_code == 200
    world.stop()
    world.start(ready=False)
    come_back(world)
    assert world.api("GET", f"/v1/reports/{made['id']}").json()["number"] == made["number"]
    # nobody knows any more that it had left: it leaves again, under the same id
    wait_until(lambda: len(told(police, made["number"])) >= 2, 10, "the notice again")
    assert {c.id for c in told(police, made["number"])} == {call.id}
    assert world.value("select count(*) from inbound where external_id = 'h-1'") == 1
    assert world.doctor() == []


@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_and_nothing_is_there_twice_when_killed_at(make, point):
    world = make(started=False)
    if point == "spool.in_hand":
        world.partner("polsek-penajam").will(Answer(500))
    world.start(kill_at=point)
    leave(world)
    died = requests.RequestException

    def told_so(call):
        """Its answer, from this life or another."""
        try:
            return call()
        except died:
            world.wait_killed()
            world.start(ready=False)
            return None

    first = told_so(lambda: world.post_report(key="k", text=BODY))
    if first is not None:
        told_so(lambda: world.send_sms(CITIZEN % 6, "halo", id="k-1"))
    world.postgres.start()
    world.connect()
    wait_until(lambda: world.process.poll() is not None or is_ready(world), 30, "ready, or dead")
    if world.process.poll() is not None:
        world.wait_killed()
        world.start()
    wait_until(lambda: waiting(world) == 0, 20, "an empty spool")
    again = world.post_report(key="k", text=BODY)
    assert again.status_code == 201
    if first is not None:
        assert (first.json()["id"], first.json()["number"]) == (again.json()["id"], again.json()["number"])
    assert world.send_sms(CITIZEN % 6, "halo", id="k-1").status_code == 200
    assert world.value("select count(*) from report where text = %s", BODY) == 1 and world.value("select count(*) from incident") == 1
    assert world.value("select count(*) from inbound where external_id = 'k-1'") == 1
    assert "SIGAP_KILL_AT" in world.log.read_text() or world.log.read_text().count("app.listening") == 2, "it never died"
    wait_until(lambda: told(world.partner("polsek-penajam"), again.json()["number"]), 10, "the police's notice")
    assert len({c.id for c in told(world.partner("polsek-penajam"), again.json()["number"])}) == 1
    assert world.doctor() == []


def is_ready(world):
    try:
        return world.is_ready()
    except AssertionError:  # it has died
        return True


def test_a_notice_that_fails_is_tried_again_while_the_database_is_away(world):
    police = world.partner("polsek-penajam")
    police.will(Answer(500), Answer(429, {"Retry-After": "2"}))
    leave(world)
    made = spooled(world.post_report())
    wait_until(lambda: statuses(police, made["number"]) == [500, 429, 200], 20, "the third attempt")
    assert world.metric("sigap_database_up") == 0
    come_back(world)
    incident = world.api("GET", f"/v1/reports/{made['id']}").json()["incident"]["id"]
    wait_until(lambda: attempts(world, incident)["polsek-penajam", "webhook"] == ["retry", "retry_after", "ok"], 10, "all three on record")
    wait_until(lambda: world.value("select count(*) from outbox where notice_id in (select id from notice where incident_id = %s)", incident) == 0, 10, "nothing left to send")
    assert statuses(police, made["number"]) == [500, 429, 200] and len({c.id for c in told(police, made["number"])}) == 1
    assert world.doctor() == []


def test_a_partner_who_was_deaf_for_longer_than_any_lease_hears_it_while_the_database_is_away(make):
    world = make({**SPOOL, "delivery": {"lease_s": 5, "total_ms": 1000, "connect_ms": 500}})
    police = world.partner("polsek-penajam")
    police.default = Answer(500)
    leave(world)
    first = spooled(world.post_report())
    began = time.monotonic()
    wait_until(lambda: "deliver.breaker_open" in world.log.read_text(), 40, "his breaker is open")
    second = spooled(world.post_report(key="behind-a-shut-door"))
    wait_until(lambda: time.monotonic() - began > 5, 10, "longer than a lease")
    police.default = Answer(200)
    for made in (first, second):
        wait_until(lambda m=made: 200 in statuses(police, m["number"]), 60, "he hears it")
    assert world.metric("sigap_database_up") == 0
    come_back(world)
    for made in (first, second):
        incident = world.api("GET", f"/v1/reports/{made['id']}").json()["incident"]["id"]
        wait_until(lambda i=incident: attempts(world, i)["polsek-penajam", "webhook"][-1:] == ["ok"], 10, "on record")
        assert len(attempts(world, incident)["polsek-penajam", "webhook"]) == len(told(police, made["number"]))
    assert world.doctor() == []


def test_where_one_gateway_fails_the_next_carries_the_sms_while_the_database_is_away(make):
    world = make(gateways=("kannel", "cadangan"))
    leave(world)
    world.gateways["kannel"].default = Answer(503)
    made = spooled(world.post_report(village="64.09.01.1003", kind="abandoned_person"))
    (got,) = wait_until(lambda: world.gateways["cadangan"].to(OFFICE), 20, "the SMS through the other gateway")
    assert str(made["number"]) in got["text"] and world.metric("sigap_database_up") == 0
    come_back(world)
    incident = world.api("GET", f"/v1/reports/{made['id']}").json()["incident"]["id"]
    wait_until(lambda: attempts(world, incident)["kelurahan-petung", "sms"][-1:] == ["ok"], 10, "on record")
    assert len(world.gateways["cadangan"].to(OFFICE)) == 1
    gateways = [a["gateway"] for n in world.incident(incident)["notices"] if n["channel"] == "sms" for a in n["attempts"]]
    assert gateways == ["kannel", "cadangan"]


def test_what_is_still_tried_when_the_database_is_back_goes_on_from_the_outbox(world):
    police = world.partner("polsek-penajam")
    police.default = Answer(500)
    leave(world)
    made = spooled(world.post_report())
    wait_until(lambda: len(told(police, made["number"])) >= 2, 20, "two attempts")
    come_back(world)
    incident = world.api("GET", f"/v1/reports/{made['id']}").json()["incident"]["id"]
    tried = len(told(police, made["number"]))
    wait_until(lambda: len(attempts(world, incident)["polsek-penajam", "webhook"]) >= tried, 10, "the attempts on record")
    police.default = Answer(200)
    wait_until(lambda: attempts(world, incident)["polsek-penajam", "webhook"][-1:] == ["ok"], 30, "the last one on record")
    assert attempts(world, incident)["polsek-penajam", "webhook"] == ["retry"] * (len(told(police, made["number"])) - 1) + ["ok"]
    assert world.doctor() == []


def test_numbers_are_no_longer_given_when_there_are_none_and_messages_wait_all_the_same(world):
    wait_until(lambda: world.metric("sigap_spool_numbers") == NUMBERS, 10, "numbers are put aside")
    leave(world)
    answers = [world.post_report(key=str(n)) for n in range(NUMBERS + 40)]
    kept = [spooled(r) for r in answers if r.status_code == 202]
    assert NUMBERS + 16 <= len(kept) <= NUMBERS + 32 and {r.status_code for r in answers[len(kept):]} == {503}
    assert len({r["number"] for r in kept}) == len(kept)
    assert all(r.headers["Retry-After"] for r in answers[len(kept):])
    assert world.send_sms(CITIZEN % 7, BODY, id="n-1").status_code == 200
    come_back(world)
    assert world.value("select count(*) from report where source = 'source:source'") == len(kept)
    assert world.value("select count(*) from report r join inbound b on b.id = r.id where b.external_id = 'n-1'") == 1
    wait_until(lambda: world.metric("sigap_spool_numbers") == NUMBERS, 60, "others are put aside")
    assert world.doctor() == []


# ---- a daemon that starts while the database is away ----


def sealed(rest):
    return hashlib.sha256(rest).digest() + rest


def put_aside_long_ago(doc):
    """The database's time stands in the first row: behind two hashes, 2 + 3 words, the key and the version, each with its length."""
    at = 32 + 32 + 5 * 4 + (4 + 32) + (4 + 8) + 4
    then = int.from_bytes(doc[at:at + 8], "big") - 40_000_000 * 1_000_000
    return sealed(doc[32:at] + then.to_bytes(8, "big", signed=True) + doc[at + 8:])


def test_a_daemon_that_starts_while_the_database_is_away_goes_by_the_rules_on_disk(make):
    world = make({**SPOOL, "gateway kannel": {"price": 350, "daily_cap": 100000}})
    before = world.report()
    leave(world)
    world.stop()
    change_rules(world, put_aside_long_ago)
    start_without_database(world)
    made = spooled(world.post_report(key="k"))
    police = world.partner("polsek-penajam")
    (call,) = wait_until(lambda: told(police, made["number"]), 10, "the police's notice")
    assert world.send_sms(CITIZEN % 12, BODY, id="w-1").status_code == 200
    (receipt,) = wait_until(lambda: world.sms.to(CITIZEN % 12), 10, "his receipt")
    assert world.sms.to(OFFICE), "money that nobody can count now is no reason to be silent"
    assert requests.post(world.url + "/v1/reports", json={"type": "riot"}, headers={"Authorization": "Bearer nobodys"}, timeout=5).status_code == 401
    assert world.post_report(village="64.09.99.9999").status_code == 422
    come_back(world)
    report = world.api("GET", f"/v1/reports/{made['id']}").json()
    assert report["number"] == made["number"] != before["number"] and call.json["data"]["incident"]["id"] == report["incident"]["id"]
    assert world.value("select number from report r join inbound b on b.id = r.id where b.external_id = 'w-1'") == int(re.search(r"\d{4,}", receipt["text"])[0])
    wait_until(lambda: attempts(world, report["incident"]["id"])["polsek-penajam", "webhook"] == ["ok"], 10, "the attempt on record")
    assert len(told(police, made["number"])) == 1
    assert abs((moment(report["received_at"]) - datetime.datetime.now(datetime.timezone.utc)).total_seconds()) < 120
    assert world.report()["number"] and world.doctor() == []


def test_a_number_is_given_once_however_often_the_daemon_starts(world):
    wait_until(lambda: world.metric("sigap_spool_numbers") == NUMBERS, 10, "numbers are put aside")
    leave(world)
    numbers = [spooled(world.post_report(key=str(n)))["number"] for n in range(3)]
    for life in range(3):
        world.kill() if life == 1 else world.stop()
        start_without_database(world)
        numbers += [spooled(world.post_report(key=f"{life}-{n}"))["number"] for n in range(3)]
    come_back(world)
    numbers += [world.post_report(key=f"after-{n}").json()["number"] for n in range(40)]
    assert len(set(numbers)) == len(numbers)
    assert world.value("select count(*) from report where number = any(%s)", numbers) == len(numbers)
    assert world.metric("sigap_spool_refused") == 0 and world.doctor() == []


def test_numbers_that_an_earlier_state_of_the_database_would_give_again_are_thrown_away(world):
    wait_until(lambda: world.metric("sigap_spool_numbers") == NUMBERS, 10, "numbers are put aside")
    world.stop()
    spool_file(world, "delete from number", "insert into number values (1000000)")
    world.start()
    wait_until(lambda: "stock.numbers_dropped" in world.log.read_text(), 10, "it says so")
    wait_until(lambda: world.metric("sigap_spool_numbers") == NUMBERS - 1, 10, "the database's own instead")
    world.stop()
    assert spool_file(world, "select count(*) from number where number = 1000000") == [[(0,)]]
    world.start()


def change_rules(world, how):
    with contextlib.closing(sqlite3.connect(world.folder / "spool.db")) as c, c:
        ((doc,),) = c.execute("select doc from kept where name = 'rules'").fetchall()
        c.execute("update kept set doc = ?", (how(doc),))


@pytest.mark.parametrize("harm", [lambda d: d[:-1], lambda d: bytes(40), lambda d: d[:-9] + bytes([d[-9] ^ 1]) + d[-8:], lambda d: sealed(bytes(32) + d[64:])],
                         ids=["cut short", "none of ours", "one bit", "of other statements"])
def test_rules_on_disk_that_cannot_be_relied_on_are_not_used(world, harm):
    leave(world)
    world.stop()
    change_rules(world, harm)
    world.start(ready=False)
    wait_until(lambda: "app.waits_for_database" in world.log.read_text(), 20, "it says so")
    with pytest.raises(requests.ConnectionError):
        requests.get(world.url + "/readyz", timeout=5)
    come_back(world)
    world.report()
    world.stop()
    assert spool_file(world, "select length(doc) > 1000 from kept") == [[(1,)]], "and puts the database's aside anew"
    world.start()


def test_a_record_that_nothing_can_be_made_of_is_set_aside_and_people_are_told(world):
    world.stop()
    with sqlite3.connect(world.folder / "spool.db") as c:
        c.execute("insert into spooled (kind, gateway, external_id, fingerprint, id, number, doc) values (0, 'http:x', 'bad', x'00', x'00', 1, '{}')")
    c.close()
    world.start()
    wait_until(lambda: world.metric("sigap_spool_refused") == 1 and waiting(world) == 0, 10, "it is set aside")
    wait_until(lambda: [a for a in world.api("GET", "/v1/alarms").json() if a["kind"] == "spool_filling"], 15, "the alarm")
    assert "spool.refused" in world.log.read_text()
    world.report()  # the rest goes on


def test_a_message_that_the_database_never_takes_is_set_aside_and_those_behind_it_are_taken(world):
    world.sql("create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '22000'; end $$")
    world.sql("create trigger refuse before insert on inbound for each row when (new.external_id = 'bad') execute function refuse()")
    leave(world)
    for id in ("bad", "good"):
        assert world.send_sms(CITIZEN % 10, "halo", id=id).status_code == 200
    world.postgres.start()
    world.connect()
    wait_until(lambda: world.is_ready() and waiting(world) == 0, 40, "an empty spool")
    assert world.metric("sigap_spool_refused") == 1
    assert [r["external_id"] for r in world.sql("select external_id from inbound")] == ["good"]


def test_what_waits_behind_a_report_that_is_never_taken_is_recorded_before_its_lease_ends(make):
    lease_s = 6
    world = make({**SPOOL, "delivery": {"lease_s": lease_s, "total_ms": 1000, "connect_ms": 500}})
    world.sql("create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '53100'; end $$")
    world.sql("create trigger refuse before insert on inbound for each row when (new.external_id = 'never') execute function refuse()")
    spooled(world.post_report(key="never"))
    made = world.report()
    began = time.monotonic()
    wait_until(lambda: all(a == ["ok"] for a in attempts(world, made["incident"]["id"]).values()), lease_s, "the attempts on record")
    assert time.monotonic() - began < lease_s
    wait_until(lambda: world.value("select count(*) from outbox where notice_id in (select id from notice where incident_id = %s)", made["incident"]["id"]) == 0, 5, "nothing left to send")
    assert len(told(world.partner("polsek-penajam"), made["number"])) == 1
    world.sql("drop trigger refuse on inbound")
    wait_until(lambda: waiting(world) == 0, 20, "an empty spool")


def test_the_service_managers_state_directory_holds_the_spool(make, monkeypatch):
    world = make({}, started=False)
    monkeypatch.setenv("STATE_DIRECTORY", str(world.folder))
    world.start()
    assert (world.folder / "spool.db").exists()
    leave(world)
    spooled(world.post_report())
    come_back(world)


def test_without_a_spool_that_can_be_used_a_source_is_told_to_come_again(make):
    world = make(started=False)
    (world.folder / "spool.db").write_text("this is not a database, but a file long enough that it could have been the first page of one, were it one" * 10)
    world.start()
    assert "spool.unusable" in world.log.read_text()
    leave(world)
    r = world.post_report(key=str(uuid.uuid4()))
    assert r.status_code == 503 and r.headers["Retry-After"]
    assert world.send_sms(CITIZEN % 8, "halo").status_code == 503
    assert API.check_answer("GET", "/readyz", requests.get(world.url + "/readyz", timeout=5)) == "503"


def test_what_does_not_fit_is_refused_and_what_was_taken_is_there(make):
    world = make({**SPOOL, "daemon": {"spool": "spool.db", "spool_mb": 1}})
    leave(world)
    spooled(world.post_report(key="first"))
    texts = {f"long-{n}": f"{n} " + "x" * 150 for n in range(12)}
    codes = {}
    for id, text in texts.items():  # a message keeps what it was brought in: here many kilobytes
        codes[id] = requests.post(world.url + f"/v1/gateways/kannel/inbound?token={world.gateway_token}&id={id}&from={(CITIZEN % 9)[1:]}&text={text}&coding=0",
                                  data=b"y" * 150000, timeout=10).status_code
    assert set(codes.values()) == {200, 503}, codes
    full = wait_until(lambda: [m["text"] for m in world.sms.to(harness.DUTY_PHONE) if "terisi" in m["text"]], 10, "the SMS to whoever is on duty")[0]
    assert int(re.search(r"terisi (\d+)%", full)[1]) >= 50
    come_back(world)
    taken = {id for id, code in codes.items() if code == 200}
    assert taken <= {r["external_id"] for r in world.sql("select external_id from inbound where gateway = 'kannel'")}


def test_outages_at_any_moment_lose_nothing_and_double_nothing(world):
    """Clients do what clients do, the same again until it is acknowledged, while the database comes and goes, in order and as in a crash, and the daemon is killed, too."""
    chance = random.Random(4711)
    answers, sms, faults, over, pause = {}, set(), [], threading.Event(), threading.Event()

    def until_taken(send, codes):
        end = time.monotonic() + 90
        while time.monotonic() < end:
            with contextlib.suppress(requests.RequestException):
                r = send()
                if r.status_code in codes:
                    return r
                if r.status_code != 503:
                    raise AssertionError((r.status_code, r.text))
            pause.wait(0.2)
        raise AssertionError("never taken")

    def client(n):
        try:
            for i in itertools.takewhile(lambda _: not over.is_set(), itertools.count()):
                key = f"c{n}-{i}"
                answers[key] = until_taken(lambda k=key: world.post_report(key=k, text=f"laporan {k}"), (201, 202)).json()
                id = f"s{n}-{i}"
                until_taken(lambda d=id: world.send_sms(CITIZEN % (100 + n), f"{BODY} nomor {d}", id=d), (200,))
                sms.add(id)
                pause.wait(0.2)
        except AssertionError as e:
            faults.append(e)

    for partner in world.partners.values():
        partner.will(*(Answer(chance.choice((200, 200, 500))) for _ in range(40)))
    threads = [threading.Thread(target=client, args=(n,)) for n in range(4)]
    world.connection.close()
    for t in threads:
        t.start()
    for how in (signal.SIGQUIT, signal.SIGINT, signal.SIGQUIT):
        pause.wait(chance.uniform(0.2, 1.5))
        world.postgres.stop(how)
        pause.wait(chance.uniform(1, 6))
        if how == signal.SIGINT:
            world.kill()
            world.start(ready=False)
        world.postgres.start()
    over.set()
    for t in threads:
        t.join()
    assert faults == []
    world.connect()
    wait_until(world.is_ready, 30, "ready again")
    wait_until(lambda: waiting(world) == 0, 30, "an empty spool")
    kept = {r["external_id"]: r for r in world.sql("select b.external_id, r.id::text, r.number from inbound b join report r on r.id = b.id")}
    assert {k: (a["id"], a["number"]) for k, a in answers.items()} == {k: (kept[k]["id"], kept[k]["number"]) for k in answers}
    assert world.value("select count(*) from report r join inbound b on b.id = r.id where r.received_at < b.received_at") > 0, "nothing had to wait"
    assert sms <= {r["external_id"] for r in world.sql("select external_id from inbound")}
    assert world.value("select count(*) from report where text like 'laporan c%%'", ()) == len(answers)
    wait_until(lambda: world.value("select count(*) from outbox where due_at < now() + interval '1 min'") == 0, 60, "all notices out")
    known = {r["id"] for r in world.sql("select id::text from notice")}
    called = [c for p in world.partners.values() for c in list(p.calls)]
    assert {c.id for c in called} <= known, "a partner heard of something that is not in the database"
    assert world.doctor() == []
