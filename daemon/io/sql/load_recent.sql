-- Reports with an incident, newest first: ids from $1 up to below $2, at most $3.
select r.id, r.received_at, i.id, i.number, i.state in ('closed', 'cancelled'), r.text, r.place_text, r.lat, r.lon, r.triage, p.phone, r.source
from report r
join incident i on i.id = r.incident_id
left join reporter p on p.report_id = r.id
where r.id >= $1::uuid and r.id < $2::uuid
order by r.id desc
limit $3::int4
