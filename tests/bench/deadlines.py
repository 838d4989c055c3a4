#!/usr/bin/python3
"""Deadlines that run out: how late they take effect and what that costs, what armed ones cost, how a backlog drains; beside graphile-worker.

What fires is the first rung of the sample's `standard` ladder, `again`, with an agency that can be reached: the commonest firing there is. Each
is claimed, loaded, decided on, and commits a numbered and hashed event, the incident's new version, a reminder, its place in the queue,
and the deadline of the next rung. The two dispatches of an incident run out at one moment, as a report that tells two agencies leaves
them; the figures `.apart` are for dispatches that do not meet. Deliveries are held except where figures say `webhook`.

Lateness is read from the database afterwards: from the moment that the dispatch's accept_by names to the commit (track_commit_timestamp)
of the event that says so; `recorded` is the same to the event's own `at`, the beginning of that transaction. CPU is that of sigapd
and of all processes of PostgreSQL while the deadlines run out, as a share of one core.

graphile-worker polls every 100 ms, takes jobs in batches (its local queue; one by one it does not keep up with this rate on two cores),
24 at a time, and they do nothing: it claims, calls and deletes. Its lateness is that of the beginning of the job.

deadlines.py [due] [idle] [backlog]: only these parts.
"""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import armed
import rig

WINDOW_S = 6 if rig.QUICK else 60
SHORT_S = 3 if rig.QUICK else 20  # at the same rate: what is measured beside
PER_S = 5000 / 6 if rig.QUICK else 100000 / 60
FAR = 50_000 if rig.QUICK else 1_000_000
OVERDUE = 5_000 if rig.QUICK else 100_000
IDLE_S = 4 if rig.QUICK else 20
SETTLE_S = 1 if rig.QUICK else 11  # PostgreSQL counts the statements of a connection at the latest when it has been idle for 10 s
INTAKE_PER_S = 50
SLICE_S = 1 if rig.QUICK else 4  # of intake while a backlog drains
DAY_S = 86400
PARTS = 3
WORKER = rig.ROOT / "tests/bench/node/worker.mjs"
GRAPHILE = "graphile_worker_poll_100ms"
GRAPHILE_QUEUE = 500  # size of its local queue: a third of a second's jobs
TICKS = os.sysconf("SC_CLK_TCK")


# ---- what processes use ----


def stat(pid):
    """Fields of /proc/PID/stat from the third on: [1] parent, [11..14] its own and its ended children's ticks."""
    return pathlib.Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()


def own_s(pid):
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def children(parent):
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # it ended meanwhile: then its parent has its time
            if entry.name.isdigit() and stat(entry.name)[1] == str(parent):
                yield entry.name


def postgres_s(state):
    """CPU seconds of all processes that this PostgreSQL ever had."""
    postmaster = state.sql("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")
    ended = sum(int(ticks) for ticks in stat(postmaster)[13:15]) / TICKS
    total = own_s(postmaster) + ended
    for pid in children(postmaster):
        with contextlib.suppress(OSError):
            total += own_s(pid)
    return total


def resident_kb(pid):
    for line in pathlib.Path("/proc", str(pid), "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"no VmRSS of process {pid}")


def wait_until(moment):
    """Until that second of the epoch."""
    while (left := moment - time.time()) > 0:
        time.sleep(left)


class Cpu:
    """CPU seconds per second of a window, of a program and of PostgreSQL."""

    def __init__(self, state, pid, start, seconds):
        wait_until(start)
        program, postgres = own_s(pid), postgres_s(state)
        wait_until(start + seconds)
        self.program = (own_s(pid) - program) / seconds
        self.postgres = (postgres_s(state) - postgres) / seconds


# ---- lateness ----


def percentile(values, p):
    """Nearest rank, of sorted values."""
    return values[max(0, -(-len(values) * p // 100) - 1)]


class Lateness:
    """Of (seconds from the window's start at which it was due, milliseconds late): of all, and of equal parts of the window."""

    def __init__(self, pairs, window_s):
        self.all = sorted(late for _, late in pairs)
        parts = [[] for _ in range(PARTS)]
        for due, late in pairs:
            parts[min(PARTS - 1, max(0, int(due * PARTS / window_s)))].append(late)
        self.parts = [sorted(part) for part in parts]

    def figure(self, name, peers=None):
        """Prints p50, p99 and max; peers: name -> Lateness."""
        for part, p in (("p50", 50), ("p99", 99), ("max", 100)):
            against = {peer: [percentile(lateness.all, p)] for peer, lateness in (peers or {}).items()}
            values = [percentile(part, p) for part in self.parts]
            rig.figure(f"deadlines.{name}_{part}_ms", values, "ms", against, whole=percentile(self.all, p))


# ---- sigap ----

FIRED = """select extract(epoch from d.accept_by) - {start:.6f} as due, extract(epoch from pg_xact_commit_timestamp(e.xmin) - d.accept_by) * 1000 as committed,
    extract(epoch from e.at - d.accept_by) * 1000 as recorded
    from event e join dispatch d on d.id = (e.data->>'dispatch')::uuid where e.kind = 'escalated'"""


def fired(state, database):
    return int(state.sql("select count(*) from event where kind = 'escalated'", database))


def wait_fired(state, database, count, seconds):
    rig.wait_for(lambda: fired(state, database) >= count, f"{count} deadlines", seconds, every=0.5)


def read_lateness(state, database, count, start, window_s):
    """(committed, recorded); every deadline fired once, none early."""
    rows = state.rows(FIRED.format(start=start), database)
    if len(rows) != count:
        twice = state.sql(
            "select count(*) from (select from event where kind = 'escalated' group by data->>'dispatch' having count(*) > 1) x", database
        )
        raise RuntimeError(f"{len(rows)} events tell of {count} deadlines: {twice} of them fired more than once")
    found = {name: Lateness([(float(row["due"]), float(row[name])) for row in rows], window_s) for name in ("committed", "recorded")}
    if found["recorded"].all[0] < 0:
        raise RuntimeError(f"a deadline fired {-found['recorded'].all[0]} ms early")
    return found["committed"], found["recorded"]


def check_promises(state, database):
    """The record is whole, and every promise that a query can check holds."""
    for command in (["audit", "verify"], ["doctor"]):
        env = {**os.environ, "SIGAP_DATABASE": state.conninfo(database)}
        done = subprocess.run([rig.BUILD / "sigapctl", *command], env=env, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"sigapctl {' '.join(command)}: {done.stdout[-2000:]}")


def sigap(state, arms, window_s, spread, sink=None):
    """(lateness until committed, as recorded, CPU) of deadlines that run out within window_s."""
    count = int(PER_S * window_s) // armed.AGENCIES * armed.AGENCIES
    with arms.database("round", count, window_s, spread=spread, keys=sink is not None) as start:
        with state.daemon("round", hold=sink is None):
            if sink is not None:
                sink.reset()
            cpu = Cpu(state, state.sigapd_pid, start, window_s)
            wait_fired(state, "round", count, 120)
            if sink is not None:
                sink.wait_complete(count // armed.AGENCIES)
        committed, recorded = read_lateness(state, "round", count, start, window_s)
        check_promises(state, "round")
    return committed, recorded, cpu


# ---- graphile-worker ----

ADD_JOBS = """select graphile_worker.add_jobs(array_agg(row('task', json_build_object('due_s', {start:.6f} + k * {step:.9f}), null,
    to_timestamp({start:.6f} + k * {step:.9f}), null, null, null, null)::graphile_worker.job_spec))
    from generate_series(0, {count} - 1) k group by k / 5000"""


def graphile(state, window_s):
    """(lateness, CPU) of as many jobs within the same time."""
    count = int(PER_S * window_s) // armed.AGENCIES * armed.AGENCIES
    env = {"PGHOST": state.env["SIGAP_DSN"].partition("host=")[2], "PGPORT": "5432", "PGUSER": "sigap", "PGDATABASE": "peer"}
    out = state.folder / "worker.lateness"
    state.sql("create database peer")
    try:
        subprocess.run(["node", WORKER, "migrate"], env={**os.environ, **env}, check=True)
        start = time.time() + 3 + count / 15000
        statement = ADD_JOBS.format(start=start, step=window_s / count, count=count)
        state.sql(f"do $$ begin perform count(*) from ({statement}) added; end $$", "peer")
        state.sql("vacuum analyze", "peer")
        command = ["node", WORKER, "run", count, GRAPHILE_QUEUE, out]
        with rig.process(command, state.folder / "log/worker.log", lambda: connected(state), env) as child:
            if time.time() > start:
                raise RuntimeError("this machine was too busy: the first jobs were due before the worker had begun")
            cpu = Cpu(state, child.pid, start, window_s)
            rig.wait_for(out.exists, f"{count} jobs", 120)
            child.send_signal(signal.SIGTERM)
    finally:
        state.sql("drop database peer with (force)")
    pairs = [tuple(float(word) for word in line.split()) for line in out.read_text().splitlines()]
    return Lateness([(due - start, late) for due, late in pairs], window_s), cpu


def connected(state):
    """The worker listens: it is at work."""
    return state.sql("select count(*) from pg_stat_activity where datname = 'peer' and query ilike 'listen%'") != "0"


# ---- far in the future ----


def idle(state, database, seconds):
    """What a daemon costs that has nothing to do: start-up, resident memory, statements and CPU."""
    began = time.monotonic()
    with state.daemon(database, hold=True):
        ready_ms = (time.monotonic() - began) * 1000
        wait_until(time.time() + SETTLE_S)
        committed = "select xact_commit from pg_stat_database where datname = '{}'".format(database)
        before, since = int(state.sql(committed)), time.monotonic()
        cpu = Cpu(state, state.sigapd_pid, time.time(), seconds)
        statements = (int(state.sql(committed)) - before) / (time.monotonic() - since)
        return {
            "start_ms": ready_ms,
            "resident_kb": resident_kb(state.sigapd_pid),
            "statements_per_s": statements,
            "cpu_share": cpu.program + cpu.postgres,
        }


@contextlib.contextmanager
def without_autovacuum(state):
    """PostgreSQL's own upkeep commits too, and would be counted as statements of the daemon."""
    state.sql("alter system set autovacuum = off")
    state.sql("select pg_reload_conf()")
    try:
        yield
    finally:
        state.sql("alter system reset autovacuum")
        state.sql("select pg_reload_conf()")


def measure_idle(state, arms):
    with without_autovacuum(state):
        with state.database("none") as database:
            without = idle(state, database, IDLE_S / 2)
        with arms.database("round", FAR, DAY_S, start=time.time() + DAY_S):
            held = idle(state, "round", IDLE_S)
    for name, unit in (("start_ms", "ms"), ("resident_kb", "kB"), ("statements_per_s", "1/s"), ("cpu_share", "cores")):
        rig.figure(f"deadlines.{FAR}_armed.{name}", [held[name]], unit, {"none_armed": [without[name]]})


# ---- after an outage ----


def take_reports(state, port):
    return rig.load(
        port, "/v1/reports", rig.report_body(armed.AGENCIES), state.headers(), connections=8, rate=INTAKE_PER_S, seconds=SLICE_S
    )["latency"]


def shift(state, by, which):
    """Moves deadlines; only their queue, so that the tables are the same."""
    state.sql(f"update deadline set due_at = due_at + interval '{by}', set_for = set_for + interval '{by}' where {which}", "round")
    state.sql("vacuum analyze deadline", "round")


def measure_backlog(state, arms):
    """Deadlines of the last hour, all overdue when the daemon comes back; reports come in meanwhile."""
    with arms.database("round", OVERDUE, 3600, start=time.time() - 3600):
        shift(state, "1 day", "set_for < now()")
        with state.daemon("round", hold=True) as port:
            take_reports(state, port)  # warms up
            quiet = [take_reports(state, port) for _ in range(PARTS)]
        shift(state, "-1 day", "set_for > now() + interval '12 hours'")  # not those of the reports just taken in
        busy = []
        with state.daemon("round", hold=True) as port:
            ready = time.time()
            while not busy or fired(state, "round") < OVERDUE:
                busy.append(take_reports(state, port))
                if time.time() > ready + 180:
                    raise TimeoutError(f"{OVERDUE} overdue deadlines: not within 180 s")
        read_lateness(state, "round", OVERDUE, ready - 3600, 3600)
        took = float(
            state.sql(
                f"select extract(epoch from max(pg_xact_commit_timestamp(xmin))) - {ready:.6f} from event where kind = 'escalated'", "round"
            )
        )
        check_promises(state, "round")
    rig.figure(f"deadlines.{OVERDUE}_overdue.fired_in_s", [took], "s")
    rig.figure(f"deadlines.{OVERDUE}_overdue.fired_per_s", [OVERDUE / took], "1/s")
    for part in ("p50_ms", "p99_ms"):
        against = {"no_backlog": [latency[part] for latency in quiet]}
        rig.figure(f"deadlines.{OVERDUE}_overdue.intake_{part}", [latency[part] for latency in busy], "ms", against)


# ----------------------------------------------------------------------------------------------------------------------


def print_cpu(name, cpu, peers=None):
    """Prints the share of one core: of all, of the program, of PostgreSQL; peers: name -> Cpu."""
    parts = {"": lambda used: used.program + used.postgres, ".program": lambda used: used.program, ".postgres": lambda used: used.postgres}
    for part, of in parts.items():
        rig.figure(f"deadlines.{name}{part}", [of(cpu)], "cores", {peer: [of(theirs)] for peer, theirs in (peers or {}).items()})


def measure_due(state, arms, sink):
    rig.say(f"deadlines: {PER_S:.0f} a second run out")
    committed, recorded, cpu = sigap(state, arms, WINDOW_S, armed.TOGETHER)
    theirs, their_cpu = graphile(state, WINDOW_S)
    committed.figure("lateness", {GRAPHILE: theirs})
    recorded.figure("recorded_lateness", {GRAPHILE: theirs})
    print_cpu("cpu_share", cpu, {GRAPHILE: their_cpu})
    apart, _, cpu = sigap(state, arms, SHORT_S, armed.APART)
    apart.figure("apart.lateness")
    print_cpu("apart.cpu_share", cpu)
    _, _, cpu = sigap(state, arms, SHORT_S, armed.TOGETHER, sink)
    summary = sink.summary()
    for member in ("first", "complete"):
        for part in ("p50_ms", "p99_ms", "max_ms"):
            rig.figure(f"deadlines.webhook_{member}_{part}", [summary[member][part]], "ms")
    print_cpu("webhook.cpu_share", cpu)


def main(parts):
    settings = {"track_commit_timestamp": "on"}
    with rig.state(settings) as state, rig.sink(state.folder, armed.AGENCIES) as (sink, sink_port):
        state.point_agencies_at(sink_port)
        with armed.seed(state) as seeded:
            arms = armed.Armed(state, seeded)
            if "due" in parts:
                measure_due(state, arms, sink)
            if "idle" in parts:
                measure_idle(state, arms)
            if "backlog" in parts:
                measure_backlog(state, arms)


if __name__ == "__main__":
    main(sys.argv[1:] or ["due", "idle", "backlog"])
