-- From now on the server ends every statement of this connection that takes more than $1 milliseconds.
select set_config('statement_timeout', $1::int4::text, false)
