"""Armed deadlines by the hundred thousand: copies of reports that the daemon itself took in.

A few reports are posted to a daemon that holds its deliveries; then their notices are written down as delivered, so that what remains is
what the agencies owe: an answer. Every copy is whole: report, incident, first event with its hash, dispatches, notices, attempts,
deadlines. Ids rise with time as the daemon's own do. `sigapctl audit verify` and `sigapctl doctor` find nothing wrong with them.
"""
import concurrent.futures
import contextlib
import json
import time

import rig

AGENCIES = 2  # dispatches, and so deadlines, of one incident
VILLAGES = 16  # reports to copy from: each tells another village office and its district's police
FIRST_NUMBER = 1000000

# What a copy does not share with the row it is made from. Of the report (one row m per copy) ...
HISTORY = {
    "inbound": ("m", "t.id = m.old_report", {"id": "m.report", "external_id": "'copy-' || m.k", "received_at": "m.opened"}),
    "report": (
        "m",
        "t.id = m.old_report",
        {"id": "m.report", "number": "m.number", "incident_id": "m.incident", "received_at": "m.opened"},
    ),
    "event": (
        "m",
        "t.incident_id = m.old_incident",
        {"incident_id": "m.incident", "at": "m.opened", "data": "m.data", "hash": "m.head"},
    ),
    # ... and of one dispatch (p)
    "notice": (
        "p",
        "t.id = p.old_notice",
        {"id": "p.notice", "incident_id": "p.incident", "dispatch_id": "p.dispatch", "created_at": "p.opened", "body": "''"},
    ),
    "attempt": ("p", "t.notice_id = p.old_notice", {"notice_id": "p.notice", "at": "p.opened"}),
}
PRESENT = {
    "incident": (
        "m",
        "t.id = m.old_incident",
        {"id": "m.incident", "number": "m.number", "head": "m.head", "opened_at": "m.opened", "place_text": "m.place_text"},
    ),
    "dispatch": (
        "p",
        "t.id = p.old_dispatch",
        {"id": "p.dispatch", "incident_id": "p.incident", "notified_at": "p.opened", "accept_by": "p.due"},
    ),
    "deadline": ("p", "t.subject = p.old_dispatch", {"subject": "p.dispatch", "due_at": "p.due", "set_for": "p.due"}),
}

# An id of version 7: a moment in milliseconds, then what kind of thing it is and its number.
PREPARE = """
create schema bench;
create function bench.id(kind int, k bigint) returns uuid language sql immutable as $$
	select (lpad(to_hex({base_ms} + k / 8), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(k), 15, '0'))::uuid
$$;
create unlogged table bench.m as
select c.*, event_hash('', c.incident, 1, c.opened, c.actor, 'opened', c.data) as head
from (
	select k, s.old_report, s.old_incident, s.actor, s.place_text, bench.id(1, k) as report, bench.id(2, k) as incident,
		{first_number} + k as number, now() - interval '1 hour' + k * interval '1 microsecond' as opened,
		replace(replace(replace(s.data, s.dispatches[1]::text, bench.id(16, k)::text), s.dispatches[2]::text, bench.id(17, k)::text),
			'"number":' || s.number, '"number":' || {first_number} + k)::json as data
	from generate_series(1, {incidents}::bigint) k join (
		select r.id as old_report, i.id as old_incident, e.actor, i.place_text, i.number, e.data::text as data,
			(select array_agg(d.id order by d.id) from dispatch d where d.incident_id = i.id) as dispatches,
			row_number() over (order by i.number) - 1 as place
		from report r join incident i on i.id = r.incident_id join event e on e.incident_id = i.id
	) s on s.place = k % {villages}
) c;
create unlogged table bench.p as
select m.k, j, d.id as old_dispatch, n.id as old_notice, bench.id(16 + j, m.k) as dispatch, bench.id(32 + j, m.k) as notice,
	m.incident, m.opened, null::timestamptz as due
from bench.m join (
	select *, row_number() over (partition by incident_id order by id)::int - 1 as j from dispatch
) d on d.incident_id = m.old_incident join notice n on n.dispatch_id = d.id
order by m.k, j;
"""

# Deadline number p.k (of its incident) or p.k and p.j (its own) of all that are spread over the window.
TOGETHER = ("(p.k - 1)", 1)
APART = ("(p.k - 1 + p.j * {incidents})", AGENCIES)

# The load generator's key, with which the sink knows the moment again.
KEY = "'sigap-bench:' || lpad((m.k - 1)::text, 8, '0') || ':' || lpad(({due_ns} + (m.k - 1) * {step_ns}::bigint)::text, 20, '0')"


def villages(state):
    """Codes of villages that have an office of their own, spread over the regency."""
    agencies = json.loads((state.folder / "bench-agencies.json").read_text())["agencies"]
    codes = [a["jurisdiction"][0] for a in agencies if a["kind"] == "village_office"]
    return codes[:: len(codes) // VILLAGES][:VILLAGES]


@contextlib.contextmanager
def seed(state):
    """A database with the reports to copy from, all delivered, none answered. Gives its name."""
    with state.database("seed") as database:
        with state.daemon(database, hold=True) as port:
            for code in villages(state):
                rig.try_one(port, state.headers(), AGENCIES, code)
        state.sql(
            "insert into attempt (notice_id, number, outcome, status, detail, ms) select notice_id, 1, 'ok', 200, '', 1 from outbox;"
            " delete from outbox",
            database,
        )
        others = state.sql("select count(*) from incident where version <> 1 or state <> 'triaged'", database)
        if others != "0":
            raise RuntimeError(f"{others} of the reports to copy are not as they were when they were dispatched")
        yield database


class Armed:
    """Databases in which so many deadlines run out when the caller says."""

    def __init__(self, state, seeded):
        self.state = state
        self.seeded = seeded
        self.columns = {
            table: state.sql(
                f"select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = '{table}'::regclass"
                " and attnum > 0 and not attisdropped",
                seeded,
            ).split(",")
            for table in HISTORY | PRESENT
        }

    def _copy(self, tables, database):
        """Fills these tables, two at a time."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(self._copy_table, table, *how, database) for table, how in tables.items()]:
                done.result()

    def _copy_table(self, table, source, condition, own, database):
        values = ", ".join(own.get(column, f"t.{column}") for column in self.columns[table])
        query = f"select {values} from bench.{source} join {table} t on {condition} order by {source}.k"
        self.state.sql(f"insert into {table} {query}", database)
        self.state.sql(f"vacuum analyze {table}", database)

    @contextlib.contextmanager
    def database(self, name, count, window_s, start=None, spread=TOGETHER, keys=False):
        """A database in which `count` deadlines run out evenly from `start` (seconds of the epoch; None: as soon as all is ready) for
        window_s seconds. TOGETHER: the dispatches of an incident at one moment, as a report that tells several agencies leaves
        them. APART: half a window apart. keys: each place text carries its moment to the sink. Gives the start."""
        with self.state.database(name, self.seeded) as database:
            began = time.monotonic()
            incidents = count // AGENCIES
            base_ms = int(time.time() * 1000) - 3600 * 1000 - incidents
            self.state.sql(
                PREPARE.format(base_ms=base_ms, first_number=FIRST_NUMBER, incidents=incidents, villages=VILLAGES), database
            )
            self._copy(HISTORY, database)
            if start is None:  # what remains is less than what was done
                start = time.time() + 2 + (time.monotonic() - began)
                soon = True
            else:
                soon = False
            place, per_incident = spread
            step = window_s / (incidents * per_incident)
            moment = f"to_timestamp({start:.6f}) + {place.format(incidents=incidents)} * interval '{step * 1e6:.3f} microseconds'"
            self.state.sql(f"update bench.p set due = {moment}", database)
            if keys:
                due_ns = int((start - time.time()) * 1e9) + time.monotonic_ns()
                self.state.sql(f"update bench.m set place_text = {KEY.format(due_ns=due_ns, step_ns=int(step * 1e9))}", database)
            self._copy(PRESENT, database)
            self.state.sql("set client_min_messages = warning; drop schema bench cascade", database)
            self.state.sql("checkpoint")
            rig.say(f"deadlines: {count} armed in {time.monotonic() - began:.1f} s")
            if soon and time.time() > start - 1:
                raise RuntimeError("this machine was too busy: the first deadlines ran out before all were armed")
            yield start
