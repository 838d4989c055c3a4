-- The alarms that last: kind, key, detail, and how many seconds ago people were told (null: nobody yet). At most $1.
select kind, key, detail, extract(epoch from now() - told_at)::int4 from alarm where cleared_at is null limit $1::int4
