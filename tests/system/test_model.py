"""Thousands of random histories on the real daemon: answers through four channels, coordinators, timeouts, restarts, new policies.

Hypothesis draws rounds; a round is dozens of incidents side by side, each with a sequence of operations of its own (one case), and now
and then something that befalls all of them: kill -9, a restart, a new policy, partners that do not take notices. After each round the
model (model.py) folds what the daemon wrote, and these must hold for every incident:

- fold(events) = the rows: states, versions, stamps; events are numbered 1 … n and chained by their hashes
- a clock is armed and stopped exactly when an event says so, to the microsecond: so no open dispatch is without a deadline
- a rung fires once for each time it was armed, and never before its time
- an answer that was taken is in the history, one that was refused was told a state that was true then
- no notice leaves after an answer that made it void
- the daemons' own auditor, which runs every second here, finds nothing to repair

The clocks of this policy are long: a test moves a deadline back in the database and the daemon's next look finds it. The seed is
printed; SIGAP_MODEL_SEED=N runs it again, SIGAP_MODEL_CASES and SIGAP_MODEL_SECONDS say how much (the first that is reached ends it).
Times between threads differ from run to run, so a seed gives the same operations, not always the same interleaving.
"""
import asyncio
import base64
import collections
import concurrent.futures
import contextlib
import dataclasses
import datetime
import hashlib
import hmac
import http.client
import json
import os
import random
import re
import threading
import time
import traceback
import urllib.parse
import uuid

import hypothesis
import psycopg2
import psycopg2.extras
import pytest
from hypothesis import strategies as st

import model
import stack as harness
from model import Armed, Fault, Fold
from stack import Stack, agency, wait_until

SEED = int(os.environ.get("SIGAP_MODEL_SEED") or random.SystemRandom().randrange(2**32))
CASES = int(os.environ.get("SIGAP_MODEL_CASES") or 3000)
SECONDS = float(os.environ.get("SIGAP_MODEL_SECONDS") or 75)
AT_LEAST = 300  # cases, on a machine that is busy with other things
INCIDENTS = 30  # of a round
WORKERS, RACERS = 5, 8
SLACK = datetime.timedelta(seconds=1)  # an event's time is the beginning of its transaction; a busy machine may take its time to commit
UNDER_WAY = 3  # seconds that a call to a partner may have been under way when the answer came

# ---- operations -------------------------------------------------------------------------------------------------------------

DEAF = ("polsek-penajam", "kelurahan-petung")  # take no notices in some rounds
NEWEST = -1  # the dispatch made last, by a ladder perhaps


@dataclasses.dataclass(frozen=True)
class Answer:
    """channel: as the agency or the coordinator through the API, the page behind a notice's link, an SMS."""

    slot: int
    event: str
    channel: str = "agency"
    version: str = ""  # "known": the newest that this case has seen; "stale": the one before


@dataclasses.dataclass(frozen=True)
class Decide:
    body: tuple
    version: str = ""


@dataclasses.dataclass(frozen=True)
class Timeout:
    """A clock runs out now; waits: until it has fired."""

    slot: object  # None: the incident's own
    waits: bool = True


@dataclasses.dataclass(frozen=True)
class Race:
    """All at the same moment."""

    steps: tuple


ANSWER = st.builds(
    Answer,
    slot=st.sampled_from([0, 0, 0, 1, 1, 2, NEWEST]),
    event=st.sampled_from(["accept", "accept", "decline", "seen", "en_route", "on_scene", "complete"]),
    channel=st.sampled_from(["agency", "agency", "coordinator", "link", "link", "sms"]),
    version=st.sampled_from(["", "", "", "known", "stale"]),
)
DECIDE = st.builds(
    Decide,
    body=st.sampled_from([
        (("event", "note"), ("note", "Catatan")),
        (("event", "claim"),),
        (("event", "triage"), ("type", "abandoned_person"), ("village_code", "64.09.01.1003"), ("urgency", "critical")),
        (("event", "triage"), ("type", "unclaimed_body"), ("village_code", "64.09.01.1003")),
        (("event", "triage"), ("urgency", "high")),
        (("event", "dispatch"), ("agency", "bpbd-ppu")),
        (("event", "dispatch"), ("agency", "dinsos-trc")),
        (("event", "cancel"), ("reason", "Salah alamat")),
        (("event", "close"), ("disposition", "handled")),
        (("event", "false_report"), ("evidence", "Petugas tidak menemukan siapa pun di lokasi")),
        (("event", "withdraw"), ("reason", "Pelapor menarik laporan")),
        (("event", "hand_over"), ("to", "Rumah singgah")),
        (("event", "merge"),),
        (("event", "merge"),),
        (("event", "split"), ("reason", "Ternyata kejadian lain")),
        (("event", "reopen"), ("reason", "Ternyata belum selesai")),
        (("event", "reopen"), ("reason", "Laporan kedua")),
    ]),
    version=st.sampled_from(["", "", "known", "stale"]),
)
TIMEOUT = st.builds(Timeout, slot=st.sampled_from([0, 0, 0, 1, 2, NEWEST, None]), waits=st.sampled_from([True, True, False]))
STEP = st.one_of(ANSWER, ANSWER, ANSWER, TIMEOUT, TIMEOUT, DECIDE, st.builds(Race, st.lists(st.one_of(ANSWER, ANSWER, DECIDE, TIMEOUT), min_size=2, max_size=4).map(tuple)))
REPORT = st.sampled_from([("abandoned_person", "normal", True), ("abandoned_person", "critical", True), ("unclaimed_body", "critical", True),
                          ("shackled_patient", "high", True), ("abandoned_person", "high", False)])
CASE = st.tuples(REPORT, st.lists(STEP, min_size=1, max_size=8))
ROUND = st.lists(CASE, min_size=INCIDENTS, max_size=INCIDENTS)
BEFALLS = ("none", "deaf", "policy", "kill", "deaf", "restart", "policy")  # one round after the other

# ---- the world --------------------------------------------------------------------------------------------------------------

WAITS = ("accept_within", "arrive_within", "complete_within")
LADDERS = (
    {"standard": ["again", "duty", "up"], "late": ["again", "duty"], "triage": ["duty"]},
    {"standard": ["again", ["duty", "up"], ["agency:dinsos-trc", "agency:bpbd-ppu"]], "late": [["again", "duty"]], "triage": ["duty"], "expire": "600s"},
    {"standard": ["duty", "up"], "late": ["duty"], "triage": ["duty", "duty"]},
    {"standard": ["again", "agency:dinsos-trc", "person:budi", "up"], "late": ["again", "person:budi"], "triage": ["person:budi"]},
)
PHONES = {"kelurahan-petung": "+6281200000101", "puskesmas-petung": "+6281200000102", "bpbd-ppu": "+6281200000103"}
SMS = {"accept": "TERIMA {0}", "decline": "TOLAK {0} tidak ada petugas", "en_route": "OTW {0}", "on_scene": "TIBA {0}", "complete": "SELESAI {0}"}


def policy_text(variant):
    """The policy of seconds with ten minutes and more for everything, and ladders and times of its own."""
    text = re.sub(r"^\s*//.*$", "", harness.POLICY_FAST.read_text(), flags=re.M)
    policy = json.loads(text)
    ladders = LADDERS[variant % len(LADDERS)]
    for name, ladder in policy["ladders"].items():
        rungs = ladders.get(name, ladders["standard"])
        policy["ladders"][name] = {"rungs": [{"to": to, "wait": f"{900 + 60 * variant + i}s"} for i, to in enumerate(rungs)], "repeat": f"{1800 + variant}s"}
    policy["triage"]["within"] = f"{1200 + variant}s"
    policy["attempt_limit"] = "1h"
    policy["expire_after"] = ladders.get("expire", "3d")
    for rules in policy["types"].values():
        for rule in rules["dispatch"]:
            for i, name in enumerate(WAITS):
                rule[name] = f"{600 * (i + 1) + variant}s"
    return json.dumps(policy)


class Sink:
    """Every agency's server, and the SMS gateway, in one thread: remembers when each notice came, says 200, or 503 for an agency that is
    deaf."""

    username, password = "sigap", "model"

    def __init__(self):
        self.came, self.deaf = collections.defaultdict(list), set()
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    async def serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head.split("\r\n")[1:])}
                await reader.readexactly(int(headers.get("content-length", 0)))
                slug = head.split(" ", 2)[1].strip("/")
                if "webhook-id" not in headers:
                    writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Type: text/html\r\nContent-Length: 25\r\n\r\n0: Accepted for delivery\n")
                    continue
                status = "503 Busy" if slug in self.deaf else "200 OK"
                self.came[headers["webhook-id"]].append((time.time(), status[:3]))
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/cgi-bin/sendsms"

    def stop(self):
        async def end():
            self.server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


# What happened to the table of deadlines, by whom. Claims move due_at only and are not written down.
WATCH_DEADLINES = """
create table deadline_log (id bigserial primary key, at timestamptz default now(), by_daemon bool default session_user = 'sigap_daemon',
	subject uuid, clock text, step int, set_for timestamptz, was timestamptz);
create index on deadline_log (subject);
create function log_deadline() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$ begin
	if tg_op = 'DELETE' then
		insert into deadline_log (subject, was) values (old.subject, old.set_for);
	elsif tg_op = 'INSERT' then
		insert into deadline_log (subject, clock, step, set_for) values (new.subject, new.clock, new.step, new.set_for);
	elsif (old.clock, old.step, old.set_for) is distinct from (new.clock, new.step, new.set_for) then
		insert into deadline_log (subject, clock, step, set_for, was) values (new.subject, new.clock, new.step, new.set_for, old.set_for);
	end if;
	return null;
end $$;
create trigger log after insert or update or delete on deadline for each row execute function log_deadline();
"""


class World(Stack):
    def __init__(self, postgres):
        self.sink = Sink()
        self.local = threading.local()
        self.databases, self.lock, self.done = [], threading.Lock(), 0
        self.variant, self.victim = 0, 0
        self.racers = concurrent.futures.ThreadPoolExecutor(RACERS)
        self.workers = concurrent.futures.ThreadPoolExecutor(WORKERS)
        self.policies = []
        kinds = [("polsek-penajam", "police", "64.09.01"), ("polres-ppu", "police", "64.09"), ("kelurahan-petung", "village_office", "64.09.01.1003"),
                 ("puskesmas-petung", "health_facility", "64.09.01.1003"), ("rsud-rapb", "health_facility", "64.09"),
                 ("bpbd-ppu", "disaster_agency", "64.09"), ("dinsos-trc", "social_office", "64.09")]
        agencies = [agency(slug, kind, area, [{"channel": "webhook", "url": f"http://127.0.0.1:{self.sink.port}/{slug}", "allow_private": True}]
                           + [{"channel": "sms", "phone": p} for s, p in PHONES.items() if s == slug]) for slug, kind, area in kinds]
        policy = harness.pathlib.Path(harness.tempfile.mkstemp(suffix=".jsonc")[1])
        policy.write_text(policy_text(0))
        try:
            super().__init__(postgres, agencies=agencies, policy=policy, conf={"clocks": {"poll_ms": 20}, "watch": {"audit_s": 1}, "daemon": {"log_level": "warn"}}, started=False)
        finally:
            policy.unlink()
        self.sql(WATCH_DEADLINES)
        self.link_key = bytes(self.value("select value from secret where name = 'link_key'"))
        try:
            self.start()
            self.start_another()
        except BaseException:
            self.discard()
            raise

    def write_conf(self, changes, daemon=0):
        """The gateway is the sink, too."""
        if self.sms is not self.sink:
            self.sms.stop()
            self.sms = self.sink
        super().write_conf(changes, daemon)

    def discard(self):
        for pool in (self.workers, self.racers):
            pool.shutdown(cancel_futures=True)
        for connection in self.databases:
            connection.close()
        super().discard()

    def rows(self, query, *args):
        """As sql(), on a connection of this thread's own."""
        if not hasattr(self.local, "database"):
            self.local.database = psycopg2.connect(self.postgres.dsn(self.database), cursor_factory=psycopg2.extras.RealDictCursor)
            self.local.database.autocommit = True
            with self.lock:
                self.databases.append(self.local.database)
        with self.local.database.cursor() as c:
            c.execute(query, args or None)
            return [dict(r) for r in c.fetchall()] if c.description is not None else []

    def call(self, method, path, token=None, body=None, form=None):
        """(status, JSON or text, how often it was sent): sent again, to the other daemon, while one is away, as clients do."""
        headers = {"Authorization": "Bearer " + self.tokens[token]} if token else {}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        if form is not None:
            data, headers["Content-Type"] = urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded"
        end, again = time.monotonic() + 40, threading.Event()
        for tries in range(1, 1000):
            one = getattr(self.local, "daemon", 0)
            connection = getattr(self.local, "http", None) or http.client.HTTPConnection("127.0.0.1", self.daemons[one].port, timeout=30)
            self.local.http = connection
            try:
                connection.request(method, path, data, headers)
                r = connection.getresponse()
                text = r.read()
                if r.status != 503:
                    return r.status, json.loads(text) if "json" in r.headers.get("Content-Type", "") else text, tries
            except (OSError, http.client.HTTPException):
                self.turn_to(1 - one)
            assert time.monotonic() < end, f"{method} {path} finds nobody"
            again.wait(0.02)

    def turn_to(self, daemon):
        """This thread's next call goes to that daemon."""
        if getattr(self.local, "http", None) is not None:
            self.local.http.close()
        self.local.http, self.local.daemon = None, daemon

    def link(self, dispatch):
        """The page that a notice's link leads to: the dispatch and a MAC of it."""
        id = uuid.UUID(dispatch).bytes
        return "/d/" + base64.urlsafe_b64encode(id + hmac.new(self.link_key, id, hashlib.sha256).digest()[:8]).decode().rstrip("=")

    def disturb(self, what):
        """Befalls all incidents of a round while they are worked on."""
        if what in ("kill", "restart"):
            self.victim = 1 - self.victim
            self.kill(self.victim) if what == "kill" else self.stop(self.victim)
            self.start(daemon=self.victim)
        elif what == "policy":
            self.variant += 1
            path = self.folder / "variant.jsonc"
            path.write_text(policy_text(self.variant))
            self.ctl("policy", "apply", path, "--force", "--name", f"variant {self.variant}")
        elif what == "deaf":
            self.sink.deaf = set(DEAF)


# ---- one case ---------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Said:
    """What a client sent and was told."""

    step: object
    dispatch: object  # id; None: the incident
    event: str
    version: object
    known: int  # versions that had been seen when it was sent
    known_incident: int
    begun: datetime.datetime
    ended: datetime.datetime
    status: int
    answer: object
    tries: int


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class Case:
    def __init__(self, world, drawn, hub=None):
        self.world, (self.report, self.steps), self.hub = world, drawn, hub
        self.said, self.versions, self.dispatches, self.id, self.number = [], {}, [], None, None
        self.lock = threading.Lock()

    def run(self):
        kind, urgency, placed = self.report
        self.world.turn_to(random.randrange(2))
        body = {"type": kind, "urgency": urgency, "external_id": str(uuid.uuid4())}
        if placed:
            body["place"] = {"village_code": "64.09.01.1003"}
        status, made, _ = self.world.call("POST", "/v1/reports", "source", body)
        assert status in (200, 201), (status, made)
        self.id, self.number = made["incident"]["id"], made["incident"]["number"]
        self.dispatches = [(d["id"], d["agency"]) for d in made["dispatches"]]
        for step in self.steps:
            self.take(step)
            self.world.done += 1
        return self

    def take(self, step):
        if isinstance(step, Race):
            for future in [self.world.racers.submit(self.take, s) for s in step.steps]:
                future.result()
        elif isinstance(step, Timeout):
            self.run_out(step)
        elif isinstance(step, Decide):
            self.decide(step)
        else:
            self.answer(step)

    def pick(self, slot):
        if slot != NEWEST and slot < len(self.dispatches):
            return self.dispatches[slot]
        rows = self.world.rows("select id::text, agency from dispatch where incident_id = %s order by id", self.id)
        return (rows[slot % len(rows)]["id"], rows[slot % len(rows)]["agency"]) if rows else (None, None)

    def asked_version(self, wanted, known):
        return {"": None, "known": known or 1, "stale": max(1, known - 1)}[wanted]

    def send(self, step, dispatch, event, version, *how, **more):
        known, known_incident, begun = self.versions.get(dispatch, 0), self.versions.get(None, 0), now()
        status, answer, tries = self.world.call(*how, **more)
        told = answer.get("current", answer) if isinstance(answer, dict) else {}
        with self.lock:
            self.said.append(Said(step, dispatch, event, version, known, known_incident, begun, now(), status, answer, tries))
            about = told.get("incident", told) if dispatch else told
            for key, at in ((dispatch, told.get("version", 0)), (None, about.get("version", 0))):
                self.versions[key] = max(self.versions.get(key, 0), at)

    def answer(self, step):
        dispatch, slug = self.pick(step.slot)
        if dispatch is None:
            return
        channel = "agency" if step.channel == "sms" and (slug not in PHONES or step.event not in SMS) else step.channel
        if channel == "sms":
            query = {"token": self.world.gateway_token, "id": str(uuid.uuid4()), "from": PHONES[slug], "to": "2345", "ts": int(time.time()), "smsc": "FAKE",
                     "coding": "0", "charset": "UTF-8", "text": SMS[step.event].format(self.number)}
            self.send(step, dispatch, step.event, None, "GET", "/v1/gateways/kannel/inbound?" + urllib.parse.urlencode(query))
        elif channel == "link" and step.event == "seen":
            self.send(step, dispatch, step.event, None, "GET", self.world.link(dispatch))
        elif channel == "link":
            form = {"event": step.event} | ({"reason": "Tidak ada petugas"} if step.event == "decline" else {})
            self.send(step, dispatch, step.event, None, "POST", self.world.link(dispatch), form=form)
        else:
            version = self.asked_version(step.version, self.versions.get(dispatch, 0))
            body = {"event": step.event} | ({"version": version} if version else {}) | ({"reason": "Tidak ada petugas"} if step.event == "decline" else {})
            if step.event == "accept":
                body["eta"] = 15
            self.send(step, dispatch, step.event, version, "POST", f"/v1/dispatches/{dispatch}/events", slug if channel == "agency" else "coordinator", body)

    def decide(self, step):
        version = self.asked_version(step.version, self.versions.get(None, 0))
        body = dict(step.body) | ({"version": version} if version else {})
        if body["event"] == "merge":
            body["into"] = self.hub.number
        self.send(step, None, body["event"], version, "POST", f"/v1/incidents/{self.id}/events", "coordinator", body)

    def run_out(self, step):
        """Moves what is armed, and not claimed, back to now."""
        subject = self.id if step.slot is None else self.pick(step.slot)[0]
        moved = self.world.rows("update deadline set due_at = now(), set_for = now() where subject = %s and due_at = set_for and set_for > now() + interval '5 s' "
                                "returning set_for", subject)
        if moved and step.waits:
            still = "select 1 from deadline where subject = %s and set_for = %s"
            wait_until(lambda: not self.world.rows(still, subject, moved[0]["set_for"]), 20, f"the deadline of {subject} in incident {self.id} fires")


# ---- what must hold ---------------------------------------------------------------------------------------------------------


def read(world, ids):
    """Everything that the database says about these incidents at one moment."""
    world.rows("begin isolation level repeatable read")
    rows = {i: {"events": [], "dispatches": [], "log": []} for i in ids}
    for r in world.rows("select id::text, state, version, head, disposition, merged_into::text from incident where id = any(%s::uuid[])", ids):
        rows[r["id"]]["row"] = r
    for r in world.rows("select incident_id::text, number, at, actor, kind, data, data::text as text, hash from event where incident_id = any(%s::uuid[]) "
                        "order by incident_id, number", ids):
        rows[r["incident_id"]]["events"].append(r)
    for r in world.rows("select *, id::text, incident_id::text, for_dispatch::text from dispatch where incident_id = any(%s::uuid[])", ids):
        rows[r["incident_id"]]["dispatches"].append(r)
    for r in world.rows("select l.*, l.subject::text, coalesce(d.incident_id, l.subject)::text as incident_id from deadline_log l left join dispatch d on d.id = l.subject "
                        "where coalesce(d.incident_id, l.subject) = any(%s::uuid[]) order by l.id", ids):
        rows[r["incident_id"]]["log"].append(r)
    for r in world.rows("select subject::text, clock, step, set_for, coalesce(d.incident_id, l.subject)::text as incident_id from deadline l left join dispatch d "
                        "on d.id = l.subject where coalesce(d.incident_id, l.subject) = any(%s::uuid[])", ids):
        rows[r["incident_id"]].setdefault("armed", {})[r["subject"]] = Armed(r["clock"], r["step"], r["set_for"])
    world.rows("commit")
    return rows


def must(fact, what):
    if not fact:
        raise Fault(what)


def check_chain(id, got):
    before = b""
    for n, e in enumerate(got["events"], 1):
        must(e["number"] == n, f"event {n} is missing")
        before = model.event_hash(before, id, e)
        must(bytes(e["hash"]) == before, f"the hash of event {n} is wrong")
    must(bytes(got["row"]["head"]) == before, "the incident's head is not its last event")


def fold(id, got, unreachable):
    f = Fold(id, {d["id"]: d for d in got["dispatches"]}, unreachable)
    for e in got["events"]:
        f.apply(e)
    return f


def check_rows(f, got):
    must((got["row"]["state"], got["row"]["version"]) == (f.state, f.version), f"the incident is {got['row']['state']} at {got['row']['version']}, not {f.state} at {f.version}")
    must((got["row"]["disposition"], got["row"]["merged_into"]) == (f.disposition, f.merged_into), "how the incident ended")
    must({d["id"] for d in got["dispatches"]} == set(f.dispatches), "dispatches that no event made")
    for row in got["dispatches"]:
        d = f.dispatches[row["id"]]
        must((row["state"], row["version"]) == (d.state, d.version), f"{d.agency} is {row['state']} at {row['version']}, not {d.state} at {d.version}")
        for stamp in ("notified_at", "accept_by", "arrive_by", "complete_by", "reason", *model.STAMP.values(), "accepted_at", "answered_at"):
            must(row[stamp] == d.stamps.get(stamp), f"{stamp} of {d.agency} is {row[stamp]}, not {d.stamps.get(stamp)}")
        must(row["for_dispatch"] == f.stands_for.get(d.id), f"{d.agency} stands for {row['for_dispatch']}, not {f.stands_for.get(d.id)}")
        eta = d.stamps.get("eta")
        must((row["eta"] is None) == (eta is None) and (eta is None or abs(row["eta"] - parse(eta)) < datetime.timedelta(seconds=1)), f"eta of {d.agency}")


def parse(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def check_clocks(world, f, got):
    """The table of deadlines changed when, and only when, an event says so; and nothing fired before its time."""
    expected = collections.defaultdict(list)
    for event, subject, before, after in f.changes:
        expected[subject].append((event, after))
    by_daemon = collections.defaultdict(list)
    for r in got["log"]:
        if r["by_daemon"]:
            by_daemon[r["subject"]].append(r)
    for subject in {*expected, *by_daemon}:
        name = f.dispatches[subject].agency if subject in f.dispatches else "the incident"
        wanted, found = expected[subject], by_daemon[subject]
        for (event, after), r in zip(wanted, found):
            armed = None if r["clock"] is None else Armed(r["clock"], r["step"], r["set_for"])
            what = f"event {event['number']} ({event['kind']}) wants {after} for {name}, found {armed} at {r['at']}"
            must(r["at"] == event["at"], what)
            must(armed is None if after is None else after.fits(armed), what)
        must(len(wanted) == len(found), f"the clock of {name} changed {len(found)} times, {len(wanted)} by the events: "
             f"{[(e['number'], e['kind'], a) for e, a in wanted]} and {[(r['at'], r['clock'], r['step'], r['set_for']) for r in found]}")
    fired = {(r["subject"], r["at"]): r["was"] for r in got["log"] if r["by_daemon"] and r["was"] is not None}
    for event, subject, armed in f.silenced:
        was = fired.get((subject, event["at"]))
        must(was is not None, f"event {event['number']} fired a rung and left its clock as it was")
        hastened = armed.clock == "accept" and subject in f.dispatches and f.dispatches[subject].agency in DEAF  # nothing reaches it
        must(was <= event["at"] or hastened, f"event {event['number']} fired {was - event['at']} early: it was set for {was}")
    for subject, armed in f.armed.items():
        must(armed.clock == got.get("armed", {}).get(subject, Armed("none", 0, None)).clock, f"{subject} should have its clock {armed.clock} running")
    for subject in got.get("armed", {}):
        must(subject in f.armed, f"{subject} has a clock that nothing armed")


def check_answers(case, f):
    """What clients were told was so at that moment, and what was taken is there."""
    sent, texted = collections.Counter(), collections.Counter()  # a text names the incident: of the agency's dispatches there it means the one that it fits
    for s in case.said:
        if s.dispatch is not None and s.step.channel == "sms":
            texted[f.dispatches[s.dispatch].agency, s.event] += s.tries
        else:
            sent[s.dispatch, s.event] += s.tries
        if s.dispatch is None:
            check_decision(s, f)
        elif s.step.channel in ("agency", "coordinator") or isinstance(s.answer, dict) and "version" in s.answer.get("current", s.answer):
            check_answer(s, f)
        else:
            check_message(s, f)
    written = collections.Counter(f.made_by.values())
    for key, n in written.items():
        said = sent[key] + (texted[f.dispatches[key[0]].agency, key[1]] if key[0] in f.dispatches else 0)
        must(key[1] not in model.ANSWERS or n <= said, f"{key} is in the history {n} times and was sent {said} times")


def check_current(s, history, known, version, state, f, key):
    must((history.get(key(version)) or (None,))[0] == state, f"{s} was told {state} at {version}, which never was")
    must(version >= known, f"{s} was told version {version} after {known} had been seen")
    later = history.get(key(version + 1))
    if later is not None:
        must(later[1] >= s.begun - SLACK, f"{s} was told {state} at {version}, which was over")


def times(f, events):
    at = {e["number"]: e["at"] for e in events}
    return {k: (state, at[n]) for k, (state, n) in f.history.items()}, {n: (state, at.get(n)) for n, state in f.course.items()}


def check_answer(s, f):
    must(s.status in (200, 409), f"{s} was not expected")
    told = s.answer if s.status == 200 else s.answer["current"]
    state, version = told["state"], told["version"]
    check_current(s, f.timed, s.known, version, state, f, lambda v: (s.dispatch, v))
    check_current(s, f.timed_course, s.known_incident, told["incident"]["version"], told["incident"]["state"], f, lambda v: v)
    next_state, repeats = model.DISPATCH[state].get(s.event, (None, False))
    if s.status == 409:
        must(next_state is None or s.version not in (None, version), f"{s} was refused and fits")
    else:
        made = f.made_by.get(f.history[s.dispatch, version][1]) == (s.dispatch, s.event)
        must(made or repeats, f"{s} was taken and is not in the history")


def check_decision(s, f):
    if s.status == 422:
        must(s.event in ("dispatch", "merge"), f"{s} was not expected")
        return
    must(s.status in (200, 409), f"{s} was not expected")
    told = s.answer if s.status == 200 else s.answer["current"]
    check_current(s, f.timed_course, s.known_incident, told["version"], told["state"], f, lambda v: v)
    if s.status == 200:
        must(f.kinds[told["version"]] == {"claim": "claimed"}.get(s.event, s.event), f"{s} was taken and is not in the history")
    else:
        must(s.event not in model.INCIDENT[told["state"]] or s.version not in (None, told["version"]), f"{s} was refused and fits")


def check_message(s, f):
    """A page or an SMS tells no version: either its event is there, or it changed nothing in a state of those moments."""
    must(s.status in (200, 404, 409), f"{s} was not expected")
    taken, harmless = False, False
    for (dispatch, version), (state, since) in f.timed.items():
        if dispatch != s.dispatch:
            continue
        until = f.timed.get((dispatch, version + 1), (None, now()))[1]
        made = f.made_by.get(f.history[dispatch, version][1]) == (s.dispatch, s.event)
        taken |= made and s.begun - SLACK <= since <= s.ended + SLACK
        next_state, repeats = model.DISPATCH[state].get(s.event, (None, False))
        harmless |= (next_state is None or repeats) and since <= s.ended + SLACK and until >= s.begun - SLACK
    gone = s.status == 404 and (f.state in model.ENDED or "cancelled" in [st for (d, _), (st, _) in f.timed.items() if d == s.dispatch]
                                or set(f.course.values()) & set(model.ENDED))
    must(taken or harmless or gone, f"{s} was answered {s.status} and is not in the history")


def check_case(world, case, got):
    check_chain(case.id, got)
    f = fold(case.id, got, DEAF)
    f.timed, f.timed_course = times(f, got["events"])
    f.kinds = {e["number"]: e["kind"] for e in got["events"]}
    check_rows(f, got)
    check_clocks(world, f, got)
    check_answers(case, f)
    return f


def story(case, got):
    """The smallest thing that tells what went wrong: one case."""
    lines = [f"incident {case.number} ({case.id}), report {case.report}", "steps:"] + [f"  {s}" for s in case.steps] + ["events:"]
    lines += [f"  {e['number']} {e['at']:%H:%M:%S.%f} {e['actor']} {e['kind']} {e['text']}" for e in got["events"]] + ["clocks:"]
    lines += [f"  {r['at']:%H:%M:%S.%f} {'daemon' if r['by_daemon'] else 'test'} {r['subject']} {r['clock']} {r['step']} {r['set_for']} was {r['was']}" for r in got["log"]]
    lines += ["said:"] + [f"  {s.begun:%H:%M:%S.%f}-{s.ended:%H:%M:%S.%f} {s.event} {s.dispatch} version={s.version} -> {s.status} {str(s.answer)[:300]}" for s in case.said]
    return "\n".join(lines)


# ---- rounds -----------------------------------------------------------------------------------------------------------------


class Run:
    def __init__(self, world):
        self.world, self.waiting, self.cases, self.events, self.rounds = world, [], 0, 0, 0
        self.checked = {}  # incident -> case
        self.stood_down = []
        self.answered = {}  # dispatch -> moments of its answers
        self.counts, self.fault = collections.Counter(), None
        self.end = time.monotonic() + SECONDS

    def over(self):
        return self.cases >= CASES or time.monotonic() > self.end

    def round(self, cases):
        what = BEFALLS[self.rounds % len(BEFALLS)]
        world, began = self.world, self.world.done
        if what != "deaf" and world.sink.deaf:
            world.sink.deaf = set()
            self.hurry()
        hub = Case(world, (("abandoned_person", "high", True), ())).run()  # what others are merged into
        running = [Case(world, c, hub) for c in cases]
        if what in ("policy", "deaf"):
            world.disturb(what)
        futures = [world.workers.submit(c.run) for c in running]
        if what in ("kill", "restart"):
            with contextlib.suppress(AssertionError):
                wait_until(lambda: world.done - began > INCIDENTS * 2 or all(f.done() for f in futures), 10, "the middle of the round")
            world.disturb(what)
        for f in futures:
            f.result()
        self.rounds += 1
        self.counts[what] += 1
        self.waiting += [*running, hub]
        self.check()

    def hurry(self):
        """Notices that failed are due again now; not the newest, which may be under way while they are answered."""
        self.world.rows("update outbox o set due_at = now() from notice n where n.id = o.notice_id and o.owner is null and o.due_at > now() "
                        "and n.created_at < now() - interval '6 s'")

    def check(self, all_of_them=False):
        """Checks the cases in which nothing is due any more; those whose claim waits for the end of a dead daemon's lease come later."""
        ids = [c.id for c in self.waiting]
        due = ("select distinct coalesce(d.incident_id, l.subject)::text as id from deadline l left join dispatch d on d.id = l.subject "
               "where l.set_for <= now() and coalesce(d.incident_id, l.subject) = any(%s::uuid[])")
        try:
            wait_until(lambda: self.world.rows(due, ids) == [], 30 if all_of_them else 0.5, "everything that is due has fired")
        except AssertionError:
            if all_of_them:
                raise
        unsettled = {r["id"] for r in self.world.rows(due, ids)}
        settled = [c for c in self.waiting if c.id not in unsettled]
        self.waiting = [c for c in self.waiting if c.id in unsettled]
        got = read(self.world, [c.id for c in settled])
        for c in settled:
            try:
                f = check_case(self.world, c, got[c.id])
            except Exception as e:
                raise Fault(f"{e}\n{story(c, got[c.id])}") from e
            self.cases += c.id not in self.checked
            self.checked[c.id] = c
            self.events += len(got[c.id]["events"])
            self.counts.update(e["kind"] for e in got[c.id]["events"])
            self.answered |= f.answered
            self.stood_down += f.stood_down

    def answers_after(self, notice):
        return [a for a in self.answered.get(notice["dispatch_id"], []) if a > notice["created_at"]]

    def check_notices(self):
        """At the end, when everything has left: what came after an answer was under way before it; what was made void had an answer."""
        world = self.world
        world.sink.deaf = set()
        wait_until(lambda: self.hurry() or world.rows("select 1 from outbox limit 1") == [], 60, "the outbox is empty")
        notices = world.rows("select n.id::text, n.incident_id::text, n.dispatch_id::text, n.kind, n.channel, n.created_at, exists (select from attempt a where a.notice_id = n.id "
                             "and a.outcome = 'void') as void, exists (select from attempt a where a.notice_id = n.id and a.outcome = 'ok') as ok, "
                             "(select max(a.at - a.ms * interval '1 ms') from attempt a where a.notice_id = n.id and a.outcome <> 'void') as left_at "
                             "from notice n where n.kind in ('dispatch.created', 'dispatch.reminder', 'duty') and n.dispatch_id is not null")
        # what waited at a deaf door may have been ended by the clock since its incident was checked
        ended_since = {n["incident_id"] for n in notices if n["void"] and not self.answers_after(n)}
        self.waiting = [c for i, c in self.checked.items() if i in ended_since]
        self.check(all_of_them=True)
        for n in notices:
            answers = self.answers_after(n)
            came = [datetime.datetime.fromtimestamp(at, datetime.timezone.utc) for at, _ in world.sink.came.get(n["id"], [])]
            last = max([*came, *([n["left_at"]] if n["left_at"] else [])], default=None)
            must(not answers or last is None or last < min(answers) + datetime.timedelta(seconds=UNDER_WAY),
                 f"{n['kind']} {n['id']} left at {last}, and its dispatch {n['dispatch_id']} was answered at {min(answers, default=None)}: "
                 f"came {[str(c) for c in came]}, attempts {world.rows('select * from attempt where notice_id = %s', n['id'])}")
            must(not n["void"] or answers, f"{n['kind']} {n['id']} was held back without an answer: "
                 f"{world.rows('select * from attempt where notice_id = %s', n['id'])}")
            must(n["void"] or n["ok"], f"{n['kind']} {n['id']} was neither sent nor held back")
            must(n["channel"] != "webhook" or not n["ok"] or came, f"{n['kind']} {n['id']} was recorded as sent and never came")
            self.counts["void notices"] += n["void"]
        told = collections.Counter((r["dispatch_id"], r["created_at"]) for r in world.rows("select dispatch_id::text, created_at from notice where kind = 'dispatch.cancelled'"))
        for dispatch, slug, at in self.stood_down:
            must(told[dispatch, at] == (2 if slug in PHONES else 1), f"{slug} was not told everywhere at {at} that its dispatch {dispatch} had ended")
        return len(notices)


@pytest.fixture(scope="module")
def world(postgres):
    w = World(postgres)
    yield w
    w.close()


def test_the_daemons_tables_are_those_of_the_model(world):
    said = {"dispatch": {}, "incident": {}}
    for row in json.loads(world.ctl("--json", "states").stdout):
        said[row["object"]].setdefault(row["state"], {})[row["event"]] = (row["next"], row["effects"] == "repeats")
    assert said["dispatch"] == model.DISPATCH
    assert said["incident"] == model.INCIDENT


def test_every_history_is_what_its_events_say(world):
    print(f"SIGAP_MODEL_SEED={SEED}")
    run = Run(world)

    @hypothesis.seed(SEED)
    @hypothesis.settings(max_examples=CASES // INCIDENTS + 10, deadline=None, database=None, derandomize=False, phases=[hypothesis.Phase.generate],
                         suppress_health_check=list(hypothesis.HealthCheck), print_blob=False)
    @hypothesis.given(ROUND)
    def rounds(drawn):
        if run.fault is None and not run.over():
            try:
                run.round(drawn)
            except Exception as e:  # told below: hypothesis would play the whole round again, which never goes the same way
                run.fault = e

    began = time.monotonic()
    try:
        rounds()
        if run.fault is not None:
            raise run.fault
        run.check(all_of_them=True)
        notices = run.check_notices()
    except BaseException:
        print(f"again with SIGAP_MODEL_SEED={SEED}; {run.rounds} rounds, {run.cases} cases before it")
        raise
    print(f"{run.cases} cases, {run.rounds} rounds, {run.events} events, {notices} notices, {time.monotonic() - began:.0f} s: {dict(run.counts)}")
    assert world.doctor() == []
    world.ctl("audit", "verify")
    assert world.rows("select * from alarm where kind like 'auditor%'") == [], "the auditor, which ran every second, had to repair something"
    assert run.cases >= AT_LEAST
    for seen in ("accept", "decline", "escalated", "cancel", "reopen", "void notices", "policy"):
        assert run.counts[seen] > 0, f"no {seen} in the whole run: {run.counts}"
    assert len(world.rows("select distinct accept_s from dispatch")) > 1, "no new policy came into force"
