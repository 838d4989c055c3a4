-- What the numbers of a period and the hand-over sheet are counted from.

create index incident_opened on incident (opened_at);
comment on index incident_opened is 'the incidents opened in a period';

-- ---- who has seen what ---------------------------------------------------------------------------------------------------

alter table access_log add id bigint generated always as identity primary key;
create index access_log_object on access_log (object, id);
comment on table access_log is 'every reading of what is sensitive: who, what ("report:ID", "incident:ID", "reporter:ID" of a report, "sender:ADDRESS"), and why, where a reason must be given';
comment on column access_log.id is 'the order in which they came: the list is paged by it';

-- ---- gateways ------------------------------------------------------------------------------------------------------------

create index attempt_gateway_at on attempt (gateway, at) where gateway is not null;
comment on index attempt_gateway_at is 'what a gateway took and refused today';
