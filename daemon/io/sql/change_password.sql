-- The account $1 gets the password hash $3, if it still has $2; all its sessions but the one with the hash $4 end. Returns nothing when it has not.
with changed as (
	update account set password_hash = $3::text, password_changed_at = now(), must_change = false
	where id = $1::uuid and password_hash = $2::text and retired_at is null
	returning id
), ended as (
	delete from session where account = $1::uuid and hash <> $4::bytea and exists (select from changed)
)
select 1 from changed
