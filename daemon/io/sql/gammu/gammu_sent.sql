-- What became of our messages (their "CreatorID" begins with $1) since second $2 of SMSD's clock without a zone, at most $3 parts; then one row without a mark: the second of that clock now.
select * from (
	select "CreatorID", "Status"::text, "SequencePosition"::int4, (select count(*) from sentitems p where p."ID" = s."ID")::int4,
		extract(epoch from "UpdatedInDB")::int8 as at
	from sentitems s
	where "UpdatedInDB" >= to_timestamp($2::int8) at time zone 'UTC' and starts_with("CreatorID", $1::text)
	order by "UpdatedInDB", "ID", "SequencePosition"
	limit $3::int4
) x
union all
select null, null, null, null, extract(epoch from localtimestamp)::int8
