/* chart: the few drawings of the numbers, in SVG with real pixels, so that their words stay as large as all others. A table stands beside each of them. */
import { html, useState, useRef, useLayoutEffect, length } from './kit.js';
import { t } from '../i18n.js';

/* The width that a drawing has, as it changes. */
function useWidth(first = 640) {
	const ref = useRef(null);
	const [width, set] = useState(first);
	useLayoutEffect(() => {
		const look = () => ref.current && set(Math.max(240, Math.floor(ref.current.clientWidth)));
		const watch = new ResizeObserver(look);
		watch.observe(ref.current);
		look();
		return () => watch.disconnect();
	}, []);
	return [ref, width];
}

/* ---- one line for each measure, on a scale that holds seconds and days ---- */

const marks = [1, 10, 60, 600, 3600, 21600, 86400, 604800];

/** rows: [{key, label, p50, p90}], seconds. A dot at P50, a bar to P90. */
export function Ranges({ rows, label }) {
	const [ref, width] = useWidth();
	const narrow = width < 460, left = narrow ? 12 : 150, right = 24, step = narrow ? 46 : 34, top = 8, height = top + rows.length * step + 26;
	const most = Math.max(60, ...rows.map((r) => r.p90 ?? 0)) * 1.2;
	const x = (s) => left + (Math.log(Math.max(1, s)) / Math.log(most)) * (width - left - right);
	const shown = marks.filter((m, i) => m <= most && (!narrow || i % 2 === 0));
	return html`<div ref=${ref} class="chart"><svg width=${width} height=${height} role="img" aria-label=${label}>
		${shown.map((m) => html`<g><line class="grid" x1=${x(m)} x2=${x(m)} y1=${top} y2=${height - 22} /><text class="tick" x=${x(m)} y=${height - 6} text-anchor="middle">${length(m)}</text></g>`)}
		${rows.map((r, i) => {
			const y = top + i * step + (narrow ? 30 : step / 2);
			return html`<g key=${r.key}><text class="name" x=${narrow ? 0 : left - 12} y=${narrow ? y - 12 : y + 4} text-anchor=${narrow ? 'start' : 'end'}>${r.label}</text>
				${r.p50 === null || r.p50 === undefined ? html`<text class="tick" x=${left} y=${y + 4}>–</text>`
					: html`<line class="span" x1=${x(r.p50)} x2=${x(r.p90)} y1=${y} y2=${y} /><line class="p90" x1=${x(r.p90)} x2=${x(r.p90)} y1=${y - 7} y2=${y + 7} /><circle class="mid" cx=${x(r.p50)} cy=${y} r="6" />`}</g>`;
		})}
	</svg></div>`;
}

/* A round number of seconds at or above s, in steps that people count in. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
function axis(most, count) {
	const step = steps.find((s) => most / s <= count) ?? Math.ceil(most / count / 604800) * 604800;
	const end = Math.max(step, Math.ceil(most / step) * step);
	return { end, ticks: Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step) };
}

/* ---- one bar for each group ---- */

/** groups: [{key, label, p50, p90, n}]. The bar is P50, the thin line goes on to P90. */
export function Bars({ groups, label }) {
	const [ref, width] = useWidth();
	const narrow = width < 560, longest = Math.min(30, Math.max(8, ...groups.map((g) => g.label.length)));
	const left = narrow ? 2 : longest * 7.7 + 16, right = 16, step = narrow ? 46 : 30, top = 6, height = top + groups.length * step + 26;
	const { end, ticks } = axis(Math.max(1, ...groups.map((g) => g.p90 ?? 0)), narrow ? 3 : 6);
	const x = (s) => left + (s / end) * (width - left - right - 4);
	return html`<div ref=${ref} class="chart"><svg width=${width} height=${height} role="img" aria-label=${label}>
		${ticks.map((m) => html`<g><line class="grid" x1=${x(m)} x2=${x(m)} y1=${top} y2=${height - 22} /><text class="tick" x=${x(m)} y=${height - 6} text-anchor=${m === 0 ? 'start' : m === end ? 'end' : 'middle'}>${m === 0 ? '0' : length(m)}</text></g>`)}
		${groups.map((g, i) => {
			const y = top + i * step + (narrow ? 30 : step / 2);
			return html`<g key=${g.key}><text class="name" x=${narrow ? left : left - 12} y=${narrow ? y - 14 : y + 4} text-anchor=${narrow ? 'start' : 'end'}>${g.label.length > 30 ? `${g.label.slice(0, 29)}…` : g.label}</text>
				${g.p50 === null ? html`<text class="tick" x=${left + 4} y=${y + 4}>${t('belum ada', 'none yet')}</text>`
					: html`<line class="thin" x1=${x(0)} x2=${x(g.p90)} y1=${y} y2=${y} /><line class="p90" x1=${x(g.p90)} x2=${x(g.p90)} y1=${y - 6} y2=${y + 6} /><rect class="p50" x=${x(0)} y=${y - 7} width=${Math.max(2, x(g.p50) - x(0))} height="14" />`}</g>`;
		})}
	</svg></div>`;
}

/* ---- one column for each day ---- */

/** days: [{key, label, count, p50, p90}]. Columns are P50, ticks above them P90; the figures below count incidents. */
export function Days({ days, label }) {
	const [ref, width] = useWidth();
	const left = 62, right = 8, top = 10, plot = 190, height = top + plot + 44;
	const { end, ticks } = axis(Math.max(1, ...days.map((d) => d.p90 ?? 0)), 4);
	const each = (width - left - right) / Math.max(1, days.length), bar = Math.max(3, Math.min(26, each * 0.6));
	const y = (s) => top + plot - (s / end) * plot, x = (i) => left + each * (i + 0.5);
	const every = Math.ceil(46 / each);
	return html`<div ref=${ref} class="chart"><svg width=${width} height=${height} role="img" aria-label=${label}>
		${ticks.map((m) => html`<g><line class="grid" x1=${left} x2=${width - right} y1=${y(m)} y2=${y(m)} /><text class="tick" x=${left - 8} y=${y(m) + 4} text-anchor="end">${m === 0 ? '0' : length(m)}</text></g>`)}
		${days.map((d, i) => html`<g key=${d.key}>
			${d.p50 !== null && html`<line class="thin" x1=${x(i)} x2=${x(i)} y1=${y(0)} y2=${y(d.p90)} /><line class="p90" x1=${x(i) - 5} x2=${x(i) + 5} y1=${y(d.p90)} y2=${y(d.p90)} />
				<rect class="p50" x=${x(i) - bar / 2} y=${y(d.p50)} width=${bar} height=${Math.max(2, y(0) - y(d.p50))} />`}
			${i % every === 0 && html`<text class="tick" x=${x(i)} y=${top + plot + 18} text-anchor="middle">${d.label}</text><text class="tick count" x=${x(i)} y=${top + plot + 36} text-anchor="middle">${d.count}</text>`}</g>`)}
	</svg></div>`;
}
