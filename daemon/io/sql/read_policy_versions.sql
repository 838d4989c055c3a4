-- The latest 500 versions of the policy, the one in force first, without their texts.
select coalesce(json_agg(json_build_object('version', version, 'applied_at', applied_at, 'applied_by', applied_by, 'replaces', nullif(replaces, 0), 'holes', holes)
	order by version desc), '[]')::text
from (select * from policy order by version desc limit 500) p
