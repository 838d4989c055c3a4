-- Records a gateway's delivery report for notice $1: state $2, its words $3. Returns whether the notice is known.
with known as (
	select id from notice where id = $1::uuid and channel = 'sms'
), kept as (
	insert into delivery_report (notice_id, state, detail) select id, $2::text, $3::text from known
)
select exists (select from known)
