/* decide: deciding about incidents and dispatches. Each decision names the version that the person saw; who comes second is told what changed. */
import { api, ApiError } from './api.js';
import { t } from './i18n.js';
import { myActor } from './me.js';
import { announce, faultText } from './ui.js';
import * as words from './words.js';

/** POST {event, version, ...} about an incident; throws ApiError, of which 409 has problem.current. */
export const incidentEvent = (incident, event, more = {}) =>
	api.post(`/v1/incidents/${incident.id}/events`, { event, version: incident.version, ...more });
export const dispatchEvent = (dispatch, event, more = {}) =>
	api.post(`/v1/dispatches/${dispatch.id}/events`, { event, version: dispatch.version, ...more });

/** Takes an incident over. What changed beside does not matter for that; that somebody else has taken it does. */
export async function claim(row) {
	if (!row) return;
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
