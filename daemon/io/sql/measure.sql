-- Sizes for the metrics.
select (select count(*) from outbox), (select count(*) from deadline)
