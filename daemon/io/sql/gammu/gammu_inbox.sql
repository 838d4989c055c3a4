-- What SMSD received and nobody has taken yet: of modem $1 (null: of any), at most $2 rows. Times are the modem's own clock without a zone, as seconds.
select "ID"::int8, "RecipientID", "SenderNumber"::text, "SMSCNumber"::text, "TextDecoded", "Text", "Coding"::text, "UDH",
	extract(epoch from "ReceivingDateTime")::int8, greatest(extract(epoch from localtimestamp - "UpdatedInDB"), 0)::int4
from inbox
where not "Processed" and ($1::text is null or "RecipientID" = $1::text)
order by "ID"
limit $2::int4
