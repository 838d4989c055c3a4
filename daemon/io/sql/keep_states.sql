-- What a gateway tells again and again about its messages, kept once: arrays notice, state, its words, part, of how many parts. Returns what is new: the notice, and whether it failed.
insert into delivery_report (notice_id, state, detail, part, parts)
select r.notice, r.state, r.detail, r.part, r.parts
from unnest($1::uuid[], $2::text[], $3::text[], $4::int4[], $5::int4[]) as r(notice, state, detail, part, parts)
where exists (select from notice n where n.id = r.notice and n.channel = 'sms')
	and not exists (select from delivery_report d where d.notice_id = r.notice and d.state = r.state and d.part is not distinct from r.part offset 0)
returning notice_id, state = 'failed'
