-- Reports with an incident above id $1 in order, at most $2: what other daemons have committed lately.
select r.id, r.received_at, i.id, i.number, i.state in ('closed', 'cancelled'), r.text, r.place_text, r.lat, r.lon, r.triage, p.phone, r.source
from report r
join incident i on i.id = r.incident_id
left join reporter p on p.report_id = r.id
where r.id > $1::uuid
order by r.id
limit $2::int4
