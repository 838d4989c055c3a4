-- What was asked before an answer does not leave after it, also when that answer has lapsed since.
alter table dispatch add column answered_at timestamptz;
comment on column dispatch.answered_at is 'when it was answered or ended last; a lapse, which clears accepted_at, keeps it: what asked for that answer before is void';
update dispatch set answered_at = greatest(accepted_at, declined_at, en_route_at, on_scene_at, completed_at, cancelled_at, expired_at)
where coalesce(accepted_at, declined_at, en_route_at, on_scene_at, completed_at, cancelled_at, expired_at) is not null;
