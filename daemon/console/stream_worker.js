/* stream_worker: the one connection of this browser; every page of it listens here (SharedWorker). */
import { openStream } from '/console/stream.js';

const ports = new Set();
let stream = null;
let last = null; /* hello or away: what a page that comes later must know */

function tell(message) {
	if (message.kind === 'hello' || message.kind === 'away') last = message;
	for (const port of ports) port.postMessage(message);
}

function leave(port) {
	ports.delete(port);
	if (ports.size > 0 || stream === null) return;
	stream.close();
	stream = null;
	last = null;
}

self.onconnect = (e) => {
	const port = e.ports[0];
	port.onmessage = ({ data }) => {
		if (data.kind === 'join') {
			ports.add(port);
			stream ??= openStream(tell);
			if (last !== null) port.postMessage({ ...last, joined: true });
		} else if (data.kind === 'leave') leave(port);
		else if (data.kind === 'start') stream?.startAt(data.cursor);
		else if (data.kind === 'retry') stream?.retryNow();
	};
	port.start();
};
