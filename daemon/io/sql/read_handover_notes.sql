-- The last hand-over notes as a JSON list, newest first.
select coalesce(json_agg(json_build_object('id', id, 'at', at, 'by', actor, 'text', text) order by at desc), '[]')::text
from (select * from handover_note order by at desc limit 50) n
