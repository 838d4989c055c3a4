"""Promise: every number of GET /v1/numbers is what the events say. Fractiles are those of PostgreSQL's percentile_cont.

A varied history is made through the daemon: answers of every kind, silence, lapses, merges. Then each incident's moments are moved apart, in events, stamps and
hashes alike, so that intervals are of minutes and incidents of several days. What must come out is computed from the rows of `event` alone, in Python, and by
percentile_cont; `dispatch` only tells which dispatch is whose, and which event made it.
"""
import concurrent.futures
import contextlib
import csv
import datetime
import io
import itertools
import math
import random

import psycopg2.extras
import pytest

import openapi
from stack import AGENCIES, POLICY_FAST, Stack, agency, wait_until

WITA = datetime.timezone(datetime.timedelta(hours=8))
SINCE = datetime.datetime(2026, 3, 1, tzinfo=WITA)
DAYS = 5
PERIOD = "from=2026-03-01&until=2026-03-06"
MEASURES = {"processing": ("received", "notified"), "acceptance": ("notified", "accepted"), "turnout": ("accepted", "en_route"),
            "travel": ("en_route", "on_scene"), "response": ("received", "on_scene")}
CLOCKS = ("accept", "arrive", "complete", "triage")
VILLAGES = ("64.09.01.1003", "64.09.01.1001", "64.09.03.2002", "64.09.02.2001", None)
PARTNERS = AGENCIES + [
    agency("desa-labangka", "village_office", "64.09.03.2002"),
    agency("polsek-babulu", "police", "64.09.03"),
    agency("kelurahan-dua", "village_office", "64.09.01.1001"),
]


# ---- a history ------------------------------------------------------------------------------------------------------------


def events_of(stack, incident):
    return stack.sql("select number, at, kind, data from event where incident_id = %s order by number", incident)


def escalated(stack, clock, subject):
    return stack.sql("select from event where kind = 'escalated' and data->>'clock' = %s and incident_id = %s", clock, subject)


def answered(stack, dispatch, *names):
    for name in names:
        r = stack.answer(dispatch, name, **({"reason": "Tidak ada petugas"} if name == "decline" else {}))
        assert r.status_code == 200, (name, r.text)


def one_that_lapses_and_is_accepted_again(stack):
    made = stack.report(kind="other_social")
    (office, *_) = [d["id"] for d in made["dispatches"] if d["agency"] == "kelurahan-petung"]
    answered(stack, office, "accept")
    wait_until(lambda: stack.sql("select from event where kind = 'lapse' and incident_id = %s", made["incident"]["id"]), 15, "the lapse")
    answered(stack, office, "accept", "en_route", "on_scene")
    return made


def one_that_people_triage(stack):
    made = stack.report(kind=None, urgency=None, village=None, text="tolong pak ada orang")
    incident = made["incident"]["id"]
    wait_until(lambda: escalated(stack, "triage", incident), 10, "the triage clock")
    r = stack.api("POST", f"/v1/incidents/{incident}/events", json={"event": "triage", "type": "abandoned_person", "place": {"village_code": "64.09.01.1003"}})
    assert r.status_code == 200, r.text
    return made


ANSWERS = [(), ("accept",), ("accept", "en_route"), ("accept", "en_route", "on_scene"), ("accept", "en_route", "on_scene", "complete"), ("en_route",),
           ("en_route", "on_scene"), ("on_scene",), ("decline",), ("seen", "accept", "on_scene")]


def tell(stack, chance):
    """Incidents with answers of every kind; some wait until their clocks have run out first."""
    made = [one_that_lapses_and_is_accepted_again(stack), one_that_people_triage(stack)]
    kinds = ("abandoned_person", "unclaimed_body", "other_social")
    ways = itertools.cycle(ANSWERS)
    fresh = [stack.report(village=village, kind=kind, urgency="high", text=f"laporan {n}")
             for n, (kind, village) in enumerate(itertools.product(kinds, VILLAGES))]
    slow = chance.sample(fresh, 5)
    for report in fresh:
        if report not in slow:
            for d in report["dispatches"]:
                answered(stack, d["id"], *next(ways))
    for report in slow:
        wait_until(lambda i=report["incident"]["id"]: escalated(stack, "accept", i), 15, "a clock that ran out")
    for report in slow:
        for d in stack.sql("select id from dispatch where incident_id = %s and state = 'notified'", report["incident"]["id"]):
            stack.answer(str(d["id"]), chance.choice(["accept", "on_scene", "seen"]))
    return made + fresh


def end(stack, made):
    """Two are one event; then all end, so that nothing more happens."""
    first, second = (m["incident"] for m in made[2:4])
    r = stack.api("POST", f"/v1/incidents/{first['id']}/events", json={"event": "merge", "into": second["number"]})
    assert r.status_code == 200, r.text
    for m in made:
        incident = m["incident"]["id"]
        if stack.value("select state from incident where id = %s", incident) not in ("closed", "cancelled", "merged"):
            wait_until(lambda: stack.api("POST", f"/v1/incidents/{incident}/events", json={"event": "cancel", "reason": "Selesai diuji"}).status_code == 200,
                       5, "the end of an incident")
    assert stack.sql("select from deadline") == []


MOVE = """
create temp table moved (incident uuid, was timestamptz, at timestamptz, primary key (incident, was));
insert into moved select incident_id, at from event union select incident_id, received_at from report where incident_id is not null;
"""
APPLY = """
update event e set at = m.at from moved m where m.incident = e.incident_id and m.was = e.at;
update incident i set opened_at = m.at from moved m where m.incident = i.id and m.was = i.opened_at;
update report r set received_at = m.at from moved m where m.incident = r.incident_id and m.was = r.received_at;
do $$
declare stamp text;
begin
	foreach stamp in array array['notified_at', 'seen_at', 'accepted_at', 'declined_at', 'en_route_at', 'on_scene_at', 'completed_at', 'cancelled_at', 'expired_at'] loop
		execute format('update dispatch d set %1$I = m.at from moved m where m.incident = d.incident_id and m.was = d.%1$I', stamp);
	end loop;
end $$;
do $$
declare i record; e record; before bytea;
begin
	for i in select id from incident loop
		before := '';
		for e in select * from event where incident_id = i.id order by number loop
			before := event_hash(before, e.incident_id, e.number, e.at, e.actor, e.kind, e.data);
			update event set hash = before where incident_id = i.id and number = e.number;
		end loop;
		update incident set head = before where id = i.id;
	end loop;
end $$;
"""


def move_apart(stack, chance):
    """Each incident begins somewhere within the days, also right at a midnight, and its moments follow each other by seconds to hours."""
    stack.sql(MOVE)
    begins = [SINCE, SINCE + datetime.timedelta(days=2), SINCE + datetime.timedelta(days=3, microseconds=-1)]
    for (incident, rows) in itertools.groupby(stack.sql("select incident, was from moved order by incident, was"), lambda row: row["incident"]):
        at = begins.pop() if begins else SINCE + datetime.timedelta(seconds=chance.uniform(0, DAYS * 86400 - 1))
        for row in rows:
            stack.sql("update moved set at = %s where incident = %s and was = %s", at, incident, row["was"])
            at += datetime.timedelta(microseconds=round(math.exp(chance.uniform(0, 9.5)) * 1e6))
    stack.sql(APPLY)
    for row in stack.sql("select id from report where incident_id is not null order by number"):  # what a gateway held back
        stack.sql("update report set received_at = received_at - %s where id = %s", datetime.timedelta(microseconds=chance.randrange(600_000_000)), row["id"])
    # a clock that was wrong: received after all that followed
    stack.sql("update report set received_at = received_at + interval '30 days' where number = (select max(number) from report where incident_id is not null)")


@pytest.fixture(scope="module")
def told(postgres):
    s = Stack(postgres, agencies=PARTNERS, policy=POLICY_FAST)
    chance = random.Random(20260301)
    try:
        end(s, tell(s, chance))
        move_apart(s, chance)
        assert s.doctor() == []
        s.add_token("ani", "coordinator", scope="64.09.01")
        s.rules_changed()
        yield s
    finally:
        s.close()


# ---- the same from the events alone -------------------------------------------------------------------------------------------


def stamps_of(events, dispatch):
    """What the events say of one dispatch."""
    at = {"notified": events[dispatch["event"] - 1]["at"]}
    for e in events:
        if e["data"].get("dispatch") != str(dispatch["id"]):
            continue
        if e["kind"] == "lapse":
            at.pop("accepted", None)
        if e["kind"] in ("accept", "en_route", "on_scene"):
            at.setdefault("accepted", e["at"])
        if e["kind"] in ("en_route", "on_scene"):
            at[e["kind"]] = e["at"]
    return at


def ran_out(events, clock, dispatch=None):
    return any(e["kind"] in ("escalated", "lapse", "expire") and e["data"].get("clock") == clock and e["data"].get("dispatch") == dispatch for e in events)


def histories(stack):
    """One dict for each incident, one in it for each of its dispatches."""
    out = []
    for i in stack.sql("select id, type, region from incident"):
        events = events_of(stack, i["id"])
        reports = stack.sql("select received_at, relation from report where incident_id = %s", i["id"])
        (received,) = [r["received_at"] for r in reports if r["relation"] == "opens"]
        dispatches = []
        for d in stack.sql("select id, agency, event from dispatch where incident_id = %s", i["id"]):
            at = {"received": received, **stamps_of(events, d)}
            dispatches.append({
                "agency": d["agency"], "breaches": {c for c in CLOCKS if ran_out(events, c, str(d["id"]))},
                "spans": {name: (at[b] - at[a]).total_seconds() for name, (a, b) in MEASURES.items() if a in at and b in at and at[b] >= at[a]}})
        out.append({**i, "opened": events[0]["at"], "reports": len(reports), "dispatches": dispatches, "triage": ran_out(events, "triage")})
    return out


def fractile(values, p):
    """Linear interpolation between the two nearest of n values, at (n - 1) p."""
    values, at = sorted(values), p * (len(values) - 1)
    low = math.floor(at)
    return values[low] + (values[math.ceil(at)] - values[low]) * (at - low)


def percentiles(stack, values):
    """PostgreSQL's, held against ours."""
    if not values:
        return {"p50": None, "p90": None}
    with stack.connection.cursor(cursor_factory=psycopg2.extras.DictCursor) as c:
        c.execute("select percentile_cont(0.5) within group (order by x), percentile_cont(0.9) within group (order by x) from unnest(%s::float8[]) x", (values,))
        p50, p90 = c.fetchone()
    assert (p50, p90) == pytest.approx((fractile(values, 0.5), fractile(values, 0.9)), rel=1e-12)
    return {"p50": p50, "p90": p90}


def expected(stack, incidents, of=lambda d: True):
    """The numbers of these incidents and of those of their dispatches."""
    dispatches = [d for i in incidents for d in i["dispatches"] if of(d)]
    spans = {name: [d["spans"][name] for d in dispatches if name in d["spans"]] for name in MEASURES}
    breaches = {c: sum(c in d["breaches"] for d in dispatches) for c in CLOCKS}
    return {
        "incidents": len(incidents), "reports": sum(i["reports"] for i in incidents), "dispatches": len(dispatches),
        "measures": {name: {**percentiles(stack, x), "n": len(x), "missing": len(dispatches) - len(x)} for name, x in spans.items()},
        "breaches": {**breaches, "triage": sum(i["triage"] for i in incidents)}}


def within(region, prefix):
    return region == prefix or region.startswith(prefix + ".")


KEYS = {"type": lambda i: [i["type"]], "region": lambda i: [i["region"][:8]], "day": lambda i: [i["opened"].astimezone(WITA).date().isoformat()],
        "agency": lambda i: sorted({d["agency"] for d in i["dispatches"]})}


def check(stack, query, by, incidents, of=lambda d: True, token="coordinator"):
    """The answer to the query against those incidents; how many groups it has."""
    r = stack.api("GET", f"/v1/numbers?{PERIOD}&by={by}&{query}", token)
    assert r.status_code == 200, r.text
    got = r.json()
    bare = [{k: v for k, v in g.items() if k not in ("key", "label")} for g in [got["total"], *got["groups"]]]
    assert bare[0] == expected(stack, incidents, of), query
    keys = sorted({k for i in incidents for k in KEYS[by](i)} if by in KEYS else ())
    if by == "agency":
        keys = [k for k in keys if of({"agency": k})]
    assert [g["key"] for g in got["groups"]] == keys
    for key, group in zip(keys, bare[1:]):
        mine = [i for i in incidents if key in KEYS[by](i)]
        assert group == expected(stack, mine, lambda d: of(d) and (by != "agency" or d["agency"] == key)), (query, key)
    return len(keys)


@pytest.fixture(scope="module")
def incidents(told):
    all_of_them = [i for i in histories(told) if SINCE <= i["opened"] < SINCE + datetime.timedelta(days=DAYS)]
    assert len(all_of_them) == 17
    return all_of_them


def test_the_history_has_what_could_go_wrong(told, incidents):
    total = expected(told, incidents)
    assert all(m["n"] >= 3 and m["missing"] >= 1 for m in total["measures"].values()), total
    assert all(total["breaches"][c] >= 1 for c in ("accept", "arrive", "triage")), total
    assert len({i["region"][:8] for i in incidents}) == 4 and told.value("select count(*) from incident where state = 'merged'") == 1


@pytest.mark.parametrize("by", ["none", "type", "region", "agency", "day"])
def test_every_group_is_what_the_events_say(told, incidents, by):
    groups = check(told, "", by, incidents)
    assert (groups == 0) == (by == "none") and groups != 1


@pytest.mark.parametrize("by", ["none", "type", "region", "agency", "day"])
def test_every_filter_leaves_what_it_should(told, incidents, by):
    for kind in ("unclaimed_body", "shackled_patient"):
        check(told, f"type={kind}", by, [i for i in incidents if i["type"] == kind])
    for region in ("64.09.01", "64.09.01.1003", "64.09", "64.01"):
        check(told, f"region={region}", by, [i for i in incidents if within(i["region"], region)])
    for slug in ("polsek-penajam", "dinsos-trc"):
        check(told, f"agency={slug}", by, [i for i in incidents if any(d["agency"] == slug for d in i["dispatches"])], lambda d, slug=slug: d["agency"] == slug)
    check(told, "agency=bpbd-ppu&type=unclaimed_body&region=64.09.01", by,
          [i for i in incidents if i["type"] == "unclaimed_body" and within(i["region"], "64.09.01") and any(d["agency"] == "bpbd-ppu" for d in i["dispatches"])],
          lambda d: d["agency"] == "bpbd-ppu")


def test_a_coordinator_sees_the_numbers_of_the_own_area_only(told, incidents):
    own = [i for i in incidents if within(i["region"], "64.09.01") or within("64.09.01", i["region"])]
    assert 0 < len(own) < len(incidents)
    for by in ("none", "region", "agency"):
        check(told, "", by, own, token="ani")
    check(told, "region=64.09.03", "none", [], token="ani")


def test_days_begin_at_midnight_of_the_policys_zone_and_the_last_one_does_not_count(told, incidents):
    for first, last in (("2026-03-01", "2026-03-02"), ("2026-03-03", "2026-03-04"), ("2026-03-03T16:00:00Z", "2026-03-04T16:00:00Z")):
        since, until = (datetime.datetime.fromisoformat(t[:10]).replace(tzinfo=WITA) for t in (first, last))
        if "T" in first:
            since, until = (t + datetime.timedelta(days=1) for t in (since, until))
        got = told.api("GET", f"/v1/numbers?from={first}&until={last}").json()
        assert got["from"] == since.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        assert got["total"]["incidents"] == sum(since <= i["opened"] < until for i in incidents)
    assert sum(i["opened"] == SINCE for i in incidents) == 1, "one right at a beginning"


def test_today_is_what_is_asked_for_when_nothing_is_said(told):
    before = told.api("GET", "/v1/numbers").json()
    assert before["by"] == "none" and before["groups"] == []
    since = datetime.datetime.now(WITA).replace(hour=0, minute=0, second=0, microsecond=0)
    assert datetime.datetime.fromisoformat(before["from"][:-1] + "+00:00") == since or datetime.datetime.now(WITA).hour == 0
    assert before["total"]["incidents"] == 0 and before["total"]["measures"]["response"] == {"p50": None, "p90": None, "n": 0, "missing": 0}


def test_the_csv_says_the_same_in_a_line_for_each_group_and_measure(told):
    told.sql("update agency set name = '=HYPERLINK(\"x\"), Polsek' where slug = 'polsek-penajam'")
    told.rules_changed()
    asked = f"/v1/numbers?{PERIOD}&by=agency"
    answer, numbers = told.api("GET", asked + "&format=csv"), told.api("GET", asked).json()
    assert answer.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sigap-01-03-2026-05-03-2026.csv"'
    text = answer.content.decode("utf-8")
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 5 * (1 + len(numbers["groups"]))
    for group, lines in zip([numbers["total"], *numbers["groups"]], zip(*[iter(rows)] * 5)):
        for (measure, m), row in zip(group["measures"].items(), lines):
            assert row["by"] == ("agency" if group["key"] else "total") and row["measure"] == measure
            assert row["key"] == group["key"] and row["label"] == ("'" + group["label"] if group["label"].startswith("=") else group["label"])
            assert [int(row[k]) for k in ("incidents", "reports", "dispatches")] == [group[k] for k in ("incidents", "reports", "dispatches")]
            assert [int(row["breaches_" + c]) for c in CLOCKS] == [group["breaches"][c] for c in CLOCKS]
            assert [row["n"], row["missing"]] == [str(m["n"]), str(m["missing"])]
            assert [float(row[k]) if row[k] else None for k in ("p50_s", "p90_s")] == [m["p50"], m["p90"]]


@pytest.mark.parametrize("query", ["from=yesterday", "from=2026-02-30", "until=2026-03-01&from=2026-03-01", "from=2025-01-01&until=2026-03-01", "type=fire", "region=64.9",
                                   "agency=nobody", "by=hour", "format=xml", "&".join(f"a{i}=1" for i in range(129))])
def test_what_cannot_be_asked_is_a_clear_400(told, query):
    r = told.api("GET", "/v1/numbers?" + query)
    assert r.status_code == 400 and r.json()["type"].endswith("/malformed-query") and r.json()["detail"]


@contextlib.contextmanager
def endless_counting(stack):
    """Whoever counts what ran out comes to no end."""
    stack.sql("""create function concat_ws(text, text, text) returns text language plpgsql as $$ begin
                     if $1 = ' ' then perform pg_sleep(3600); end if;
                     return pg_catalog.concat_ws($1, variadic array[$2, $3]); end $$""")
    try:
        stack.restart()
        yield lambda: stack.sql("select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")
    finally:
        stack.sql("drop function concat_ws(text, text, text)")


def test_nobody_waits_for_a_long_count_which_is_ended(told):
    query = f"/v1/numbers?{PERIOD}"
    with concurrent.futures.ThreadPoolExecutor(2) as pool, endless_counting(told) as lasts:
        counts = [pool.submit(told.api, "GET", query, timeout=60) for _ in range(2)]
        wait_until(lasts, 10, "a count that lasts")
        made = told.report(text="Selagi dihitung")["incident"]["id"]
        board = told.api("GET", "/v1/board")
        assert board.status_code == 200 and made in [row["id"] for row in board.json()["incidents"]]
        assert told.api("GET", "/v1/alarms").status_code == 200
        assert not all(c.done() for c in counts), "all that was while they counted"
        for count in counts:
            r = count.result()
            assert r.status_code == 504 and r.json()["type"].endswith("/too-much"), r.text
            assert openapi.Description().check_answer("GET", "/v1/numbers", r) == "504"
    assert told.api("GET", query).status_code == 200
    assert "what=pg.down" not in told.log.read_text(), "the connection lives on"


def test_who_comes_when_many_numbers_are_being_counted_is_told_to_ask_again(told):
    query, many = f"/v1/numbers?{PERIOD}", 4
    with concurrent.futures.ThreadPoolExecutor(many + 1) as pool, endless_counting(told) as lasts:
        counts = [pool.submit(told.api, "GET", query, timeout=60) for _ in range(many + 1)]

        def ended():
            told.sql("select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")
            return all(c.done() for c in counts)

        try:
            wait_until(lasts, 10, "a count that lasts")
            (refused,) = wait_until(lambda: [c.result() for c in counts if c.done()], 8, "a refusal")
        finally:
            wait_until(ended, 30, "the end of all counts")
        assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0 and "ask again" in refused.json()["detail"]
        assert openapi.Description().check_answer("GET", "/v1/numbers", refused) == "503"
        assert sorted(c.result().status_code for c in counts) == [503] + many * [504]
    assert told.api("GET", query).status_code == 200
