/* diff: which lines two texts share. The shortest way from one to the other, after E. W. Myers (1986). */

const MOST = 800; /* changed lines that are looked for one by one; beyond, all of the middle counts as replaced */

/* How far each step came: trace[d] holds, for every diagonal, the furthest line of a reached with d changes. */
function trace(a, b) {
	const most = Math.min(a.length + b.length, MOST), steps = [];
	let v = new Map([[1, 0]]);
	for (let d = 0; d <= most; d++) {
		const next = new Map();
		for (let k = -d; k <= d; k += 2) {
			const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1));
			let x = down ? v.get(k + 1) : v.get(k - 1) + 1;
			while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
			next.set(k, x);
			if (x >= a.length && x - k >= b.length) return [...steps, v];
		}
		steps.push(v);
		v = new Map([...v, ...next]);
	}
	return null;
}

const whole = (a, b) => [...a.map((text) => ['-', text]), ...b.map((text) => ['+', text])];

function middle(a, b) {
	if (a.length === 0 || b.length === 0) return whole(a, b);
	const steps = trace(a, b);
	if (steps === null) return whole(a, b);
	const out = [];
	let x = a.length, y = b.length;
	for (let d = steps.length - 1; d >= 0 && (x > 0 || y > 0); d--) {
		const v = steps[d], k = x - y;
		const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1));
		const px = down ? v.get(k + 1) : v.get(k - 1), py = px - (down ? k + 1 : k - 1);
		while (x > px && y > py && x > 0 && y > 0) {
			x--;
			y--;
			out.push([' ', a[x]]);
		}
		if (d > 0) {
			if (down) out.push(['+', b[--y]]);
			else out.push(['-', a[--x]]);
		}
	}
	return out.reverse();
}

/** Lines of both texts in order: [{sign: " " | "-" | "+", text, old, new}], old and new their line numbers from 1 or null. */
export function diffLines(before, after) {
	const a = before.split('\n'), b = after.split('\n');
	let head = 0, tail = 0;
	while (head < a.length && head < b.length && a[head] === b[head]) head++;
	while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
	const same = (list) => list.map((text) => [' ', text]);
	const all = [...same(a.slice(0, head)), ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)), ...same(a.slice(a.length - tail))];
	let from = 0, to = 0;
	return all.map(([sign, text]) => ({ sign, text, old: sign === '+' ? null : ++from, new: sign === '-' ? null : ++to }));
}

/** The changed lines with `around` lines of what stands about them: a list of runs. */
export function hunks(lines, around = 3) {
	const near = new Array(lines.length).fill(false);
	lines.forEach((l, i) => {
		if (l.sign !== ' ') near.fill(true, Math.max(0, i - around), i + around + 1);
	});
	const out = [];
	lines.forEach((l, i) => {
		if (!near[i]) return;
		if (i === 0 || !near[i - 1]) out.push([]);
		out.at(-1).push(l);
	});
	return out;
}

export const countOf = (lines, sign) => lines.filter((l) => l.sign === sign).length;
