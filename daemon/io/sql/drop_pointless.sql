-- Removes the deadline of subject $1 as long as it is still that of clock $2 for $3: whoever arms another one meanwhile keeps it. Returns the subject when it had an effect.
delete from deadline where subject = $1::uuid and clock = $2::text and set_for = $3::timestamptz returning subject
