-- A test of contact $2 (channel $3, address $4) by $6: notice $1 with the body $5. When it was tried within the last half minute, that test is meant. Returns the notice, and whether it is new.
with recent as (
	select notice_id from contact_test where contact_id = $2::uuid and made_at > now() - interval '30 s' order by made_at desc limit 1
), made as (
	insert into contact_test (notice_id, contact_id, channel, address, made_by)
	select $1::uuid, $2::uuid, $3::text, $4::text, $6::text where not exists (select from recent)
	returning notice_id
), new_notice as (
	insert into notice (id, kind, channel, contact_id, address, body) select notice_id, 'contact.test', $3::text, $2::uuid, $4::text, $5::text from made
), new_outbox as (
	insert into outbox (notice_id, contact_id, priority, due_at, attempt) select notice_id, $2::uuid, 1, now(), 0 from made
)
select coalesce((select notice_id from made), (select notice_id from recent)), exists (select from made)
