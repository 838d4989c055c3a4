#!/usr/bin/python3
"""Reports taken in per second, durable and with their full plans, over HTTP; beside pgbench committing the same rows one report per transaction.

Deliveries are held, so that only intake is measured. pgbench runs the daemon's own statement (sigapd --print-sql commit_plans) with
one report, made of the rows that a real report left.
"""
import re
import subprocess

import rig

CONNECTIONS = {1: 3000, 32: 20000, 256: 20000}  # HTTP connections -> reports of a round
CLIENTS = (1, 8, 32)
PGBENCH_S = 2 if rig.QUICK else 5
AGENCIES = 2  # about eleven rows a report

# How to read back what the statement was given: for each of its row types a query of the columns.
CAPTURE = {
    "new_report": """select 1 as ord, i.id, i.gateway, i.external_id, i.fingerprint, i.content_type, i.raw, r.number, r.source, r.text,
        r.type as report_type, r.urgency as report_urgency, r.place_text, r.lat, r.lon, r.anonymous, r.occurred_at, r.triage,
        p.phone, p.name, r.relation, r.asks, r.answers, n.id as incident, n.state, n.type, n.urgency, n.region, n.summary, e.data as opened,
        null as received_at
        from report r join inbound i using (id) join incident n on n.id = r.incident_id
        join event e on e.incident_id = n.id and e.number = 1 left join reporter p on p.report_id = r.id""",
    "new_dispatch": """select 1 as ord, d.id, d.incident_id as incident, d.event, d.agency, d.role, d.task, d.ladders, d.why, d.accept_s,
        d.arrive_s, d.complete_s, d.for_dispatch from dispatch d join report r using (incident_id)""",
    "new_notice": """select 1 as ord, n.id, n.incident_id as incident, n.dispatch_id as dispatch, n.kind, n.channel,
        n.contact_id as contact, n.address, n.body, o.priority, false as leased, n.via
        from notice n join outbox o on o.notice_id = n.id join report r using (incident_id)""",
    "new_deadline": """select 1 as ord, l.subject, l.clock, l.step, round(extract(epoch from l.set_for - r.received_at))::int as after_s
        from deadline l left join dispatch d on d.id = l.subject join report r on r.incident_id = coalesce(d.incident_id, l.subject)""",
}
SCALARS = {"int4": "30", "uuid": "'00000000-0000-7000-8000-000000000000'::uuid"}  # the lease in seconds and its owner
TABLES = ("inbound", "report", "incident", "event", "dispatch", "notice", "outbox", "deadline")


def constant(text):
    """A literal in which pgbench sees no variable: colons are written as octal escapes."""
    if text is None:
        return "null"
    return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\072") + "'"


def new_values(rows):
    """What must differ in every transaction, as expressions over its number :k, which rises with time as the daemon's ids do."""
    new = {}
    for kind, column in (("new_report", "id"), ("new_report", "incident"), ("new_dispatch", "id"), ("new_notice", "id")):
        for row in rows[kind]:
            digits = f"lpad(to_hex(:k::int8), 16, '0') || '80000000000000{len(new):02x}'"
            new.setdefault(row[column], f"({digits})::uuid")
    return new


def pgbench_script(sql, rows):
    """The daemon's statement with its parameters written out as arrays of `rows`."""
    (report,) = rows["new_report"]
    new = new_values(rows)
    new[report["number"]] = "(:k::int8 + 1000000)"
    new[report["external_id"]] = "('bench-' || :k::int8)"

    def written(kind):
        values = (", ".join(new.get(value) or constant(value) for value in row.values()) for row in rows[kind])
        return f"array[{', '.join(f'row({line})::{kind}' for line in values)}]"

    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    filled = re.sub(
        r"\$\d+::(\w+)(\[\])?", lambda found: written(found[1]) if found[2] else SCALARS[found[1]], "\n".join(lines)
    )
    return f"\\set n :n + 1\n\\set k :n * 64 + :client_id\n{filled.rstrip().rstrip(';')};\n"


# What the daemon sends besides, to whoever is on duty, belongs to no incident.
OF_REPORTS = {"notice": " where incident_id is not null", "outbox": " where notice_id in (select id from notice where incident_id is not null)"}


def row_counts(state, database):
    query = " union all ".join(f"select '{table}', count(*) from {table}{OF_REPORTS.get(table, '')}" for table in TABLES)
    return {table: int(count) for table, count in (line.split("|") for line in state.sql(query, database).splitlines())}


def make_script(state):
    """Takes one report in, reads what it left, and writes the script that leaves the same."""
    with state.database() as database:
        with state.daemon(database, hold=True) as port:
            rig.try_one(port, state.headers(), AGENCIES)
        rows = {kind: state.rows(query, database) for kind, query in CAPTURE.items()}
        per_report = row_counts(state, database)
    sql = subprocess.run(
        [rig.BUILD / "sigapd", "--print-sql", "commit_plans"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    script = state.folder / "commit.pgbench"
    script.write_text(pgbench_script(sql, rows))
    return script, per_report


def check_rows(state, database, per_report):
    """Every report left what the first one left."""
    counts = row_counts(state, database)
    for table in TABLES:
        if counts[table] != counts["report"] * per_report[table]:
            raise RuntimeError(f"{counts['report']} reports left {counts[table]} rows in {table}")


def measure_http(state, connections, per_report):
    with state.database() as database:
        with state.daemon(database, hold=True) as port:
            rig.load(port, "/v1/reports", rig.report_body(AGENCIES), state.headers(), connections, count=max(200, connections))
            count = CONNECTIONS[connections] // (10 if rig.QUICK else 1)
            result = rig.load(port, "/v1/reports", rig.report_body(AGENCIES), state.headers(), connections, count=count)
        check_rows(state, database, per_report)
    return result


def measure_pgbench(state, clients, script, per_report):
    with state.database() as database:
        command = [rig.PG_BIN / "pgbench", "-n", "-M", "prepared", "-c", clients, "-j", min(clients, 2), "-T", PGBENCH_S]
        command += ["-D", "n=0", "-f", script, state.conninfo(database, "sigap_daemon")]
        text = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True).stdout
        check_rows(state, database, per_report)
    return float(re.search(r"^tps = ([\d.]+)", text, re.MULTILINE)[1])


def main():
    http = {connections: [] for connections in CONNECTIONS}
    pgbench = {clients: [] for clients in CLIENTS}
    with rig.state() as state:
        state.point_agencies_at(rig.free_port())  # never called: deliveries are held
        script, per_report = make_script(state)
        for number in range(rig.ROUNDS):
            rig.say(f"intake: round {number + 1} of {rig.ROUNDS}")
            for connections, clients in zip(CONNECTIONS, CLIENTS, strict=True):
                http[connections].append(measure_http(state, connections, per_report))
                pgbench[clients].append(measure_pgbench(state, clients, script, per_report))
    rig.figure("intake.rows_per_report", [sum(per_report.values())], "rows")
    peers = {f"pgbench_{clients}_clients": rounds for clients, rounds in pgbench.items()}
    for connections, rounds in http.items():
        name = "intake.reports_per_s" + ("" if connections == 32 else f".{connections}_connections")
        rig.figure(name, [result["per_s"] for result in rounds], "1/s", peers)
        for part in ("p50_ms", "p99_ms"):
            rig.figure(f"intake.answer_{part}.{connections}_connections", [r["latency"][part] for r in rounds], "ms")


if __name__ == "__main__":
    main()
