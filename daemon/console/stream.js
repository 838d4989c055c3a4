/* stream: one connection to /v1/stream that is always trying. Runs in a SharedWorker for all pages of the browser (stream_worker.js), or in the page itself. */
const SILENT_MS = 25000; /* the server says something at least every 10 s */
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15000];
const EVENTS = ['hello', 'incident', 'reset', 'tick'];

/** tell(message): {kind: "hello"|"incident"|"reset"|"tick", data, at} as they come, and {kind: "away", since, next} when the line is down. `at`: this computer's clock. */
export function openStream(tell) {
	let source = null;
	let cursor = null;
	let fails = 0;
	let heard = Date.now();
	let away = null;
	let retry = null;
	let closed = false;

	function drop() {
		if (source !== null) source.close();
		source = null;
	}

	function lost() {
		drop();
		if (closed || retry !== null) return;
		away ??= { since: heard };
		const wait = WAITS_MS[Math.min(fails, WAITS_MS.length - 1)] * (0.75 + Math.random() / 2);
		fails += 1;
		tell({ kind: 'away', since: away.since, next: Date.now() + wait, fails });
		retry = setTimeout(() => {
			retry = null;
			connect();
		}, wait);
	}

	function on(kind, e) {
		heard = Date.now();
		if (e.lastEventId) cursor = e.lastEventId;
		if (kind === 'hello') {
			fails = 0;
			away = null;
		}
		if (kind === 'reset') cursor = null;
		let data = {};
		try {
			data = JSON.parse(e.data);
		} catch {
			/* cut in the middle: the next one comes */
		}
		tell({ kind, data, at: heard });
	}

	function connect() {
		if (closed) return;
		source = new EventSource(cursor === null ? '/v1/stream' : '/v1/stream?cursor=' + encodeURIComponent(cursor));
		const mine = source;
		heard = Math.max(heard, Date.now() - SILENT_MS / 2);
		for (const kind of EVENTS) source.addEventListener(kind, (e) => mine === source && on(kind, e));
		source.onerror = () => mine === source && lost();
	}

	const watch = setInterval(() => {
		if (source !== null && Date.now() - heard > SILENT_MS) lost();
	}, 1000);
	connect();
	return {
		/** Where to go on from, when nothing has come by itself yet: the board's own cursor. */
		startAt(value) {
			cursor ??= value;
		},
		/** Do not wait: the network is back, or a person asks. */
		retryNow() {
			if (retry === null) return;
			clearTimeout(retry);
			retry = null;
			connect();
		},
		close() {
			closed = true;
			clearInterval(watch);
			clearTimeout(retry);
			drop();
		},
	};
}
