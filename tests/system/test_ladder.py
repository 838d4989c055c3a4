"""Promise 3: every notice reaches someone. Silence climbs the ladder of the policy, rung by rung, at its times, and says what it did.

The times are those of data/policy_fast.jsonc: an answer within 2 s; again, then 1 s; duty, then 2 s; up, then 1 s; after that the
officer on duty every 3 s. Who accepted and does not arrive: again, then 2 s; duty, then 1 s; then the answer expires. A step may be late by one look at the database
(clocks.poll_ms) and a little, never early.
"""
import datetime

import psycopg2
import pytest
import requests
from stack import DUTY_PHONE, PEOPLE, POLICY_FAST, Answer, Stack, wait_until

LATE_AT_MOST = datetime.timedelta(seconds=1.5)
ACCEPT_S, ARRIVE_S = 2, 60
WAITS = {"again": 1, "duty": 2, "up": 1}
LATE_WAITS = {"again": 2}
REPEAT_S = 3


def seconds(n):
    return datetime.timedelta(seconds=n)


def assert_on_time(due, at, what):
    assert at >= due, f"{what}: {due - at} early"
    assert at <= due + LATE_AT_MOST, f"{what}: {at - due} late"


def dispatch_of(stack, incident, agency):
    (row,) = stack.sql("select * from dispatch where incident_id = %s and agency = %s", incident, agency) or [None]
    return row


def climbed(stack, dispatch):
    """What the clock has done about one dispatch, in order: the events with their data."""
    return stack.sql(
        "select number, at, data from event where kind = 'escalated' and data ->> 'dispatch' = %s order by number", str(dispatch))


def wait_climbed(stack, dispatch, count, deadline):
    wait_until(lambda: len(climbed(stack, dispatch)) >= count, deadline, f"{count} steps of the ladder")
    return climbed(stack, dispatch)


def deadline_of(stack, dispatch):
    (row,) = stack.sql("select clock, step, due_at, set_for from deadline where subject = %s", dispatch) or [None]
    return row


def duty_texts(stack, number):
    return [m["text"] for m in stack.sms.to(DUTY_PHONE) if f" {number} " in m["text"]]


def page_of(stack, agency, incident):
    call = wait_until(lambda: stack.partner(agency).about(incident), 5, f"the notice to {agency}")[0]
    return call.json["data"]["dispatch"]["url"]


@pytest.fixture(scope="module")
def fast_stack(postgres):
    """Looks often: what is done too early shows."""
    s = Stack(postgres, policy=POLICY_FAST, conf={"clocks": {"poll_ms": 100}})
    yield s
    s.close()


@pytest.fixture(scope="module")
def nobody_on_duty(postgres):
    """The settings are the usual ones, but the roster is empty."""
    s = Stack(postgres, people=[{**p, "on_duty": False} for p in PEOPLE], policy=POLICY_FAST)
    yield s
    s.close()


def test_an_accept_by_link_stops_the_accept_clock_and_arms_the_arrival(fast_stack):
    stack, made = fast_stack, fast_stack.report()
    incident = made["incident"]["id"]
    assert sorted(d["agency"] for d in made["dispatches"]) == ["kelurahan-petung", "polsek-penajam"]
    url = page_of(stack, "kelurahan-petung", incident)

    page = requests.get(url, timeout=5)
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    assert 'method="post"' in page.text and 'value="accept"' in page.text
    before = dispatch_of(stack, incident, "kelurahan-petung")
    assert before["state"] == "seen" and deadline_of(stack, before["id"])["clock"] == "accept"

    done = requests.post(url, data={"event": "accept"}, timeout=5)
    assert done.status_code == 200 and 'value="accept"' not in done.text and 'value="en_route"' in done.text
    after, armed = dispatch_of(stack, incident, "kelurahan-petung"), deadline_of(stack, before["id"])
    assert after["state"] == "accepted" and after["accepted_at"] is not None
    assert armed["clock"] == "arrive" and armed["step"] == 0
    assert armed["due_at"] == armed["set_for"] == after["arrive_by"] == after["accepted_at"] + seconds(ARRIVE_S)

    # long after the other's clock ran out, nothing was said to the one who had answered
    wait_climbed(stack, dispatch_of(stack, incident, "polsek-penajam")["id"], 2, 12)
    assert climbed(stack, before["id"]) == []
    assert stack.partner("kelurahan-petung").about(incident, "dispatch.reminder") == []


def test_each_deadline_is_met_without_a_look_in_between(postgres, tmp_path):
    """The next look of the clock is a minute away, and what a rung arms half a minute: what happens on time happens because the last
    deadline named the next one."""
    policy = tmp_path / "policy.jsonc"
    policy.write_text(POLICY_FAST.read_text().replace('"to": "again", "wait": "1s"', '"to": "again", "wait": "30s"'))
    stack = Stack(postgres, policy=policy, conf={"clocks": {"poll_ms": 60000}})
    try:
        polices = []
        for _ in range(3):
            made = stack.report()
            polices.append(dispatch_of(stack, made["incident"]["id"], "polsek-penajam"))
            made_at = polices[-1]["notified_at"]
            wait_until(lambda: stack.value("select now()") > made_at + seconds(0.3), 5, "a moment between two reports")
        for police in polices:
            (first, *_) = wait_climbed(stack, police["id"], 1, 10)
            assert_on_time(police["accept_by"], first["at"], "the first rung")
    finally:
        stack.close()


def test_silence_climbs_rung_by_rung_at_the_times_of_the_policy(fast_stack):
    stack = fast_stack
    stack.report()  # its clocks run out a moment before: whoever looks then must leave the others alone
    made = stack.report()
    incident, number = made["incident"]["id"], made["number"]
    assert requests.post(page_of(stack, "kelurahan-petung", incident), data={"event": "accept"}, timeout=5).status_code == 200
    # seen, as often as one likes, is no answer
    for _ in range(2):
        assert requests.get(page_of(stack, "polsek-penajam", incident), timeout=5).status_code == 200
    police = dispatch_of(stack, incident, "polsek-penajam")
    assert police["accept_by"] == police["notified_at"] + seconds(ACCEPT_S)

    steps = wait_climbed(stack, police["id"], 5, 20)[:5]
    assert [(s["data"]["rung"], s["data"]["repeat"]) for s in steps] == [
        ("again", False), ("duty", False), ("up", False), ("duty", True), ("duty", True)]
    assert [s["data"]["step"] for s in steps] == [0, 1, 2, 3, 3]
    assert all("skipped" not in s["data"] and s["data"]["clock"] == "accept" for s in steps)
    due = police["accept_by"]
    for s in steps:
        assert_on_time(due, s["at"], f"step {s['data']['step']} ({s['data']['rung']})")
        due = s["at"] + seconds(REPEAT_S if s["data"]["repeat"] else WAITS[s["data"]["rung"]])

    # again: the same agency once more, under an id of its own
    calls = wait_until(lambda: stack.partner("polsek-penajam").about(incident, "dispatch.reminder"), 5, "the reminder")
    assert len(calls) == 1 and calls[0].json["data"]["dispatch"]["id"] == str(police["id"])
    assert calls[0].id != stack.partner("polsek-penajam").about(incident, "dispatch.created")[0].id
    assert calls[0].at >= steps[0]["at"].timestamp()

    # up: the wider jurisdiction has a dispatch of its own, with its own clock
    up = steps[2]["data"]
    assert up["new_agency"] == up["target"] == "polres-ppu"
    wider = dispatch_of(stack, incident, "polres-ppu")
    assert str(wider["id"]) == up["new_dispatch"] and wider["role"] == police["role"]
    assert wider["notified_at"] == steps[2]["at"] and wider["accept_by"] == wider["notified_at"] + seconds(ACCEPT_S)
    (told,) = wait_until(lambda: stack.partner("polres-ppu").about(incident, "dispatch.created"), 5, "the notice to the wider police")
    assert told.json["data"]["dispatch"]["id"] == str(wider["id"])

    # duty: once on its rung and again at each repeat, by SMS
    own = "belum ada jawaban Polsek Penajam"
    wait_until(lambda: len([t for t in duty_texts(stack, number) if own in t]) >= 3, 5, "three texts to the officer on duty")
    sent = [s for s in stack.sql("select dispatch_id, address from notice where kind = 'duty' and incident_id = %s", incident)
            if s["dispatch_id"] == police["id"]]
    assert all(s["address"] == DUTY_PHONE for s in sent)


def test_agencies_told_together_are_overdue_together_in_one_step_of_the_history(fast_stack):
    """Both clocks run out at one moment: two events of one change, each with its own notice, in a history that is whole."""
    made = fast_stack.report(village="64.09.01.1003")
    incident = made["incident"]["id"]
    first, second = [wait_climbed(fast_stack, d["id"], 1, 20)[0] for d in made["dispatches"][:2]]
    assert first["at"] == second["at"], "the two were not one change"
    assert abs(first["number"] - second["number"]) == 1
    for d in made["dispatches"][:2]:
        wait_until(lambda d=d: [c for c in fast_stack.partner(d["agency"]).about(incident) if c.json["type"] == "dispatch.reminder"], 5, "the reminder")
    (row,) = fast_stack.sql("select i.version, count(*) as events, max(e.number) as last from incident i join event e on e.incident_id = i.id where i.id = %s group by 1",
                            incident)
    assert row["version"] == row["events"] == row["last"]
    fast_stack.ctl("audit", "verify")
    assert fast_stack.api("POST", f"/v1/incidents/{incident}/events", json={"event": "close", "disposition": "handled"}).status_code == 200


def test_the_wider_agency_is_not_dispatched_twice_by_its_own_ladder(fast_stack):
    stack, made = fast_stack, fast_stack.report()
    incident = made["incident"]["id"]
    police = dispatch_of(stack, incident, "polsek-penajam")
    assert stack.answer(police["id"], "decline", reason="di luar kota").status_code == 200
    wider = wait_until(lambda: dispatch_of(stack, incident, "polres-ppu"), 5, "the wider dispatch")
    steps = wait_climbed(stack, wider["id"], 3, 15)
    assert [s["data"]["rung"] for s in steps[:3]] == ["again", "duty", "duty"] and steps[2]["data"]["repeat"]
    assert "already dispatched" in steps[2]["data"]["skipped"]
    assert stack.value("select count(*) from dispatch where incident_id = %s and agency = 'polres-ppu'", incident) == 1


def test_a_decline_climbs_at_once_past_the_agency_that_said_no(fast_stack):
    stack, made = fast_stack, fast_stack.report()
    incident = made["incident"]["id"]
    page_of(stack, "polsek-penajam", incident)
    police = dispatch_of(stack, incident, "polsek-penajam")
    answer = stack.answer(police["id"], "decline", token="polsek-penajam", reason="personel tidak ada")
    assert answer.status_code == 200 and answer.json()["state"] == "declined"
    declined_at = dispatch_of(stack, incident, "polsek-penajam")["declined_at"]

    wider = wait_until(lambda: dispatch_of(stack, incident, "polres-ppu"), 5, "the wider dispatch")
    steps = climbed(stack, police["id"])
    assert [s["data"]["rung"] for s in steps] == ["duty", "up"] and all(s["data"]["clock"] == "replace" for s in steps)
    assert "the agency has said no" in steps[0]["data"]["skipped"]
    assert_on_time(declined_at, steps[0]["at"], "the officer on duty after a decline")
    assert_on_time(steps[0]["at"], steps[1]["at"], "the wider agency after a decline")
    assert wider["notified_at"] < police["accept_by"] + LATE_AT_MOST  # it did not wait for the clock of the one who declined
    wait_until(lambda: stack.partner("polres-ppu").about(incident, "dispatch.created"), 5, "the notice to the wider police")
    wait_until(lambda: [t for t in duty_texts(stack, made["number"]) if "ditolak Polsek Penajam" in t], 5, "the text to duty")
    # its task has gone over: it rests, and nobody reminds it
    assert deadline_of(stack, police["id"]) is None
    assert stack.partner("polsek-penajam").about(incident, "dispatch.reminder") == []


def test_an_empty_rung_is_skipped_at_once_and_says_so(nobody_on_duty):
    stack, made = nobody_on_duty, nobody_on_duty.report()
    police = dispatch_of(stack, made["incident"]["id"], "polsek-penajam")
    steps = wait_climbed(stack, police["id"], 3, 15)[:3]
    assert [s["data"]["rung"] for s in steps] == ["again", "up", "duty"]
    assert steps[1]["data"]["skipped"] == "step 1 (duty): nobody on duty; " and steps[1]["data"]["step"] == 2
    # the silence after "again" is all that lay before "up"
    assert_on_time(steps[0]["at"] + seconds(WAITS["again"]), steps[1]["at"], "up, with nobody on duty")
    # the ladder has ended and still there is nobody: it goes on looking
    assert steps[2]["data"]["repeat"] and steps[2]["data"]["notices"] == 0
    assert deadline_of(stack, police["id"]) is not None
    assert [m for m in stack.sms.messages if "Gangguan sistem" not in m["text"]] == []  # the gap itself is an alarm


def test_who_goes_on_duty_meanwhile_is_told_at_the_next_repeat(nobody_on_duty):
    stack, made = nobody_on_duty, nobody_on_duty.report()
    police = dispatch_of(stack, made["incident"]["id"], "polsek-penajam")
    wait_climbed(stack, police["id"], 3, 15)
    stack.sql("insert into shift (person, role, starts_at, ends_at) values ('budi', 'coordinator', now(), now() + interval '1 day')")
    stack.rules_changed()
    try:
        wait_until(lambda: duty_texts(stack, made["number"]), REPEAT_S + 3, "a text to the one who went on duty")
    finally:
        stack.sql("delete from shift")
        stack.rules_changed()


def test_an_accepted_dispatch_that_does_not_arrive_climbs_the_late_ladder(fast_stack):
    stack, made = fast_stack, fast_stack.report(kind="other_social")
    incident = made["incident"]["id"]
    office = dispatch_of(stack, incident, "dinsos-trc")
    assert stack.answer(office["id"], "accept", token="dinsos-trc").status_code == 200
    office = dispatch_of(stack, incident, "dinsos-trc")
    steps = wait_climbed(stack, office["id"], 2, 12)[:2]
    assert [(s["data"]["rung"], s["data"]["clock"]) for s in steps] == [("again", "arrive"), ("duty", "arrive")]
    assert_on_time(office["arrive_by"], steps[0]["at"], "the reminder to arrive")
    assert_on_time(steps[0]["at"] + seconds(LATE_WAITS["again"]), steps[1]["at"], "the officer on duty about the late arrival")
    (call,) = wait_until(lambda: stack.partner("dinsos-trc").about(incident, "dispatch.reminder"), 5, "the reminder")
    assert call.json["data"]["dispatch"]["state"] == "accepted"
    wait_until(lambda: [t for t in duty_texts(stack, made["number"]) if "belum tiba Dinsos Trc" in t], 5, "the text to duty")


def event_of(stack, dispatch, kind):
    rows = stack.sql("select number, at, data from event where kind = %s and data ->> 'dispatch' = %s order by number", kind, str(dispatch))
    return rows[0] if rows else None


def test_an_answer_without_progress_expires_and_the_agency_is_asked_again(fast_stack):
    stack, made = fast_stack, fast_stack.report(kind="other_social")
    incident = made["incident"]["id"]
    office = dispatch_of(stack, incident, "dinsos-trc")
    assert stack.answer(office["id"], "accept", token="dinsos-trc").status_code == 200
    lapse = wait_until(lambda: event_of(stack, office["id"], "lapse"), 15, "the lapse")
    late = climbed(stack, office["id"])[:2]
    assert [s["data"]["rung"] for s in late] == ["again", "duty"]  # the late ladder goes first
    assert_on_time(late[1]["at"] + seconds(1), lapse["at"], "the lapse after the last rung")
    data = lapse["data"]
    assert (data["from"], data["to"], data["clock"]) == ("accepted", "notified", "arrive")
    assert data["late_s"] >= 3 and data["after_s"] == ACCEPT_S and "nobody has set out" in data["reason"]

    after = dispatch_of(stack, incident, "dinsos-trc")
    assert after["state"] == "notified" and after["accepted_at"] is None
    assert after["accept_by"] == lapse["at"] + seconds(ACCEPT_S)
    # asked again, and told how late it is; the officer on duty knows
    def asked_again():
        calls = stack.partner("dinsos-trc").about(incident, "dispatch.reminder")
        return [c for c in calls if c.json["data"]["dispatch"]["state"] == "notified"]
    (call, *_) = wait_until(asked_again, 5, "the question")
    assert call.json["data"]["late_s"] >= 3
    wait_until(lambda: [t for t in duty_texts(stack, made["number"]) if "tidak berangkat" in t], 5, "the text to duty")
    # the ladder of silence runs again from its beginning
    again = wait_climbed(stack, office["id"], len(climbed(stack, office["id"])) + 1, 6)[-1]
    assert (again["data"]["clock"], again["data"]["step"], again["data"]["rung"]) == ("accept", 0, "again")
    assert_on_time(after["accept_by"], again["at"], "the first rung after the lapse")


def test_what_asked_before_an_answer_does_not_leave_when_that_answer_lapses(fast_stack):
    stack = fast_stack
    door = stack.partner("dinsos-trc")
    door.default = Answer(503)
    try:
        made = stack.report(kind="other_social")
        incident = made["incident"]["id"]
        office = dispatch_of(stack, incident, "dinsos-trc")
        notice = stack.value("select id from notice where dispatch_id = %s and kind = 'dispatch.created' and channel = 'webhook'", office["id"])
        wait_until(lambda: stack.sql("update outbox set due_at = now() + interval '1 h' where notice_id = %s and owner is null returning 1", notice), 10, "a first attempt that failed")
    finally:
        door.default = Answer(200)
    assert stack.answer(office["id"], "accept", token="dinsos-trc").status_code == 200
    wait_until(lambda: event_of(stack, office["id"], "lapse"), 15, "the lapse")
    stack.sql("update outbox set due_at = now() where notice_id = %s", notice)
    ended = wait_until(lambda: stack.sql("select outcome, detail from attempt where notice_id = %s and number > 1", notice), 10, "its end")
    assert [(a["outcome"], a["detail"]) for a in ended] == [("void", "answered meanwhile")]


def test_who_is_on_the_way_is_reminded_but_keeps_the_task(fast_stack):
    stack, made = fast_stack, fast_stack.report(kind="other_social")
    office = dispatch_of(stack, made["incident"]["id"], "dinsos-trc")
    for word in ("accept", "en_route"):
        assert stack.answer(office["id"], word, token="dinsos-trc").status_code == 200
    steps = wait_climbed(stack, office["id"], 4, 20)
    assert [s["data"]["repeat"] for s in steps[:4]] == [False, False, True, True]
    assert event_of(stack, office["id"], "lapse") is None
    assert dispatch_of(stack, made["incident"]["id"], "dinsos-trc")["state"] == "en_route"


def test_a_deadline_that_another_daemon_holds_is_left_alone_until_its_lease_ends(fast_stack):
    stack, made = fast_stack, fast_stack.report()
    police = dispatch_of(stack, made["incident"]["id"], "polsek-penajam")
    (held,) = stack.sql("update deadline set owner = gen_random_uuid(), due_at = now() + interval '4 s' where subject = %s returning due_at",
                        police["id"])
    (first, *_) = wait_climbed(stack, police["id"], 1, 12)
    assert_on_time(held["due_at"], first["at"], "the rung that somebody else held")
    assert stack.value("select count(*) from deadline where owner is not null and due_at < now() - interval '10 s'") == 0


def test_a_deadline_that_was_locked_when_it_ran_out_fires_soon_after_while_others_go_on(fast_stack):
    stack, made = fast_stack, fast_stack.report()
    police = dispatch_of(stack, made["incident"]["id"], "polsek-penajam")
    other = psycopg2.connect(stack.postgres.dsn(stack.database))
    try:
        with other, other.cursor() as c:
            c.execute("select from deadline where subject = %s for update", (str(police["id"]),))
            later = stack.report()  # its clocks run out from now on: claims go on and on, past the one that is locked
            fired = dispatch_of(stack, later["incident"]["id"], "polsek-penajam")["id"]
            wait_climbed(stack, fired, 2, 15)
            assert climbed(stack, police["id"]) == []
        released = stack.value("select clock_timestamp()")
    finally:
        other.close()
    (first, *_) = wait_climbed(stack, police["id"], 1, 5)
    assert first["at"] - released < seconds(2)


def test_who_lost_a_race_fires_nothing_of_the_next_rung(fast_stack):
    """While its change waits for the incident, another daemon acts on the same deadline: what was decided does not fit any more, and
    what is armed now is not due for an hour."""
    stack, made = fast_stack, fast_stack.report()
    incident = made["incident"]["id"]
    police = dispatch_of(stack, incident, "polsek-penajam")
    assert stack.answer(dispatch_of(stack, incident, "kelurahan-petung")["id"], "accept", token="kelurahan-petung").status_code == 200
    other = psycopg2.connect(stack.postgres.dsn(stack.database))
    try:
        with other, other.cursor() as c:
            c.execute("select from incident where id = %s for update", (incident,))
            wait_until(lambda: stack.value("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
                       10, "a change that waits for the incident")
            c.execute("""with i as (update incident set version = version + 1, head = event_hash(head, id, version + 1, now(), 'clock', 'escalated', '{}')
                           where id = %s returning id, version, head)
                         insert into event (incident_id, number, at, actor, kind, data, hash) select id, version, now(), 'clock', 'escalated', '{}', head from i""",
                      (incident,))
            c.execute("update deadline set owner = null, step = 1, due_at = now() + interval '1 hour', set_for = now() + interval '1 hour' where subject = %s",
                      (str(police["id"]),))
    finally:
        other.close()
    # whatever was under way has ended when a later report has climbed twice
    later = dispatch_of(stack, stack.report()["incident"]["id"], "polsek-penajam")
    wait_climbed(stack, later["id"], 2, 12)
    assert climbed(stack, police["id"]) == []
    assert deadline_of(stack, police["id"])["step"] == 1
    assert stack.partner("polsek-penajam").about(incident, "dispatch.reminder") == []
    stack.sql("update deadline set due_at = now() where subject = %s", police["id"])
    (next_one, *_) = wait_climbed(stack, police["id"], 1, 5)
    assert next_one["data"]["rung"] == "duty"  # and then the ladder goes on


def test_a_person_handed_over_is_looked_after_again(fast_stack):
    """The officer on duty is told when the follow-up is due, and again, as long as the incident is handed over."""
    stack, made = fast_stack, fast_stack.report()
    incident = made["incident"]["id"]
    for d in made["dispatches"]:
        for word in ("accept", "on_scene", "complete"):
            assert stack.answer(d["id"], word).status_code == 200
    stack.sql("update incident set state = 'handed_over' where id = %s", incident)
    stack.sql("insert into deadline (subject, clock, step, due_at, set_for) values (%s, 'follow_up', 0, now(), now())", incident)

    def follow_ups():
        return [e["data"] for e in stack.sql("select data from event where incident_id = %s and kind = 'escalated' order by number", incident)
                if e["data"]["clock"] == "follow_up"]

    wait_until(lambda: len(follow_ups()) >= 3, 12, "the follow-up, and two reminders of it")
    assert [(d["rung"], d["repeat"]) for d in follow_ups()[:3]] == [("duty", False), ("duty", True), ("duty", True)]
    assert follow_ups()[2]["late_s"] >= 2  # since it was due, not since the last word
    wait_until(lambda: [t for t in duty_texts(stack, made["number"]) if "perlu kunjungan lanjutan" in t], 5, "the text to duty")
    stack.sql("update incident set state = 'in_progress' where id = %s", incident)
    wait_until(lambda: deadline_of(stack, incident) is None, 8, "the end of the follow-up clock")


def test_rungs_in_a_list_act_together(postgres, tmp_path):
    policy, text = tmp_path / "policy.jsonc", POLICY_FAST.read_text()
    one_by_one = '{ "to": "duty", "wait": "2s" },\n\t\t\t\t{ "to": "up", "wait": "1s" }'
    assert one_by_one in text
    policy.write_text(text.replace(one_by_one, '{ "to": ["duty", "up"], "wait": "2s" }'))
    stack = Stack(postgres, policy=policy, conf={"clocks": {"poll_ms": 100}})
    try:
        made = stack.report()
        incident, number = made["incident"]["id"], made["number"]
        police = dispatch_of(stack, incident, "polsek-penajam")
        steps = wait_climbed(stack, police["id"], 3, 15)[:3]
        both = steps[1]["data"]
        assert both["rungs"] == [{"rung": "duty"}, {"rung": "up", "target": "polres-ppu"}]
        assert (both["rung"], both["step"], both["next_step"], both["new_agency"]) == ("duty", 1, 3, "polres-ppu")
        assert_on_time(steps[0]["at"] + seconds(1), steps[1]["at"], "both at once")
        assert steps[2]["data"]["repeat"]
        assert_on_time(steps[1]["at"] + seconds(2), steps[2]["at"], "one wait for both")
        wider = dispatch_of(stack, incident, "polres-ppu")
        assert wider["notified_at"] == steps[1]["at"] and str(wider["id"]) == both["new_dispatch"]
        assert wider["for_dispatch"] == police["id"]
        wait_until(lambda: stack.partner("polres-ppu").about(incident, "dispatch.created"), 5, "the notice to the wider police")
        wait_until(lambda: [t for t in duty_texts(stack, number) if "belum ada jawaban Polsek Penajam" in t], 5, "the text to duty")
        assert stack.doctor() == []
    finally:
        stack.close()


def test_who_never_answers_is_given_up_when_the_policy_says_so(postgres, tmp_path):
    policy = tmp_path / "policy.jsonc"
    policy.write_text(POLICY_FAST.read_text().replace('"attempt_limit": "60s",', '"attempt_limit": "60s", "expire_after": "8s",'))
    stack = Stack(postgres, policy=policy, conf={"clocks": {"poll_ms": 100}})
    try:
        made = stack.report()
        incident = made["incident"]["id"]
        police = dispatch_of(stack, incident, "polsek-penajam")
        end = wait_until(lambda: event_of(stack, police["id"], "expire"), 20, "the end of the dispatch")
        assert end["at"] >= police["notified_at"] + seconds(8)
        assert (end["data"]["from"], end["data"]["to"]) == ("notified", "expired") and "without any answer" in end["data"]["reason"]
        assert [s["data"]["rung"] for s in climbed(stack, police["id"])][:3] == ["again", "duty", "up"]  # its whole ladder went first
        after = dispatch_of(stack, incident, "polsek-penajam")
        assert after["state"] == "expired" and after["expired_at"] == end["at"] and deadline_of(stack, police["id"]) is None
        wait_until(lambda: [t for t in duty_texts(stack, made["number"]) if "diakhiri tanpa jawaban" in t], 5, "the text to duty")
        assert stack.doctor() == []
    finally:
        stack.close()


def test_after_two_hours_away_each_dispatch_climbs_one_rung_and_says_how_late(postgres):
    stack = Stack(postgres, policy=POLICY_FAST)
    try:
        reports = [stack.report() for _ in range(3)]
        stack.kill()
        stack.sql("update dispatch set accept_by = accept_by - interval '2 hours', notified_at = notified_at - interval '2 hours'")
        stack.sql("update deadline set due_at = set_for - interval '2 hours', set_for = set_for - interval '2 hours', owner = null")
        stack.start()
        for made in reports:
            for d in made["dispatches"]:
                steps = wait_climbed(stack, d["id"], 2, 12)[:2]
                first, second = steps[0]["data"], steps[1]["data"]
                assert (first["rung"], first["step"], second["rung"], second["step"]) == ("again", 0, "duty", 1)
                assert first["behind_s"] > 7000 and first["late_s"] > 7000 and second["late_s"] > 7000
                assert "behind_s" not in second  # its own time was kept
                assert_on_time(steps[0]["at"] + seconds(WAITS["again"]), steps[1]["at"], "the rung after the late one")
        (call, *_) = wait_until(lambda: stack.partner("polsek-penajam").about(reports[0]["incident"]["id"], "dispatch.reminder"), 5, "the reminder")
        assert call.json["data"]["late_s"] > 7000
        wait_until(lambda: [t for t in duty_texts(stack, reports[0]["number"]) if "lewat batas 120 mnt" in t], 5, "the text to duty")
        assert stack.doctor() == []
    finally:
        stack.close()


def test_no_promise_is_broken_at_the_end(fast_stack, nobody_on_duty):
    for stack in (fast_stack, nobody_on_duty):
        assert stack.value("select count(*) from incident") > 0
        assert stack.doctor() == []
