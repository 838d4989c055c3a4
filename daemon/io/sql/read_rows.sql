-- The rows of the board that are incidents $1, each with its area and its last event.
select b.id, b.doc::text, b.doc ->> 'region', (b.doc -> 'last_event')::text from board_rows($1::uuid[]) b
