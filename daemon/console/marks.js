/* marks: what stands for urgency, a countdown, an agency's state: by shape and word, never by colour alone. */
import { html, useLayoutEffect, useRef } from './vendor/preact.js';
import { countdown, moment, t } from './i18n.js';
import { onTick, serverNow } from './time.js';
import * as words from './words.js';

const shapes = {
	critical: html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 0l8 8-8 8-8-8z" /></svg>`,
	high: html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1.5l7.5 13h-15z" /></svg>`,
	normal: html`<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.5" /></svg>`,
};

/** Urgency by shape, colour and word. short: the word only for screen readers. */
export const Urgency = ({ of, short = false }) =>
	html`<span class=${`urgency ${of}`}>${shapes[of]}<span class=${short ? 'sr' : ''}>${words.urgency(of)}</span></span>`;

/* One ticker writes the text of every countdown; nothing is drawn again. */
const counters = new Set();
let stop = null;

function write(c, now) {
	const left = c.due - now;
	const text = countdown(left);
	if (text !== c.text) {
		c.text = text;
		c.node.data = text;
	}
	const mood = left < 0 ? 'over' : left < 60000 ? 'soon' : left < 300000 ? 'near' : '';
	if (mood !== c.mood) {
		c.mood = mood;
		c.host.dataset.mood = mood;
	}
}

/** mm:ss until due (RFC 3339), +mm:ss when over. label: what runs out, for screen readers. */
export function Countdown({ due, label }) {
	const host = useRef(null);
	useLayoutEffect(() => {
		if (!due) return undefined;
		const node = host.current.appendChild(document.createTextNode(''));
		const c = { host: host.current, node, due: Date.parse(due), text: null, mood: null };
		write(c, serverNow());
		counters.add(c);
		stop ??= onTick((now) => counters.forEach((each) => write(each, now)));
		return () => {
			counters.delete(c);
			node.remove();
			if (counters.size === 0) {
				stop();
				stop = null;
			}
		};
	}, [due]);
	if (!due) return html`<span class="countdown none" key="none">–</span>`;
	return html`<span class="countdown" key="some" role="timer" aria-live="off" aria-label=${`${label ?? ''} ${moment(due, serverNow())}`}><time dateTime=${due} ref=${host}></time></span>`;
}

/** How long ago, in the largest word ("12 mnt"), kept true by the ticker. */
export function Age({ since }) {
	const host = useRef(null);
	useLayoutEffect(() => {
		const node = host.current.appendChild(document.createTextNode(''));
		const from = Date.parse(since);
		const draw = (now) => {
			const s = Math.max(0, Math.floor((now - from) / 1000));
			const text = s < 60 ? t('baru', 'now') : s < 3600 ? t(`${Math.floor(s / 60)} mnt`, `${Math.floor(s / 60)} min`) : s < 172800 ? t(`${Math.floor(s / 3600)} jam`, `${Math.floor(s / 3600)} h`) : t(`${Math.floor(s / 86400)} hari`, `${Math.floor(s / 86400)} d`);
			if (node.data !== text) node.data = text;
		};
		draw(serverNow());
		const off = onTick(draw);
		return () => {
			off();
			node.remove();
		};
	}, [since]);
	return html`<time class="age" dateTime=${since} ref=${host}></time>`;
}

const ENDED = new Set(['declined', 'completed', 'cancelled', 'expired']);

/** The state of a dispatch as people read it: what has got further than the state says ("sampai"), or has not arrived at all. */
export function dispatchMark(d) {
	if (d.state === 'notified') return d.undeliverable ? 'undeliverable' : d.delivered_at ? 'delivered' : 'notified';
	return d.state;
}
export const dispatchEnded = (d) => ENDED.has(d.state);

/** "diterima, tiba ~14:20" */
export function dispatchWords(d) {
	const mark = dispatchMark(d);
	const word = words.dispatchState(mark);
	if (!d.eta || (d.state !== 'accepted' && d.state !== 'en_route')) return word;
	const there = moment(d.eta, serverNow());
	return t(`${word}, tiba ~${there}`, `${word}, there ~${there}`);
}
