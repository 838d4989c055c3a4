/* alarm: what must be heard. New incidents and those whose clock has run out sound until somebody takes them over; one page of the browser sounds. */
import { useEffect, useState } from './vendor/preact.js';
import { board, onBoard, onEvent } from './live.js';
import { serverNow } from './time.js';

const NEW_MS = 15 * 60000; /* unclaimed for longer and nothing has run out: the machine has it in hand */
const REPEAT_MS = 6000;
/* Hz, seconds, pause: short and low enough for a tired ear, different in rhythm as well as in pitch. */
const TUNES = {
	fresh: [[660, 0.14, 0.05], [880, 0.22, 0]],
	critical: [[880, 0.12, 0.05], [660, 0.12, 0.05], [880, 0.12, 0.05], [1100, 0.24, 0]],
	breached: [[440, 0.2, 0.1], [440, 0.2, 0.1], [440, 0.3, 0]],
};

/** Does it call for a person? "breached", "fresh" or null. Whoever took it over has heard it. */
export function calls(row, now) {
	if (row.claimed !== null) return null;
	if (row.breached) return 'breached';
	return row.state === 'open' || now - Date.parse(row.opened_at) < NEW_MS ? 'fresh' : null;
}
/** Those of rows that call, as they stand. */
export const attention = (rows, now) => rows.filter((r) => calls(r, now) !== null);

let audio = null;
let leader = false;
let muted = false;
let timer = null;
const watchers = new Set();
try {
	muted = localStorage.getItem('sigap.muted') === 'yes';
} catch {
	/* a private window: not muted */
}

const tell = () => watchers.forEach((fn) => fn());
const allowed = () => audio !== null && audio.state === 'running';

function play(tune) {
	let at = audio.currentTime + 0.02;
	for (const [hz, length, pause] of tune) {
		const tone = audio.createOscillator();
		const level = audio.createGain();
		tone.type = 'triangle';
		tone.frequency.value = hz;
		level.gain.setValueAtTime(0, at);
		level.gain.linearRampToValueAtTime(0.35, at + 0.015);
		level.gain.setValueAtTime(0.35, at + length - 0.04);
		level.gain.linearRampToValueAtTime(0, at + length);
		tone.connect(level).connect(audio.destination);
		tone.start(at);
		tone.stop(at + length);
		at += length + pause;
	}
}

function sound() {
	clearTimeout(timer);
	timer = setTimeout(sound, REPEAT_MS);
	if (muted || !leader || !allowed()) return;
	const now = serverNow();
	const there = board().rows.map((r) => [r, calls(r, now)]).filter(([, why]) => why !== null);
	if (there.length === 0) return;
	if (there.some(([r, why]) => why === 'fresh' && r.urgency === 'critical')) play(TUNES.critical);
	else if (there.some(([, why]) => why === 'breached')) play(TUNES.breached);
	else play(TUNES.fresh);
}

/* A browser lets a page sound only after a person has touched it. */
async function allow() {
	audio ??= new AudioContext();
	audio.onstatechange = tell;
	await audio.resume().catch(() => {});
	if (allowed()) lead();
	tell();
}

/* The page that holds the lock sounds; when it goes, the next one takes over. */
let asked = false;
function lead() {
	if (asked) return;
	asked = true;
	if (navigator.locks === undefined) {
		leader = true;
		sound();
		return;
	}
	navigator.locks.request('sigap.sound', () => {
		leader = true;
		sound();
		return new Promise(() => {});
	});
}

export const alarm = {
	start() {
		for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => !allowed() && allow(), { capture: true });
		/* a new one is heard at once, not with the next repetition */
		let known = new Set(board().rows.map((r) => r.id));
		onBoard(() => {
			const now = serverNow();
			const rows = board().rows;
			const fresh = rows.some((r) => !known.has(r.id) && calls(r, now) !== null);
			known = new Set(rows.map((r) => r.id));
			if (fresh) sound();
		});
		/* another page of this browser was muted: this one may be the one that sounds */
		addEventListener('storage', (e) => {
			if (e.key !== 'sigap.muted') return;
			muted = e.newValue === 'yes';
			tell();
		});
		onEvent(({ event, incident }) => event.kind === 'escalated' && calls(incident, serverNow()) !== null && sound());
	},
	allow,
	state: () => ({ allowed: allowed(), muted }),
	mute(value) {
		muted = value;
		try {
			localStorage.setItem('sigap.muted', muted ? 'yes' : 'no');
		} catch {
			/* lasts as long as the page */
		}
		tell();
		if (!muted) sound();
	},
};

export function useAlarm() {
	const [state, set] = useState(alarm.state());
	useEffect(() => {
		const fn = () => set(alarm.state());
		watchers.add(fn);
		return () => watchers.delete(fn);
	}, []);
	return state;
}
