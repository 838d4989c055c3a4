"""Promise: however much history there is, what the daemon asks costs what it is about: every statement finds its rows by index, one by one.

The plans are those of a database that is new, which is when the daemon's connections make them."""
import contextlib

import psycopg2
import pytest
from stack import ROOT

STATEMENTS = sorted(path.stem for path in (ROOT / "daemon/io/sql").glob("*.sql"))
# Tables that stay small, and what is loaded whole into memory: these may be read from end to end.
WHOLE = {"setting", "secret", "region", "region_alias", "agency", "contact", "person", "shift", "policy", "token", "rotation", "shift_override", "task", "daemon"}


@pytest.fixture(scope="module")
def plans(stack):
    with contextlib.closing(psycopg2.connect(stack.postgres.dsn(stack.database, "sigap_daemon"))) as connection, connection.cursor() as cursor:

        def plan(name):
            cursor.execute(f"prepare {name} as " + (ROOT / f"daemon/io/sql/{name}.sql").read_text())
            cursor.execute("select cardinality(parameter_types) from pg_prepared_statements where name = %s", (name,))
            (count,) = cursor.fetchone()
            arguments = "(" + ", ".join(["null"] * count) + ")" if count else ""
            cursor.execute(f"explain (costs off) execute {name}{arguments}")
            return [line.strip() for (line,) in cursor.fetchall()]

        yield plan


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_by_index_only_what_it_is_about(plans, name):
    for line in plans(name):
        assert "hashed SubPlan" not in line, "the answers for all rows that there ever were"
        if "Seq Scan on" in line:
            assert line.split("Seq Scan on ")[1].split()[0] in WHOLE, line
        assert "Parallel" not in line and "Gather" not in line, line
