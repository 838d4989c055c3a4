"""A whole sigap for one test: private PostgreSQL, sigapd on a port of its own, partners and an SMS gateway that obey the test.

Example (fixtures are in fixtures.py: `stack` is one Stack for the module with the policy of minutes, nothing fires by itself;
`fast_stack` has the policy of seconds, tests/system/data/policy_fast.jsonc; a module that needs another makes its own):

    from stack import Stack, Answer, Hang, agency, wait_until

    def test_a_new_report_reaches_the_police_at_once(stack):
        police = stack.partner("polsek-penajam")
        police.will(Answer(500), Hang(), Answer(200))          # next requests; afterwards police.default, Answer(200)
        made = stack.report(village="64.09.01.1003")           # POST /v1/reports, asserts 201, returns its JSON
        wait_until(lambda: police.about(made["incident"]["id"]), 5, "the police's notice")
        link = police.calls[0].json["data"]["dispatch"]["url"] # the partner's page
        stack.api("GET", f"/v1/incidents/{made['incident']['id']}", token="coordinator")   # a requests.Response
        stack.sql("select state from dispatch where agency = %s", "polsek-penajam")        # rows as dicts, as superuser
        stack.kill(); stack.start()                            # kill -9, and again; start(kill_at="intake.committed")
        stack.sms.messages                                     # what went to the fake Kannel: [{"to", "text", "at", ...}]
    stack.gateways["cadangan"]                             # the others of Stack(gateways=("kannel", "cadangan")), in the order of the configuration
        other = stack.start_another()                          # a second daemon on the same database: its index, its own port
        stack.report(daemon=other); stack.kill(other); stack.start(daemon=other); stack.pause(other); stack.go_on(other)
        assert stack.doctor() == []
        stack.ctl("doctor")                                    # sigapctl on its database; fails on another status than 0

The tokens are stack.tokens["source" | "coordinator" | "admin" | "auditor" | an agency's slug]. Closing a Stack ends sigapd with
SIGTERM and fails when it does not exit with 0 or a sanitizer has spoken. SIGAP_BUILD names the build folder.
"""
import contextlib
import dataclasses
import datetime
import hashlib
import http.server
import itertools
import json
import os
import pathlib
import pwd
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

import psycopg2
import psycopg2.extras
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SIGAP_BUILD", ROOT / "build-test")).resolve()
DATA = pathlib.Path(__file__).resolve().parent / "data"
PG_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
POLICY = ROOT / "config" / "policy.jsonc"
POLICY_FAST = DATA / "policy_fast.jsonc"
SANITIZER = re.compile(r"(AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|ThreadSanitizer|runtime error:)")
DUTY_PHONE = "+6281200000001"


def wait_until(condition, deadline, what):
    """The first true value of condition(), looked at every 10 ms; fails after deadline seconds."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(0.01)


PORTS_FIRST, PORTS_OF_ONE, WORKERS_MOST = 20000, 1500, 8


def free_port():
    """Below the range from which the system gives ports to partners and connections: none of them can take it before its owner does. Test files that run beside
    each other have ranges of their own: what one has chosen and not yet opened looks free to the others."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS_MOST
    first = PORTS_FIRST + worker * PORTS_OF_ONE
    while True:
        port = random.randrange(first, first + PORTS_OF_ONE)
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", port))
            return port


# ---- partners -----------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Answer:
    """What a server says to one request. body: str or bytes; wait: seconds before it answers."""

    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: object = b""
    wait: float = 0


class Hang(Answer):
    """Takes the request and never answers; the connection ends with the server."""


class Reset(Answer):
    """Takes the request and closes the connection without an answer."""


@dataclasses.dataclass
class Call:
    """One request as it came. at: time.time() when it was complete."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    at: float
    answer: Answer

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def id(self):
        """The notice's id; header names are in lower case."""
        return self.headers.get("webhook-id")

    @property
    def type(self):
        return self.json["type"]


class Partner:
    """An HTTP server in a thread that records every request and answers as told."""

    def __init__(self):
        self.calls = []
        self.default = Answer(200)
        self.planned = []
        self.connections = 0  # that were ever accepted
        self.open = set()
        self.port = 0
        self.server = None
        self.lock = threading.Lock()
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/in"

    def will(self, *answers):
        """Answers to the next requests, in order."""
        with self.lock:
            self.planned.extend(answers)

    def forget(self):
        """Drops what was recorded and planned."""
        with self.lock:
            self.calls.clear()
            self.planned.clear()

    def about(self, incident, kind=None):
        """The webhook calls about an incident, of one type ("dispatch.created" ...) or of any."""
        return [c for c in list(self.calls) if c.json["data"]["incident"]["id"] == incident and kind in (None, c.type)]

    def choose(self, call):
        """The answer to a request; runs under the lock."""
        return self.planned.pop(0) if self.planned else self.default

    def start(self):
        """Listens (again, on the same port)."""
        partner, ending = self, threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                super().setup()
                with partner.lock:
                    partner.connections += 1
                    partner.open.add(self.connection)

            def finish(self):
                with partner.lock:
                    partner.open.discard(self.connection)
                with contextlib.suppress(OSError):
                    super().finish()

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                where = urllib.parse.urlsplit(self.path)
                call = Call(
                    self.command,
                    where.path,
                    dict(urllib.parse.parse_qsl(where.query, keep_blank_values=True)),
                    {k.lower(): v for k, v in self.headers.items()},
                    body,
                    time.time(),
                    None,
                )
                with partner.lock:
                    call.answer = partner.choose(call)
                    partner.calls.append(call)
                self.reply(call.answer)

            def reply(self, a):
                if isinstance(a, Hang):
                    ending.wait(600)
                if isinstance(a, (Hang, Reset)) or ending.wait(a.wait):
                    self.close_connection = True
                    return
                data = a.body.encode() if isinstance(a.body, str) else a.body
                with contextlib.suppress(ConnectionError):
                    self.send_response(a.status)
                    for name, value in a.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            do_GET = do_POST = do_DELETE = serve

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, request, address):
                pass  # a client that was killed

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        self.ending = ending
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self):
        """Cuts every connection off and refuses new ones."""
        if self.server is not None:
            self.ending.set()
            self.server.shutdown()
            self.server.server_close()
            with self.lock:
                for connection in self.open:
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)
            self.thread.join()
            self.server = None


class SmsGateway(Partner):
    """Kannel's sendsms: 202 "0: Accepted for delivery"; 403 and 400 with its own words when the call is wrong."""

    def __init__(self):
        super().__init__()
        self.username, self.password = "sigap", secrets.token_hex(8)
        self.default = Answer(202, {"Content-Type": "text/html"}, "0: Accepted for delivery")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/cgi-bin/sendsms"

    def choose(self, call):
        q = call.query
        if call.path != "/cgi-bin/sendsms":
            return Answer(404)
        if q.get("username") != self.username or q.get("password") != self.password:
            return Answer(403, {}, "Authorization failed for sendsms")
        if not q.get("to"):
            return Answer(400, {}, "Missing receiver number, rejected")
        return super().choose(call)

    @property
    def messages(self):
        """The accepted ones: to, text, at and the other parameters."""
        return [{**c.query, "at": c.at} for c in list(self.calls) if c.answer.status == 202]

    def to(self, phone):
        return [m for m in self.messages if m["to"] == phone]


def agency(slug, kind, jurisdiction, contacts=None):
    """One agency of a directory. contacts None: one webhook at a Partner of its own; else a list of contacts as in
    agencies.json, where {"channel": "webhook"} without url means its Partner."""
    codes = [jurisdiction] if isinstance(jurisdiction, str) else list(jurisdiction)
    return {"slug": slug, "name": slug.replace("-", " ").title(), "kind": kind, "jurisdiction": codes,
            "contacts": [{"channel": "webhook"}] if contacts is None else contacts}


AGENCIES = [
    agency("polsek-penajam", "police", "64.09.01"),
    agency("polres-ppu", "police", "64.09"),
    agency("kelurahan-petung", "village_office", "64.09.01.1003"),
    agency("puskesmas-petung", "health_facility", "64.09.01.1003"),
    agency("rsud-rapb", "health_facility", "64.09"),
    agency("bpbd-ppu", "disaster_agency", "64.09"),
    agency("dinsos-trc", "social_office", "64.09"),
]
PEOPLE = [{"slug": "budi", "name": "Budi", "phone": DUTY_PHONE, "role": "coordinator", "scope": "64.09", "on_duty": True}]


def ctl(dsn, *args, status=0):
    """sigapctl on one database; the finished process. It must end with that status (None: any), and without a word of a sanitizer."""
    done = subprocess.run([BUILD / "sigapctl", *args], env={**os.environ, "SIGAP_DATABASE": dsn, "SIGAP_CONFIG_DIR": str(ROOT / "config")},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert status in (None, done.returncode) and not SANITIZER.search(done.stderr), (args, done.returncode, done.stdout[-2000:], done.stderr[-4000:])
    return done


# ---- PostgreSQL ---------------------------------------------------------------------------------------------------------


class Postgres:
    """A private server on a Unix socket in a folder of its own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-pg-"))
        self.user = pwd.getpwnam("postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name)
        os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.process, self.has_sample = None, False
        self.run("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()

    def as_user(self):
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def run(self, program, *args):
        subprocess.run([PG_BIN / program, *args], check=True, capture_output=True, cwd="/", **self.as_user())

    def dsn(self, database="postgres", user="postgres"):
        return f"host={self.folder} dbname={database} user={user}"

    def start(self):
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [PG_BIN / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off",
             "-c", "max_connections=100", "-c", "shared_buffers=32MB"],
            stdout=log, stderr=log, cwd="/", **self.as_user())
        log.close()
        wait_until(self.answers, 30, "PostgreSQL")

    def answers(self):
        try:
            psycopg2.connect(self.dsn()).close()
            return True
        except psycopg2.OperationalError:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            return False

    def stop(self, how=signal.SIGINT):
        """SIGINT: clients are cut off and it ends in order; SIGQUIT: at once, as in a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def create(self, database, template="template1"):
        with contextlib.closing(psycopg2.connect(self.dsn())) as c:
            c.autocommit = True
            c.cursor().execute(f'create database "{database}" template "{template}"')

    def sample(self):
        """The name of a database with the schema and the areas of the sample, made once, to be copied."""
        if not self.has_sample:
            self.create("sample")
            ctl(self.dsn("sample"), "migrate")
            areas = ROOT / "config/regions"
            ctl(self.dsn("sample"), "regions", "import", areas / "kaltim.csv", "--aliases", areas / "ppu_aliases.csv")
            self.has_sample = True
        return "sample"

    def drop(self, database):
        with contextlib.closing(psycopg2.connect(self.dsn())) as c:
            c.autocommit = True
            c.cursor().execute(f'drop database if exists "{database}" with (force)')

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)


# ---- the daemon and its world -----------------------------------------------------------------------------------------------


class Daemon:
    """One sigapd: its port, settings, log and process (None while it does not run)."""

    def __init__(self, folder, index):
        self.port = free_port()
        self.conf = folder / f"sigapd{index or ''}.conf"
        self.log = folder / f"sigapd{index or ''}.log"
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


class Stack:
    """conf: settings that differ, {"delivery": {"total_ms": 500}}. policy: a path. started: False leaves sigapd to the test.
    daemons[0] is the one that stack.process, port, conf, log and url speak of; start_another() adds further ones."""

    def __init__(self, postgres, agencies=None, people=None, policy=POLICY, conf=None, started=True, gateways=("kannel",)):
        self.postgres = postgres
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-stack-"))
        self.database = "t" + uuid.uuid4().hex
        self.connection, self.daemons = None, []
        self.partners, self.tokens = {}, {}
        self.gateways = {name: SmsGateway() for name in gateways}
        self.sms = self.gateways[gateways[0]]
        self.gateway_token = secrets.token_hex(8)
        try:
            self.daemons = [Daemon(self.folder, 0)]
            postgres.create(self.database, postgres.sample())
            self.connect()
            self.seed(AGENCIES if agencies is None else agencies, PEOPLE if people is None else people, policy)
            self.changes = conf or {}
            self.write_conf(self.changes)
            if started:
                self.start()
        except BaseException:
            self.discard()
            raise

    # -- what it stands on

    def connect(self):
        self.connection = psycopg2.connect(self.postgres.dsn(self.database), cursor_factory=psycopg2.extras.RealDictCursor)
        self.connection.autocommit = True

    def sql(self, query, *args):
        """Rows as dicts; [] when there are none. %% for a per cent sign only with args."""
        with self.connection.cursor() as c:
            c.execute(query, args or None)
            return [dict(row) for row in c.fetchall()] if c.description is not None else []

    def value(self, query, *args):
        """The first column of the only row."""
        (row,) = self.sql(query, *args)
        return next(iter(row.values()))

    def ctl(self, *args, status=0):
        """sigapctl on this stack's database."""
        return ctl(self.postgres.dsn(self.database), *args, status=status)

    def seed(self, agencies, people, policy):
        directory = self.folder / "agencies.json"
        directory.write_text(json.dumps({"agencies": [
            {**a, "contacts": [self.contact(a["slug"], c) for c in a["contacts"]]} for a in agencies]}))
        self.ctl("agencies", "import", directory)
        for p in people:
            phone = ["--phone", p["phone"]] if p["phone"] else []
            self.ctl("roster", "person", "add", "--slug", p["slug"], "--name", p["name"], "--role", p["role"], "--scope", p["scope"], *phone)
            if p.get("on_duty"):
                now = datetime.datetime.now(datetime.timezone.utc)
                begin, end = (str((now + datetime.timedelta(days=d)).isoformat(timespec="seconds")) for d in (-1, 30))
                self.ctl("roster", "shift", "add", "--person", p["slug"], "--role", p["role"], "--from", begin, "--until", end)
        self.ctl("policy", "apply", policy, "--force", "--name", "test")  # a small directory has holes
        for slug in (a["slug"] for a in agencies):
            self.add_token(slug, "agency", slug)
        for role in ("source", "coordinator", "admin", "auditor"):
            self.add_token(role, role)

    def contact(self, slug, contact):
        """A contact as agencies.json wants it: a webhook without url gets the agency's Partner."""
        if contact["channel"] != "webhook":
            return contact
        secret = contact.get("secret", "whsec_c2FtcGxlLXNlY3JldC1vZi10aGUtdGVzdHMtLS0tLS0=")
        if "url" in contact:
            return {**contact, "secret": secret}
        self.partners.setdefault(slug, Partner())
        return {"channel": "webhook", "url": self.partners[slug].url, "secret": secret, "allow_private": True}

    def add_contact(self, slug, position, contact):
        """One more contact of an agency that is there."""
        c = self.contact(slug, contact)
        self.sql("insert into contact (agency, position, channel, address, secret, allow_private) values (%s, %s, %s, %s, %s, %s)",
                 slug, position, c["channel"], c.get("url") or c["phone"], c.get("secret"), c.get("allow_private", False))

    def add_token(self, name, role, slug=None, scope=""):
        """A new token, known under its name. By hand, because there are many: what is kept of a token is its SHA-256."""
        token = "sgp_" + secrets.token_urlsafe(24)
        self.sql("insert into token (hash, role, agency, scope, name) values (%s, %s, %s, %s, %s)",
                 hashlib.sha256(token.encode()).digest(), role, slug, scope, name)
        self.tokens[name] = token
        return token

    def partner(self, slug):
        return self.partners[slug]

    def write_conf(self, changes, daemon=0):
        for name, secret in (("password", self.sms.password), ("token", self.gateway_token)):
            path = self.folder / name
            path.write_text(secret + "\n")
            path.chmod(0o600)
        settings = {
            "daemon": {"listen": f"127.0.0.1:{self.daemons[daemon].port}", "database": self.postgres.dsn(self.database, "sigap_daemon"),
                       "public_url": self.daemons[daemon].url, "config_dir": ROOT / "config", "log_level": "debug",
                       "drain_s": 5},
            "delivery": {},
            "clocks": {},
            "gateway kannel": {"kind": "kannel", "send_url": self.sms.url, "username": self.sms.username,
                               "password_file": self.folder / "password", "from": "SIGAP",
                               "token_file": self.folder / "token"},
        }
        for name in list(self.gateways)[1:]:
            one = self.gateways[name]
            one.password = self.sms.password
            settings["gateway " + name] = {**settings["gateway kannel"], "send_url": one.url}
        for section, values in changes.items():
            if values is None:
                settings.pop(section)
            else:
                settings.setdefault(section, {}).update(values)
        lines = []
        for section, values in settings.items():
            lines += [f"[{section}]"] + [f"{k} = {v}" for k, v in values.items()]
        self.daemons[daemon].conf.write_text("\n".join(lines) + "\n")

    # -- sigapd

    @property
    def url(self):
        return self.daemons[0].url

    @property
    def port(self):
        return self.daemons[0].port

    @property
    def conf(self):
        return self.daemons[0].conf

    @property
    def log(self):
        return self.daemons[0].log

    @property
    def process(self):
        return self.daemons[0].process

    @process.setter
    def process(self, process):
        self.daemons[0].process = process

    def start_another(self, changes=None, ready=True):
        """One more sigapd on the same database, with the same settings or others; its index."""
        self.daemons.append(Daemon(self.folder, len(self.daemons)))
        index = len(self.daemons) - 1
        self.write_conf(self.changes if changes is None else changes, index)
        self.start(ready=ready, daemon=index)
        return index

    def start(self, kill_at=None, ready=True, daemon=0):
        """Starts sigapd and, unless told otherwise, waits until it takes reports. kill_at: the fault point at which it dies."""
        one = self.daemons[daemon]
        assert one.process is None, "it runs already"
        env = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
        env.pop("SIGAP_KILL_AT", None)
        if kill_at is not None:
            env["SIGAP_KILL_AT"] = kill_at
        with open(one.log, "ab") as log:
            one.process = subprocess.Popen([BUILD / "sigapd", "--config", one.conf], stdout=log, stderr=log, env=env, cwd="/")
        if ready:
            wait_until(lambda: self.is_ready(daemon), 20, f"sigapd ready; see {one.log}")

    def is_ready(self, daemon=0):
        one = self.daemons[daemon]
        code = one.process.poll()
        if code is not None:
            one.process = None
            raise AssertionError(f"sigapd ended with {code}:\n{one.log.read_text()[-4000:]}")
        try:
            return requests.get(one.url + "/readyz", timeout=5).json()["status"] == "ready"
        except requests.RequestException:  # nobody there, or somebody else
            return False

    def kill(self, daemon=0):
        """kill -9"""
        one = self.daemons[daemon]
        one.process.kill()
        one.process.wait(10)
        one.process = None

    def pause(self, daemon=0):
        """SIGSTOP"""
        self.daemons[daemon].process.send_signal(signal.SIGSTOP)

    def go_on(self, daemon=0):
        """SIGCONT"""
        self.daemons[daemon].process.send_signal(signal.SIGCONT)

    def wait_killed(self, deadline=15):
        """Until sigapd has died of its fault point."""
        self.process.wait(deadline)
        assert self.process.returncode == -signal.SIGKILL, f"ended with {self.process.returncode}, not by its fault point"
        self.process = None

    def stop(self, daemon=0):
        """SIGTERM; it must end in order and no sanitizer may have spoken."""
        one = self.daemons[daemon]
        if one.process is not None:
            one.process.send_signal(signal.SIGCONT)  # a paused one hears nothing else
            one.process.terminate()
            try:
                code = one.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill(daemon)
                raise AssertionError(f"sigapd did not end on SIGTERM:\n{one.log.read_text()[-4000:]}") from None
            one.process = None
            assert code == 0, f"sigapd ended with {code}:\n{one.log.read_text()[-8000:]}"
        self.check_log(daemon)

    def restart(self):
        self.stop()
        self.start()

    def check_log(self, daemon=0):
        log = self.daemons[daemon].log
        text = log.read_text(errors="replace") if log.exists() else ""
        found = SANITIZER.search(text)
        assert not found, f"a sanitizer reports:\n{text[max(0, found.start() - 200) : found.start() + 6000]}"

    def close(self):
        try:
            for daemon in range(len(self.daemons)):
                self.stop(daemon)
        finally:
            self.discard()

    def discard(self):
        for daemon, one in enumerate(self.daemons):
            if one.process is not None:
                self.kill(daemon)
        for server in [*self.partners.values(), *self.gateways.values(), self.sms]:
            server.stop()
        if self.connection is not None:
            self.connection.close()
        if self.postgres.process is not None:
            self.postgres.drop(self.database)
        shutil.rmtree(self.folder)

    # -- clients

    def api(self, method, path, token="coordinator", json=None, headers=None, timeout=10, daemon=0, **more):
        """A call with the token of that name (None: without any). Keyword arguments as for requests.request."""
        own = {"Authorization": "Bearer " + self.tokens[token]} if token is not None else {}
        endless = path.startswith("/v1/stream") and not more.get("stream")  # read up to its first message
        if endless:
            more["stream"] = True
        r = requests.request(method, self.daemons[daemon].url + path, json=json, headers={**own, **(headers or {})}, timeout=timeout, **more)
        if endless and r.status_code == 200 and method == "GET":
            r._content = b"".join(line + b"\n" for line in itertools.takewhile(len, r.iter_lines()))
            r.close()
        return r

    def post_report(self, key=None, token="source", village="64.09.01.1003", kind="abandoned_person", urgency="normal", daemon=0, **more):
        """POST /v1/reports; the requests.Response, whatever it says. village None: no place is stated."""
        body = {"type": kind, "urgency": urgency, **more}
        if village is not None:
            body.setdefault("place", {"village_code": village})
        return self.api("POST", "/v1/reports", token, body, {"Idempotency-Key": key} if key else {}, daemon=daemon)

    def report(self, **how):
        """A report that is taken; its JSON. As post_report()."""
        r = self.post_report(**how)
        assert r.status_code == 201, (r.status_code, r.text)
        return r.json()

    def incident(self, id):
        """GET /v1/incidents/{id}"""
        r = self.api("GET", f"/v1/incidents/{id}")
        assert r.status_code == 200, (r.status_code, r.text)
        return r.json()

    def answer(self, dispatch, event, token="coordinator", daemon=0, **more):
        """POST /v1/dispatches/{id}/events; the Response."""
        return self.api("POST", f"/v1/dispatches/{dispatch}/events", token, {"event": event, **more}, daemon=daemon)

    def send_sms(self, sender, text, id=None, gateway="kannel", **more):
        """An SMS comes in through Kannel's get-url (%I, %p, %P, %T, %b with mo-recode); the Response."""
        query = {"token": self.gateway_token, "id": id or str(uuid.uuid4()), "from": sender, "to": "2345", "ts": int(time.time()),
                 "smsc": "FAKE", "coding": "0", "charset": "UTF-8", "text": text, **more}
        return requests.get(self.url + f"/v1/gateways/{gateway}/inbound", params=query, timeout=10)

    def delivery_report(self, message, type, reply=""):
        """The gateway reports about one of its messages (of SmsGateway.messages) as Kannel does: 1 delivered, 2 failed, 4 queued, 8 sent, 16 rejected; the Response."""
        return requests.get(message["dlr-url"].replace("%d", str(type)).replace("%A", reply).replace("%T", str(int(time.time()))), timeout=10)

    def doctor(self):
        """Every promise that a query can check and that does not hold; [] when all is well."""
        return self.sql("select promise, object from doctor") + self.sql(
            "select 'audit: ' || fault as promise, incident::text || '/' || event as object from audit_fault union all "
            "select 'state: ' || fault, incident::text || '/' || dispatch from state_fault")

    def metric(self, name, daemon=0):
        """The value of one series of /metrics, named as there with its labels; None when it is not there."""
        for line in requests.get(self.daemons[daemon].url + "/metrics", timeout=10).text.splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        return None

    def rules_changed(self):
        """Until sigapd works with the directory, roster and policy that the database holds now."""
        version = self.value("select value from setting where name = 'rules_version'")
        wait_until(lambda: f"version={version}" in self.log.read_text(), 10, f"rules version {version}")
