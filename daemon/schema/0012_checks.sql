-- A check is read and compiled anew by every statement that inserts into its table: these two were 6 % of what PostgreSQL does to commit a report. The daemon alone
-- writes them, from names in its code.
alter table report drop constraint report_relation_check, drop constraint report_asks_check;
comment on column report.relation is 'to its incident: opens; duplicate: tells the same again; followup: tells more; answer: answers our question; null: no incident';
comment on column report.asks is 'the one question that its reporter was sent, place or type; open until a report answers it';
