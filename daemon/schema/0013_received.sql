-- A report that waited on a daemon's disk while the database was away was received then, not when it is committed: response times count from it.
alter type new_report add attribute received_at timestamptz;
comment on type new_report is 'a report; incident: that it belongs to, null: none; state to opened: of an incident that it opens; received_at null: now';
