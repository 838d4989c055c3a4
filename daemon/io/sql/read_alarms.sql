-- Alarms as a JSON list, the latest first: $1 "active" (they last), or "all".
select case when $1::text = 'active' then
	(select coalesce(json_agg(json_build_object('id', a.id, 'kind', a.kind, 'key', a.key, 'detail', a.detail, 'raised_at', a.raised_at, 'told_at', a.told_at,
		'cleared_at', a.cleared_at) order by a.raised_at desc), '[]') from alarm a where a.cleared_at is null)
else
	(select coalesce(json_agg(json_build_object('id', a.id, 'kind', a.kind, 'key', a.key, 'detail', a.detail, 'raised_at', a.raised_at, 'told_at', a.told_at,
		'cleared_at', a.cleared_at) order by a.raised_at desc), '[]') from (select * from alarm order by raised_at desc limit 500) a)
end::text
