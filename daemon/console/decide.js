/* decide: deciding about incidents and dispatches. Each decision names the version that the person saw; who comes second is told what changed. */
import { api, ApiError } from './api.js';
import { t } from './i18n.js';
import { myActor } from './me.js';
import { announce, confirmThen, faultText } from './ui.js';
import * as words from './words.js';

/** POST {event, version, ...} about an incident; throws ApiError, of which 409 has problem.current. */
const incidentEvent = (incident, event, more = {}) =>
	api.post(`/v1/incidents/${incident.id}/events`, { event, version: incident.version, ...more });

/* What I did myself, or that somebody has opened a notice, changes nobody's mind. */
const quiet = (events) => events.every((e) => e.kind === 'seen' || e.actor === myActor());

/**
 * Sends a decision with the version that the person saw. seen: {incident, object}: the incident's version on the screen, and the version to be sent
 * (of the incident or of a dispatch: versionOf(document) reads it). -> {answer}, or {changes, seen} when somebody else was faster: the events since, and
 * what to send next time. Throws what is wrong otherwise.
 */
export async function send(path, body, id, seen, versionOf = (doc) => doc.version) {
	let object = seen.object;
	for (;;) {
		try {
			return { answer: await api.post(path, { ...body, version: object }) };
		} catch (e) {
			if (!(e instanceof ApiError) || e.status !== 409) throw e;
			const now = await api.get(`/v1/incidents/${id}`).catch(() => null);
			const changes = now?.events.filter((x) => x.number > seen.incident) ?? [];
			/* nothing is new: it does not fit, and will not by trying again */
			if (changes.length === 0 || versionOf(now) === object) throw e;
			object = versionOf(now);
			if (!quiet(changes)) return { changes, seen: { incident: now.version, object } };
		}
	}
}

/** Takes an incident over; asks first when somebody else has it. */
export function claim(row) {
	if (!row) return undefined;
	if (!row.claimed) return takeOver(row);
	if (mine(row)) return announce(t(`#${row.number} sudah Anda pegang.`, `You have #${row.number} already.`));
	const name = words.actor(row.claimed.by);
	return confirmThen({ title: t(`Sudah dipegang ${name}. Ambil alih?`, `${name} has it already. Take it over?`), action: t('Ambil alih', 'Take over'),
		text: t(`#${row.number} lalu Anda yang pegang, bukan ${name}.`, `#${row.number} is yours then, and no longer ${name}’s.`) }, () => takeOver(row));
}

/* What changed beside does not matter for that; that somebody else has taken it does. */
async function takeOver(row) {
	let now = row;
	for (let tries = 0; tries < 4; tries++) {
		if (now.claimed && now.claimed.by !== row.claimed?.by) {
			announce(t(`#${row.number} sudah diambil alih ${words.actor(now.claimed.by)}.`, `#${row.number} has been claimed by ${words.actor(now.claimed.by)}.`));
			return;
		}
		try {
			await incidentEvent(now, 'claim');
			announce(t(`#${row.number} Anda ambil alih.`, `You have claimed #${row.number}.`));
			return;
		} catch (e) {
			if (!(e instanceof ApiError) || e.status !== 409 || tries === 3) {
				announce(`#${row.number}: ${faultText(e)}`);
				return;
			}
			/* what changed may be that somebody else has it: the board may not have heard yet */
			now = await api.get(`/v1/incidents/${row.id}`).catch(() => now);
		}
	}
}

/** Is it I who has it? */
export const mine = (row) => row.claimed?.by === myActor();
