-- Modems that SMSD has not spoken with: of $1 (null: of any). SMSD writes a phone's row when it starts and every StatusFrequency seconds (60 unless set);
-- what it writes as "TimeOut" is ten seconds later, whatever that is set to, and says nothing.
select "ID" from phones where "UpdatedInDB" < localtimestamp - interval '3 minutes' and ($1::text is null or "ID" = $1::text) limit 10
