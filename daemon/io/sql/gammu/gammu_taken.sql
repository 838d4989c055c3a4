-- Rows of inbox that are on disk here.
update inbox set "Processed" = true where "ID" = any($1::int4[])
