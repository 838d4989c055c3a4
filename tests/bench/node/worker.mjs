// graphile-worker for the benchmark of deadlines. It connects as the environment says (PGHOST, PGDATABASE, ...).
//   node worker.mjs migrate                 installs its schema
//   node worker.mjs run COUNT QUEUE OUT     runs COUNT jobs that do nothing but note how late they began, then writes OUT: a line
//                                           "due_s late_ms" each. QUEUE: size of its local queue. Ends with SIGTERM.
import { renameSync, writeFileSync } from "node:fs";
import { Logger, makeWorkerUtils, run } from "graphile-worker";

const POLL_MS = 100;
const CONCURRENCY = 24;
const logger = new Logger(() => () => {});
const [command, count, queue, out] = process.argv.slice(2);

// Jobs are taken in batches, and completed in batches of those that ended in one turn of the loop.
const worker = {
	pollInterval: POLL_MS,
	concurrentJobs: CONCURRENCY,
	maxPoolSize: CONCURRENCY,
	localQueue: { size: Number(queue) },
	completeJobBatchDelay: 0,
	failJobBatchDelay: 0,
};
const lines = [];

// Milliseconds with their fractions; Date.now() has whole ones only.
function task({ due_s }) {
	const now_ms = performance.timeOrigin + performance.now();
	lines.push(`${due_s} ${now_ms - due_s * 1000}`);
	if (lines.length === Number(count)) {
		writeFileSync(`${out}.new`, lines.join("\n"));
		renameSync(`${out}.new`, out);
	}
}

if (command === "migrate") {
	const utils = await makeWorkerUtils({ logger });
	await utils.migrate();
	await utils.release();
} else {
	const runner = await run({ preset: { worker }, taskList: { task }, logger, parsedCronItems: [] });
	await runner.promise;
}
