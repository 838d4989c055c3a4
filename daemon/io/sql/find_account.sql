-- The account with the name $1, unless it or its agency was retired.
select a.id, a.password_hash, a.totp_secret, a.role, a.must_change from account a
where a.name = $1::text and a.retired_at is null
	and (a.agency is null or exists (select from agency g where g.slug = a.agency and g.retired_at is null))
