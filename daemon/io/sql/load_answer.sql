-- What was answered to a report when it first came: by gateway $1 and key $2. One row per dispatch of its first event.
select n.fingerprint, r.id, r.number, r.type, r.urgency, r.triage::text, i.id, i.number,
	(select e.data ->> 'state' from event e where e.incident_id = i.id and e.number = 1),
	(select e.data ->> 'type' from event e where e.incident_id = i.id and e.number = 1),
	(select e.data ->> 'urgency' from event e where e.incident_id = i.id and e.number = 1),
	d.id, d.agency, d.role, d.notified_at + d.accept_s * interval '1 s'
from inbound n
left join report r on r.id = n.id
left join incident i on i.id = r.incident_id
left join dispatch d on d.incident_id = i.id and d.event = 1
where n.gateway = $1::text and n.external_id = $2::text
order by d.id
