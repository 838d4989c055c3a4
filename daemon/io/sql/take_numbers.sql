-- Takes $1 report numbers.
select nextval('report_number') from generate_series(1, $1::int4)
