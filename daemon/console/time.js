/* time: the server's clock, so that a countdown is right on a computer whose clock is wrong; and the one ticker of the page. */
let offset = 0; /* ms to add to this computer's clock */
let doubt = Infinity; /* how far that may be off */
let learned = 0;

/** The server's clock was `server` (ms) somewhere between sent and received (ms, ours); its own grain in ms. The surest word of the last minutes counts. */
export function clockWas(server, sent, received, grain = 1) {
	if (!Number.isFinite(server)) return;
	const off = (received - sent) / 2 + grain / 2;
	const now = Date.now();
	const guess = server + grain / 2 - (sent + received) / 2;
	const stepped = Math.abs(guess - offset) > off + doubt + 1000; /* somebody set this computer's clock */
	if (off > doubt && !stepped && now - learned < 600000) return;
	offset = guess;
	doubt = off;
	learned = now;
}

/** Milliseconds since 1970 by the server's clock. */
export const serverNow = () => Date.now() + offset;

/* Whoever ticks is called once a second, as soon as the second of the server's clock changes. */
const tickers = new Set();
let timer = null;

function tick() {
	const now = serverNow();
	for (const fn of tickers) fn(now);
	timer = tickers.size > 0 ? setTimeout(tick, 1000 - (serverNow() % 1000) + 5) : null;
}

export function onTick(fn) {
	tickers.add(fn);
	if (timer === null) timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
	return () => tickers.delete(fn);
}
