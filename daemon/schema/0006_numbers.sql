-- What the numbers of a period and the hand-over sheet are counted from.

create index incident_opened on incident (opened_at);
comment on index incident_opened is 'the incidents opened in a period';
