-- Pairs of incidents that may be one event: arrays incident, the other (older) one, the report that tells so, score, reasons. What is known of a pair stays.
insert into duplicate_suggestion (incident_id, other_id, report_id, score, reasons)
select incident, other, report, score, reasons
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::float8[], $5::json[]) as s(incident, other, report, score, reasons)
on conflict do nothing
