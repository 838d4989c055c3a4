"""Promise: however much history there is, what the daemon asks costs what it is about: every statement finds its rows by index, one by one.

Asked on a database that is new, which is when the daemon's connections make their plans, and on one with history that was analysed."""
import contextlib

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
