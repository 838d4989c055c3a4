-- Version $1 of the policy.
select json_build_object('version', version, 'applied_at', applied_at, 'applied_by', applied_by, 'text', text)::text from policy where version = $1::int4
