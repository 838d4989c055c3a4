/* mapview: Leaflet with the configured tiles, or on a plain grid where there are none; loaded only where a map is shown. */
import { html, useEffect, useRef } from './vendor/preact.js';
import { settings } from './me.js';
import { lang, t } from './i18n.js';

let loading = null;
/** Leaflet, once. Its build is a script that leaves itself in the window. */
export function leaflet() {
	loading ??= import('./vendor/leaflet.js').then(() => globalThis.L);
	return loading;
}

/* A plain grid: lines of longitude and latitude with their numbers, for orientation without pictures. */
function gridOf(L) {
	const steps = [5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
	return L.LayerGroup.extend({
		onAdd(map) {
			L.LayerGroup.prototype.onAdd.call(this, map);
			map.on('moveend', this.draw, this);
			this.map = map;
			this.draw();
		},
		onRemove(map) {
			map.off('moveend', this.draw, this);
			L.LayerGroup.prototype.onRemove.call(this, map);
		},
		draw() {
			const b = this.map.getBounds().pad(0.2);
			const step = steps.find((s) => (b.getEast() - b.getWest()) / s > 5) ?? 0.001;
			const digits = Math.max(0, Math.ceil(-Math.log10(step)));
			this.clearLayers();
			const line = (points, text, at) => {
				this.addLayer(L.polyline(points, { className: 'gridline', weight: 1, interactive: false }));
				this.addLayer(L.marker(at, { interactive: false, keyboard: false, icon: L.divIcon({ className: 'gridlabel', html: text, iconSize: null }) }));
			};
			const v = this.map.getBounds();
			for (let x = Math.ceil(b.getWest() / step) * step; x < b.getEast(); x += step) line([[b.getSouth(), x], [b.getNorth(), x]], `${x.toFixed(digits)}°`, [v.getSouth() + (v.getNorth() - v.getSouth()) * 0.04, x]);
			for (let y = Math.ceil(b.getSouth() / step) * step; y < b.getNorth(); y += step) line([[y, b.getWest()], [y, b.getEast()]], `${y.toFixed(digits)}°`, [y, v.getWest()]);
		},
	});
}

/** A map in that element: tiles, or the grid. */
export async function makeMap(element, options = {}) {
	const L = await leaflet();
	const map = L.map(element, { attributionControl: false, fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false, maxZoom: 18, ...options });
	map.zoomControl?.remove();
	L.control.zoom({ zoomInTitle: t('Perbesar', 'Zoom in'), zoomOutTitle: t('Perkecil', 'Zoom out') }).addTo(map);
	L.control.scale({ imperial: false }).addTo(map);
	const tiles = settings().tiles;
	if (tiles) {
		L.tileLayer(tiles, { maxZoom: 18 }).addTo(map);
		if (tiles.includes('openstreetmap')) L.control.attribution({ prefix: false }).addAttribution('© OpenStreetMap').addTo(map);
	} else new (gridOf(L))().addTo(map);
	return { L, map };
}

const SHAPES = { critical: 'M12 1l11 11-11 11L1 12z', high: 'M12 2l11 20H1z', normal: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z' };
/** The mark of an urgency, as on the board. label is plain text. */
export const pin = (L, urgency, label) => {
	const box = document.createElement('span');
	box.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${SHAPES[urgency] ?? SHAPES.normal}"/></svg>`;
	if (label) box.append(Object.assign(document.createElement('b'), { textContent: label }));
	return L.divIcon({ className: `pin ${urgency}`, html: box, iconSize: [24, 24], iconAnchor: [12, 12] });
};

/** Where one incident is, when its coordinates are known. */
export function SmallMap({ incident, place }) {
	const box = useRef(null);
	const known = incident.lat !== null && incident.lon !== null && incident.lat !== undefined;
	useEffect(() => {
		if (!known) return undefined;
		let made = null;
		let gone = false;
		makeMap(box.current, { scrollWheelZoom: false }).then(({ L, map }) => {
			if (gone) return map.remove();
			made = map;
			map.setView([incident.lat, incident.lon], 14);
			return L.marker([incident.lat, incident.lon], { icon: pin(L, incident.urgency), keyboard: false, alt: `#${incident.number}` }).addTo(map);
		});
		return () => {
			gone = true;
			made?.remove();
		};
	}, [incident.lat, incident.lon, incident.urgency, lang()]);
	return html`<section class="panel"><h2>${t('Tempat', 'Place')}</h2>
		<p>${place}${incident.place_text && html`, <span>${incident.place_text}</span>`}</p>
		${known ? html`<div class="smallmap" ref=${box} role="region" aria-label=${t(`Peta: ${incident.lat}, ${incident.lon}`, `Map: ${incident.lat}, ${incident.lon}`)}></div>
			<p class="small figures"><a href=${`geo:${incident.lat},${incident.lon}`}>${incident.lat}, ${incident.lon}</a></p>`
		: html`<p class="soft small">${t('Laporan tidak membawa koordinat.', 'No coordinates were reported.')}</p>`}</section>`;
}
