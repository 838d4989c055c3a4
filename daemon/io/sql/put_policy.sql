-- Puts the text $2 in force after version $1 (0: there is none yet), by $3; it has $4 holes. Returns the version that has this text now, and whether it is new: the same text
-- again makes none. No version: another one has come between. Two who do it at once name the same version before, and only one of them can follow it.
with current as (
	select version, text from policy order by version desc limit 1
), made as (
	insert into policy (applied_by, text, replaces, holes)
	select $3::text, $2::text, $1::int4, $4::int4
	where $1::int4 = coalesce((select version from current), 0) and $2::text is distinct from (select text from current)
	on conflict (replaces) do nothing
	returning version
)
select coalesce((select version from made), (select version from current where version = $1::int4 and text = $2::text)), exists (select from made)
