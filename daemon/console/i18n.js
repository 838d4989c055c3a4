/* i18n: Indonesian first, English by a switch; clock times as people of the district read them, whatever zone the browser is in. */
const listeners = new Set();
let language = read() === 'en' ? 'en' : 'id';
let offset = 480; /* minutes ahead of UTC */

function read() {
	try {
		return localStorage.getItem('sigap.lang');
	} catch {
		return null;
	}
}

export const lang = () => language;
export const t = (id, en) => (language === 'en' && en !== undefined ? en : id);

export function setLang(next) {
	language = next === 'en' ? 'en' : 'id';
	try {
		localStorage.setItem('sigap.lang', language);
	} catch {
		/* private window: it lasts as long as the page */
	}
	document.documentElement.lang = language;
	for (const fn of listeners) fn();
}

export function onLang(fn) {
	listeners.add(fn);
	return () => listeners.delete(fn);
}

export const setOffset = (minutes) => {
	offset = minutes;
};
export const utcOffset = () => offset;
/** "WITA"; where the policy's clock is another one, its distance from UTC. */
export const zoneName = () =>
	({ 420: 'WIB', 480: 'WITA', 540: 'WIT' })[offset] ?? `UTC${offset < 0 ? '-' : '+'}${Math.abs(offset) / 60}`;

/* ---- times: everything takes what the API gives, an RFC 3339 string, or milliseconds ---- */

const two = (n) => String(n).padStart(2, '0');
export const ms = (when) => (typeof when === 'number' ? when : Date.parse(when));
/** The wall clock there, as a Date whose UTC fields are to be read. */
export const local = (when) => new Date(ms(when) + offset * 60000);

/** "03:12" */
export function clock(when) {
	if (when === null || when === undefined) return '';
	const d = local(when);
	return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

/** "03:12:07" */
export function clockSeconds(when) {
	return `${clock(when)}:${two(local(when).getUTCSeconds())}`;
}

const days = {
	id: ['Minggu', 'Senin', 'Selasa', 'Rabu', 'Kamis', 'Jumat', 'Sabtu'],
	en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};
const months = {
	id: ['Jan', 'Feb', 'Mar', 'Apr', 'Mei', 'Jun', 'Jul', 'Agu', 'Sep', 'Okt', 'Nov', 'Des'],
	en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
};

export const weekday = (when) => days[language][local(when).getUTCDay()];
/** "22 Nov" */
export function date(when) {
	const d = local(when);
	return `${d.getUTCDate()} ${months[language][d.getUTCMonth()]}`;
}
/** "Minggu, 22 Nov" */
export const day = (when) => `${weekday(when)}, ${date(when)}`;
/** "2026-11-22": the day there. */
export const isoDay = (when) => local(when).toISOString().slice(0, 10);
/** The first moment of a day there ("2026-11-22"), in milliseconds. */
export const dayStart = (iso) => Date.parse(`${iso}T00:00:00Z`) - offset * 60000;
/** "03:12" on that day, "21 Nov 23:50" on another. */
export function moment(when, now) {
	if (when === null || when === undefined) return '';
	return isoDay(when) === isoDay(now) ? clock(when) : `${date(when)} ${clock(when)}`;
}

/** How long, in the two largest words that matter: "45 d", "12 mnt", "3 j 05 mnt", "2 h 4 j". */
export function duration(seconds) {
	const s = Math.max(0, Math.floor(seconds));
	if (s < 60) return t(`${s} dtk`, `${s} s`);
	const m = Math.floor(s / 60);
	if (m < 60) return t(`${m} mnt`, `${m} min`);
	const h = Math.floor(m / 60);
	if (h < 24) return m % 60 === 0 ? t(`${h} jam`, `${h} h`) : t(`${h} jam ${m % 60} mnt`, `${h} h ${m % 60} min`);
	const d = Math.floor(h / 24);
	return h % 24 === 0 ? t(`${d} hari`, `${d} d`) : t(`${d} hari ${h % 24} jam`, `${d} d ${h % 24} h`);
}

/** "12 mnt lalu". now: milliseconds; the server's, where live.js knows it. */
export const ago = (when, now = Date.now()) =>
	t(`${duration((now - ms(when)) / 1000)} lalu`, `${duration((now - ms(when)) / 1000)} ago`);

/** mm:ss of what is left, +mm:ss of what is over; hours where there are any. */
export function countdown(left_ms) {
	const s = left_ms >= 0 ? Math.ceil(left_ms / 1000) : Math.floor(-left_ms / 1000);
	const h = Math.floor(s / 3600);
	const text = `${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
	if (h >= 48) return `${left_ms < 0 ? '+' : ''}${t(`${Math.floor(h / 24)} hari`, `${Math.floor(h / 24)} d`)}`;
	return `${left_ms < 0 ? '+' : ''}${h > 0 ? `${h}:${text}` : text}`;
}

/** 12345 -> "12.345" (Indonesian) or "12,345". */
export const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, t('.', ','));
