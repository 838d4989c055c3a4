-- Notices outside any plan or change (a reply to a person who wrote): arrays id, channel, address, body, kind, via (the gateway to try first, null: any).
with m as (
	select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as m(id, channel, address, body, kind, via)
), new_notice as (
	insert into notice (id, kind, channel, address, body, via) select id, kind, channel, address, body, via from m
), new_outbox as (
	insert into outbox (notice_id, priority, due_at, attempt) select id, 2, now(), 0 from m
)
select now()
