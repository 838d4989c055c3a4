/* live: the store of what is open now. Loads /v1/board, follows the stream, says how old everything is when the line is down. */
import { useEffect, useState } from './vendor/preact.js';
import { api, setCsrf } from './api.js';
import { me } from './me.js';
import { sessionOver, setSessionOver } from './session.js';
import { clockWas, onTick, serverNow } from './time.js';
import { openStream } from './stream.js';
import { hasEnded } from './watched.js';

const ASK_MS = 3000;
const rows = new Map(); /* id -> Row; a row is replaced, never changed */
const watchers = new Set();
const eventWatchers = new Set();
let line = { phase: 'loading', since: null, next: null, heard: null, database: 'here', spooled: null, loaded: false };
let link = null;
let loads = 0;

/* ---- who listens ---- */

let waiting = false;
function changed() {
	if (waiting) return;
	waiting = true;
	/* a burst is one update */
	queueMicrotask(() => {
		waiting = false;
		snapshot = null;
		for (const fn of watchers) fn();
	});
}

let snapshot = null;
/** {rows: Row[], line: {phase: "loading"|"live"|"away", since, next, heard, database, spooled, loaded}}. spooled: how much waits on the disk, null: nothing is kept there. since, next, heard: this computer's clock, ms. */
export function board() {
	snapshot ??= { rows: [...rows.values()], line };
	return snapshot;
}

export function onBoard(fn) {
	watchers.add(fn);
	return () => watchers.delete(fn);
}

/** fn({event: {number, kind, actor, at}, incident: Row}) for each event as it comes, new ones only. */
export function onEvent(fn) {
	eventWatchers.add(fn);
	return () => eventWatchers.delete(fn);
}

export function useBoard() {
	const [value, set] = useState(board());
	useEffect(() => {
		set(board());
		return onBoard(() => set(board()));
	}, []);
	return value;
}

/** The server's clock in ms, each second. */
export function useNow() {
	const [now, set] = useState(serverNow());
	useEffect(() => onTick(set), []);
	return now;
}

/* ---- what comes ---- */

const gone = new Map(); /* incident id -> number of the event with which it ended */
function keep(map, id, number) {
	map.delete(id);
	map.set(id, number);
	if (map.size > 5000) map.delete(map.keys().next().value);
}

/* The newer one of two stories of the same incident stays, also when the newer one is that it has ended. */
function take(row) {
	const number = row.last_event.number;
	if ((rows.get(row.id)?.last_event.number ?? gone.get(row.id) ?? 0) > number) return;
	if (hasEnded(row)) {
		rows.delete(row.id);
		keep(gone, row.id, number);
	} else {
		rows.set(row.id, row);
		gone.delete(row.id);
	}
}

function setLine(next) {
	line = { ...line, ...next };
	changed();
}

async function load() {
	const mine = ++loads;
	const sent = Date.now();
	const before = new Map(rows);
	let answer;
	try {
		answer = await api.get('/v1/board');
	} catch {
		if (mine === loads) setTimeout(() => mine === loads && load(), 3000 + Math.random() * 2000);
		return;
	}
	clockWas(Date.parse(answer.now), sent, Date.now());
	if (mine !== loads) return;
	const there = new Set(answer.incidents.map((r) => r.id));
	/* what the answer does not know has ended, unless it was heard of while the answer was on its way */
	for (const [id, row] of before) if (!there.has(id) && rows.get(id) === row) rows.delete(id);
	for (const row of answer.incidents) take(row);
	send({ kind: 'start', cursor: answer.cursor });
	setLine({ loaded: true, heard: Date.now() });
}

const seen = new Map(); /* incident id -> number of the last event that was told on */
function tellEvent(data) {
	const last = seen.get(data.incident.id) ?? 0;
	if (data.event.number <= last) return;
	keep(seen, data.incident.id, data.event.number);
	for (const fn of eventWatchers) fn(data);
}

/* In another page of this browser somebody may have logged in anew: the same person goes on, for another one all begins anew. Who is logged in no more goes to the log-in. */
async function whose() {
	const session = await api.get('/v1/session').catch(() => null);
	if (session === null) return;
	if (session.user !== me().user) {
		location.reload();
		return;
	}
	setCsrf(session.csrf);
	if (!sessionOver()) return;
	setSessionOver(false);
	retryNow();
	load();
}

/* The session ended while somebody was writing: has he logged in beside this page, or given up what he wrote? */
const askAgain = () => sessionOver() && !document.hidden && whose();

let streaming = false; /* the connection to the stream stands */
let cut = false; /* this page has looked for itself, and nobody answered */

/* The browser says that its network has gone or come: look at once, and do not wait for the silence. Without any network a daemon on this machine answers all the same. */
async function look() {
	const there = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(5000) }).then((r) => r.ok, () => false);
	if (!there) {
		cut = true;
		setLine({ phase: 'away', since: line.since ?? line.heard, next: Date.now() + 3000 });
		setTimeout(look, 3000);
	} else if (cut) {
		cut = false;
		if (streaming) setLine({ phase: 'live', since: null, next: null });
		else retryNow();
		load();
	}
}

function onMessage(m) {
	if (m.kind === 'hello' || m.kind === 'away') streaming = m.kind === 'hello';
	if (cut) return; /* all is loaded again when it is over */
	if (m.kind === 'away') {
		setLine({ phase: 'away', since: m.since, next: m.next });
		/* a session that has ended shows as a line that never comes back */
		if (m.fails >= 2) whose();
		return;
	}
	if (m.data.now !== undefined && !m.joined) clockWas(Date.parse(m.data.now), m.at - 500, m.at);
	if (m.kind === 'hello') {
		if (line.phase === 'away') whose();
		setLine({ phase: 'live', since: null, next: null, heard: m.at });
		if (!m.data.resumed || m.joined) load();
	} else if (m.kind === 'reset') {
		load();
	} else if (m.kind === 'tick') {
		line = { ...line, heard: m.at };
		const database = m.data.database ?? 'here';
		const spooled = m.data.spooled ?? null;
		if (line.phase !== 'live' || line.database !== database || line.spooled !== spooled) setLine({ phase: 'live', database, spooled });
	} else if (m.kind === 'incident') {
		take(m.data.incident);
		tellEvent(m.data);
		setLine({ heard: m.at });
	}
}

/* ---- one connection for all pages of a person ---- */

let send = () => {};
function join() {
	if (typeof SharedWorker === 'function') {
		try {
			const worker = new SharedWorker('/console/stream_worker.js', { type: 'module', name: `sigap ${me().user}` });
			worker.onerror = plain;
			worker.port.onmessage = (e) => onMessage(e.data);
			send = (m) => worker.port.postMessage(m);
			send({ kind: 'join' });
			addEventListener('pagehide', () => send({ kind: 'leave' }));
			addEventListener('pageshow', (e) => e.persisted && send({ kind: 'join' }));
			return;
		} catch {
			/* refused (a private window): the page has its own */
		}
	}
	plain();
}

function plain() {
	link?.close();
	link = openStream(onMessage);
	send = (m) => (m.kind === 'start' ? link.startAt(m.cursor) : m.kind === 'retry' && link.retryNow());
}

export const retryNow = () => send({ kind: 'retry' });

/** Called once, when the log-in is known. */
export function start() {
	load();
	join();
	addEventListener('offline', look);
	addEventListener('online', () => {
		retryNow();
		look();
	});
	document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && retryNow());
	document.addEventListener('visibilitychange', askAgain);
	addEventListener('focus', askAgain);
	setInterval(askAgain, ASK_MS);
}
