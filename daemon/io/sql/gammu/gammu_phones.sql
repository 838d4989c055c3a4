-- Modems that SMSD has not spoken with in time: of $1 (null: of any).
select "ID" from phones where "TimeOut" < localtimestamp and ($1::text is null or "ID" = $1::text) limit 10
