-- Report by id $1, or by number $2 when $1 is null, if it belongs to incident $3: what a plan of its own is made of. known: it does.
select r.id, r.number, r.text, r.type, r.urgency, r.place_text, r.lat, r.lon, r.triage ->> 'village_code', (r.triage ->> 'place_confidence')::float8,
	coalesce((r.triage ->> 'confidence')::float8, 0) >= 1, r.relation, p.phone, r.source
from report r
left join reporter p on p.report_id = r.id
where (r.id = $1::uuid or $1::uuid is null and r.number = $2::int8) and r.incident_id = $3::uuid
