-- What one shift tells the next: $1 id, $2 who, $3 text.
insert into handover_note (id, actor, text) values ($1::uuid, $2::text, $3::text) returning at
