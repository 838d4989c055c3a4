"""What the benchmarks share: a private state made by `./dev up`, a fresh database and daemon for every round, the tools, the figures."""
import contextlib
import csv
import io
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SIGAP_BUILD", ROOT / "build")).resolve()
PG_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
QUICK = bool(os.environ.get("BENCH_QUICK"))  # one short round: to see that everything works
ROUNDS = 1 if QUICK else 3
NULL = "~null~"
WAL_SEGMENTS = 30  # to be used again
SAMPLE_PORT = "http://127.0.0.1:8089/"


def say(text):
    print(text, file=sys.stderr, flush=True)


def figure(name, values, unit, against=None, whole=None):
    """Prints one figure: the median of its rounds, its spread, and the medians of what it is compared with. whole: the value, where
    the values are those of parts of one run."""
    line = {
        "figure": name,
        "value": round(statistics.median(values) if whole is None else whole, 3),
        "unit": unit,
        "against": {peer: round(statistics.median(rounds), 3) for peer, rounds in (against or {}).items()},
        "spread": [round(min(values), 3), round(max(values), 3)],
    }
    print(json.dumps(line), flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read()


def answers(url):
    """True once a GET succeeds; until then an OSError."""
    get(url)
    return True


def post(url, body, headers=None):
    request = urllib.request.Request(url, data=body.encode(), headers=headers or {}, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.read()


def wait_for(condition, what, seconds=30, every=0.05):
    """Until condition() is true, looked at every so many seconds; an error of the network counts as not yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if condition():
                return
        time.sleep(every)
    raise TimeoutError(f"{what}: not within {seconds} s")


@contextlib.contextmanager
def process(command, log, ready, env=None):
    """A process that is there when ready() is true, ended at the end."""
    with open(log, "ab") as out:
        child = subprocess.Popen(
            [str(word) for word in command], stdout=out, stderr=out, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}
        )
    try:
        wait_for(lambda: child.poll() is not None or ready(), command[0], every=0.005)
        if child.poll() is not None:
            raise RuntimeError(f"{command[0]} ended at once; see {log}")
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def load(port, path, body, headers=(), connections=1, count=None, rate=None, seconds=None):
    """Runs the load generator and gives what it measured. A request that was not answered makes the round worthless."""
    command = [BUILD / "bench_load", "--port", port, "--path", path, "--body", body, "--connections", connections]
    for header in headers:
        command += ["--header", header]
    command += ["--count", count] if count else ["--rate", rate, "--seconds", seconds]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        raise RuntimeError("the load generator failed")
    result = json.loads(done.stdout)
    if result["errors"] or set(result["status"]) - {"200", "201"}:
        raise RuntimeError(f"not every request was accepted: {result}")
    return result


class Sink:
    """The receiver of webhooks."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def reset(self):
        post(self.url + "/reset", "")

    def summary(self):
        return json.loads(get(self.url + "/summary"))

    def wait_complete(self, count):
        """When every key has arrived as often as expected."""
        wait_for(lambda: self.summary()["complete"]["count"] >= count, f"webhooks of {count} reports", 60)
        return self.summary()


@contextlib.contextmanager
def sink(folder, expected):
    port = free_port()
    command = [BUILD / "bench_sink", "--port", port, "--expect", expected]
    with process(command, folder / "sink.log", lambda: answers(f"http://127.0.0.1:{port}/summary")):
        yield Sink(port), port


class State:
    """A private PostgreSQL with the sample loaded, kept as a template that every round copies."""

    def __init__(self, folder):
        self.folder = folder
        self.sigapd_pid = None  # of the daemon that runs
        text = subprocess.run(
            ["sh", "-c", 'set -a; . "$0"; env', folder / "env"], stdout=subprocess.PIPE, text=True, check=True, env={}
        ).stdout
        self.env = dict(line.split("=", 1) for line in text.splitlines() if line.startswith("SIGAP_"))
        os.kill(int(self.env["SIGAP_PID"]), signal.SIGTERM)
        wait_for(lambda: not pathlib.Path("/proc", self.env["SIGAP_PID"]).exists(), "end of the daemon")
        self.warm_wal()

    def warm_wal(self):
        """Leaves write-ahead log segments to be used again, as on a server that has run for a day: a new cluster makes each one anew,
        16 MB of zeros and a flush while every commit waits. The same for everybody who uses this PostgreSQL."""
        self.sql("alter system set min_wal_size = '512MB'")
        self.sql("select pg_reload_conf()")
        for _ in range(WAL_SEGMENTS):
            self.sql("select pg_logical_emit_message(false, 'warm', 'x')")
            self.sql("select pg_switch_wal()")
        self.sql("checkpoint")

    def conninfo(self, database, user="sigap"):
        return self.env["SIGAP_DSN"].replace("//sigap@", f"//{user}@").replace("/sigap?", f"/{database}?")

    def sql(self, statement, database="postgres"):
        command = ["psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", self.conninfo(database), "-c", statement]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def rows(self, query, database):
        """The rows as dictionaries of text; None for null."""
        command = ["psql", "-X", "--csv", "-v", "ON_ERROR_STOP=1", "-P", f"null={NULL}", self.conninfo(database), "-c", query]
        text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        rows = csv.DictReader(io.StringIO(text, newline=""))
        return [{name: None if value == NULL else value for name, value in row.items()} for row in rows]

    def point_agencies_at(self, port):
        """Gives every agency one contact, a webhook to this port: nobody here is reached by SMS, and who has no webhook is left out."""
        directory = json.loads((self.folder / "agencies.json").read_text().replace(SAMPLE_PORT, f"http://127.0.0.1:{port}/"))
        for agency in directory["agencies"]:
            agency["contacts"] = [contact for contact in agency["contacts"] if contact["channel"] == "webhook"]
        directory["agencies"] = [agency for agency in directory["agencies"] if agency["contacts"]]
        changed = self.folder / "bench-agencies.json"
        changed.write_text(json.dumps(directory))
        subprocess.run([self.env["SIGAP_CTL"], "agencies", "import", changed, "--force"], stdout=subprocess.DEVNULL, check=True)

    @contextlib.contextmanager
    def database(self, name="round", template="sigap"):
        """A fresh copy of the loaded database, with the disk at rest."""
        self.sql(f"create database {name} template {template}")
        self.sql("checkpoint")
        try:
            yield name
        finally:
            self.sql(f"drop database {name} with (force)")

    @contextlib.contextmanager
    def daemon(self, database, hold):
        """sigapd on that database; gives its port."""
        port = free_port()
        conf = self.folder / "bench.conf"
        conf.write_text(self.conf_text(port, database, hold))
        url = f"http://127.0.0.1:{port}"
        with process([BUILD / "sigapd", "--config", conf], self.folder / "log/bench.log", lambda: answers(url + "/readyz")) as child:
            self.sigapd_pid = child.pid
            yield port

    def conf_text(self, port, database, hold):
        """The state's sigapd.conf with this round's port, database and hold."""
        own = {"listen": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
        own["database"] = self.conninfo(database, "sigap_daemon")
        lines, section = [], ""
        for line in (self.folder / "sigapd.conf").read_text().splitlines():
            key = line.split("=")[0].strip()
            if line.startswith("["):
                section = line.strip()
            if section == "[daemon]" and key in own:
                line = f"{key} = {own[key]}"
            if section == "[delivery]" and key == "hold":
                continue
            lines.append(line)
            if line.strip() == "[delivery]":
                lines.append(f"hold = {'yes' if hold else 'no'}")
        if "[delivery]" not in lines:
            lines += ["[delivery]", f"hold = {'yes' if hold else 'no'}"]
        return "\n".join(lines) + "\n"

    def headers(self):
        return [f"Authorization: Bearer {self.env['SIGAP_TOKEN_SOURCE']}"]


@contextlib.contextmanager
def state(settings=None):
    """A state on a real disk, removed at the end. settings: of PostgreSQL, name -> value."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-bench.", dir="/var/tmp"))
    dev = str(ROOT / "dev")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ended from outside it still clears up
    up, down = ([dev, word, "--state", folder] for word in ("up", "down"))
    try:
        subprocess.run([*up, "--no-demo"], stdout=sys.stderr, check=True)
        made = State(folder)
        if settings:
            for name, value in settings.items():
                made.sql(f"alter system set {name} = '{value}'")
            subprocess.run(down, stdout=sys.stderr, check=True)
            subprocess.run([*up, "--no-demo"], stdout=sys.stderr, check=True)
            made = State(folder)
        yield made
    finally:
        subprocess.run(down, stdout=sys.stderr, check=False)
        for linked in ("pg", "run"):  # where the database's user could not reach the folder they are links
            if (folder / linked).is_symlink():
                shutil.rmtree((folder / linked).resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


REPORTS = {  # by the number of agencies that are told
    2: {"type": "abandoned_person", "urgency": "normal"},
    3: {"type": "unclaimed_body", "urgency": "high"},
}


def report_body(agencies, key="@KEY@", village="64.09.01.1010"):
    """A report that goes to so many agencies; its place text carries the key through to the webhook."""
    place = {"village_code": village, "text": key}
    return json.dumps(REPORTS[agencies] | {"place": place, "external_id": key})


def try_one(port, headers, agencies, village="64.09.01.1010"):
    """Posts one report and makes sure that it told so many agencies."""
    words = dict(line.split(": ", 1) for line in headers)
    words |= {"Content-Type": "application/json", "Idempotency-Key": f"try-{time.monotonic_ns()}"}
    status, answer = post(f"http://127.0.0.1:{port}/v1/reports", report_body(agencies, "percobaan", village), words)
    if status != 201:
        raise RuntimeError(f"the report was answered {status}: {answer}")
    told = len(json.loads(answer)["dispatches"])
    if told != agencies:
        raise RuntimeError(f"the sample report goes to {told} agencies, not {agencies}")


