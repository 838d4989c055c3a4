"""After an outage nothing stale leaves as if it were new; a door that is shut makes the ladder climb at once; and nothing leaves after an
answer, whichever daemon recorded it.

An outage is made by moving the database's times back while sigapd does not run: two hours have passed in the middle of everything.
"""
import contextlib
import datetime
import json
import re
import uuid

import psycopg2
import pytest
from stack import AGENCIES, DUTY_PHONE, ROOT, Answer, Stack, agency, wait_until

OFFICE_PHONE, CITIZEN = "+6281270000031", "+62812500001%02d"
HELD = {"delivery": {"hold": "yes"}}
AWAY = datetime.timedelta(hours=2)
SHIFTED = (
    ("notice", "created_at"), ("outbox", "due_at"), ("deadline", "due_at"), ("deadline", "set_for"), ("dispatch", "notified_at"),
    ("dispatch", "accept_by"), ("incident", "opened_at"), ("report", "received_at"))


def with_sms(slug):
    """The agencies, one of them reached by SMS alone."""
    return [a if a["slug"] != slug else agency(slug, a["kind"], a["jurisdiction"], [{"channel": "sms", "phone": OFFICE_PHONE}])
            for a in AGENCIES]


def away(stack, by):
    """As if sigapd had been stopped for that long."""
    for table, column in SHIFTED:
        stack.sql(f"update {table} set {column} = {column} - %s", by)


def dispatch_id(made, slug):
    (found,) = [d["id"] for d in made["dispatches"] if d["agency"] == slug]
    return found


def attempts(stack, notice):
    return [(a["number"], a["outcome"], a["detail"]) for a in stack.sql(
        "select number, outcome, detail from attempt where notice_id = %s order by number", notice)]


def ended(stack, notice):
    return wait_until(lambda: attempts(stack, notice), 10, f"an attempt of {notice}")


def another(stack, notice, kind, age):
    """A further notice about the same dispatch to the same address, made so long ago, waiting; its id."""
    (made,) = stack.sql(
        "insert into notice (id, incident_id, dispatch_id, kind, channel, contact_id, address, body, created_at) "
        "select gen_random_uuid(), incident_id, dispatch_id, %s, channel, contact_id, address, replace(body, kind, %s), now() - %s "
        "from notice where id = %s returning id, contact_id", kind, kind, age, notice)
    stack.sql("insert into outbox (notice_id, contact_id, priority, due_at, attempt) values (%s, %s, 1, now() - %s, 0)",
              made["id"], made["contact_id"], age)
    return made["id"]


def escalations(stack, dispatch):
    return stack.sql("select at, data from event where kind = 'escalated' and data ->> 'dispatch' = %s order by number", str(dispatch))


# ---- two hours away -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outage(postgres):
    """Everything was about to leave when sigapd went away for two hours; then it is back."""
    s = Stack(postgres, agencies=with_sms("kelurahan-petung"), conf=HELD)
    o = {"stack": s}
    o["open"] = s.report(text="laporan pertama", urgency="high")
    o["ended"] = s.report()
    for n in (1, 2):
        assert s.send_sms(CITIZEN % n, "ada orang terlantar di kelurahan Petung, lemas, mohon dibantu").status_code == 200
    s.kill()
    away(s, AWAY)
    o["police"] = s.value("select id from notice where dispatch_id = %s", dispatch_id(o["open"], "polsek-penajam"))
    o["gone"] = s.value("select id from notice where dispatch_id = %s", dispatch_id(o["ended"], "polsek-penajam"))
    o["old"] = another(s, o["police"], "dispatch.reminder", AWAY - datetime.timedelta(minutes=10))
    o["new"] = another(s, o["police"], "dispatch.reminder", AWAY - datetime.timedelta(minutes=20))
    o["duty"] = s.value("insert into notice (id, incident_id, dispatch_id, kind, channel, address, body, created_at) select gen_random_uuid(), incident_id, "
                        "dispatch_id, 'duty', 'sms', %s, '[TRC] belum ada jawaban', now() - %s from notice where id = %s returning id",
                        DUTY_PHONE, AWAY, o["police"])
    s.sql("insert into outbox (notice_id, priority, due_at, attempt) values (%s, 1, now(), 0)", o["duty"])
    # ended while this daemon was away, without a word in the history: only that is stale tells that it is too late
    s.sql("update dispatch set state = 'expired' where incident_id = %s", o["ended"]["incident"]["id"])
    s.sql("delete from deadline where subject in (select id from dispatch where incident_id = %s)", o["ended"]["incident"]["id"])
    receipts = s.sql("select id, address from notice where kind = 'receipt' order by created_at")
    assert len(receipts) == 2
    o["receipt"], o["old_receipt"] = receipts[0], receipts[1]
    s.sql("update notice set created_at = created_at - interval '5 h' where id = %s", o["old_receipt"]["id"])
    s.write_conf({})
    s.start()
    yield o
    s.close()


def test_a_dispatch_that_still_waits_goes_out_marked_late(outage):
    s, incident = outage["stack"], outage["open"]["incident"]
    (call, *_) = wait_until(lambda: s.partner("polsek-penajam").about(incident["id"], "dispatch.created"), 10, "the late notice")
    body = call.json
    assert AWAY.total_seconds() <= body["data"]["late_s"] < AWAY.total_seconds() + 60
    # under its id, and otherwise as it was made
    stored = json.loads(s.value("select body from notice where id = %s", outage["police"]))
    assert call.id == str(outage["police"])
    del body["data"]["late_s"]
    assert body == stored
    late = re.compile(rf"Terlambat 12[01] mnt\. \[DINSOS PPU\] .* {incident['number']} .*TOLAK {incident['number']}\.", re.DOTALL)
    wait_until(lambda: any(late.fullmatch(m["text"]) for m in s.sms.to(OFFICE_PHONE)), 10, "the late SMS")


def test_of_stale_reminders_only_the_newest_leaves(outage):
    s = outage["stack"]
    assert ended(s, outage["old"]) == [(1, "void", "superseded")]
    assert str(outage["old"]) not in {c.id for c in s.partner("polsek-penajam").calls}
    # the ladder climbs at once after the outage and may remind as well: then that reminder is the newest
    assert ended(s, outage["new"])[0][1:] in (("ok", "HTTP 200"), ("void", "superseded"))
    wait_until(lambda: s.partner("polsek-penajam").about(outage["open"]["incident"]["id"], "dispatch.reminder"), 10, "a reminder")


def test_what_nobody_needs_any_more_does_not_leave(outage):
    s = outage["stack"]
    assert ended(s, outage["gone"]) == [(1, "void", "too late")]
    assert s.partner("polsek-penajam").about(outage["ended"]["incident"]["id"], "dispatch.created") == []


def test_a_receipt_leaves_within_six_hours_and_not_later(outage):
    s = outage["stack"]
    assert ended(s, outage["old_receipt"]["id"]) == [(1, "void", "too late")]
    assert s.sms.to(outage["old_receipt"]["address"]) == []
    (message,) = wait_until(lambda: s.sms.to(outage["receipt"]["address"]), 10, "the receipt")
    assert message["text"] == s.value("select body from notice where id = %s", outage["receipt"]["id"])


def test_an_officer_is_told_how_late_a_message_is(outage):
    s = outage["stack"]
    assert ended(s, outage["duty"])[0][1] == "ok"
    assert "Terlambat 120 mnt. [TRC] belum ada jawaban" in [m["text"] for m in s.sms.to(DUTY_PHONE)]


def test_a_backlog_leaves_newest_first(postgres):
    count = 330
    s = Stack(postgres, agencies=[agency("polsek-penajam", "police", "64.09.01")], conf=HELD)
    try:
        made = [s.report()["number"] for _ in range(count)]
        s.kill()
        away(s, AWAY)
        s.write_conf({})
        police = s.partner("polsek-penajam")
        s.start()
        wait_until(lambda: len({c.json["data"]["incident"]["number"] for c in list(police.calls)}) == count, 30, "everything has left")
        order = [c.json["data"]["incident"]["number"] for c in police.calls if c.type == "dispatch.created"]
        assert set(order[:100]) <= set(made[-200:]), "the first claim takes the newest"
        assert sum(order[:100]) / 100 > sum(order[100:200]) / 100 > sum(order[-100:]) / 100
    finally:
        s.close()


def test_what_a_full_lane_left_behind_leaves_as_soon_as_there_is_room(postgres):
    """Without the look that comes by the clock: it is a minute away here."""
    count = 900  # more than a lane takes at once
    s = Stack(postgres, agencies=[agency("polsek-penajam", "police", "64.09.01")], conf=HELD)
    try:
        made = s.report()
        s.kill()
        s.sql("insert into notice (id, incident_id, dispatch_id, kind, channel, contact_id, address, body) select gen_random_uuid(), incident_id, "
              "dispatch_id, kind, channel, contact_id, address, body from notice, generate_series(2, %s) where dispatch_id = %s",
              count, dispatch_id(made, "polsek-penajam"))
        s.sql("insert into outbox (notice_id, contact_id, priority, due_at, attempt) select id, contact_id, 1, now(), 0 from notice n "
              "where not exists (select from outbox o where o.notice_id = n.id)")
        s.write_conf({"clocks": {"poll_ms": 60000}})
        s.partner("polsek-penajam").default = Answer(wait=0.02)
        s.start()
        wait_until(lambda: len({c.id for c in list(s.partner("polsek-penajam").calls)}) == count, 30, "everything has left")
    finally:
        s.close()


def test_a_claim_reads_only_what_it_takes_however_much_waits(postgres):
    """On a table that was never analysed, as after an outage: in the order of the index, without a sort of the backlog."""
    backlog, claim = 20000, 200
    s = Stack(postgres, started=False)
    try:
        for table in ("outbox", "notice"):
            s.sql(f"alter table {table} set (autovacuum_enabled = false)")
        s.sql("insert into notice (id, kind, channel, address, body, created_at) select gen_random_uuid(), 'receipt', 'webhook', '-', '', "
              "now() - g * interval '1 ms' from generate_series(1, %s) g", backlog)
        s.sql("insert into outbox (notice_id, priority, due_at, attempt) select id, 1, created_at, 0 from notice")
        with contextlib.closing(psycopg2.connect(postgres.dsn(s.database, "sigap_daemon"))) as c, c.cursor() as cursor:
            cursor.execute("prepare claim as " + (ROOT / "daemon/io/sql/claim_outbox.sql").read_text())
            cursor.execute("explain (analyze, costs off, timing off, summary off) execute claim(%s, 30, %s, '{}', 600)", (str(uuid.uuid4()), claim))
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Seq Scan" not in plan, plan
        (read,) = re.findall(r"Index Scan Backward using outbox_due on outbox o \(actual rows=(\d+) loops=(\d+)\)", plan)
        assert int(read[0]) * int(read[1]) == claim, plan
        assert max(int(n) for n in re.findall(r"actual rows=(\d+)", plan)) <= claim + 1, plan
    finally:
        s.close()


# ---- a door that is shut ------------------------------------------------------------------------------------------------


@pytest.fixture
def two(postgres):
    """Two daemons; the policy is that of minutes: a ladder that climbs here was hastened."""
    s = Stack(postgres, conf={"delivery": {"slots_per_contact": 2}})
    s.start_another()
    yield s
    s.close()


def test_an_open_breaker_climbs_at_once_and_once(two):
    police = two.partner("polsek-penajam")
    police.stop()
    made = [two.report(daemon=n % 2) for n in range(12)]
    # each daemon sees five failures of its own and opens its own breaker
    for one in two.daemons:
        wait_until(lambda one=one: "deliver.breaker_open" in one.log.read_text(), 20, "the breaker opens")
    opened = datetime.datetime.now(datetime.timezone.utc)
    for m in made:
        climbed = wait_until(lambda m=m: escalations(two, dispatch_id(m, "polsek-penajam")), 5, "the ladder climbs")
        # no reminder, which could not arrive either: it says that it skipped it
        assert climbed[0]["data"]["rung"] == "duty" and "again" in climbed[0]["data"]["skipped"]
        assert climbed[0]["at"] - opened < datetime.timedelta(seconds=2)
        # whoever was reached keeps its time
        assert escalations(two, dispatch_id(m, "kelurahan-petung")) == []
    assert "deliver.unreachable" in "".join(d.log.read_text() for d in two.daemons)
    # what is made while the door is shut does not wait for its clock either
    late = two.report()
    wait_until(lambda: escalations(two, dispatch_id(late, "polsek-penajam")), 5, "the ladder of a new dispatch climbs")
    assert [len(escalations(two, dispatch_id(m, "polsek-penajam"))) for m in [*made, late]] == [1] * 13
    police.start()
    for m in [*made, late]:
        wait_until(lambda m=m: police.about(m["incident"]["id"]), 30, "the notice arrives when the door opens again")


# ---- after an answer ----------------------------------------------------------------------------------------------------


def test_nothing_leaves_after_an_answer_that_another_daemon_recorded(two):
    police = two.partner("polsek-penajam")
    police.default = Answer(200, wait=1.2)  # two at a time: the last of ten leave six seconds later
    made = [two.report() for _ in range(10)]
    wait_until(lambda: len(police.calls) >= 2, 5, "the first calls")
    answered, others = made[4::2], made[5::2]
    for m in answered:
        assert two.answer(dispatch_id(m, "polsek-penajam"), "accept", token="polsek-penajam", daemon=1).status_code == 200
    for m in others:
        wait_until(lambda m=m: police.about(m["incident"]["id"]), 15, "what nobody answered leaves")
    for m in answered:
        notice = two.value("select id from notice where dispatch_id = %s", dispatch_id(m, "polsek-penajam"))
        assert ended(two, notice) == [(1, "void", "answered meanwhile")]
        assert police.about(m["incident"]["id"]) == []
    # being looked up again cost nobody an attempt, and nothing left twice
    for m in others:
        notice = two.value("select id from notice where dispatch_id = %s", dispatch_id(m, "polsek-penajam"))
        assert [a[:2] for a in ended(two, notice)] == [(1, "ok")]
        assert len(police.about(m["incident"]["id"])) == 1
