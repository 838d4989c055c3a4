-- Pairs of incidents that may be one event: arrays incident, the other (older) one, the report that tells so, score, reasons. What is known of a pair stays;
-- an incident whose commit came to nothing (its report was known already) is in no pair.
insert into duplicate_suggestion (incident_id, other_id, report_id, score, reasons)
select incident, other, report, score, reasons
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::float8[], $5::json[]) as s(incident, other, report, score, reasons)
where exists (select from incident i where i.id = s.incident) and exists (select from incident i where i.id = s.other)
on conflict do nothing
