"""The auditor: what should be armed or sent and is not is found, repaired and told to people; and it is itself watched."""
import subprocess

import pytest

from stack import BUILD, DUTY_PHONE, POLICY_FAST, Answer, Partner, Stack, wait_until

SOON = 30  # seconds: a run every second, and the machine may be busy


@pytest.fixture(scope="module")
def heart():
    server = Partner()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def world(postgres, heart):
    stack = Stack(postgres, conf={"watch": {"audit_s": 1, "heartbeat_url": f"http://127.0.0.1:{heart.port}/ping/sigap"}})
    yield stack
    stack.close()


@pytest.fixture(autouse=True)
def forgotten(world):
    """Each test begins without alarms, so that people are told anew."""
    yield
    assert world.doctor() == []
    world.sql("delete from alarm")
    world.restart()
    world.sms.forget()


def repairs(world, what):
    return world.metric(f'sigap_audit_repairs_total{{what="{what}"}}')


def alarm(world, what):
    found = [a for a in world.api("GET", "/v1/alarms").json() if (a["kind"], a["key"]) == ("auditor_repaired", what)]
    return found[0] if found else None


def told(world, words):
    return [m for m in world.sms.to(DUTY_PHONE) if words in m["text"]]


def deadline(world, subject):
    rows = world.sql("select clock, step, due_at, set_for from deadline where subject = %s", subject)
    return rows[0] if rows else None


def runs(world):
    return world.metric("sigap_audit_runs_total")


def one_more_run(world):
    """Until a whole run has come to its end that began after now."""
    now = runs(world)
    wait_until(lambda: runs(world) >= now + 2, SOON, "the auditor's run")


def dispatch_of(made, slug="polsek-penajam"):
    return next(d["id"] for d in made["dispatches"] if d["agency"] == slug)


def test_the_auditor_runs_at_least_every_minute_unless_told_otherwise():
    settings = subprocess.run([BUILD / "sigapd", "--print-config"], capture_output=True, text=True, check=True).stdout
    assert "#audit_s = 60\n" in settings
    assert "1 to 60." in settings[settings.index("Seconds between two runs"):settings.index("#audit_s")]


def test_a_deleted_deadline_is_armed_again_as_the_events_say_and_people_are_told(world):
    made = world.report()
    dispatch = dispatch_of(made)
    before = deadline(world, dispatch)
    count = repairs(world, "deadline_missing")
    world.sql("delete from deadline where subject = %s", dispatch)
    after = wait_until(lambda: deadline(world, dispatch), SOON, "the deadline armed again")
    assert after == before
    wait_until(lambda: told(world, "1 batas waktu yang hilang dipasang kembali"), SOON, "the SMS to duty")
    assert alarm(world, "deadline_missing")["told_at"] is not None
    one_more_run(world)
    assert repairs(world, "deadline_missing") == count + 1 and len(told(world, "batas waktu")) == 1


def test_what_ran_out_while_it_was_missing_fires_at_once(postgres):
    stack = Stack(postgres, policy=POLICY_FAST, conf={"watch": {"audit_s": 1}})
    try:
        made = stack.report()
        dispatch = dispatch_of(made)
        stack.kill()
        stack.sql("delete from deadline where subject = %s", dispatch)
        wait_until(lambda: stack.value("select accept_by < now() from dispatch where id = %s", dispatch), 20, "its time to be over")
        stack.start()
        climbed = "select count(*) from event where incident_id = %s and kind = 'escalated' and data->>'dispatch' = %s"
        wait_until(lambda: stack.value(climbed, made["incident"]["id"], dispatch), SOON, "the first rung")
        assert stack.doctor() == []
    finally:
        stack.close()


def test_after_an_answer_the_clock_of_that_state_is_armed_again(world):
    made = world.report()
    dispatch = dispatch_of(made)
    assert world.answer(dispatch, "accept").status_code == 200
    before = deadline(world, dispatch)
    assert before["clock"] == "arrive"
    world.sql("delete from deadline where subject = %s", dispatch)
    assert wait_until(lambda: deadline(world, dispatch), SOON, "the deadline armed again") == before


def fire(world, subject):
    """Its clock runs out now; until what follows is written."""
    before = deadline(world, subject)
    world.sql("update deadline set due_at = now(), set_for = now() where subject = %s", subject)
    wait_until(lambda: (now := deadline(world, subject)) is None or now["step"] != before["step"] or now["clock"] != before["clock"], 10,
               "the rung")


def decide(world, made, event, **more):
    r = world.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": event, **more})
    assert r.status_code == 200, r.text


def test_after_all_that_can_happen_every_clock_is_what_the_events_say(world):
    silent, taken, refused, opened, handed, again = (world.report() for _ in range(6))
    for _ in range(3):
        fire(world, dispatch_of(silent))
    fire(world, dispatch_of(taken))
    for event in ("seen", "accept"):
        assert world.answer(dispatch_of(taken), event).status_code == 200
    fire(world, dispatch_of(taken))
    assert world.answer(dispatch_of(taken), "on_scene").status_code == 200
    assert world.answer(dispatch_of(refused), "decline", reason="x").status_code == 200
    wait_until(lambda: deadline(world, dispatch_of(refused)) is None, 10, "somebody else asked")
    stand_in = world.value("select id from dispatch where for_dispatch = %s", dispatch_of(refused))
    fire(world, stand_in)
    unsure = world.report(kind=None, village=None, text="ada orang di pinggir jalan mohon dicek")
    fire(world, unsure["incident"]["id"])
    decide(world, opened, "note", note="x")
    decide(world, handed, "hand_over", to="RSUD")
    decide(world, again, "close", disposition="handled")
    decide(world, again, "reopen", reason="x")
    wait_until(lambda: world.value("select count(*) from deadline where due_at < now() + interval '10 s'") == 0, 10, "quiet")
    world.stop()
    clocks = "select subject, clock, step, set_for from deadline order by subject"
    before = world.sql(clocks)
    assert len(before) > 10 and {"accept", "complete", "triage", "follow_up"} <= {d["clock"] for d in before}
    world.sql("delete from deadline")
    world.start()
    wait_until(lambda: world.value("select count(*) from deadline") == len(before), SOON, "all of them armed again")
    assert world.sql(clocks) == before
    wait_until(lambda: repairs(world, "deadline_missing") == len(before), SOON, "each of them counted")
    assert repairs(world, "history_unclear") == 0


def test_a_changed_clock_is_set_right(world):
    made = world.report()
    dispatch = dispatch_of(made)
    before = deadline(world, dispatch)
    world.sql("update deadline set clock = 'complete', step = 7, due_at = now() + interval '1 day' where subject = %s", dispatch)
    wait_until(lambda: deadline(world, dispatch) == before, SOON, "the clock set right")
    wait_until(lambda: told(world, "1 batas waktu yang salah diperbaiki"), SOON, "the SMS to duty")


def test_the_clock_of_an_incident_that_awaits_triage_is_armed_again(world):
    made = world.report(kind=None, village=None, text="ada orang di pinggir jalan mohon dicek")
    incident = made["incident"]["id"]
    before = deadline(world, incident)
    assert before["clock"] == "triage"
    world.sql("delete from deadline where subject = %s", incident)
    assert wait_until(lambda: deadline(world, incident), SOON, "the deadline armed again") == before


def test_a_notice_that_nobody_would_have_sent_leaves_after_all(world):
    police = world.partner("polsek-penajam")
    police.default = Answer(500)
    made = world.report()
    incident = made["incident"]["id"]
    wait_until(lambda: police.about(incident), 5, "the first attempt")
    lost = world.value("select id from notice where dispatch_id = %s", dispatch_of(made))
    wait_until(lambda: world.sql("delete from outbox where notice_id = %s and owner is null returning 1", lost), 20, "the notice out of the queue")
    police.default = Answer(200)
    wait_until(lambda: world.sql("select 1 from attempt where notice_id = %s and outcome = 'ok'", lost), 20, "the notice delivered")
    wait_until(lambda: told(world, "1 pemberitahuan yang hilang dikirim kembali"), SOON, "the SMS to duty")
    numbers = [r["number"] for r in world.sql("select number from attempt where notice_id = %s order by 1", lost)]
    assert numbers == list(range(1, len(numbers) + 1)), "attempts go on counting"


def test_a_notice_of_no_incident_that_was_lost_leaves_too(world):
    world.sms.default = Answer(500)
    world.send_sms(DUTY_PHONE, "AMBIL 999999")
    lost = wait_until(lambda: world.sql("select id from notice where incident_id is null and kind = 'receipt'"), 5, "the reply")[0]["id"]
    wait_until(lambda: world.sql("delete from outbox where notice_id = %s and owner is null returning 1", lost), 20, "the notice out of the queue")
    world.sms.default = Answer(202, {}, "0: Accepted for delivery")
    wait_until(lambda: world.sql("select 1 from attempt where notice_id = %s and outcome = 'ok'", lost), 30, "the notice delivered")


def test_a_deadline_about_nothing_is_removed(world):
    made = world.report()
    for d in made["dispatches"]:
        assert world.answer(d["id"], "decline", reason="x").status_code == 200
    made_up = "01a20131-9bec-75be-8708-c709c99dc9a6"
    world.sql("insert into deadline values (%s, 'accept', 0, now() + interval '1 hour', now() + interval '1 hour')", made_up)
    wait_until(lambda: deadline(world, made_up) is None, SOON, "the deadline removed")
    wait_until(lambda: told(world, "1 batas waktu tanpa penugasan dihapus"), SOON, "the SMS to duty")


def test_when_the_history_does_not_lead_to_the_row_people_are_told_and_a_clock_runs_all_the_same(world):
    made = world.report()
    dispatch = dispatch_of(made)
    before = deadline(world, dispatch)
    world.sql("with x as (delete from deadline where subject = %s) update dispatch set state = 'on_scene' where id = %s", dispatch, dispatch)
    clock = wait_until(lambda: deadline(world, dispatch), SOON, "a clock")
    assert clock["clock"] == "complete", "that of the state that the row tells"
    wait_until(lambda: told(world, "catatan 1 kejadian tidak cocok"), SOON, "the SMS to duty")
    assert [f["promise"] for f in world.doctor()] == ["state: it is on_scene, its last event says notified"]
    world.sql("with x as (update deadline set clock = %s, step = %s, due_at = %s, set_for = %s where subject = %s) update dispatch set state = 'notified' where id = %s",
              before["clock"], before["step"], before["due_at"], before["set_for"], dispatch, dispatch)


def test_nothing_wrong_tells_nobody(world):
    made = world.report()
    assert world.answer(dispatch_of(made), "accept").status_code == 200
    assert world.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": "cancel", "reason": "x"}).status_code == 200
    before = [world.metric(n) for n in ('sigap_audit_repairs_total{what="deadline_missing"}', 'sigap_audit_repairs_total{what="notice_lost"}')]
    one_more_run(world)
    assert [world.metric(n) for n in ('sigap_audit_repairs_total{what="deadline_missing"}', 'sigap_audit_repairs_total{what="notice_lost"}')] == before
    assert world.api("GET", "/v1/alarms").json() == []


# ---- the auditor is watched --------------------------------------------------------------------------------------------------


def test_each_run_is_told_to_a_server_outside(world, heart):
    heart.forget()
    one_more_run(world)
    assert heart.calls and {(c.method, c.path) for c in heart.calls} == {("GET", "/ping/sigap")}
    assert world.metric('sigap_heartbeats_total{outcome="ok"}') > 0
    heart.will(Answer(500))
    wait_until(lambda: world.metric('sigap_heartbeats_total{outcome="failed"}'), SOON, "the failure counted")


def test_an_auditor_that_does_not_come_to_its_end_is_noticed(world):
    one_more_run(world)
    age = age_of(world)
    assert age is not None and age <= 3 and 0 <= world.metric("sigap_auditor_age_seconds") <= 3
    world.sql("revoke select on dead_notice from sigap_daemon")
    try:
        (late,) = wait_until(lambda: [a for a in world.api("GET", "/v1/alarms").json() if a["kind"] == "auditor_late"], 15, "the alarm")
        assert late["detail"].startswith("pemeriksa batas waktu tidak berjalan sejak ")
        wait_until(lambda: told(world, "pemeriksa batas waktu tidak berjalan"), SOON, "the SMS to duty")
        assert age_of(world) >= 3
    finally:
        world.sql("grant select on dead_notice to sigap_daemon")
    wait_until(lambda: world.api("GET", "/v1/alarms").json() == [], 15, "the alarm cleared")


def age_of(world):
    return world.api("GET", "/readyz", token=None).json()["auditor_age_s"]
