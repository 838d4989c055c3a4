-- The gateways of a daemon's configuration, in its order: arrays name, kind, price, daily_cap, reserve, per_minute. Those not named are configured no longer.
with told as (
	select * from unnest($1::text[], $2::text[], $3::int8[], $4::int8[], $5::int4[], $6::int4[])
		with ordinality as t(name, kind, price, daily_cap, reserve, per_minute, position)
), gone as (
	update gateway set position = 0, told_at = now() where position > 0 and name <> all($1::text[])
)
insert into gateway as g (name, position, kind, price, daily_cap, reserve, per_minute)
select name, position, kind, price, daily_cap, reserve, per_minute from told
on conflict (name) do update set position = excluded.position, kind = excluded.kind, price = excluded.price, daily_cap = excluded.daily_cap, reserve = excluded.reserve,
	per_minute = excluded.per_minute, told_at = now()
