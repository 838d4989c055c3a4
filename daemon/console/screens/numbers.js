/* numbers: how many, how fast, how often a clock ran out: any period, by type, area, agency and day. */
import { withQuery } from '../api.js';
import { date, dayStart, isoDay, t, number } from '../i18n.js';
import { settings } from '../me.js';
import { serverNow } from '../time.js';
import * as words from '../words.js';
import { html, useState, useMemo, useLoad, Button, Choice, Field, Loaded, Mark, Table, dayName, DAY } from './kit.js';
import { term, termsOf } from './terms.js';
import { Bars, Days, Ranges } from './chart.js';

const MEASURES = ['processing', 'acceptance', 'turnout', 'travel', 'response'];
const CLOCKS = ['triage', 'accept', 'arrive', 'complete'];

/* ---- the period ---- */

const plus = (day, n) => isoDay(dayStart(day) + n * DAY + DAY / 2);

/* The hash names what is looked at, so that it can be sent on and gone back to. */
function read(query) {
	const today = isoDay(serverNow());
	const days = { hari: 1, 7: 7, 30: 30 }[query.get('rentang') ?? '7'];
	const from = days ? plus(today, 1 - days) : (query.get('dari') || today);
	const last = days ? today : (query.get('sampai') || today);
	return {
		range: days ? (query.get('rentang') ?? '7') : 'lain', from, last, until: plus(last, 1),
		by: query.get('menurut') ?? 'type', type: query.get('jenis') ?? '', region: query.get('wilayah') ?? '', agency: query.get('instansi') ?? '',
		measure: query.get('ukuran') ?? 'acceptance',
	};
}
function write(view) {
	const dates = view.range === 'lain' ? { dari: view.from, sampai: view.last } : {};
	location.hash = withQuery('#/angka', { rentang: view.range, ...dates, menurut: view.by, jenis: view.type, wilayah: view.region, instansi: view.agency, ukuran: view.measure });
}
const periodText = (view) => (view.from === view.last ? dayName(dayStart(view.from)) : `${dayName(dayStart(view.from))} – ${dayName(dayStart(view.last))}`)
	+ ` ${view.last.slice(0, 4)}`;

/* ---- what is chosen ---- */

function Filters({ view, put }) {
	const agencies = useLoad('/v1/agencies');
	const regions = useLoad(withQuery('/v1/regions', { under: settings().regency, limit: 100 }));
	const [open, setOpen] = useState(false);
	return html`<section class="panel stack choices">
		<div class="bar"><${Choice} label=${t('Periode', 'Period')} value=${view.range} onChange=${(range) => put({ range })}
				options=${[['hari', t('Hari ini', 'Today')], ['7', t('7 hari', '7 days')], ['30', t('30 hari', '30 days')], ['lain', t('Pilih tanggal', 'Choose dates')]]} />
			${view.range === 'lain' && html`<${Field} type="date" label=${t('Dari', 'From')} value=${view.from} max=${view.last} onInput=${(from) => from && put({ from })} />
				<${Field} type="date" label=${t('Sampai dengan', 'Up to and with')} value=${view.last} min=${view.from} onInput=${(last) => last && put({ last })} />`}
			<${Button} class="small end" aria-expanded=${open ? 'true' : 'false'} onClick=${() => setOpen(!open)}>${t('Saring', 'Filter')}${[view.type, view.region, view.agency].filter(Boolean).length ? ' ●' : ''}<//></div>
		${(open || view.type || view.region || view.agency) && html`<div class="pair">
			<${Field} type="select" label=${t('Jenis', 'Type')} value=${view.type} onInput=${(type) => put({ type })} options=${[['', t('semua', 'all')], ...words.type.keys.slice(0, 4).map((k) => [k, words.type(k)])]} />
			<${Field} type="select" label=${t('Kecamatan', 'District')} value=${view.region} onInput=${(region) => put({ region })}
				options=${[['', t('semua', 'all')], ...(regions.data?.regions ?? []).filter((r) => r.level === 'district').map((r) => [r.code, r.name])]} />
			<${Field} type="select" label=${t('Instansi', 'Agency')} value=${view.agency} onInput=${(agency) => put({ agency })} options=${[['', t('semua', 'all')], ...(agencies.data ?? []).map((a) => [a.slug, a.name])]} /></div>`}
	</section>`;
}

/* ---- what they say ---- */

const breachesOf = (g) => CLOCKS.reduce((n, c) => n + (g.breaches[c] ?? 0), 0);

function Totals({ total }) {
	const all = breachesOf(total);
	const figure = (n, label, note) => html`<div><dt>${label}</dt><dd class="figures">${number(n)}</dd>${note && html`<dd class="note">${note}</dd>`}</div>`;
	return html`<dl class="totals">${figure(total.incidents, t('Kejadian', 'Incidents'))}${figure(total.reports, t('Laporan', 'Reports'))}${figure(total.dispatches, t('Penugasan', 'Dispatches'))}
		${figure(all, t('Batas waktu terlewat', 'Clocks that ran out'), all === 0 ? html`<${Mark} tone="good">${t('tidak ada', 'none')}<//>`
			: html`<${Mark} tone="bad">${CLOCKS.filter((c) => total.breaches[c]).map((c) => `${term('breach', c).toLowerCase()} ${total.breaches[c]}`).join(' · ')}<//>`)}</dl>`;
}

/* 2.42 → 2,4 dtk, 270.4 → 4:30, 4680 → 1:18:00; the exact figure is in the attribute and in the title. */
function Time({ of }) {
	if (of === null || of === undefined) return '–';
	const s = Math.round(of), two = (n) => String(n).padStart(2, '0');
	const text = of < 10 ? t(`${of.toFixed(1).replace('.', ',')} dtk`, `${of.toFixed(1)} s`) : s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
	return html`<span class="time" data-seconds=${of} title=${`${of} ${t('detik', 'seconds')}`}>${text}</span>`;
}
const missing = (m) => (m.missing > 0 ? number(m.missing) : '–');

function Measures({ total }) {
	const rows = MEASURES.map((key) => ({ key, label: term('measure', key), ...total.measures[key] }));
	const columns = [
		{ key: 'label', label: t('Ukuran', 'Measure'), cell: (r) => html`<strong>${r.label}</strong><br /><small class="soft">${term('path', r.key)}</small>` },
		{ key: 'p50', label: 'P50', class: 'figures', cell: (r) => html`<${Time} of=${r.p50} />` },
		{ key: 'p90', label: 'P90', class: 'figures', cell: (r) => html`<${Time} of=${r.p90} />` },
		{ key: 'n', label: 'n', class: 'figures', cell: (r) => number(r.n) },
		{ key: 'missing', label: t('tanpa cap', 'missing'), class: 'figures', cell: missing },
	];
	return html`<section class="panel"><div class="panelhead"><h2>${t('Seberapa cepat', 'How fast')}</h2>
			<small class="soft">${t('titik: separuh lebih cepat (P50); ujung garis: sembilan dari sepuluh lebih cepat (P90)', 'dot: half were faster (P50); end of the line: nine of ten were faster (P90)')}</small></div>
		<div class="sidebyside"><${Ranges} rows=${rows} label=${t('P50 dan P90 tiap ukuran; angkanya ada pada tabel', 'P50 and P90 of each measure; the table has the figures')} />
			<${Table} columns=${columns} rows=${rows} rowKey=${(r) => r.key} caption=${t('Seberapa cepat, dalam menit:detik', 'How fast, in minutes:seconds')} /></div></section>`;
}

const nameOf = (by, g) => (by === 'type' ? words.type(g.key) : by === 'day' ? date(dayStart(g.key)) : g.label || g.key);

function GroupTable({ groups, by, label }) {
	const cells = (m) => html`<td class="figures first"><${Time} of=${m.p50} /></td><td class="figures"><${Time} of=${m.p90} /></td>
		<td class="figures">${number(m.n)}${m.missing > 0 && html`<small class="soft"> +${m.missing}</small>`}</td>`;
	return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}><table><caption class="sr">${label}; ${t('waktu dalam menit:detik atau jam:menit:detik', 'times in minutes:seconds or hours:minutes:seconds')}</caption>
		<thead><tr><th scope="col" rowspan="2">${bys().find(([k]) => k === by)[1]}</th><th scope="col" rowspan="2" class="figures">${t('Kejadian', 'Incidents')}</th>
				${MEASURES.map((m) => html`<th scope="colgroup" colspan="3" class="first">${term('measure', m)}</th>`)}
				<th scope="colgroup" colspan=${CLOCKS.length} class="first">${t('Batas terlewat', 'Ran out')}</th></tr>
			<tr>${MEASURES.map(() => html`<th scope="col" class="figures first">P50</th><th scope="col" class="figures">P90</th><th scope="col" class="figures">n</th>`)}
				${CLOCKS.map((c, i) => html`<th scope="col" class=${i === 0 ? 'figures first' : 'figures'}>${term('breach', c).toLowerCase()}</th>`)}</tr></thead>
		<tbody>${groups.map((g) => html`<tr key=${g.key} data-group=${g.key}><th scope="row">${g.full}</th><td class="figures">${number(g.incidents)}</td>${MEASURES.map((m) => cells(g.measures[m]))}
			${CLOCKS.map((c, i) => html`<td class=${i === 0 ? 'figures first' : 'figures'}>${g.breaches[c] ? html`<strong class="late">${g.breaches[c]}</strong>` : '–'}</td>`)}</tr>`)}</tbody></table></div>`;
}

function Groups({ data, view, put }) {
	const groups = data.groups.map((g) => ({ ...g, label: nameOf(view.by, g), full: view.by === 'day' ? dayName(dayStart(g.key)) : nameOf(view.by, g) }));
	const drawn = groups.map((g) => ({ key: g.key, label: g.label, count: g.incidents, ...g.measures[view.measure] }));
	const label = `${term('measure', view.measure)}, ${t('menurut', 'by')} ${bys().find(([k]) => k === view.by)[1].toLowerCase()}`;
	return html`<section class="panel stack groups"><div class="bar"><${Choice} label=${t('Menurut', 'By')} value=${view.by} onChange=${(by) => put({ by })} options=${bys()} />
			<${Choice} label=${t('Ukuran yang digambar', 'Measure that is drawn')} value=${view.measure} onChange=${(measure) => put({ measure })} options=${termsOf('measure')} /></div>
		${groups.length === 0 ? html`<p class="empty">${t('Tidak ada kejadian pada periode ini.', 'No incidents in this period.')}</p>` : html`
			<h2>${label} <small class="soft">${term('path', view.measure)}</small></h2>
			${drawn.every((g) => g.p50 === null) && html`<p class="empty">${t('Belum ada penugasan dengan kedua cap waktu ini.', 'No dispatch has both of these stamps yet.')}</p>`}
			${drawn.some((g) => g.p50 !== null) && html`<p class="chartkey"><span><i class="p50"></i>P50</span><span><i class="p90"></i>P90</span></p>`}
			${drawn.some((g) => g.p50 !== null) && (view.by === 'day' ? html`<${Days} days=${drawn} label=${`${label}; ${t('angkanya ada pada tabel', 'the table has the figures')}`} />`
				: html`<${Bars} groups=${drawn} label=${`${label}; ${t('angkanya ada pada tabel', 'the table has the figures')}`} />`)}
			<${GroupTable} groups=${groups} by=${view.by} label=${label} />
			<small class="soft">${t('+ di samping n: penugasan tanpa kedua cap waktu, tidak dihitung dalam P50 dan P90.', '+ beside n: dispatches without both stamps, not part of P50 and P90.')}</small>`}
	</section>`;
}
const bys = () => [['type', t('Jenis', 'Type')], ['region', t('Kecamatan', 'District')], ['agency', t('Instansi', 'Agency')], ['day', t('Hari', 'Day')]];

/* ---- the screen ---- */

export default function Numbers({ query }) {
	const view = useMemo(() => read(query), [query]);
	const put = (change) => write({ ...view, ...change });
	const asked = { from: view.from, until: view.until, type: view.type, region: view.region, agency: view.agency, by: view.by };
	const load = useLoad(withQuery('/v1/numbers', asked), 60);
	return html`<div class="page full numbers"><header class="pagehead"><h1>${t('Angka', 'Numbers')}</h1><span class="soft">${periodText(view)} · ${settings().name}</span>
			<span class="bar end"><a class="button" href=${withQuery('/v1/numbers', { ...asked, format: 'csv' })} download>CSV</a>
			<${Button} onClick=${() => print()}>${t('Cetak', 'Print')}<//></span></header>
		<${Filters} view=${view} put=${put} />
		<${Loaded} load=${load}>${(data) => html`<${Totals} total=${data.total} /><${Measures} total=${data.total} />
			${data.by === view.by && html`<${Groups} data=${data} view=${view} put=${put} />`}`}<//></div>`;
}
