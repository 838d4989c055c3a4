-- Hands a message to SMSD, once: $1 its mark in "CreatorID" (a notice that was tried before with an unknown end may be there already, sent or not), $2 telephone, $3 modem (null:
-- any), arrays of its parts: $4 coding, $5 UDH, $6 text. Returns the row's id.
with known as (
	select "ID" from outbox where "CreatorID" = $1::text
	union all
	select "ID" from sentitems where "CreatorID" = $1::text
	limit 1
), first as (
	insert into outbox ("DestinationNumber", "SenderID", "CreatorID", "Coding", "UDH", "TextDecoded", "MultiPart", "DeliveryReport")
	select $2::text, $3::text, $1::text, ($4::text[])[1], nullif(($5::text[])[1], ''), ($6::text[])[1], cardinality($4::text[]) > 1, 'default'
	where not exists (select from known)
	returning "ID"
), further as (
	insert into outbox_multipart ("ID", "SequencePosition", "Coding", "UDH", "TextDecoded")
	select first."ID", p.at, p.coding, p.udh, p.text
	from first, unnest($4::text[], $5::text[], $6::text[]) with ordinality as p(coding, udh, text, at)
	where p.at > 1
)
select "ID"::text from first
union all
select "ID"::text from known
