-- Untuk basis data SMSD (PostgreSQL), sekali, sebagai pemiliknya: peran untuk sigap dan dua indeks yang membuat pengamatan murah.
-- (For SMSD's database, once, as its owner: a role for sigap, and two indexes that keep its looking cheap.)
--   psql smsd -f gammu.sql
create index if not exists sigap_inbox_new on inbox ("ID") where not "Processed";
create index if not exists sigap_sentitems_updated on sentitems ("UpdatedInDB");
create index if not exists sigap_sentitems_creator on sentitems ("CreatorID");
grant select, update on inbox to sigap;
grant select, insert on outbox, outbox_multipart to sigap;
grant usage on sequence "outbox_ID_seq" to sigap;
grant select on sentitems, phones to sigap;
