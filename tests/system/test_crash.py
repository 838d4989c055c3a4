"""Promises 1, 3 and 4 under kill -9: whatever the moment, nothing accepted is lost, nothing happens twice, no clock stands still.

Every fault_point() of the source is a moment: the daemon runs with SIGAP_KILL_AT, a small story is played (reports by HTTP and SMS,
a citizen who repeats himself and is taken apart again, a partner whose server fails first and who answers by SMS, another who stays silent until
his ladder climbs), the daemon dies on the
way, comes back, and the clients do what clients do: who got no answer asks again under the same key. A point that the story does
not reach fails the test.
"""
import re

import pytest
import requests
from stack import AGENCIES, POLICY_FAST, ROOT, Answer, Stack, agency, wait_until

POINTS = sorted(
    name
    for source in (ROOT / "daemon").rglob("*.c")
    for name in re.findall(r'\bfault_point\("([^"]+)"\)', source.read_text())
    if not name.startswith("spool."))  # without the database: test_spool.py
OFFICE_PHONE, CITIZEN = "+6281270000025", "+62812500000%02d"
CITIZENS_TEXT = "ada orang terlantar di kelurahan Petung, lemas, mohon dibantu"


class Died(Exception):
    """The daemon is gone; whoever waited for it got no answer."""


@pytest.fixture
def world(postgres):
    agencies = [a for a in AGENCIES if a["slug"] != "kelurahan-petung"]
    agencies.append(agency("kelurahan-petung", "village_office", "64.09.01.1003",
                           [{"channel": "webhook"}, {"channel": "sms", "phone": OFFICE_PHONE}]))
    s = Stack(postgres, agencies=agencies, policy=POLICY_FAST, conf={"clocks": {"poll_ms": 100}}, started=False)
    yield s
    s.close()


class Story:
    """What the clients do. Every step can be repeated, as they would."""

    def __init__(self, stack):
        self.stack = stack
        self.answers = {}  # to reports that got 201, by key
        self.stack.partner("kelurahan-petung").will(Answer(500))  # so that a notice is claimed from the outbox
        self.steps = [
            lambda: self.report("first"),
            lambda: self.citizen_writes(1),
            lambda: self.report("second"),
            lambda: self.citizen_writes(2),
            lambda: self.citizen_adds(2, "orangnya sekarang pindah ke teras masjid"),
            lambda: self.citizen_adds(2, "sudah diberi makan warga"),
            lambda: self.citizen_writes(1, "-again"),
            lambda: self.citizen_writes(1, "-once-more"),
            lambda: self.taken_apart("-again"),
            lambda: self.taken_apart("-once-more"),
            *[lambda n=n, part=part: self.citizen_writes_at_length(n, part) for n in (3, 4) for part in (1, 2)],
            self.office_is_told,
            lambda: self.office_writes("accepts", "TERIMA"),
            lambda: self.office_writes("leaves", "OTW"),
            self.silence_climbs,
        ]
        self.asked_once_more = [step for step in self.steps if step not in (self.office_is_told, self.silence_climbs)]

    def call(self, function, *args, **how):
        try:
            return function(*args, **how)
        except requests.RequestException as e:
            raise Died from e

    def wait(self, condition, what):
        def looked():
            if self.stack.process.poll() is not None:
                raise Died
            return condition()

        return wait_until(looked, 20, what)

    def report(self, key):
        r = self.call(self.stack.post_report, key=key, urgency="critical", text=f"laporan {key}")
        assert r.status_code == 201, r.text
        if key in self.answers:
            assert r.json() == self.answers[key], "the same key has got another answer"
        self.answers[key] = r.json()

    def sms(self, sender, text, id, **more):
        r = self.call(self.stack.send_sms, sender, text, id=id, **more)
        assert r.status_code == 200 and r.text == "", (r.status_code, r.text)

    def citizen_writes(self, n, again=""):
        self.sms(CITIZEN % n, CITIZENS_TEXT, f"citizen-{n}{again}")

    def citizen_adds(self, n, what):
        """More about what he reported."""
        self.sms(CITIZEN % n, f"tambahan laporan saya tadi pak, {what}", f"citizen-{n}-adds-{len(what)}")

    def taken_apart(self, again):
        """A coordinator takes the citizen's repetition out of the incident; whoever is not sure that he did sees it."""
        (report,) = self.stack.sql("select r.number, r.incident_id, r.relation from report r join inbound b on b.id = r.id where b.external_id = %s",
                                   f"citizen-1{again}")
        if report["relation"] == "duplicate":
            r = self.call(self.stack.api, "POST", f"/v1/incidents/{report['incident_id']}/events",
                          json={"event": "detach", "report": report["number"]})
            assert r.status_code == 200, r.text

    def citizen_writes_at_length(self, n, part):
        """One of two parts of a long SMS."""
        half = len(CITIZENS_TEXT) // 2
        text = CITIZENS_TEXT[:half] if part == 1 else CITIZENS_TEXT[half:]
        self.sms(CITIZEN % n, text, f"long-{n}-{part}", udh=f"%05%00%03%{n:02X}%02%{part:02X}")

    def office_is_told(self):
        incident = self.answers["first"]["incident"]["id"]
        self.wait(lambda: [c for c in self.stack.partner("kelurahan-petung").about(incident) if c.answer.status == 200],
                  "the village office's notice")

    def office_writes(self, id, word):
        self.sms(OFFICE_PHONE, f"{word} {self.answers['first']['number']}", f"office-{id}")

    def police(self):
        (id,) = [d["id"] for d in self.answers["first"]["dispatches"] if d["agency"] == "polsek-penajam"]
        return id

    def climbed(self):
        return self.stack.sql("select (data ->> 'step')::int as step, data ->> 'repeat' as repeat, data ->> 'rung' as rung from event "
                              "where kind = 'escalated' and data ->> 'dispatch' = %s order by number", self.police())

    def silence_climbs(self):
        self.wait(lambda: len(self.climbed()) >= 2, "two rungs")

    def play(self):
        """Returns how often the daemon died and came back."""
        deaths = 0
        for step in self.steps:
            try:
                step()
            except Died:
                self.stack.wait_killed()
                self.stack.start()
                deaths += 1
                step()
        return deaths


def received(stack):
    """The ids of the notices that came to partners and to the SMS gateway."""
    hooks = {c.id for p in stack.partners.values() for c in p.calls if c.answer.status == 200}
    return hooks | {re.search(r"[?&]ref=([0-9a-f-]{36})", m["dlr-url"]).group(1) for m in stack.sms.messages}


def settle(stack):
    """The coordinator ends every incident; then until nothing waits any more."""
    for row in stack.sql("select id from incident where state not in ('closed', 'cancelled')"):
        r = stack.api("POST", f"/v1/incidents/{row['id']}/events", json={"event": "cancel", "reason": "uji coba selesai"})
        assert r.status_code == 200, r.text
    wait_until(lambda: not stack.sql("select notice_id from outbox"), 20, "an empty outbox")


def assert_kept_once(stack, story):
    """Every report and answer is there exactly once, with what was promised to its sender."""
    wait_until(lambda: stack.value("select count(*) from inbound_part") == 0, 20, "no part of a long message waits")
    keys = [r["external_id"] for r in stack.sql("select external_id from inbound order by 1")]
    assert [key for key in keys if not key.startswith("sha256:")] == [
        "citizen-1", "citizen-1-again", "citizen-1-once-more", "citizen-2", "citizen-2-adds-24", "citizen-2-adds-40", "first", "long-3-1", "long-3-2", "long-4-1", "long-4-2", "office-accepts",
        "office-leaves", "second"]
    assert len(keys) == 16, "two were joined"
    assert stack.value("select count(*) from report") == 10 and stack.value("select count(*) from incident") == 8
    assert stack.value("select count(*) from report r join inbound b on b.id = r.id where b.external_id like 'citizen-2-adds%%' and r.relation = 'followup'") == 2
    assert stack.value("select count(*) from report where text = %s", CITIZENS_TEXT) == 6
    assert stack.value("select sum(report_count) from incident") == 10
    assert stack.value("select count(*) from event where kind = 'report_attached'") == 4
    assert stack.value("select count(*) from event where kind = 'detach'") == 2
    for answer in story.answers.values():
        rows = stack.sql("select id from dispatch where incident_id = %s and event = 1", answer["incident"]["id"])
        of_incident = {str(r["id"]) for r in rows}
        assert of_incident == {d["id"] for d in answer["dispatches"]} and len(of_incident) == 3
    assert stack.sql("select i.id from incident i where not exists (select from dispatch d where d.incident_id = i.id)") == []
    first = story.answers["first"]["incident"]["id"]
    assert stack.sql("select kind, count(*)::int as times from event where incident_id = %s and kind in ('accept', 'en_route') "
                     "group by 1 order by 1", first) == [{"kind": "accept", "times": 1}, {"kind": "en_route", "times": 1}]


def assert_clocks_go_on(stack):
    assert stack.sql("select id from dispatch d where state in ('notified', 'seen', 'accepted', 'en_route', 'on_scene') "
                     "and not exists (select from deadline l where l.subject = d.id)") == []
    # no rung was climbed twice
    assert stack.sql("select data ->> 'dispatch' as dispatch, data ->> 'clock' as clock, data ->> 'step' as step from event "
                     "where kind = 'escalated' and data ->> 'repeat' = 'false' group by 1, 2, 3 having count(*) > 1") == []


def assert_everyone_was_told(stack):
    notices = {str(r["id"]): r["ended"] for r in stack.sql(
        "select id, (select array_agg(a.outcome) from attempt a where a.notice_id = n.id) as ended from notice n")}
    got = received(stack)
    assert got <= notices.keys(), "somebody got a notice that history does not know"
    void = {id for id, ended in notices.items() if "void" in (ended or [])}
    assert notices.keys() - void <= got, "a notice never arrived"
    # only what an answer made void may be missing, and the first notices of the silent are not among that
    assert stack.sql("select n.id from notice n join attempt a on a.notice_id = n.id and a.outcome = 'void' "
                     "join dispatch d on d.id = n.dispatch_id where d.accepted_at is null and d.cancelled_at is null") == []
    assert stack.sql("select notice_id from dead_notice") == []


def test_there_are_fault_points():
    assert len(POINTS) >= 10 and len(set(POINTS)) == len(POINTS)


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_and_nothing_happens_twice_when_killed_at(world, point, time):
    story = Story(world)
    world.start(kill_at=f"{point}:{time}")
    deaths = story.play()
    assert deaths == 1, f"the story does not reach {point} for the {time}. time"
    # whoever is not sure asks once more, all of them at that
    for step in story.asked_once_more:
        step()
    assert_kept_once(world, story)
    assert_clocks_go_on(world)
    assert world.doctor() == []
    settle(world)
    assert_everyone_was_told(world)
    world.ctl("doctor")
    assert world.doctor() == []


def test_a_daemon_that_dies_again_and_again_loses_nothing(world):
    """One death after the other, at points all along the path, before one life is left to finish."""
    story = Story(world)
    deaths = iter(["intake.committed", "deliver.sending", "gateway.kept", "deliver.answered", "respond.written", "escalate.claimed"])
    planned = next(deaths)
    world.start(kill_at=planned)

    def live_on():
        nonlocal planned
        world.wait_killed()
        planned = next(deaths, None)
        world.start(kill_at=planned, ready=False)
        wait_until(lambda: world.process.poll() is not None or ready(world), 20, "sigapd back, or dead again")

    for step in story.steps:
        while True:
            try:
                step()
                break
            except Died:
                live_on()
    while planned is not None:  # the last may come after the story: the clocks go on
        live_on()
    assert_kept_once(world, story)
    assert_clocks_go_on(world)
    settle(world)
    assert_everyone_was_told(world)
    world.ctl("doctor")
    assert world.doctor() == []


def ready(stack):
    """False also when it dies while it is asked."""
    try:
        return requests.get(stack.url + "/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False
