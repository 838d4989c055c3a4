select id, agency, channel, address, secret, allow_private from contact where retired_at is null order by agency, position
