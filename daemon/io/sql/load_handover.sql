-- How things stand for whoever begins a shift: open incidents, and the last hand-over note since $1 (null: none).
select (select count(*) from incident where state in ('open', 'triaged', 'in_progress', 'handed_over')),
	(select text from handover_note where at >= $1::timestamptz order by at desc limit 1)
