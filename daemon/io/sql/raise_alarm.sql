-- Raises alarm $1 kind, $2 key, $3 detail, seen first $4 seconds ago. $5 ids and $6 phones are its notices to people, with the text $7, told again after $8 seconds while it
-- lasts and not before $9 seconds after an earlier alarm of the same name. Whoever comes second tells nobody, so several daemons tell once.
-- Returns whether it is new, and whether people were told.
with earlier as (
	select told_at from alarm
	where kind = $1::text and key = $2::text and cleared_at > now() - $9::int4 * interval '1 s' and told_at > now() - $9::int4 * interval '1 s'
	order by raised_at desc limit 1
), raised as (
	insert into alarm as a (kind, key, detail, raised_at, told_at)
	values ($1::text, $2::text, $3::text, now() - $4::int4 * interval '1 s',
		case when cardinality($5::uuid[]) > 0 then coalesce((select told_at from earlier), now()) end)
	on conflict (kind, key) where cleared_at is null do update set
		detail = excluded.detail,
		told_at = case when cardinality($5::uuid[]) > 0 and (a.told_at is null or a.told_at <= now() - $8::int4 * interval '1 s') then now() else a.told_at end
	returning xmax = 0 as fresh, coalesce(told_at = now(), false) as tell
), m as (
	select m.* from unnest($5::uuid[], $6::text[]) as m(id, phone), raised where raised.tell
), new_notice as (
	insert into notice (id, kind, channel, address, body) select id, 'alarm', 'sms', phone, $7::text from m
), new_outbox as (
	insert into outbox (notice_id, priority, due_at, attempt) select id, 1, now(), 0 from m
)
select fresh, tell from raised
