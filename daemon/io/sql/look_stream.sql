-- What happened lately, for who listens: events after $1, and after $2 what changes a row of the board without an event: notices that arrived or never will, suggested
-- duplicates (number 0, no doc). In the order of time, at most $3; beside each the time now, and at least one row for that.
select now(), x.incident_id, x.number, x.at, x.moves, x.doc
from (select) one left join lateral (
	select e.incident_id, e.number, e.at, e.kind in ('triage', 'report_attached') as moves,
		json_build_object('number', e.number, 'kind', e.kind, 'actor', e.actor, 'at', e.at)::text as doc
	from event e where e.at > $1::timestamptz
	union all
	select n.incident_id, 0, a.at, false, null from attempt a join notice n on n.id = a.notice_id
	where a.at > $2::timestamptz and a.outcome = 'ok' and n.dispatch_id is not null
	union all
	select n.incident_id, 0, r.at, false, null
	-- in the order of time, this and the next: so it goes by the index of times also where a table was empty when this was planned, and any index would do
	from (select * from delivery_report where at > $2::timestamptz order by at limit $3::int4) r join notice n on n.id = r.notice_id
	where r.state in ('delivered', 'failed') and n.dispatch_id is not null
	union all
	select n.incident_id, 0, z.at, false, null
	from (select * from dead_notice where at > $2::timestamptz order by at limit $3::int4) z join notice n on n.id = z.notice_id
	where n.dispatch_id is not null
	union all
	select t.id, 0, s.made_at, false, null from duplicate_suggestion s cross join lateral (values (s.incident_id), (s.other_id)) t(id) where s.made_at > $2::timestamptz
	order by 3, 2 limit $3::int4
) x on true
