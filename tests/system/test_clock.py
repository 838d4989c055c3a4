"""The database's clock is the only one: the clock of the daemon's host may step by an hour, and the daemon may stand still for 90 seconds.

The host's clock is stepped for sigapd alone, while it runs, by a small library that is preloaded into it (data/clock_step.c); what it
asks PostgreSQL stays as it is. For the last of them it is PostgreSQL that has such a clock: then deadlines move with it, late ones say so,
and people are told. The pause is SIGSTOP; three daemons stand still at once while the steps are tested, so that the wait is had for nothing.
"""
import contextlib
import datetime
import email.utils
import mmap
import os
import pathlib
import re
import struct
import subprocess
import tempfile
import threading
import time

import psycopg2
import pytest
import requests
import stack as harness
from stack import DUTY_PHONE, POLICY_FAST, Answer, Stack, wait_until

HOUR = 3600
PAUSE_S = 90
ACCEPT_S, WAITS = 2, {"again": 1, "duty": 2, "up": 1}  # policy_fast.jsonc
LATE_AT_MOST_S = 1.5
GONE_OFF, NOT_YET_ON = "+6281200000002", "+6281200000003"


def seconds(n):
    return datetime.timedelta(seconds=n)


def dispatch_of(stack, incident, slug):
    (row,) = stack.sql("select * from dispatch where incident_id = %s and agency = %s", incident, slug) or [None]
    return row


def climbed(stack, subject):
    """The rungs that a dispatch, or an incident's own clock, has climbed."""
    return stack.sql("select number, at, data from event where kind = 'escalated' and (data ->> 'dispatch' = %s or incident_id::text = %s and data ->> 'dispatch' is null) "
                     "order by number", str(subject), str(subject))


def wait_climbed(stack, subject, n, within):
    return wait_until(lambda: (lambda rows: rows if len(rows) >= n else None)(climbed(stack, subject)), within, f"{n} rungs of {subject}")


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


# ---- the pause: begins with the module, ends with its last tests ----------------------------------------------------------------


def slow_policy(folder):
    """Answers within 5 s, arrivals and triage too; then nothing for ten minutes."""
    text = re.sub(r'"wait": "\d+s"', '"wait": "600s"', POLICY_FAST.read_text())
    text = re.sub(r'"repeat": "\d+s"', '"repeat": "600s"', text)
    text = re.sub(r'"accept_within": \{[^}]*\}', '"accept_within": "5s"', text)
    text = re.sub(r'"arrive_within": "\d+s"', '"arrive_within": "5s"', text)
    path = pathlib.Path(folder) / "slow.jsonc"
    path.write_text(text.replace('"within": "2s"', '"within": "5s"'))
    return path


class Pause:
    """alone: a stack whose only daemon stands still. two: one of whose two daemons does, with what it had claimed."""

    def __init__(self, postgres, folder):
        self.alone = Stack(postgres, policy=slow_policy(folder))
        self.two = Stack(postgres, policy=slow_policy(folder))
        self.late = None
        self.stop_one_of_two()
        self.stop_alone()

    def stop_one_of_two(self):
        """Two deadlines are due and claimed, and cannot be written, because their incidents are locked; then their daemon stands still.
        One lock is given back at once: its change may be written without the daemon. The other one lasts until PostgreSQL gives up."""
        s = self.two
        made = [s.report(), s.report()]
        self.claimed = [dispatch_of(s, m["incident"]["id"], "polsek-penajam")["id"] for m in made]
        locks = [psycopg2.connect(s.postgres.dsn(s.database)) for _ in made]
        for lock, m in zip(locks, made):
            lock.cursor().execute("select from incident where id = %s for update", (m["incident"]["id"],))
        wait_until(lambda: s.sql("select 1 from deadline where subject = %s and owner is not null", self.claimed[0]), 15, "the claim")
        s.pause()
        locks[1].rollback()
        self.other = s.start_another()
        wait_until(lambda: climbed(s, self.claimed[0]) or s.sql("select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = %s", s.database) == [],
                   20, "the end of the write that waited for the lock")
        for lock in locks:
            lock.close()

    def stop_alone(self):
        s = self.alone
        self.silent = s.report()["incident"]["id"]
        self.accepted = s.report()["incident"]["id"]
        self.unsure = s.report(village=None)["incident"]["id"]
        assert s.answer(dispatch_of(s, self.accepted, "polsek-penajam")["id"], "accept").status_code == 200
        s.pause()
        self.began = time.monotonic()
        self.stopped_at = s.value("select now()")
        assert climbed(s, dispatch_of(s, self.silent, "polsek-penajam")["id"]) == [], "it was too slow to be paused in time"
        self.thread = threading.Thread(target=self.report_meanwhile)
        self.thread.start()

    def report_meanwhile(self):
        body = {"type": "abandoned_person", "urgency": "normal", "place": {"village_code": "64.09.01.1003"}}
        self.late = self.alone.api("POST", "/v1/reports", "source", body, timeout=PAUSE_S + 60)

    def end(self):
        """Waits for what is left of the pause; the stack goes on."""
        if self.began is not None:
            wait_until(lambda: time.monotonic() - self.began > PAUSE_S, PAUSE_S + 5, "the end of the pause")
            self.began = None
            self.went_on_at = self.alone.value("select now()")
            self.alone.go_on()
            self.two.go_on()
        return self

    def close(self):
        self.end()
        self.thread.join(60)
        self.alone.close()
        self.two.close()


@pytest.fixture(scope="module", autouse=True)
def pause(postgres, tmp_path_factory):
    p = Pause(postgres, tmp_path_factory.mktemp("policy"))
    yield p
    p.close()


# ---- steps of the host's clock ---------------------------------------------------------------------------------------------------


class Clock:
    """A wall clock that step() moves, while they run, for processes that are started with it."""

    def __init__(self):
        self.tools = tempfile.TemporaryDirectory(prefix="sigap-clock-")
        folder = pathlib.Path(self.tools.name)
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own
        library, file = folder / "clock_step.so", folder / "step"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, harness.DATA / "clock_step.c"], check=True)
        file.write_bytes(bytes(mmap.PAGESIZE))
        with open(file, "r+b") as f:
            self.page = mmap.mmap(f.fileno(), mmap.PAGESIZE)
        self.environment = {"LD_PRELOAD": str(library), "SIGAP_TEST_CLOCK": str(file),
                            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    @contextlib.contextmanager
    def worn(self):
        """What is started within has this clock."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def step(self, s):
        self.page[:8] = struct.pack("=q", s * 1000000)

    def close(self):
        self.page.close()
        self.tools.cleanup()


class Stepped(Stack):
    """Its sigapd has a clock of its own."""

    def __init__(self, postgres, **how):
        self.clock = Clock()
        super().__init__(postgres, **how)

    def start(self, *args, **how):
        with self.clock.worn():
            super().start(*args, **how)

    def step(self, s):
        self.clock.step(s)

    def discard(self):
        super().discard()
        self.clock.close()


@pytest.fixture(scope="module")
def stepped(postgres):
    people = [*harness.PEOPLE] + [{"slug": slug, "name": slug, "phone": phone, "role": "coordinator", "scope": "64.09"}
                                  for slug, phone in (("siti", GONE_OFF), ("tono", NOT_YET_ON))]
    s = Stepped(postgres, people=people, policy=POLICY_FAST, conf={"clocks": {"poll_ms": 100}})
    for slug, begins, ends in (("siti", -600, -30), ("tono", 30, 600)):
        s.sql("insert into shift (person, role, starts_at, ends_at) values (%s, 'coordinator', now() + %s * interval '1 min', now() + %s * interval '1 min')", slug, begins, ends)
    s.add_token("ends soon", "coordinator")
    s.add_token("has ended", "coordinator")
    s.sql("update token set expires_at = now() + interval '30 min' where name = 'ends soon'")
    s.sql("update token set expires_at = now() - interval '30 min' where name = 'has ended'")
    s.rules_changed()
    yield s
    s.close()


@pytest.fixture(params=[HOUR, -HOUR], ids=["an hour ahead", "an hour behind"])
def step(stepped, request):
    """The seconds to step by. Before and after, the host's clock is right."""
    stepped.step(0)
    yield request.param
    stepped.step(0)


def http_date(stepped):
    return email.utils.parsedate_to_datetime(requests.get(stepped.url + "/healthz", timeout=5).headers["Date"])


def test_the_step_is_real(stepped, step):
    """The tests below mean something: what sigapd says of this host's time has moved."""
    stepped.step(step)
    moved = (http_date(stepped) - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    assert abs(moved - step) < 5


def test_deadlines_armed_before_and_after_a_step_fire_on_time(stepped, step):
    before = stepped.report()["incident"]["id"]
    stepped.step(step)
    after = stepped.report()["incident"]["id"]
    for incident in (before, after):
        police = dispatch_of(stepped, incident, "polsek-penajam")
        assert police["accept_by"] == police["notified_at"] + seconds(ACCEPT_S)
        rungs = wait_climbed(stepped, police["id"], 3, 20)
        due = police["accept_by"]
        for r in rungs[:3]:
            assert due <= r["at"] < due + seconds(LATE_AT_MOST_S), f"{r['data']['rung']} was due at {due} and came at {r['at']}"
            assert abs(r["data"]["late_s"] - (r["at"] - police["accept_by"]).total_seconds()) <= 1
            due = r["at"] + seconds(WAITS[r["data"]["rung"]])
    assert abs((stepped.value("select now()") - dispatch_of(stepped, after, "polsek-penajam")["notified_at"]).total_seconds()) < 60


def test_notices_and_their_links_have_the_databases_time(stepped, step):
    stepped.step(step)
    made = stepped.report()
    incident, police = made["incident"]["id"], stepped.partner("polsek-penajam")
    row = dispatch_of(stepped, incident, "polsek-penajam")
    (call,) = wait_until(lambda: police.about(incident, "dispatch.created"), 5, "the notice")
    now = stepped.value("select now()")
    assert abs((time_of(call.json["timestamp"]) - row["notified_at"]).total_seconds()) < 2
    assert abs((time_of(call.json["data"]["dispatch"]["accept_by"]) - row["accept_by"]).total_seconds()) < 2
    assert "late_s" not in call.json["data"]
    # a receiver that holds the signature's time against its own clock takes the notice
    assert abs(int(call.headers["webhook-timestamp"]) - now.timestamp()) < 60
    page = requests.get(call.json["data"]["dispatch"]["url"], timeout=5)
    by = row["accept_by"].astimezone(datetime.timezone(datetime.timedelta(hours=8)))
    assert page.status_code == 200 and f"pukul {by:%H:%M}" in page.text
    assert requests.post(call.json["data"]["dispatch"]["url"], data={"event": "accept"}, timeout=5).status_code == 200
    accepted = dispatch_of(stepped, incident, "polsek-penajam")
    assert accepted["accepted_at"] < accepted["notified_at"] + seconds(30) and accepted["arrive_by"] == accepted["accepted_at"] + seconds(60)


def test_a_notice_is_tried_again_when_the_partner_says_so(stepped, step):
    """Retry-After as a date is the partner's time."""
    stepped.step(step)
    bpbd = stepped.partner("bpbd-ppu")  # nothing else is under way with it, whose call would get the answer
    again = datetime.datetime.now(datetime.timezone.utc) + seconds(4)
    bpbd.will(Answer(503, {"Retry-After": email.utils.format_datetime(again, usegmt=True)}))
    incident = stepped.report(kind="unclaimed_body")["incident"]["id"]
    calls = wait_until(lambda: (lambda c: c if len(c) >= 2 else None)(bpbd.about(incident, "dispatch.created")), 20, "the second attempt")
    stepped.api("POST", f"/v1/incidents/{incident}/events", json={"event": "cancel", "reason": "Uji coba"}).raise_for_status()
    # it would get the answer that the next test plans
    wait_until(lambda: bpbd.about(incident, "dispatch.cancelled"), 10, "the stand-down")
    assert calls[0].id == calls[1].id
    assert again.timestamp() - 1.5 < calls[1].at < again.timestamp() + 10


def test_whoever_is_on_duty_by_the_databases_clock_is_told(stepped, step):
    stepped.step(step)
    made = stepped.report(village=None)
    wait_until(lambda: [m for m in stepped.sms.to(DUTY_PHONE) if str(made["number"]) in m["text"]], 10, "the text to the officer on duty")
    others = stepped.sms.to(GONE_OFF) + stepped.sms.to(NOT_YET_ON)  # who begins soon is asked whether he comes, and no more
    assert [m for m in others if str(made["number"]) in m["text"]] == []


def test_tokens_end_by_the_databases_clock(stepped, step):
    stepped.step(step)
    assert stepped.api("GET", "/v1/incidents", "ends soon").status_code == 200
    assert stepped.api("GET", "/v1/incidents", "has ended").status_code == 401


def test_nothing_is_broken_after_the_steps(stepped):
    stepped.step(0)
    assert stepped.doctor() == []


# ---- steps of the database's own clock ---------------------------------------------------------------------------------------------


class SteppedPostgres(harness.Postgres):
    """A server that has a clock of its own."""

    def __init__(self):
        self.clock = Clock()
        super().__init__()

    def start(self):
        with self.clock.worn():
            super().start()

    def close(self):
        super().close()
        self.clock.close()


@pytest.fixture
def database_stepped():
    """The policy of minutes: high urgency is to be answered within 15."""
    server = SteppedPostgres()
    s = Stack(server, conf={"clocks": {"poll_ms": 100}})
    yield s
    s.close()
    server.close()


def first_rungs(s, incidents, within):
    """incident -> its dispatches' first rungs, when each has climbed one."""
    ids = {i: [d["id"] for d in s.sql("select id from dispatch where incident_id = %s", i)] for i in incidents}
    return {i: [wait_climbed(s, d, 1, within)[0] for d in ids[i]] for i in incidents}


def told_of_a_step(s):
    wait_until(lambda: [m for m in s.sms.to(DUTY_PHONE) if "jam basis data berpindah" in m["text"]], 15, "a text about the clock")


def test_when_the_database_itself_is_set_an_hour_ahead_what_fell_due_fires_once_and_late_and_people_are_told(database_stepped):
    s = database_stepped
    made = [s.report(urgency="high")["incident"]["id"] for _ in range(5)]
    s.postgres.clock.step(HOUR)
    assert abs((s.value("select clock_timestamp()") - datetime.datetime.now(datetime.timezone.utc)).total_seconds() - HOUR) < 60, "the step is real"
    for rungs in first_rungs(s, made, 20).values():
        for r in rungs:
            assert r["data"]["step"] == 0 and 44 * 60 <= r["data"]["late_s"] < 50 * 60
    told_of_a_step(s)
    after = s.report(urgency="high")["incident"]["id"]
    row = dispatch_of(s, after, "polsek-penajam")
    assert row["accept_by"] == row["notified_at"] + seconds(900) and climbed(s, row["id"]) == []
    for i in made:
        for d in s.sql("select id from dispatch where incident_id = %s", i):
            assert len(climbed(s, d["id"])) == 1, "once; the next rung has its own time"
    assert s.doctor() == []
    s.ctl("audit", "verify")


def test_when_the_database_itself_is_set_an_hour_behind_nothing_fires_early_and_nothing_is_lost(database_stepped):
    s = database_stepped
    made = [s.report(urgency="high")["incident"]["id"] for _ in range(5)]
    s.postgres.clock.step(-HOUR)
    told_of_a_step(s)
    after = s.report(urgency="high")["incident"]["id"]
    row = dispatch_of(s, after, "polsek-penajam")
    assert row["accept_by"] == row["notified_at"] + seconds(900)
    assert s.answer(row["id"], "accept", token="polsek-penajam").status_code == 200
    assert s.sql("select 1 from event where kind = 'escalated'") == [], "early"
    s.postgres.clock.step(0)
    wait_until(lambda: re.search(r"clock_step seconds=3[56]\d\d", s.daemons[0].log.read_text()), 15, "the step back is seen")
    assert s.sql("select 1 from event where kind = 'escalated' and incident_id = any(%s::uuid[])", made) == [], "early"
    s.postgres.clock.step(HOUR)
    for rungs in first_rungs(s, made, 20).values():
        for r in rungs:
            assert r["data"]["step"] == 0 and 44 * 60 <= r["data"]["late_s"] < 50 * 60
    assert s.doctor() == []
    s.ctl("audit", "verify")


# ---- the end of the pause --------------------------------------------------------------------------------------------------------


def test_what_fell_due_in_the_pause_fires_once_and_says_how_late(pause):
    s = pause.end().alone
    subjects = {
        "no answer": dispatch_of(s, pause.silent, "polsek-penajam")["id"],
        "no answer either": dispatch_of(s, pause.silent, "kelurahan-petung")["id"],
        "no arrival": dispatch_of(s, pause.accepted, "polsek-penajam")["id"],
        "no triage": pause.unsure,
    }
    for what, subject in subjects.items():
        (rung, *more) = wait_climbed(s, subject, 1, 10)
        assert more == [] and rung["data"]["step"] == 0, what
        assert PAUSE_S - 15 < rung["data"]["late_s"] < PAUSE_S + 15, (what, rung["data"])
        assert pause.went_on_at <= rung["at"] < pause.went_on_at + seconds(5), what
        (armed,) = s.sql("select step, set_for from deadline where subject = %s", subject)
        assert armed["step"] == 1 and armed["set_for"] > rung["at"] + seconds(590), "the next rung has its whole time"


def test_the_reminder_says_how_late_it_is(pause):
    s = pause.end().alone
    for incident, state in ((pause.silent, "notified"), (pause.accepted, "accepted")):
        calls = wait_until(lambda: s.partner("polsek-penajam").about(incident, "dispatch.reminder"), 10, "the reminder")
        assert len(calls) == 1 and calls[0].json["data"]["dispatch"]["state"] == state
        assert PAUSE_S - 15 < calls[0].json["data"]["late_s"] < PAUSE_S + 20
    number = s.value("select number from incident where id = %s", pause.unsure)
    wait_until(lambda: [m for m in s.sms.to(DUTY_PHONE) if str(number) in m["text"] and "1 mnt" in m["text"] or "menunggu telaah" in m["text"]], 10, "the text to duty")


def test_what_was_posted_in_the_pause_is_taken_and_intake_goes_on(pause):
    s = pause.end().alone
    wait_until(lambda: pause.late is not None, 15, "the answer to the report that waited")
    assert pause.late.status_code == 201
    incident = pause.late.json()["incident"]["id"]
    assert dispatch_of(s, incident, "polsek-penajam")["notified_at"] >= pause.went_on_at, "its clocks begin when it is taken"
    wait_until(lambda: s.partner("polsek-penajam").about(incident, "dispatch.created"), 10, "its notice")
    began = time.monotonic()
    s.report()
    assert time.monotonic() - began < 5


def test_nothing_is_lost_or_doubled_by_the_pause(pause):
    s = pause.end().alone
    due = "select n.id from notice n where not exists (select from attempt a where a.notice_id = n.id and a.outcome in ('ok', 'void'))"
    wait_until(lambda: s.sql(due) == [], 15, "every notice has left")
    calls = [c for c in s.partner("polsek-penajam").calls if c.type == "dispatch.reminder"]
    assert len(calls) == len({c.id for c in calls})
    assert s.doctor() == []


def test_a_claim_from_before_the_pause_fires_nothing_twice(pause):
    s = pause.two
    for dispatch in pause.claimed:
        (rung, *more) = wait_climbed(s, dispatch, 1, 5)
        assert more == [] and rung["at"] < pause.stopped_at + seconds(30), "another daemon went on at once"
    pause.end()
    made = s.report()
    wait_until(lambda: s.partner("polsek-penajam").about(made["incident"]["id"]), 10, "the daemon that stood still works again")
    for dispatch in pause.claimed:
        assert len(climbed(s, dispatch)) == 1
        incident = s.value("select incident_id::text from dispatch where id = %s", dispatch)
        reminders = s.partner("polsek-penajam").about(incident, "dispatch.reminder")
        assert len({c.id for c in reminders}) == 1, "at least once, and under one id"
    assert s.doctor() == []
