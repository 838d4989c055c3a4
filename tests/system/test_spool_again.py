"""Promise 1 where an outage is not just away and back: a database that comes back without room or for a moment, a key that is told again, an earlier state of it, a daemon that is restarted, and two
daemons of which one alone is cut off."""
import signal
import threading
import time

import pytest
import requests
from outage import (BODY, CITIZEN, NUMBERS, OFFICE, SPOOL, come_back, leave, make, server, spooled, start_without_database, statuses, told,  # noqa: F401
                    waiting, world)
from stack import Answer, wait_until


def is_put_aside(world, daemon=0):
    wait_until(lambda: world.metric("sigap_spool_numbers", daemon) == NUMBERS, 10, "numbers are put aside")


def no_room(world, table, condition="true"):
    world.sql("create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '53100'; end $$")
    world.sql(f"create trigger refuse before insert on {table} for each row when ({condition}) execute function refuse()")


def back_without_room(world):
    world.postgres.start()
    world.connect()
    wait_until(world.is_ready, 40, "ready")
    wait_until(lambda: "store.batch_failed" in world.log.read_text(), 20, "it was tried in vain")


# ---- messages ------------------------------------------------------------------------------------------------------------


def test_a_message_that_the_database_has_no_room_for_yet_goes_on_waiting(world):
    no_room(world, "inbound", "new.external_id = 'h-1'")
    leave(world)
    assert world.send_sms(CITIZEN % 3, "halo", id="h-1").status_code == 200
    back_without_room(world)
    wait_until(lambda: world.log.read_text().count("store.batch_failed") > 40, 30, "for longer than anything waits for one commit")
    assert waiting(world) == 1
    world.sql("drop trigger refuse on inbound")
    wait_until(lambda: waiting(world) == 0, 20, "an empty spool")
    assert [r["external_id"] for r in world.sql("select external_id from inbound")] == ["h-1"] and world.metric("sigap_spool_refused") == 0


def test_a_message_whose_commit_is_cut_off_goes_on_waiting(world):
    world.sql("create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return new; end $$")
    world.sql("create trigger slow before insert on inbound for each row when (new.external_id = 'h-1') execute function slow()")
    leave(world)
    assert world.send_sms(CITIZEN % 3, "halo", id="h-1").status_code == 200
    world.postgres.start()
    world.connect()
    wait_until(lambda: world.value("select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == 1, 30, "its commit is under way")
    world.connection.close()
    world.postgres.stop(signal.SIGQUIT)
    wait_until(lambda: world.metric("sigap_database_up") == 0, 20, "the outage is seen")
    world.postgres.start()
    world.connect()
    world.sql("drop trigger slow on inbound")
    wait_until(lambda: world.is_ready() and waiting(world) == 0, 40, "an empty spool")
    assert [r["external_id"] for r in world.sql("select external_id from inbound")] == ["h-1"]


def test_an_answer_that_the_database_has_no_room_for_yet_counts_when_it_has(world):
    made = world.report(kind="abandoned_person")
    wait_until(lambda: world.sms.to(OFFICE), 10, "the office's SMS")
    no_room(world, "event")
    leave(world)
    assert world.send_sms(OFFICE, f"TERIMA {made['number']}", id="t-1").status_code == 200
    assert world.send_sms(CITIZEN % 3, "halo", id="h-1").status_code == 200
    back_without_room(world)
    wait_until(lambda: waiting(world) == 1, 60, "the one behind it is taken")
    assert world.metric("sigap_spool_refused") == 0
    world.sql("drop trigger refuse on event")
    wait_until(lambda: waiting(world) == 0, 30, "an empty spool")
    (office,) = [d for d in world.incident(made["incident"]["id"])["dispatches"] if d["agency"] == "kelurahan-petung"]
    assert office["state"] == "accepted"


# ---- keys ----------------------------------------------------------------------------------------------------------------


def heard_of_what_is_not_there(world):
    known = {r["id"] for r in world.sql("select id::text from notice")}
    return [c.json["data"]["incident"]["number"] for p in world.partners.values() for c in list(p.calls) if c.id not in known]


def test_a_key_that_is_told_again_before_its_report_is_brought_is_the_same_report(world):
    is_put_aside(world)
    leave(world)
    for n in range(120):
        spooled(world.post_report(key=f"before-{n}"))
    made = spooled(world.post_report(key="K", text="laporan K"))
    wait_until(lambda: told(world.partner("polsek-penajam"), made["number"]), 20, "the police's notice")
    world.postgres.start()
    world.connect()
    answers = []
    wait_until(lambda: answers.append(world.post_report(key="K", text="laporan K")) or answers[-1].status_code == 201, 30, "it is in the database")
    assert {r.status_code for r in answers} == {201, 202}, "it was told again in time"
    assert {(r.json()["id"], r.json()["number"]) for r in answers} == {(made["id"], made["number"])}
    wait_until(lambda: world.is_ready() and waiting(world) == 0, 30, "an empty spool")
    assert heard_of_what_is_not_there(world) == [] and world.metric("sigap_spool_refused") == 0 and world.doctor() == []


def test_who_repeats_himself_in_the_first_moments_has_told_one_report(world):
    """His own patience ends before ours; then the database is back."""
    is_put_aside(world)
    world.connection.close()
    world.postgres.stop()
    answers, police = [], world.partner("polsek-penajam")

    def post(patience):
        body = {"type": "abandoned_person", "urgency": "normal", "text": "laporan K", "place": {"village_code": "64.09.01.1003"}}
        try:
            answers.append(requests.post(world.url + "/v1/reports", json=body, timeout=patience, headers={"Authorization": "Bearer " + world.tokens["source"], "Idempotency-Key": "K"}))
        except requests.Timeout:
            post(20)

    thread = threading.Thread(target=post, args=(1.5,))
    thread.start()
    wait_until(lambda: police.calls, 10, "the police's notice")
    world.postgres.start()
    thread.join()
    world.connect()
    wait_until(lambda: world.is_ready() and waiting(world) == 0, 30, "an empty spool")
    assert world.value("select count(*) from report") == 1 and heard_of_what_is_not_there(world) == []
    assert answers[0].json()["number"] == world.value("select number from report")


def test_a_report_whose_key_came_to_the_database_otherwise_is_set_aside_for_people(world):
    leave(world)
    made = spooled(world.post_report(key="K"))
    world.kill()
    world.postgres.start()
    world.connect()
    world.sql("insert into inbound (id, gateway, external_id, fingerprint, raw) values (gen_random_uuid(), 'http:source', 'K', '', '')")
    world.start()
    wait_until(lambda: waiting(world) == 0, 20, "an empty spool")
    assert world.metric("sigap_spool_refused") == 1 and "another report" in world.log.read_text()
    assert world.api("GET", f"/v1/reports/{made['id']}").status_code == 404


def test_a_full_stock_of_numbers_is_thrown_away_when_the_database_is_an_earlier_state(world):
    is_put_aside(world)
    leave(world)
    world.postgres.start()
    world.connect()
    world.sql("select setval('report_number', 1000, false)")
    wait_until(lambda: "stock.numbers_dropped" in world.log.read_text(), 20, "it says so")
    wait_until(lambda: world.is_ready() and world.metric("sigap_spool_numbers") == NUMBERS, 20, "as many of the database's own instead")
    given = [world.report()["number"] for _ in range(70)]
    leave(world)
    given += [spooled(world.post_report(key=f"s-{n}"))["number"] for n in range(40)]
    come_back(world)
    assert len(set(given)) == len(given) and world.metric("sigap_spool_refused") == 0
    assert world.value("select count(*) from report where number = any(%s)", given) == len(given)


# ---- starts and stops ------------------------------------------------------------------------------------------------------


def test_a_stop_does_not_wait_for_a_database_that_is_away(make):
    drain_s = 15
    world = make({**SPOOL, "daemon": {"spool": "spool.db", "drain_s": drain_s}})
    leave(world)
    made = spooled(world.post_report())
    wait_until(lambda: told(world.partner("polsek-penajam"), made["number"]), 10, "the police's notice")
    began = time.monotonic()
    world.stop()
    assert time.monotonic() - began < drain_s / 2


def test_what_an_earlier_life_left_in_nobodys_hands_leaves_at_once_when_the_database_is_back(make):
    world = make({**SPOOL, "delivery": {"lease_s": 120, "total_ms": 1000, "connect_ms": 500}})
    police, clinic = world.partner("polsek-penajam"), world.partner("puskesmas-petung")
    is_put_aside(world)
    police.default = clinic.default = Answer(500)
    leave(world)
    made = spooled(world.post_report(key="K"))
    wait_until(lambda: told(police, made["number"]), 20, "the first attempt")
    world.kill()
    start_without_database(world)
    own = spooled(world.post_report(key="own", kind="shackled_patient"))
    wait_until(lambda: told(clinic, own["number"]), 20, "something of this life is in hand")
    police.default = Answer(200)
    come_back(world)
    wait_until(lambda: 200 in statuses(police, made["number"]), 20, "he hears it long before a lease would end")


# ---- two daemons, one of them cut off --------------------------------------------------------------------------------------


@pytest.fixture
def two(world):
    """The other one's index; its sessions are of a role of its own."""
    is_put_aside(world)
    world.sql("do $$ begin if not exists (select from pg_roles where rolname = 'cut_off') then create role cut_off in role sigap_daemon; end if; end $$")
    world.sql("alter role cut_off login")
    other = world.start_another({**SPOOL, "daemon": {"spool": "spool2.db", "database": world.postgres.dsn(world.database, "cut_off")}, "delivery": {"lease_s": 120, "total_ms": 8000}})
    is_put_aside(world, other)
    wait_until(lambda: world.value("select count(*) from daemon where seen_at > '-infinity'") == 2, 10, "both are registered")
    world.report(kind="shackled_patient", text="ada orang dipasung di petung")
    wait_until(lambda: (world.metric("sigap_deadlines_armed", other) or 0) > 0, 20, "the other one has looked since")
    return other


def cut_off(world, other):
    world.sql("alter role cut_off nologin")
    world.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cut_off'")
    wait_until(lambda: world.metric("sigap_database_up", other) == 0, 20, "the outage is seen")


def test_what_only_one_daemon_knows_is_not_dropped_when_its_leases_were_taken_over(world, two):
    police = world.partner("polsek-penajam")
    police.default = Answer(500)
    cut_off(world, two)
    wait_until(lambda: "daemons.took_over" in world.log.read_text(), 20, "the other one takes over")
    wait_until(lambda: (r := world.post_report(key="K", daemon=two)).status_code == 202 and two_made.update(r.json()) is None, 10, "it is kept")
    wait_until(lambda: len(told(police, two_made["number"])) >= 3, 20, "it was tried")
    world.sql("alter role cut_off login")
    wait_until(lambda: world.is_ready(two), 30, "ready again")
    police.default = Answer(200)
    wait_until(lambda: 200 in statuses(police, two_made["number"]), 60, "he hears it long before a lease would end")


two_made = {}


def test_what_another_daemon_may_have_taken_over_is_not_told_after_its_answer(world, two):
    police = world.partner("polsek-penajam")
    police.will(Answer(500, wait=4))
    police.default = Answer(500)
    made = world.report(key="K", daemon=two)
    wait_until(lambda: told(police, made["number"]), 20, "an attempt is under way")
    cut_off(world, two)
    (dispatch,) = [d["id"] for d in made["dispatches"] if d["agency"] == "polsek-penajam"]
    wait_until(lambda: world.answer(dispatch, "accept", "coordinator").status_code == 200, 10, "it is answered through the other one")
    wait_until(lambda: world.metric('sigap_attempts_total{outcome="retry"}', two) > 0, 20, "the attempt failed")
    before = len(told(police, made["number"]))
    police.will(Answer(500), Answer(500))
    police.default = Answer(200)
    # what nobody else can have still leaves; by its third attempt the other's second would have been made
    own = wait_until(lambda: [r for r in [world.post_report(key="own", daemon=two)] if r.status_code == 202], 10, "it is kept")[0].json()
    wait_until(lambda: 200 in statuses(police, own["number"]), 20, "its own report's notice")
    wait_until(lambda: world.value("select count(*) from outbox where notice_id in (select id from notice where dispatch_id = %s)", dispatch) == 0, 30, "the other one has ended it")
    assert [c for c in told(police, made["number"])[before:] if c.type == "dispatch.created"] == []
