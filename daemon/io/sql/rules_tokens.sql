select hash, role, agency, scope, name, expires_at from token where revoked_at is null
