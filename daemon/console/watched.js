/* watched: what of an incident runs out first, or ran out first and still waits for its answer. */
import { t } from './i18n.js';
import * as words from './words.js';

/* The moment that people were promised, not the one at which the ladder climbs further. */
function promised(d) {
	if (d.state === 'notified' || d.state === 'seen') return d.accept_by ?? d.deadline.due_at;
	if (d.state === 'accepted' || d.state === 'en_route') return d.arrive_by ?? d.deadline.due_at;
	return d.deadline.due_at;
}

/** Row -> {due, what: "jawaban Polsek Penajam"} or null when no clock runs. */
export function watched(row) {
	let first = null;
	const offer = (due, what) => {
		if (first === null || Date.parse(due) < Date.parse(first.due)) first = { due, what };
	};
	if (row.deadline) offer(row.deadline.due_at, words.clockName(row.deadline.clock));
	for (const d of row.dispatches)
		if (d.deadline) offer(promised(d), t(`${words.clockName(d.deadline.clock)} ${d.agency_name ?? d.agency}`, `${words.clockName(d.deadline.clock)}, ${d.agency_name ?? d.agency}`));
	return first;
}
