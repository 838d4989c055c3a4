/* keys: the keyboard of the console. A screen says which keys it has and what they do; the sheet under ? lists them. */
import { useEffect, useRef } from './vendor/preact.js';

const layers = []; /* the last one is asked first */
/* What may be held down: it only moves. Whatever decides is done once for each press. */
const HELD = new Set(['j', 'k', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);
const watchers = new Set();
let prefix = null; /* the first key of a pair such as "g p" */
let prefixTimer = null;

const typing = (el) =>
	el instanceof HTMLElement && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) || (el.tagName === 'INPUT' && !/^(checkbox|radio|button|submit)$/.test(el.type)));

/* Enter and Space belong to what has the focus. */
const own = (el, key) => (key === 'Enter' || key === ' ') && el instanceof HTMLElement && el.matches('button, a[href], summary, input, [data-own-enter]');

function find(combo) {
	for (let i = layers.length - 1; i >= 0; i--) {
		const entry = layers[i].keys[combo];
		if (entry !== undefined) return Array.isArray(entry) ? entry[0] : entry;
		if (layers[i].modal) return null;
	}
	return undefined;
}

const isPrefix = (key) => layers.some((l) => Object.keys(l.keys).some((k) => k.startsWith(`${key} `)));

function clearPrefix() {
	prefix = null;
	clearTimeout(prefixTimer);
}

function onKey(e) {
	if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
	const key = e.key;
	if (typing(e.target) && key !== 'Escape') return;
	if (e.repeat && !HELD.has(key)) return;
	if (document.querySelector('dialog[open]') !== null && !layers.at(-1)?.modal) return;
	if (own(e.target, key)) return;
	const combo = prefix === null ? key : `${prefix} ${key}`;
	const fn = find(combo);
	if (prefix === null && !fn && key.length === 1 && isPrefix(key)) {
		prefix = key;
		prefixTimer = setTimeout(clearPrefix, 1500);
		return;
	}
	clearPrefix();
	if (!fn) return;
	e.preventDefault();
	fn(e);
}
addEventListener('keydown', onKey);

/**
 * Keys while the component is there: useKeys({ a: [claim, 'Ambil alih'], 'g p': go }, 'Papan'). A value is a function or [function, what it does];
 * those without words are not on the sheet. Names as in KeyboardEvent.key; two after each other with a blank between.
 * options: modal (nothing below is asked), base (asked last), off.
 */
export function useKeys(keys, label, options = {}) {
	const layer = useRef(null);
	layer.current ??= { keys, label, modal: options.modal === true };
	layer.current.keys = options.off ? {} : keys;
	layer.current.label = label;
	useEffect(() => {
		const mine = layer.current;
		if (options.base) layers.unshift(mine);
		else layers.push(mine);
		for (const fn of watchers) fn();
		return () => {
			layers.splice(layers.indexOf(mine), 1);
			for (const fn of watchers) fn();
		};
	}, []);
}

/** What the sheet shows: [{label, keys: [[key, words]]}], the screen's first. */
export function keyList() {
	return [...layers]
		.reverse()
		.map((l) => ({ label: l.label, keys: Object.entries(l.keys).filter(([, v]) => Array.isArray(v) && v[1]).map(([k, v]) => [k, v[1]]) }))
		.filter((l) => l.keys.length > 0);
}
