"""Trouble of the machine itself reaches people: an alarm is a row, an SMS to whoever the policy names, told once, cleared when it is over."""
import json
import time

import pytest

from stack import DUTY_PHONE, Answer, Postgres, Stack, wait_until

WATCH = {"watch": {"audit_s": 1, "database_away_s": 3, "gateway_silent_s": 2}}


@pytest.fixture(scope="module")
def own_postgres():
    server = Postgres()
    yield server
    server.close()


@pytest.fixture()
def world(own_postgres):
    stack = Stack(own_postgres, conf=WATCH)
    yield stack
    stack.close()


def alarms(stack, state="all"):
    r = stack.api("GET", f"/v1/alarms?state={state}")
    assert r.status_code == 200, r.text
    return r.json()


def told(stack, words):
    return [m for m in stack.sms.to(DUTY_PHONE) if words in m["text"]]


def test_while_the_database_is_away_people_are_told_without_it_and_once(world):
    world.postgres.stop()
    try:
        (sms,) = wait_until(lambda: told(world, "basis data tidak menjawab"), 10, "the SMS that needs no database")
        assert sms["text"].startswith("[TRC] Gangguan sistem: basis data tidak menjawab sejak ")
        wait_until(lambda: world.metric("sigap_alarms_direct_total") == 1, 5, "the gateway's answer, counted")
        began = time.monotonic()
        wait_until(lambda: time.monotonic() - began > 3, 5, "as long again")
        assert len(told(world, "basis data")) == 1, "told once, not at every look"
    finally:
        world.postgres.start()
        world.connect()
    (alarm,) = wait_until(lambda: [a for a in alarms(world) if a["kind"] == "database_away"] if world.is_ready() else None, 20,
                          "the record of the outage")
    assert alarm["told_at"] is not None and alarm["cleared_at"] is not None and alarm["raised_at"] < alarm["cleared_at"]
    assert alarms(world, "active") == []
    assert len(told(world, "basis data")) == 1
    assert world.doctor() == []


def test_without_the_database_the_next_gateway_tells_when_the_first_does_not(own_postgres):
    stack = Stack(own_postgres, conf=WATCH, gateways=("kannel", "cadangan"))
    try:
        stack.sms.default = Answer(500)
        own_postgres.stop()
        try:
            (sms,) = wait_until(lambda: stack.gateways["cadangan"].to(DUTY_PHONE), 10, "the SMS through the second gateway")
            assert "basis data tidak menjawab" in sms["text"] and "dlr-url" not in sms
            assert [c.answer.status for c in stack.sms.calls] == [500], "the first was asked"
        finally:
            own_postgres.start()
            stack.connect()
        wait_until(stack.is_ready, 20, "the database again")
    finally:
        stack.close()


def test_a_short_absence_of_the_database_tells_nobody(world):
    world.postgres.stop()
    world.postgres.start()
    world.connect()
    wait_until(world.is_ready, 20, "the database again")
    assert alarms(world) == [] and told(world, "basis data") == []


def test_a_gateway_that_takes_nothing_raises_an_alarm_until_it_does(world):
    world.sms.default = Answer(500)
    world.report(reporter={"phone": "+6281234567890"})
    (alarm,) = wait_until(lambda: alarms(world, "active"), 20, "the alarm")
    assert (alarm["kind"], alarm["key"]) == ("gateway_silent", "kannel")
    assert alarm["detail"].startswith("gerbang SMS kannel tidak menjawab sejak ")
    assert "gateway_silent" in world.ctl("alarms").stdout
    world.sms.default = Answer(202, {}, "0: Accepted for delivery")
    wait_until(lambda: alarms(world, "active") == [], 90, "the alarm cleared")
    (past,) = alarms(world)
    assert past["id"] == alarm["id"] and past["cleared_at"] is not None
    assert world.ctl("alarms").stdout.strip() == "none"
    assert [a["key"] for a in json.loads(world.ctl("--json", "alarms", "--all").stdout)] == ["kannel"]
    wait_until(lambda: told(world, "gerbang SMS kannel"), 60, "the SMS about it, through the gateway that works again")


def test_alarms_are_for_those_who_run_the_machine(world):
    for token in ("coordinator", "admin", "auditor"):
        assert world.api("GET", "/v1/alarms", token=token).status_code == 200
    for token in ("source", "polsek-penajam"):
        assert world.api("GET", "/v1/alarms", token=token).status_code == 403
    assert world.api("GET", "/v1/alarms?state=some").status_code == 400
