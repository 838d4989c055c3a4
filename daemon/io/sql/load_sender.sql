-- What is known of a sender: $1 where he is answered, $2 his telephone (or the same as $1), $3 what he writes now.
-- One row per report of his, the latest first, eight at most; one with nulls when there is none. On each: the marks in force, separated by spaces, the automatic replies of the
-- last hour, and whether the same text came from him in the last quarter of an hour. asks: only while no report has answered it. said: the words that it was asked about, while it is open.
-- number: the one that he was told, of what became part of an incident that incident's. The incident is the one that goes on, when his was merged into another. progress: how far its dispatches are.
with recursive mine as materialized (
	select r.id, r.number, r.received_at, r.incident_id, r.relation, r.text, r.triage, r.answers,
		case when r.asks is not null and not exists (select from report a where a.answers = r.id) then r.asks end as asks
	from (select report_id from reporter where phone = $2::text order by report_id desc limit 8) l join report r on r.id = l.report_id
), chain as (
	select mine.id as report, i.id, i.merged_into, 0 as depth from mine join incident i on i.id = mine.incident_id
	union all
	select chain.report, m.id, m.merged_into, chain.depth + 1 from chain join incident m on m.id = chain.merged_into where chain.depth < 8
)
select (select string_agg(distinct mark, ' ') from sender_mark m where m.address in ($1::text, $2::text) and m.retired_at is null and (m.ends_at is null or m.ends_at > now())),
	(select count(*) from notice where kind = 'receipt' and address = $1::text and created_at > now() - interval '1 hour'),
	exists (select from mine where text = $3::text and received_at > now() - interval '15 minutes'),
	now(),
	mine.id, case when mine.relation <> 'opens' then coalesce(i.number, mine.number) else mine.number end, mine.received_at, i.id, i.type, i.state, i.region, mine.asks,
	mine.asks is not null and exists (select from report q where q.id = mine.answers and q.asks = mine.asks),
	case when mine.asks is not null then mine.triage end,
	case when mine.asks is not null then concat_ws('. ', (select q.text from report q where q.id = mine.answers), mine.text) end,
	(select e.at from event e where e.incident_id = i.id and e.number = i.version), i.disposition,
	(select max(case d.state when 'on_scene' then 3 when 'en_route' then 2 when 'accepted' then 1 else 0 end) from dispatch d where d.incident_id = i.id)
from (select 1) one left join mine on true
left join lateral (select id from chain where chain.report = mine.id order by depth desc limit 1) final on true
left join incident i on i.id = final.id
order by mine.id desc
