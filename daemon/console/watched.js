/* watched: what of an incident runs out first, or ran out first and still waits for its answer. */
import { t } from './i18n.js';
import * as words from './words.js';

const ENDED = new Set(['closed', 'cancelled', 'merged']);
/** An incident, or its row, is open no more. */
export const hasEnded = (incident) => ENDED.has(incident.state);

/* The moment that people were promised, not the one at which the ladder climbs further. */
function promised(d) {
	if (d.state === 'notified' || d.state === 'seen') return d.accept_by ?? d.deadline.due_at;
	if (d.state === 'accepted' || d.state === 'en_route') return d.arrive_by ?? d.deadline.due_at;
	return d.deadline.due_at;
}

const GONE = new Set(['declined', 'expired', 'cancelled']);
const last = (row) => row.dispatches.map((d) => d.declined_at ?? d.expired_at ?? d.cancelled_at ?? row.opened_at).reduce((a, b) => (Date.parse(a) > Date.parse(b) ? a : b), row.opened_at);

/** Told or not, nobody has it: since when, or null. Worse than any clock that runs. */
export function nobodySince(row) {
	if (row.state !== 'triaged' && row.state !== 'in_progress') return null;
	return row.dispatches.every((d) => GONE.has(d.state)) ? last(row) : null;
}
/** Whoever had it has done it: a person may close. */
export const readyToClose = (row) => row.dispatches.some((d) => d.state === 'completed') && row.dispatches.every((d) => d.state === 'completed' || GONE.has(d.state));

/** Row -> {due, what: "jawaban Polsek Penajam"} or null when no clock runs. */
export function watched(row) {
	const nobody = nobodySince(row);
	if (nobody !== null) return { due: nobody, what: t('tidak ada yang menangani', 'nobody has it') };
	let first = null;
	const offer = (due, what) => {
		if (first === null || Date.parse(due) < Date.parse(first.due)) first = { due, what };
	};
	if (row.deadline) offer(row.deadline.due_at, words.clockName(row.deadline.clock));
	for (const d of row.dispatches)
		if (d.deadline) offer(promised(d), t(`${words.clockName(d.deadline.clock)} ${d.agency_name ?? d.agency}`, `${words.clockName(d.deadline.clock)}, ${d.agency_name ?? d.agency}`));
	return first;
}
