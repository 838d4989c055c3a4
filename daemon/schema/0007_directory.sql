-- The directory, the roster and the policy are changed over the API: by one after the other, and every change is kept.

-- ---- policy --------------------------------------------------------------------------------------------------------------

alter table policy
	add replaces int,
	add holes    int;
update policy p set replaces = coalesce((select max(o.version) from policy o where o.version < p.version), 0);
create unique index policy_replaces on policy (replaces);
comment on column policy.replaces is 'the version that it took the place of; 0: it was the first. Two who change the policy at once cannot both follow the same one';
comment on column policy.holes is 'how many holes it had when it was put in force; null: not counted';
grant insert (applied_by, text, replaces, holes) on policy to sigap_daemon;
