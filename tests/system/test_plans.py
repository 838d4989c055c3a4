"""Promise: however much history there is, what the daemon asks costs what it is about: every statement finds its rows by index, one by one.

Asked on a database that is new, which is when the daemon's connections make their plans, and on one with history that was analysed."""
import contextlib
import json

import psycopg2
import pytest
from stack import ROOT, Stack

STATEMENTS = sorted(path.stem for path in (ROOT / "daemon/io/sql").glob("*.sql"))
# Tables that stay small, and what is loaded whole into memory: these may be read from end to end.
WHOLE = {"setting", "secret", "region", "region_alias", "agency", "contact", "person", "shift", "policy", "token", "rotation", "shift_override", "task", "daemon", "gateway"}


HISTORY = """
create temp table n as select gen_random_uuid() as i, gen_random_uuid() as d, gen_random_uuid() as m, g from generate_series(1, 20000) g;
insert into incident (id, number, state, version, head, type, urgency, region, summary)
	select i, g, 'triaged', 1, '', 'abandoned_person', 'normal', '64.09.01.1003', '' from n;
insert into event (incident_id, number, at, actor, kind, data, hash) select i, 1, now(), '', 'opened', '{}', '' from n;
insert into dispatch (id, incident_id, event, agency, role, task, state, ladders, why, accept_s, arrive_s, complete_s, accept_by)
	select d, i, 1, 'polsek-penajam', '', '', 'notified', '{}', '', 1, 1, 1, now() from n;
insert into deadline (subject, clock, step, due_at, set_for) select d, 'accept', 0, now() + interval '1 day', now() from n;
insert into notice (id, incident_id, dispatch_id, kind, channel, address, body) select m, i, d, 'dispatch.created', 'webhook', '', '' from n;
insert into outbox (notice_id, priority, due_at, attempt) select m, 0, now() + interval '1 day', 0 from n;
insert into attempt (notice_id, number, outcome, status, detail, ms) select m, 1, 'ok', 200, '', 1 from n;
"""


@pytest.fixture(scope="module", params=["new", "with history"])
def plans(postgres, request):
    s = Stack(postgres, started=False)
    if request.param == "with history":
        s.sql(HISTORY)
        s.sql("analyze")
    with contextlib.closing(psycopg2.connect(postgres.dsn(s.database, "sigap_daemon"))) as connection, connection.cursor() as cursor:

        def plan(name):
            cursor.execute(f"prepare {name} as " + (ROOT / f"daemon/io/sql/{name}.sql").read_text())
            cursor.execute("select cardinality(parameter_types) from pg_prepared_statements where name = %s", (name,))
            (count,) = cursor.fetchone()
            arguments = "(" + ", ".join(["null"] * count) + ")" if count else ""
            cursor.execute(f"explain (costs off) execute {name}{arguments}")
            lines = cursor.fetchall()
            cursor.execute(f"deallocate {name}")
            return [line.strip() for (line,) in lines]

        yield plan
    s.close()


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_by_index_only_what_it_is_about(plans, name):
    for line in plans(name):
        assert "hashed SubPlan" not in line, "the answers for all rows that there ever were"
        if "Seq Scan on" in line:
            assert line.split("Seq Scan on ")[1].split()[0] in WHOLE, line
        assert "Parallel" not in line and "Gather" not in line, line


def test_the_live_streams_look_reads_by_time_only_what_is_new(plans):
    read = {line.split("Scan on ")[1].split()[0] if "Bitmap Index Scan" in line else line.split(" using ")[1].split()[0]
            for line in plans("look_stream") if "Bitmap Index Scan on" in line or "Index Scan using" in line}
    assert read == {"event_at", "attempt_at", "delivery_report_at", "dead_notice_at", "duplicate_suggestion_made", "notice_pkey"}


ENDED = """
create temp table n as select gen_random_uuid() as i, gen_random_uuid() as d, gen_random_uuid() as m, g, g > 19970 as lasts from generate_series(1, 20000) g;
insert into incident (id, number, state, version, head, type, urgency, region, summary)
	select i, 20001 - g, case when lasts then 'triaged' else 'closed' end, 1, '', 'abandoned_person', 'normal', '64.09.01.1003', '' from n;
insert into dispatch (id, incident_id, event, agency, role, task, state, ladders, why, accept_s, arrive_s, complete_s, accept_by)
	select d, i, 1, 'polsek-penajam', '', '', case when lasts then 'notified' else 'completed' end, '{}', '', 1, 1, 1, now() from n;
insert into deadline (subject, clock, step, due_at, set_for) select d, 'accept', 0, now() + interval '1 day', now() from n where lasts;
insert into notice (id, incident_id, dispatch_id, kind, channel, address, body) select m, i, d, 'dispatch.created', 'webhook', '', '' from n;
insert into dead_notice (notice_id, reason) select m, '' from n;
insert into delivery_report (notice_id, state, detail) select m, 'delivered', '' from n;
"""
# How a list is asked for, and how many rows may be touched for it where 30 of 20,000 last, those that were opened first.
LASTING = [
    ("read_dispatches", "'polsek-penajam', 'open', ''", 200),
    ("read_dispatches", "null, 'open', '64.09'", 200),
    ("read_dispatches", "null, 'notified', ''", 200),
    ("read_incidents", "'open', null, null, null, ''", 500),
    ("read_incidents", "'triaged', null, null, null, ''", 500),
    ("read_incidents", "null, null, null, null, ''", 1000),
    ("read_outbox", "'dead', ''", 5000),
]
ENDING = [
    ("read_dispatches", "'polsek-penajam', 'completed', ''", 5000),
    ("read_dispatches", "'polsek-penajam', null, ''", 5000),
    ("read_dispatches", "null, null, ''", 5000),
]


def touched(node):
    own = sum(node.get(k, 0) for k in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")) * node["Actual Loops"] if "Relation Name" in node else 0
    return own + sum(map(touched, node.get("Plans", [])))


@pytest.fixture(scope="module", params=["when it was new", "with its history"])
def lists(postgres, request):
    """How many rows a list touches on a database with history, as planned then or before that."""
    s = Stack(postgres, started=False)
    with contextlib.closing(psycopg2.connect(postgres.dsn(s.database, "sigap_daemon"))) as connection, connection.cursor() as cursor:

        def ask(name, arguments):
            cursor.execute(f"explain (analyze, timing off, format json) execute {name}({arguments})")
            (answer,) = cursor.fetchone()
            return touched((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"])

        for name in sorted({name for name, _, _ in LASTING}):
            cursor.execute(f"prepare {name} as " + (ROOT / f"daemon/io/sql/{name}.sql").read_text())
        if request.param == "when it was new":
            for name, arguments, _ in LASTING:
                ask(name, arguments)
        connection.commit()
        s.sql(ENDED)
        if request.param == "with its history":
            s.sql("analyze")
        yield ask
    s.close()


@pytest.mark.parametrize("name, arguments, most", LASTING)
def test_a_list_of_what_lasts_costs_what_it_shows_and_not_what_there_ever_was(lists, name, arguments, most):
    assert lists(name, arguments) <= most


@pytest.mark.parametrize("lists", ["with its history"], indirect=True)
@pytest.mark.parametrize("name, arguments, most", ENDING)
def test_a_list_of_what_has_ended_costs_what_it_shows(lists, name, arguments, most):
    assert lists(name, arguments) <= most
