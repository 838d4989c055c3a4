-- An alarm that is over before the database could hear of it: $1 kind, $2 key, $3 detail, began $4 seconds ago, people were told $5 seconds ago (null: nobody).
-- Several daemons had the same trouble: one row tells of it.
insert into alarm (kind, key, detail, raised_at, told_at, cleared_at)
select $1::text, $2::text, $3::text, now() - $4::int4 * interval '1 s', now() - $5::int4 * interval '1 s', now()
where not exists (
	select from alarm a
	where a.kind = $1::text and a.key = $2::text and a.raised_at > now() - ($4::int4 + 30) * interval '1 s'
)
