/* merge: the question before an incident goes into one that has ended: its people are stood down then, and no others are there. */
import { api, ApiError } from './api.js';
import { t } from './i18n.js';
import { dispatchEnded } from './marks.js';
import { hasEnded } from './watched.js';

/** What becomes of inc when it goes into what has ended. names: slug -> name of an agency. */
export function leftAlone(inc, names) {
	const there = inc.dispatches.filter((d) => !dispatchEnded(d)).map((d) => names(d.agency));
	if (there.length === 0) return t(`Bila digabung, tidak ada lagi yang menangani #${inc.number}.`, `When merged, nobody handles #${inc.number} any more.`);
	return t(`Bila digabung, petugas #${inc.number} dihentikan: ${there.join(', ')}. Sesudah itu tidak ada lagi yang menangani #${inc.number}.`,
		`When merged, those at work on #${inc.number} are stood down: ${there.join(', ')}. Nobody handles #${inc.number} after that.`);
}

/** Looks whether the incident `into` has ended, as the screen may be older than that. -> what to ask first (of confirmThen), or null */
export async function intoEnded(inc, into, names) {
	let other;
	try {
		other = await api.get(`/v1/incidents/${into}`);
	} catch (e) {
		/* the server says at the field what is wrong with that number */
		if (e instanceof ApiError && e.status === 404) return null;
		throw e;
	}
	if (!hasEnded(other)) return null;
	return {
		title: t(`#${other.number} sudah berakhir`, `#${other.number} has ended`), kind: 'danger', action: t('Gabungkan tetap', 'Merge all the same'),
		text: `${leftAlone(inc, names)} ${t(`Bila masih perlu ditangani, buka kembali #${other.number} dulu.`, `If it still needs somebody, reopen #${other.number} first.`)}`,
	};
}
