-- The key of the alarm about a gap that began at $1 (RFC 3339) or before and lasts: what is asked of the roster anew must not look like another gap.
select (select max(key collate "C") from alarm where kind = 'shift_gap' and cleared_at is null and key collate "C" <= $1::text), now()
