"""Promise: whichever index finds them, a list shows what its words say, in its order and no more than it may."""
import contextlib
import itertools

import psycopg2
import pytest
from stack import ROOT, Stack

# Every state with and without a clock, two agencies, areas beside and above each other, moments that several clocks share; more than a list shows.
HISTORY = """
create temp table n as select md5('i' || g)::uuid as i, md5('d' || g)::uuid as d, md5('m' || g)::uuid as m, g from generate_series(1, 3000) g;
insert into incident (id, number, state, version, head, type, urgency, region, summary)
	select i, g, (array['open', 'triaged', 'in_progress', 'handed_over', 'closed', 'cancelled', 'merged'])[1 + g % 7], 1, '',
		(array['abandoned_person', 'unclaimed_body'])[1 + g % 2], 'normal', (array['64', '64.09', '64.09.01', '64.09.01.1003', '64.09.03.2002', '64.01'])[1 + g % 6], '' from n;
insert into dispatch (id, incident_id, event, agency, role, task, state, ladders, why, accept_s, arrive_s, complete_s, accept_by)
	select d, i, 1, (array['polsek-penajam', 'polres-ppu', 'dinsos-trc', 'dinsos-trc'])[1 + g / 7 % 4], '', '',
		(array['notified', 'seen', 'accepted', 'en_route', 'on_scene', 'declined', 'completed', 'cancelled', 'expired'])[1 + g % 9], '{}', '', 1, 1, 1, now() from n;
insert into deadline (subject, clock, step, due_at, set_for)
	select d, case when g % 9 < 5 then 'accept' else 'replace' end, 0, now(), timestamptz '2026-11-23 08:00+08' + (g % 50) * interval '1 min' from n where g % 5 < 2;
insert into deadline (subject, clock, step, due_at, set_for) select i, 'triage', 0, now(), now() from n where g % 7 = 0;
insert into notice (id, incident_id, dispatch_id, kind, channel, address, body)
	select m, case when g % 4 > 0 then i end, d, 'dispatch.created', 'webhook', '', '' from n;
insert into dead_notice (notice_id, at, reason) select m, timestamptz '2026-11-23 08:00+08' + g * interval '7 s', '' from n where g % 3 = 0;
insert into delivery_report (notice_id, state, detail) select m, (array['delivered', 'failed'])[1 + g % 2], '' from n where g % 5 = 0;
"""
AREA = "({0} = '' or i.region = {0} or i.region like {0} || '.%%' or {0} like i.region || '.%%')"
# Each statement in plain words: what it shows of its arguments, by the name in its JSON.
DISPATCHES = f"""select d.id::text from dispatch d join incident i on i.id = d.incident_id left join deadline l on l.subject = d.id
	where (%(a)s::text is null or d.agency = %(a)s)
		and (%(b)s::text is null or d.state = %(b)s or %(b)s = 'open' and d.state not in ('declined', 'completed', 'cancelled', 'expired'))
		and {AREA.format('%(c)s')}
	order by l.set_for nulls last, d.id limit 500"""
INCIDENTS = f"""select i.id::text from incident i
	where (%(a)s::text is null or i.state = %(a)s or %(a)s = 'open' and i.state not in ('closed', 'cancelled', 'merged'))
		and (%(b)s::text is null or i.type = %(b)s) and (%(c)s::text is null or i.region = %(c)s or i.region like %(c)s || '.%%')
		and (%(d)s::int8 is null or i.number < %(d)s) and {AREA.format('%(e)s')}
	order by i.number desc limit 200"""
OUTBOX = f"""select z.notice_id::text from dead_notice z join notice n on n.id = z.notice_id left join incident i on i.id = n.incident_id
	where notice_delivery(n.id) is distinct from 'delivered' and (i.id is null or {AREA.format('%(b)s')})
	order by z.at desc limit 500"""
STATES = ["open", "triaged", "in_progress", "handed_over", "closed", "cancelled", "merged", None]
DISPATCH_STATES = ["open", "notified", "seen", "accepted", "en_route", "on_scene", "declined", "completed", "cancelled", "expired", None]
SCOPES = ["", "64.09", "64.09.01", "64.01.05"]


@pytest.fixture(scope="module")
def asked(postgres):
    """What a statement shows, as the daemon asks it, and what the plain words show."""
    s = Stack(postgres, started=False)
    s.sql(HISTORY)
    s.sql("analyze")
    with contextlib.closing(psycopg2.connect(postgres.dsn(s.database, "sigap_daemon"))) as connection, connection.cursor() as cursor:
        known = set()

        def both(name, plain, id, *arguments):
            if name not in known:
                cursor.execute(f"prepare {name} as " + (ROOT / f"daemon/io/sql/{name}.sql").read_text())
                known.add(name)
            cursor.execute(f"select x->>'{id}' from json_array_elements(%s::json) x", (shown(name, arguments),))
            found = [row[0] for row in cursor.fetchall()]
            cursor.execute(plain, dict(zip("abcde", arguments)))
            return found, [row[0] for row in cursor.fetchall()]

        def shown(name, arguments):
            cursor.execute(f"execute {name}({', '.join(['%s'] * len(arguments))})", arguments)
            return cursor.fetchone()[0]

        yield both
    s.close()


def holds(asked, name, plain, id, choices):
    sizes = set()
    for arguments in itertools.product(*choices):
        found, meant = asked(name, plain, id, *arguments)
        assert found == meant, arguments
        sizes.add(len(found))
    return sizes


def test_dispatches_soonest_deadline_first(asked):
    sizes = holds(asked, "read_dispatches", DISPATCHES, "id", [["polsek-penajam", "nobody", None], DISPATCH_STATES, SCOPES])
    assert {0, 500} < sizes


def test_incidents_newest_first_page_by_page(asked):
    sizes = holds(asked, "read_incidents", INCIDENTS, "id", [STATES, ["unclaimed_body", None], ["64.09", None], [1300, 7, None], SCOPES])
    assert {0, 200} < sizes


def test_notices_that_were_given_up_latest_first(asked):
    sizes = holds(asked, "read_outbox", OUTBOX, "notice", [["dead"], SCOPES])
    assert 500 in sizes
