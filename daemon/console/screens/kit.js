/* kit: what the rooms share beyond the shell: reading again and again, faults at their fields, lengths and moments. */
import { html, useState, useEffect, useLayoutEffect, useRef, useCallback, useMemo } from '../vendor/preact.js';
import { api } from '../api.js';
import { t, clock, date, weekday, local, isoDay, dayStart, utcOffset } from '../i18n.js';
import { Said, said } from '../said.js';
import { serverNow } from '../time.js';
import { Button, Dialog, Fault, Loading, Notice, announce, faultText, useUid } from '../ui.js';

export { html, useState, useEffect, useLayoutEffect, useRef, useCallback, useMemo, Button, Dialog, Fault, Notice, announce, faultText };
export { Field, Table } from '../ui.js';

/* ---- what the server says ---- */

/* The faults of a problem by JSON pointer without its "#": { '/contacts/0/phone': 'is no telephone number' }. */
export function faultsOf(error) {
	const faults = {};
	for (const e of error?.problem?.errors ?? []) {
		const at = (e.pointer ?? '').replace(/^#/, '').replace(/^\/agencies\/0|^\/people\/0/, '');
		faults[at] = faults[at] ? `${faults[at]}; ${said(e.detail)}` : said(e.detail);
	}
	return faults;
}

/* { data, error, at, reload } of GET path; again every so many seconds while the page is looked at, and when `since` is another value than before. What was read stays
 * on the screen when a later read fails. path null: nothing is read. */
export function useLoad(path, every, since) {
	const [state, setState] = useState({ data: null, error: null, at: null });
	const [turn, setTurn] = useState(0);
	const reload = useCallback(() => setTurn((n) => n + 1), []);
	useEffect(() => setState({ data: null, error: null, at: null }), [path]);
	useEffect(() => {
		let gone = false, timer = null;
		const read = async () => {
			if (path === null)
				return;
			try {
				const data = await api.get(path);
				if (!gone)
					setState({ data, error: null, at: Date.now() });
			} catch (error) {
				if (!gone)
					setState((s) => ({ ...s, error }));
			}
			if (!gone && every)
				timer = setTimeout(() => (document.hidden ? later() : read()), every * 1000);
		};
		const later = () => document.addEventListener('visibilitychange', read, { once: true });
		read();
		return () => {
			gone = true;
			clearTimeout(timer);
			document.removeEventListener('visibilitychange', read);
		};
	}, [path, every, since, turn]);
	return { ...state, reload };
}

/* One thing done at a time: { run, pending, error, clear }. run(async function) gives its value, or undefined after a fault. */
export function useAction() {
	const [state, setState] = useState({ pending: false, error: null });
	const alive = useRef(true);
	useEffect(() => () => {
		alive.current = false;
	}, []);
	const run = async (what) => {
		setState({ pending: true, error: null });
		try {
			const value = await what();
			if (alive.current)
				setState({ pending: false, error: null });
			return value ?? true;
		} catch (error) {
			if (alive.current)
				setState({ pending: false, error });
			return undefined;
		}
	};
	return { ...state, run, clear: () => setState({ pending: false, error: null }) };
}

/* ---- pieces ---- */

/* children: a function of what was loaded. */
export function Loaded({ load, children, empty }) {
	const { data, error, reload } = load;
	if (data === null) return error ? html`<${Fault} error=${error} retry=${reload} />` : html`<${Loading} />`;
	return html`${error && html`<${Fault} error=${error} retry=${reload} />`}
		${empty && Array.isArray(data) && data.length === 0 ? html`<p class="empty">${empty}</p>` : children(data)}`;
}

/* What a rejected action says, without what stands at fields already. shown: pointers that have a field. */
export function Faults({ error, shown = [] }) {
	if (!error) return null;
	const rest = Object.entries(faultsOf(error)).filter(([at]) => !shown.includes(at));
	const detail = [400, 409].includes(error.status) && error.problem?.detail;
		return html`<${Notice} kind="bad"><strong>${faultText(error)}</strong>${detail && html`<p class="detail"><${Said} text=${detail} /></p>`}
		${rest.length > 0 && html`<ul>${rest.map(([at, why]) => html`<li>${at && html`<code>${at}</code> `}${why}</li>`)}</ul>`}<//>`;
}

/* A form in a dialog; its button and "cancel" stand below. action: of useAction. */
export function FormDialog({ title, onClose, onSubmit, action, text, kind = 'primary', disabled, wide, children }) {
	const id = useUid('form');
	const submit = (e) => {
		e.preventDefault();
		onSubmit(e);
	};
	return html`<${Dialog} title=${title} onClose=${onClose} wide=${wide} actions=${html`
		<${Button} onClick=${onClose}>${t('Batal', 'Cancel')}<//>
		<${Button} kind=${kind} type="submit" form=${id} busy=${action.pending} disabled=${disabled}>${text}<//>`}>
		<form id=${id} onSubmit=${submit} class="stack">${children}</form><//>`;
}

/* One of a few, as radio buttons that look like one bar. options: [[value, text]…] shown: its label too. */
export function Choice({ label, value, options, onChange, shown }) {
	const name = useUid('c');
	return html`<fieldset class="choice"><legend class=${shown ? null : 'sr'}>${label}</legend>
		<div>${options.map(([v, text]) => html`<label class=${v === value ? 'on' : null} key=${v}>
			<input type="radio" name=${name} checked=${v === value} onChange=${() => onChange(v)} /><span>${text}</span></label>`)}</div>
	</fieldset>`;
}

/* A moment as a day and a clock time of 24 hours, whatever the browser's language thinks of clocks. value: "2026-11-22T19:00" or "". */
export function MomentField({ label, value, onInput, hint, error, required }) {
	const id = useUid('m');
	const [day, time] = [value.slice(0, 10), value.slice(11, 16)];
	const [typed, setTyped] = useState(time);
	const clean = (h) => {
		const part = /^([01]?\d|2[0-3])[.:]?([0-5]\d)$/.exec(h.trim());
		return part && `${part[1].padStart(2, '0')}:${part[2]}`;
	};
	/* what is being typed stays as it is while it means the same */
	useEffect(() => clean(typed) !== time && setTyped(time), [time]);
	const put = (d, h) => {
		if (d && clean(h)) onInput(`${d}T${clean(h)}`);
	};
	/* a day of which a part is missing for a moment is not one that was taken out */
	const putDay = ({ value: d, validity }) => {
		if (d) put(d, typed || '00:00');
		else if (!required && !validity.badInput) onInput('');
	};
	/* an hour that was wiped out still counts, so it is shown */
	const leave = () => setTyped(clean(typed) ?? (typed.trim() || time));
	const about = [hint && `${id}-h`, error && `${id}-e`].filter(Boolean).join(' ') || null;
	const bad = error ? 'true' : null;
	return html`<div class="field moment" role="group" aria-label=${label}><label for=${id}>${label}</label><div>
		<input id=${id} type="date" aria-label=${`${label}, ${t('tanggal', 'day')}`} required=${required} value=${day} aria-invalid=${bad} aria-describedby=${about} onInput=${(e) => putDay(e.currentTarget)} />
		<input class="figures" inputmode="numeric" size="5" maxlength="5" placeholder="07:00" aria-label=${`${label}, ${t('jam', 'time')}`} required=${required} pattern="([01]?[0-9]|2[0-3])[.:]?[0-5][0-9]" value=${typed} aria-invalid=${bad}
			onInput=${(e) => setTyped(e.currentTarget.value)} onChange=${(e) => put(day, e.currentTarget.value)} onBlur=${leave} /></div>
		${hint && html`<p class="hint" id=${`${id}-h`}>${hint}</p>`}${error && html`<p class="fault" id=${`${id}-e`}>${error}</p>`}</div>`;
}

/* A word with a shape before it: the state never depends on colour. tone: good, wait, bad, calm. */
export const shapes = { good: '●', wait: '◐', bad: '▲', calm: '○' };
export const Mark = ({ tone, children }) =>
	html`<span class=${`tone ${tone}`}><span aria-hidden="true">${shapes[tone]}</span> ${children}</span>`;

/* ---- lengths and moments ---- */

/* 75 → "1 mnt 15 dtk". null → "–" */
export function length(seconds) {
	if (seconds === null || seconds === undefined)
		return '–';
	const s = Math.round(seconds), n = Math.abs(s), sign = s < 0 ? '−' : '';
	const [d, h, m] = [Math.floor(n / 86400), Math.floor(n / 3600) % 24, Math.floor(n / 60) % 60];
	const word = { d: t('hr', 'd'), h: t('j', 'h'), m: t('mnt', 'min'), s: t('dtk', 's') };
	const pair = (a, x, b, y) => `${sign}${a} ${word[x]}${b ? ` ${b} ${word[y]}` : ''}`;
	return d ? pair(d, 'd', h, 'h') : h ? pair(h, 'h', m, 'm') : m ? pair(m, 'm', n % 60, 's') : `${sign}${n} ${word.s}`;
}

/* Days of the policy's zone as milliseconds of their first moment; Monday is weekday 0. */
export const DAY = 86400000;
export const ms = (iso) => Date.parse(iso);
export const startOfDay = (when) => dayStart(isoDay(when));
export const weekdayOf = (when) => (local(when).getUTCDay() + 6) % 7;
/* "Min 22 Nov" */
export const dayName = (when) => `${weekday(when).slice(0, 3)} ${date(when)}`;
/* "Min 22 Nov 14:05" */
export const moment = (iso) => (iso ? `${dayName(iso)} ${clock(iso)}` : '–');
/* "Min 22 Nov 19:00 – 07:00"; the day of the end too when it is not plain. */
export const spanOf = (from, until) => `${moment(from)} – ${ms(until) - ms(from) < 20 * 3600000 ? clock(until) : moment(until)}`;
/* For <input type="datetime-local"> and back, in the policy's zone whatever the computer thinks. */
const two = (n) => String(n).padStart(2, '0');
const suffix = () => {
	const minutes = utcOffset(), n = Math.abs(minutes);
	return `${minutes < 0 ? '-' : '+'}${two(Math.floor(n / 60))}:${two(n % 60)}`;
};
export const toInput = (iso) => (iso ? local(iso).toISOString().slice(0, 16) : '');
export const fromInput = (text) => (text ? `${text.slice(0, 16)}:00${suffix()}` : null);

/* ---- small things ---- */

export function useNarrow(width = 800) {
	const query = `(max-width: ${width}px)`;
	const [narrow, set] = useState(() => matchMedia(query).matches);
	useEffect(() => {
		const m = matchMedia(query), change = () => set(m.matches);
		m.addEventListener('change', change);
		return () => m.removeEventListener('change', change);
	}, [query]);
	return narrow;
}

/* The server's clock in ms, every so many seconds. */
export function useClock(every = 15) {
	const [now, set] = useState(serverNow());
	useEffect(() => {
		const timer = setInterval(() => set(serverNow()), every * 1000);
		return () => clearInterval(timer);
	}, [every]);
	return now;
}

/* What this browser remembers. */
export function useKept(key, first) {
	const [value, set] = useState(() => {
		try {
			return JSON.parse(localStorage.getItem(key)) ?? first;
		} catch {
			return first;
		}
	});
	const keep = (v) => {
		set(v);
		try {
			localStorage.setItem(key, JSON.stringify(v));
		} catch { /* private browsing: it lasts as long as the page */ }
	};
	return [value, keep];
}

/* Found in any of the texts? Case and marks do not matter. */
const plain = (s) => String(s ?? '').normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
export function matches(wanted, ...texts) {
	const all = texts.map(plain).join(' ');
	return plain(wanted).split(/\s+/).every((word) => all.includes(word));
}

/* Saves text under a name on this computer. */
export function save(name, type, text) {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(new Blob([text], { type }));
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
