"""Sending SMS through several gateways: the next one where one fails, back when it works again; its pace and its money kept, the reserve for what is critical; a reply
goes back the way the message came; long texts are cut at three parts; delivery reports in any order say one thing, and what never arrived makes the ladder climb once.
"""
import collections
import datetime
import re
import time
import uuid

import pytest
from stack import AGENCIES, DUTY_PHONE, Answer, Hang, Stack, agency, wait_until

TOTAL_MS = 2500  # long enough that a busy machine does not make a failure of what works
OFFICE_PHONE = "+6281270000031"
numbers = iter(range(1, 10000))


def phone():
    return f"+62812600{next(numbers):05}"


def with_sms(slug):
    """The agencies, one of them reached by SMS alone."""
    return [a if a["slug"] != slug else agency(slug, a["kind"], a["jurisdiction"], [{"channel": "sms", "phone": OFFICE_PHONE}]) for a in AGENCIES]


@pytest.fixture(scope="module")
def two(postgres):
    """Two gateways, "kannel" before "cadangan"."""
    s = Stack(postgres, gateways=("kannel", "cadangan"), agencies=with_sms("kelurahan-petung"),
              conf={"delivery": {"total_ms": TOTAL_MS, "connect_ms": 1000}, "gateway cadangan": {"price": 7}})
    yield s
    s.close()


@pytest.fixture(autouse=True)
def heal(request):
    """Every test begins with gateways that work and of whose failures the daemon remembers none."""
    if "two" not in request.fixturenames:
        yield
        return
    two = request.getfixturevalue("two")
    before = failed_attempts(two)
    yield
    for gateway in two.gateways.values():
        gateway.default = ACCEPTED
    if failed_attempts(two) != before:
        two.restart()


def failed_attempts(stack):
    return stack.sql("select count(*) as n from attempt where outcome <> 'ok'")[0]["n"]


ACCEPTED = Answer(202, {}, "0: Accepted for delivery")


def tell(stack, to=None, urgency="normal", **how):
    """A report whose reporter gets a receipt; its phone."""
    to = to or phone()
    stack.report(reporter={"phone": to}, urgency=urgency, kind="other_social", **how)
    return to


def attempts(stack, to):
    return stack.sql("select a.number, a.gateway, a.outcome, a.status, a.detail, a.parts, a.ms from attempt a join notice n on n.id = a.notice_id where n.address = %s "
                     "order by a.number", to)


def arrived(stack, to, gateway, deadline=20):
    return wait_until(lambda: stack.gateways[gateway].to(to), deadline, f"the SMS through {gateway}")


def ways(stack, to, count, deadline=20):
    """(gateway, outcome) of each attempt, once there are so many."""
    wait_until(lambda: len(attempts(stack, to)) >= count, deadline, "the attempts on record")
    return [(a["gateway"], a["outcome"]) for a in attempts(stack, to)]


# ---- fail over ------------------------------------------------------------------------------------------------------------


def test_the_first_gateway_of_the_configuration_is_used(two):
    to = tell(two)
    arrived(two, to, "kannel")
    (attempt,) = wait_until(lambda: attempts(two, to), 20, "the attempt on record")
    assert (attempt["gateway"], attempt["outcome"], attempt["parts"]) == ("kannel", "ok", 1)
    assert two.gateways["cadangan"].to(to) == []
    # people see which gateway it was
    (made,) = two.sql("select incident_id from notice where address = %s", to)
    (notice,) = [n for n in two.incident(str(made["incident_id"]))["notices"] if n["kind"] == "receipt"]
    assert (notice["attempts"][0]["gateway"], notice["attempts"][0]["parts"]) == ("kannel", 1)


@pytest.mark.parametrize("fault, outcome", [(Answer(500), "retry"), (Answer(403, {}, "Authorization failed for sendsms"), "permanent"), (Hang(), "unknown")],
                         ids=["500", "403", "hang"])
def test_where_the_first_fails_the_next_is_tried_at_once_and_the_first_again_when_it_works(two, fault, outcome):
    two.gateways["kannel"].default = fault
    waits = []
    for _ in range(2):  # fewer than open the breaker
        to = tell(two)
        (sms,) = arrived(two, to, "cadangan")
        assert ways(two, to, 2) == [("kannel", outcome), ("cadangan", "ok")]
        (asked,) = [c for c in two.gateways["kannel"].calls if c.query["to"] == to]
        waits.append(sms["at"] - asked.at - (TOTAL_MS / 1000 if outcome == "unknown" else 0))
    assert min(waits) < 0.45, f"sooner than the first pause between two attempts: {waits}"
    reason = attempts(two, to)[1]["detail"]
    assert "not kannel: " + ("refused it" if outcome == "permanent" else "failed before") in reason, reason
    two.gateways["kannel"].default = ACCEPTED
    to = tell(two)
    arrived(two, to, "kannel")
    assert ways(two, to, 1) == [("kannel", "ok")]


def test_what_is_wrong_with_the_number_is_not_tried_elsewhere(two):
    two.gateways["kannel"].default = Answer(400, {}, "Missing receiver number, rejected")
    to = tell(two)
    wait_until(lambda: two.sql("select from dead_notice d join notice n on n.id = d.notice_id where n.address = %s", to), 20, "given up")
    assert ways(two, to, 1) == [("kannel", "permanent")]
    assert two.gateways["cadangan"].to(to) == []


def test_what_all_gateways_refuse_is_given_up_and_can_be_replayed(two):
    for gateway in two.gateways.values():
        gateway.default = Answer(403, {}, "Authorization failed for sendsms")
    to = put_notice(two, "Satu pesan saja")  # a report would bring others along, whose failures open the breakers
    notice = wait_until(lambda: two.sql("select d.notice_id, d.reason from dead_notice d join notice n on n.id = d.notice_id where n.address = %s", to), 20, "given up")[0]
    assert ways(two, to, 2) == [("kannel", "permanent"), ("cadangan", "permanent")]
    for gateway in two.gateways.values():
        gateway.default = ACCEPTED
    assert two.api("POST", f"/v1/outbox/{notice['notice_id']}/replay").status_code == 200
    arrived(two, to, "kannel")  # what it refused then does not count


def test_a_gateway_that_keeps_failing_is_left_alone_and_probed_until_it_works(two):
    two.gateways["kannel"].default = Answer(500)
    said = two.log.read_text().count("deliver.breaker_open")
    for _ in range(10):
        arrived(two, tell(two), "cadangan")
        if two.log.read_text().count("deliver.breaker_open") > said:
            break
    else:
        raise AssertionError("the breaker did not open")
    asked = len(two.gateways["kannel"].calls)
    to = tell(two)
    arrived(two, to, "cadangan")
    assert len(two.gateways["kannel"].calls) == asked, "left alone"
    assert "not kannel: failing" in wait_until(lambda: attempts(two, to), 20, "on record")[0]["detail"]
    # an agency that is reached by SMS alone is reachable while one gateway works: nothing climbs
    made = two.report()
    (office,) = [d["id"] for d in made["dispatches"] if d["agency"] == "kelurahan-petung"]
    wait_until(lambda: [m for m in two.gateways["cadangan"].to(OFFICE_PHONE)], 20, "the office's SMS")
    assert two.sql("select from event where kind = 'escalated' and data ->> 'dispatch' = %s", office) == []
    two.gateways["kannel"].default = ACCEPTED
    wait_until(lambda: two.gateways["kannel"].to(tell(two)), 20, "kannel is used again")


def test_an_agency_that_no_gateway_reaches_climbs_at_once(two):
    for gateway in two.gateways.values():
        gateway.default = Answer(500)
    said = two.log.read_text().count("deliver.breaker_open")
    made = []
    for _ in range(12):
        made.append(two.report())
    wait_until(lambda: two.log.read_text().count("deliver.breaker_open") >= said + 2, 20, "both breakers open")
    (office,) = [d["id"] for d in made[0]["dispatches"] if d["agency"] == "kelurahan-petung"]
    wait_until(lambda: two.sql("select from event where kind = 'escalated' and data ->> 'dispatch' = %s", office), 20, "its ladder climbs")
    for gateway in two.gateways.values():
        gateway.default = ACCEPTED
    wait_until(lambda: not two.sql("select from outbox o join notice n on n.id = o.notice_id where n.channel = 'sms'"), 60, "everything has left in the end")


# ---- the way back -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gateway", ["cadangan", "kannel"])
def test_a_reply_goes_back_the_way_the_message_came(two, gateway):
    sender = phone()
    assert two.send_sms(sender, "ada org dirantai di gudang blkg rumah, ds Labangka RT 4", gateway=gateway).status_code == 200
    arrived(two, sender, gateway)
    assert ways(two, sender, 1) == [(gateway, "ok")]


# ---- texts ----------------------------------------------------------------------------------------------------------------


def put_notice(stack, body, to=None, kind="receipt"):
    to = to or phone()
    (row,) = stack.sql("insert into notice (id, kind, channel, address, body) values (%s, %s, 'sms', %s, %s) returning id", str(uuid.uuid4()), kind, to, body)
    stack.sql("insert into outbox (notice_id, priority, due_at, attempt) values (%s, 2, now(), 0)", row["id"])
    return to


def test_a_text_is_transliterated_and_cut_at_three_parts(two):
    to = put_notice(two, "\u201cJalan Pahlawan\u201d \u2013 " + "d\u00e9sa R\u0101ja " * 80)
    (sms,) = arrived(two, to, "kannel")
    assert sms["coding"] == "0" and sms["text"].startswith('"Jalan Pahlawan" - d\u00e9sa Raja')
    assert sms["text"].endswith("...") and 450 <= len(sms["text"]) <= 459
    assert wait_until(lambda: attempts(two, to), 20, "on record")[0]["parts"] == 3


def test_what_no_telephone_alphabet_has_leaves_as_ucs2_and_no_character_is_torn(two):
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    to = put_notice(two, family * 40)
    (sms,) = arrived(two, to, "kannel")
    assert sms["coding"] == "2"
    assert re.fullmatch(f"({family})+[.]{{3}}", sms["text"]), "whole families only"
    assert wait_until(lambda: attempts(two, to), 20, "on record")[0]["parts"] == 3


# ---- pace -------------------------------------------------------------------------------------------------------------------


def test_no_more_leave_in_a_minute_than_a_gateway_allows_the_rest_takes_the_next(postgres):
    s = Stack(postgres, gateways=("kannel", "cadangan"), conf={"gateway kannel": {"per_minute": 5}, "gateway cadangan": {"per_minute": 4}})
    try:
        told = [tell(s) for _ in range(12)]
        wait_until(lambda: len(s.gateways["kannel"].messages) == 5 and len(s.gateways["cadangan"].messages) == 4, 10, "what the minute allows")
        waiting = "select from outbox where owner is null and attempt = 0 and due_at > now() + interval '1 s' and due_at < now() + interval '130 s'"
        wait_until(lambda: len(s.sql(waiting)) == 3, 10, "the rest goes back until there is room again")
        first = min(m["at"] for m in s.gateways["kannel"].messages)
        wait_until(lambda: sum(len(s.gateways[g].messages) for g in s.gateways) == 12, 130, "everybody is told in the end")
        sixth = sorted(m["at"] for m in s.gateways["kannel"].messages)[5:6]
        assert not sixth or sixth[0] - first >= 59.5
        assert collections.Counter(m["to"] for g in s.gateways.values() for m in g.messages) == collections.Counter(told)
        wait_until(lambda: s.value("select count(*) from outbox") == 0, 20, "all on record")
        assert [a["outcome"] for to in told for a in attempts(s, to)] == ["ok"] * 12, "waiting is no attempt"
    finally:
        s.close()


# ---- money ------------------------------------------------------------------------------------------------------------------

PRICE, CAP, RESERVE = 100, 2000, 30


def spent(stack):
    return sum(r["cost"] for r in stack.sql("select cost from gateway_day"))


def waiting(stack):
    return stack.value("select count(*) from outbox o join notice n on n.id = o.notice_id where n.kind = 'receipt'")


def test_the_day_has_its_cap_and_a_reserve_for_what_is_critical(postgres):
    s = Stack(postgres, conf={"gateway kannel": {"price": PRICE, "daily_cap": CAP, "reserve": RESERVE}})
    try:
        ordinary = CAP * (100 - RESERVE) // 100 // PRICE
        told = [tell(s) for _ in range(ordinary + 6)]

        def receipts():
            return [m for m in s.sms.messages if m["to"] in told]

        wait_until(lambda: len(receipts()) >= ordinary - 2, 10, "what is for everybody is spent")
        held = wait_until(lambda: s.sql("select n.address, a.detail, a.gateway from attempt a join notice n on n.id = a.notice_id where a.outcome = 'held'"), 10, "the rest waits")
        assert all(h["detail"] == "kannel: daily cap used up" and h["gateway"] is None for h in held)
        due = [r["due_at"] for r in s.sql("select o.due_at from outbox o join attempt a on a.notice_id = o.notice_id and a.outcome = 'held'")]
        now = datetime.datetime.now(datetime.timezone.utc)
        assert due and all(now < d <= now + datetime.timedelta(minutes=10, seconds=1) for d in due)
        # people are told, out of the reserve: nearly used, and used
        wait_until(lambda: {a["kind"] for a in s.api("GET", "/v1/alarms?state=active").json()} == {"spend_cap_near", "spend_cap_used"}, 15, "the alarms")
        wait_until(lambda: len([m for m in s.sms.to(DUTY_PHONE) if "biaya gerbang SMS kannel" in m["text"]]) == 2, 10, "the officer on duty is told")
        # what is critical leaves
        critical = tell(s, urgency="critical")
        arrived(s, critical, "kannel")
        # an operator sees it
        table = s.ctl("gateways").stdout
        assert "kannel" in table and "cap used" in table
        wait_until(lambda: s.value("select cost from gateway_day") == len(s.sms.messages) * PRICE, 20, "what was sent is what is on the bill")
        assert spent(s) <= CAP and len(receipts()) <= ordinary
        # the reserve ends, too
        for _ in range(8):
            tell(s, urgency="critical")
        wait_until(lambda: spent(s) == CAP, 10, "all of it is spent")
        left = waiting(s)
        assert left > 0
        # a new day: what was spent on the day before does not count, and the alarms are over
        s.sql("update gateway_day set day = day - 1")
        wait_until(lambda: s.api("GET", "/v1/alarms?state=active").json() == [], 20, "the alarms are cleared")
        s.sql("update outbox set due_at = now() where owner is null")
        wait_until(lambda: waiting(s) == 0, 30, "what was held leaves on the next day")
        # what was held was tried once only in the books
        assert s.value("select max(n) from (select count(*) as n from attempt where outcome = 'held' group by notice_id) x") == 1
    finally:
        s.close()


def test_two_daemons_stay_within_one_cap(postgres):
    slots, price, cap = 2, 10, 600
    s = Stack(postgres, conf={"gateway kannel": {"price": price, "daily_cap": cap, "reserve": 0, "slots": slots}})
    try:
        other = s.start_another()
        s.sms.default = Answer(202, {}, "0: Accepted for delivery", 0.02)
        for n in range(100):
            tell(s, daemon=n % 2 and other)
        wait_until(lambda: s.sql("select from attempt where outcome = 'held'"), 20, "the money is spent")
        wait_until(lambda: s.value("select count(*) from outbox where owner is not null") == 0, 20, "the rest waits")
        ours = [s.value("select count(*) from attempt where outcome = 'ok' and gateway = 'kannel'"), len(s.sms.messages)]
        assert ours[0] == ours[1] and spent(s) == ours[0] * price
        assert cap - price < spent(s) + price * 3 and spent(s) <= cap + 2 * slots * price * 3
        # whoever starts now knows what was spent before
        s.restart()
        before = len(s.sms.messages)
        tell(s)
        wait_until(lambda: s.value("select count(*) from attempt where outcome = 'held'") > 0 and s.value("select count(*) from outbox where owner is not null") == 0, 10, "it waits")
        assert len(s.sms.messages) == before
    finally:
        s.close()


def test_a_gateway_without_money_left_is_passed_over_for_the_next(postgres):
    s = Stack(postgres, gateways=("kannel", "cadangan"), conf={"gateway kannel": {"price": 10, "daily_cap": 30, "reserve": 0}})
    try:
        for _ in range(8):
            tell(s)
        wait_until(lambda: len(s.gateways["cadangan"].messages) >= 5, 10, "the rest goes through the other")
        assert len(s.gateways["kannel"].messages) == 3
        assert s.sql("select from attempt where outcome = 'held'") == []
    finally:
        s.close()


def test_a_cap_that_is_raised_by_a_reload_counts_at_once_and_the_day_goes_on(postgres):
    s = Stack(postgres, conf={"gateway kannel": {"price": 10, "daily_cap": 30, "reserve": 0}})
    try:
        for _ in range(3):
            arrived(s, tell(s), "kannel")
        tell(s)
        wait_until(lambda: s.sql("select from attempt where outcome = 'held'"), 10, "the fourth waits")
        s.write_conf({"gateway kannel": {"price": 10, "daily_cap": 200, "reserve": 0}})
        s.process.send_signal(1)
        wait_until(lambda: "app.reloaded" in s.log.read_text(), 10, "reloaded")
        arrived(s, tell(s), "kannel")
        wait_until(lambda: spent(s) >= 40, 20, "the day goes on")
    finally:
        s.close()


# ---- delivery reports -----------------------------------------------------------------------------------------------------------


def delivery(stack, to):
    (row,) = stack.sql("select id, incident_id from notice where address = %s order by created_at desc limit 1", to)
    if row["incident_id"] is None:
        return stack.value("select notice_delivery(%s)", row["id"])
    (notice,) = [n for n in stack.incident(str(row["incident_id"]))["notices"] if n["id"] == str(row["id"])]
    return notice["delivery"]


@pytest.mark.parametrize("reports, states", [
    ((4, 8, 1), ("queued", "sent", "delivered")),
    ((1, 8, 4, 1, 2), ("delivered",) * 5),
    ((8, 2, 8, 2), ("sent", "failed", "failed", "failed")),
    ((16, 1), ("failed", "delivered")),
], ids=["in order", "backwards", "failed", "after all"])
def test_reports_in_any_order_and_number_say_one_thing(two, reports, states):
    to = tell(two)
    (sms,) = arrived(two, to, "kannel")
    assert delivery(two, to) is None
    for type, state in zip(reports, states, strict=True):
        assert two.delivery_report(sms, type, "told").status_code == 200
        assert delivery(two, to) == state
    # on the list of the dead stands what has failed, and not what arrived after all
    dead = [n for n in two.api("GET", "/v1/outbox?state=dead").json() if n["notice"] == str(two.value("select id from notice where address = %s", to))]
    wait_until(lambda: bool([n for n in two.api("GET", "/v1/outbox?state=dead").json()
                             if n["notice"] == str(two.value("select id from notice where address = %s", to))]) == (states[-1] == "failed"), 5, f"the list of the dead {dead}")


def test_what_the_telephone_never_had_makes_the_ladder_climb_once(two):
    seen = len(two.gateways["kannel"].to(OFFICE_PHONE))
    made = two.report()
    (office,) = [d["id"] for d in made["dispatches"] if d["agency"] == "kelurahan-petung"]
    sms = wait_until(lambda: two.gateways["kannel"].to(OFFICE_PHONE)[seen:], 20, "the office's SMS")[0]

    def climbs():
        return two.sql("select at, data from event where kind = 'escalated' and data ->> 'dispatch' = %s order by number", office)

    assert two.delivery_report(sms, 8).status_code == 200
    assert climbs() == []
    asked_at = datetime.datetime.now(datetime.timezone.utc)
    assert two.delivery_report(sms, 2, "absent subscriber").status_code == 200
    first = wait_until(climbs, 20, "the ladder climbs")[0]
    assert first["at"] - asked_at < datetime.timedelta(seconds=2)
    # an hour before its clock, and it is shown to people
    accept_by = two.value("select accept_by from dispatch where id = %s", office)
    assert accept_by - first["at"] > datetime.timedelta(minutes=20)
    dead = [n for n in two.api("GET", "/v1/outbox?state=dead").json() if n["dispatch"] == office]
    assert [(n["delivery"], n["gateway"]) for n in dead] == [("failed", "kannel")] and "absent" in dead[0]["reason"], dead
    # the reminder that the ladder sent is another notice; told again that the first failed, nothing climbs further
    reminder = wait_until(lambda: two.gateways["kannel"].to(OFFICE_PHONE)[seen + 1:], 20, "the reminder")[0]
    for _ in range(3):
        assert two.delivery_report(sms, 2).status_code == 200
    two.delivery_report(sms, 8)
    began = time.monotonic()
    wait_until(lambda: time.monotonic() - began > 1.5, 20, "long enough to climb")
    assert len(climbs()) == 1
    # the reminder fails, too: one rung more, and not another for each time that it is told
    for type in (2, 2, 16, 2):
        assert two.delivery_report(reminder, type).status_code == 200
        wait_until(lambda: len(climbs()) >= 2, 20, "the ladder climbs on")
    two.delivery_report(sms, 2)
    began = time.monotonic()
    wait_until(lambda: time.monotonic() - began > 1.5, 20, "long enough to climb")
    assert len(climbs()) == 2
    assert two.doctor() == []


def test_a_report_that_comes_before_the_attempt_is_on_record_counts(two):
    """The gateway reports at once, while the attempt still waits to be written with others."""
    seen = len(two.gateways["kannel"].to(OFFICE_PHONE))
    made = two.report()
    (office,) = [d["id"] for d in made["dispatches"] if d["agency"] == "kelurahan-petung"]
    sms = wait_until(lambda: two.gateways["kannel"].to(OFFICE_PHONE)[seen:], 20, "the office's SMS")[0]
    two.delivery_report(sms, 16, "rejected")
    wait_until(lambda: two.sql("select from event where kind = 'escalated' and data ->> 'dispatch' = %s", office), 20, "the ladder climbs")


def test_no_promise_is_broken_at_the_end(two):
    wait_until(lambda: two.value("select count(*) from outbox") == 0, 60, "an empty outbox")
    assert two.doctor() == []
