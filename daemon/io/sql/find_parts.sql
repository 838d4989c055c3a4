-- Long messages that should go on, at most $3: complete since $1 seconds (who kept the last part is not at it any more), or begun $2 seconds ago. Few parts wait at any time.
select gateway, sender, recipient, ref, total from inbound_part
group by gateway, sender, recipient, ref, total
having count(distinct number) = total and max(received_at) <= now() - $1::int4 * interval '1 s' or min(received_at) <= now() - $2::int4 * interval '1 s'
order by min(received_at)
limit $3::int4
