-- The policy in force.
select json_build_object('version', version, 'applied_at', applied_at, 'applied_by', applied_by, 'text', text)::text from policy order by version desc limit 1
