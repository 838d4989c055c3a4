/* map: where the open incidents are; by coordinates on the map, by village in the list beside it. */
import { html, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { useKeys } from '../keys.js';
import { useBoard } from '../live.js';
import { Age, Countdown, Urgency } from '../marks.js';
import { makeMap, pin } from '../mapview.js';
import { watched } from '../watched.js';
import * as words from '../words.js';

const located = (r) => r.lat !== null && r.lon !== null && r.lat !== undefined;
const rank = { critical: 0, high: 1, normal: 2 };

/* Villages with what is open there, the most urgent first. */
function byPlace(rows) {
	const places = new Map();
	for (const r of rows) {
		const name = [r.region_name, r.district_name].filter(Boolean).join(', ') || r.region;
		if (!places.has(r.region)) places.set(r.region, { region: r.region, name, rows: [] });
		places.get(r.region).rows.push(r);
	}
	for (const p of places.values()) p.rows.sort((a, b) => rank[a.urgency] - rank[b.urgency] || a.number - b.number);
	return [...places.values()].sort((a, b) => rank[a.rows[0].urgency] - rank[b.rows[0].urgency] || a.name.localeCompare(b.name));
}

export default function Map_() {
	const { rows } = useBoard();
	const box = useRef(null);
	const [view, setView] = useState(null);
	const marks = useRef(new Map());
	const fitted = useRef(false);
	const spots = useMemo(() => rows.filter(located), [rows]);

	useEffect(() => {
		let gone = false;
		let made = null;
		makeMap(box.current).then(({ L, map }) => {
			if (gone) return map.remove();
			made = map;
			map.setView([-1.25, 116.6], 10);
			return setView({ L, map });
		});
		return () => {
			gone = true;
			made?.remove();
		};
	}, []);
	useEffect(() => {
		if (view === null) return;
		const { L, map } = view;
		const there = new Set(spots.map((r) => r.id));
		for (const [id, m] of marks.current)
			if (!there.has(id)) {
				m.marker.remove();
				marks.current.delete(id);
			}
		for (const r of spots) {
			const known = marks.current.get(r.id);
			const look = `${r.urgency} ${r.lat} ${r.lon}`;
			if (known?.look === look) continue;
			known?.marker.remove();
			const marker = L.marker([r.lat, r.lon], { icon: pin(L, r.urgency, `#${r.number}`), title: `#${r.number} ${words.type(r.type)}`, alt: `#${r.number} ${words.urgency(r.urgency)} ${words.type(r.type)}`, riseOnHover: true });
			const open = () => {
				location.hash = `#/kejadian/${r.number}`;
			};
			marker.on('click', open).on('keypress', (e) => e.originalEvent.key === 'Enter' && open()).addTo(map);
			marks.current.set(r.id, { marker, look });
		}
		if (!fitted.current && spots.length > 0) {
			fitted.current = true;
			map.fitBounds(spots.map((r) => [r.lat, r.lon]), { padding: [50, 50], maxZoom: 13 });
		}
	}, [view, spots]);
	const fit = () => view && spots.length > 0 && view.map.fitBounds(spots.map((r) => [r.lat, r.lon]), { padding: [50, 50], maxZoom: 13 });
	useKeys({ f: [fit, t('Semua kejadian di peta', 'All incidents on the map')] }, t('Peta', 'Map'));
	const show = (r) => view?.map.setView([r.lat, r.lon], Math.max(view.map.getZoom(), 13));

	return html`<div class="page full mappage"><h1 class="sr">${t('Peta kejadian terbuka', 'Map of open incidents')}</h1>
		<div class="bigmap" ref=${box} aria-label=${t('Peta', 'Map')} role="region"></div>
		<aside class="places" aria-label=${t('Menurut desa', 'By village')}>
			<p class="soft small">${t(`${spots.length} dari ${rows.length} kejadian punya koordinat.`, `${spots.length} of ${rows.length} incidents have coordinates.`)}</p>
			${byPlace(rows).map((p) => html`<section key=${p.region}><h2>${p.name}</h2><ul>${p.rows.map((r) => html`<li key=${r.id}>
				<a href=${`#/kejadian/${r.number}`}><${Urgency} of=${r.urgency} short /> ${words.type(r.type)} <span class="number">#${r.number}</span></a>
				<span class="end"><${Countdown} due=${watched(r)?.due} label=${watched(r)?.what} /></span>
				<p class="factline"><${Age} since=${r.opened_at} />${r.place_text && html`<span>${r.place_text}</span>`}
					${located(r) ? html`<button type="button" class="button quiet small" onClick=${() => show(r)}>${t('di peta', 'on the map')}</button>` : html`<span>${t('tanpa koordinat', 'no coordinates')}</span>`}</p></li>`)}</ul></section>`)}
			${rows.length === 0 && html`<p class="empty">${t('Tidak ada kejadian terbuka.', 'No open incident.')}</p>`}
		</aside></div>`;
}
