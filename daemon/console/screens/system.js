/* system: the machine itself: is it well, what could not be delivered, which senders are marked, who looked at what. */
import { api, ApiError } from '../api.js';
import { ago, number, t } from '../i18n.js';
import { useBoard } from '../live.js';
import { useKeys } from '../keys.js';
import { isAdmin, mayDecide, me } from '../me.js';
import * as words from '../words.js';
import { html, useState, useMemo, useLoad, useAction, useClock, Button, Choice, Field, Faults, Loaded, Mark, Table, announce, length, moment, matches } from './kit.js';
import { term } from './terms.js';
import { Senders } from './senders.js';

/* ---- is it well ---- */

function Ready() {
	const load = useLoad('/readyz', 10);
	const said = load.error instanceof ApiError && load.error.status === 503 ? load.error.problem : load.error ? null : load.data;
	const age = said?.auditor_age_s;
	return html`<dl class="health">
		<div><dt>${t('Laporan', 'Reports')}</dt><dd>${load.error && !said ? html`<${Mark} tone="bad">${t('server tidak menjawab', 'the server does not answer')}<//>`
			: said === null || said === undefined ? '…' : said.status === 'ready' ? html`<${Mark} tone="good">${t('diterima', 'are taken')}<//>`
			: said.status === 'degraded' ? html`<${Mark} tone="wait">${t('ditampung sementara di cakram', 'kept on disk for now')}<//>` : html`<${Mark} tone="bad">${t('tidak dapat diterima', 'cannot be taken')}<//>`}</dd></div>
		<div><dt>${t('Pemeriksa batas waktu', 'Auditor of the clocks')}</dt><dd>${age === null || age === undefined ? '–' : html`<${Mark} tone=${age > 180 ? 'bad' : 'good'}>${t(`${length(age)} lalu`, `${length(age)} ago`)}<//>`}</dd></div>
	</dl>`;
}

function Alarms() {
	const [state, setState] = useState('active');
	const load = useLoad(`/v1/alarms?state=${state}`, 15);
	const columns = [
		{ key: 'kind', label: t('Gangguan', 'Trouble'), cell: (a) => html`<${Mark} tone=${a.cleared_at ? 'calm' : 'bad'}><strong>${term('alarm', a.kind)}</strong><//><br /><small class="soft" lang="en">${a.detail}</small>` },
		{ key: 'raised_at', label: t('Sejak', 'Since'), class: 'when', cell: (a) => moment(a.raised_at) },
		{ key: 'told_at', label: t('Diberitahukan', 'Told'), class: 'when', cell: (a) => (a.told_at ? moment(a.told_at) : t('belum', 'not yet')) },
		...(state === 'all' ? [{ key: 'cleared_at', label: t('Selesai', 'Over'), class: 'when', cell: (a) => moment(a.cleared_at) }] : []),
	];
	return html`<section class="panel"><div class="panelhead"><h2>${t('Gangguan', 'Alarms')}</h2><span class="end"><${Choice} label=${t('Tampilkan', 'Show')} value=${state} onChange=${setState} options=${[['active', t('berlangsung', 'lasting')], ['all', t('semua', 'all')]]} /></span></div>
		<${Loaded} load=${load}>${(list) => (state === 'active' && list.length === 0 ? html`<p><${Mark} tone="good">${t('Tidak ada gangguan.', 'No trouble.')}<//></p>`
			: html`<${Table} columns=${columns} rows=${list.slice(0, 200)} caption=${t('Gangguan', 'Alarms')} />`)}<//></section>`;
}

const money = (n) => (n === null || n === undefined ? '–' : `Rp${number(n)}`);
const toneOf = (state) => (state === 'ok' ? 'good' : state === 'failing' || state === 'cap used' ? 'bad' : 'wait');

/* How much of the day's money is spent, with the word beside it. */
function Spent({ g }) {
	if (!g.daily_cap) return html`${money(g.today.cost)} <small class="soft">${t('tanpa batas', 'no cap')}</small>`;
	const part = Math.min(1, g.today.cost / g.daily_cap);
	return html`<span class="spent"><meter min="0" max="1" low="0.8" high="0.95" optimum="0" value=${part} aria-hidden="true"></meter> ${money(g.today.cost)} <small class="soft">${t('dari', 'of')} ${money(g.daily_cap)} (${Math.round(part * 100)} %)</small></span>`;
}

function Gateways() {
	const load = useLoad('/v1/gateways', 15);
	const now = useClock();
	const columns = [
		{ key: 'name', label: t('Gerbang', 'Gateway'), cell: (g) => html`<strong>${g.name}</strong> <small class="soft">${g.kind}</small>` },
		{ key: 'state', label: t('Keadaan', 'State'), cell: (g) => html`<${Mark} tone=${toneOf(g.state)}>${term('gateway', g.state)}<//>${g.failing_since && html`<br /><small class="soft">${t('sejak', 'since')} ${moment(g.failing_since)}</small>`}` },
		{ key: 'sent', label: t('Terkirim hari ini', 'Sent today'), class: 'figures', cell: (g) => html`${number(g.today.sent)} <small class="soft">(${number(g.today.parts)} ${t('bagian', 'parts')})</small>` },
		{ key: 'failed', label: t('Gagal', 'Failed'), class: 'figures', cell: (g) => (g.today.failed > 0 ? html`<strong class="late">${number(g.today.failed)}</strong>` : '0') },
		{ key: 'cost', label: t('Biaya hari ini', 'Cost today'), cell: (g) => html`<${Spent} g=${g} />` },
		{ key: 'heard', label: t('Terakhir terdengar', 'Last heard'), cell: (g) => (g.last_heard_at ? ago(g.last_heard_at, now) : t('belum', 'not yet')) },
	];
	return html`<section class="panel"><h2>${t('Gerbang SMS', 'SMS gateways')}</h2><${Loaded} load=${load}>${(list) => html`<${Table} columns=${columns} rows=${list} rowKey=${(g) => g.name} caption=${t('Gerbang SMS, menurut urutan dipakai', 'SMS gateways, in the order in which they are tried')}
		empty=${t('Tidak ada gerbang SMS: SMS tidak dapat dikirim.', 'There is no SMS gateway: no SMS can be sent.')} />`}<//></section>`;
}

/* ---- what was not delivered ---- */

function useNumbers() {
	const { rows } = useBoard();
	return useMemo(() => new Map(rows.map((r) => [r.id, r.number])), [rows]);
}

const noticeName = (kind) => (words.noticeKind.keys.includes(kind) ? words.noticeKind(kind) : term('notice', kind));

function Dead() {
	const load = useLoad('/v1/outbox?state=dead', 20);
	const [chosen, choose] = useState(new Set());
	const action = useAction();
	const numbers = useNumbers();
	const replay = async (ids) => {
		const done = await action.run(async () => {
			for (const id of ids) await api.post(`/v1/outbox/${id}/replay`, {});
			return true;
		});
		if (done) announce(t(`${ids.length} pemberitahuan dikirim ulang.`, `${ids.length} notices are tried again.`));
		choose(new Set());
		load.reload();
	};
	const toggle = (id) => {
		const next = new Set(chosen);
		if (!next.delete(id)) next.add(id);
		choose(next);
	};
	const columns = [
		...(mayDecide() ? [{ key: 'pick', label: html`<span class="sr">${t('Pilih', 'Choose')}</span>`, cell: (n) => html`<input type="checkbox" aria-label=${t('Pilih', 'Choose')} checked=${chosen.has(n.notice)} onChange=${() => toggle(n.notice)} />` }] : []),
		{ key: 'kind', label: t('Pemberitahuan', 'Notice'), cell: (n) => html`<strong>${noticeName(n.kind)}</strong><br /><small class="soft">${words.channel(n.channel)}${n.gateway ? ` · ${n.gateway}` : ''}</small>` },
		{ key: 'agency', label: t('Kepada', 'To'), cell: (n) => (n.agency ? html`<a href=${`#/direktori/${n.agency}`}>${n.agency}</a>` : t('petugas atau pelapor', 'a person')) },
		{ key: 'incident', label: t('Kejadian', 'Incident'), cell: (n) => (n.incident ? html`<a href=${`#/kejadian/${numbers.get(n.incident) ?? n.incident}`}>${numbers.has(n.incident) ? `#${numbers.get(n.incident)}` : t('buka', 'open')}</a>` : '–') },
		{ key: 'reason', label: t('Sebab', 'Reason'), cell: (n) => html`<span lang="en">${n.reason}</span>${n.delivery && html`<br /><small class="soft">${words.delivery(n.delivery)}</small>`}` },
		{ key: 'attempts', label: t('Percobaan', 'Attempts'), class: 'figures', cell: (n) => n.attempts },
		{ key: 'given_up_at', label: t('Berhenti dicoba', 'Given up'), class: 'when', cell: (n) => moment(n.given_up_at) },
		...(mayDecide() ? [{ key: 'do', label: html`<span class="sr">${t('Tindakan', 'Actions')}</span>`, class: 'do', cell: (n) => html`<${Button} class="small" busy=${action.pending} onClick=${() => replay([n.notice])}>${t('Kirim ulang', 'Try again')}<//>` }] : []),
	];
	return html`<section class="panel"><div class="panelhead"><h2>${t('Tidak terkirim', 'Not delivered')}</h2>
			${chosen.size > 0 && html`<span class="end"><${Button} kind="primary" class="small" busy=${action.pending} onClick=${() => replay([...chosen])}>${t(`Kirim ulang ${chosen.size} yang dipilih`, `Try the ${chosen.size} chosen again`)}<//></span>`}
			${chosen.size === 0 && mayDecide() && load.data?.length > 1 && html`<span class="end"><${Button} class="small" onClick=${() => choose(new Set(load.data.map((n) => n.notice)))}>${t('Pilih semua', 'Choose all')}<//></span>`}</div>
		<${Faults} error=${action.error} />
		<${Loaded} load=${load}>${(list) => (list.length === 0 ? html`<p><${Mark} tone="good">${t('Semua pemberitahuan terkirim atau masih dicoba.', 'Every notice was delivered or is still being tried.')}<//></p>`
			: html`<${Table} columns=${columns} rows=${list} rowKey=${(n) => n.notice} caption=${t('Pemberitahuan yang gagal', 'Notices that were given up')} />`)}<//></section>`;
}

function Waiting() {
	const load = useLoad('/v1/outbox?state=waiting', 5);
	const now = useClock(1);
	const numbers = useNumbers();
	const due = (n) => (Date.parse(n.due_at) - now) / 1000;
	const columns = [
		{ key: 'kind', label: t('Pemberitahuan', 'Notice'), cell: (n) => html`<strong>${noticeName(n.kind)}</strong> <small class="soft">${words.channel(n.channel)}${n.gateway ? ` · ${n.gateway}` : ''}</small>` },
		{ key: 'agency', label: t('Kepada', 'To'), cell: (n) => n.agency ?? t('petugas atau pelapor', 'a person') },
		{ key: 'incident', label: t('Kejadian', 'Incident'), cell: (n) => (n.incident ? html`<a href=${`#/kejadian/${numbers.get(n.incident) ?? n.incident}`}>${numbers.has(n.incident) ? `#${numbers.get(n.incident)}` : t('buka', 'open')}</a>` : '–') },
		{ key: 'attempt', label: t('Percobaan', 'Attempt'), class: 'figures', cell: (n) => n.attempt },
		{ key: 'due_at', label: t('Dicoba lagi', 'Next try'), class: 'figures', cell: (n) => (due(n) > 0 ? t(`dalam ${length(due(n))}`, `in ${length(due(n))}`) : t('sekarang', 'now')) },
	];
	return html`<section class="panel"><h2>${t('Menunggu', 'Waiting')}</h2><${Loaded} load=${load}>${(list) => html`<${Table} columns=${columns} rows=${list} rowKey=${(n) => n.notice} caption=${t('Pemberitahuan yang menunggu', 'Notices that wait')}
		empty=${t('Tidak ada yang menunggu.', 'Nothing waits.')} />`}<//></section>`;
}

/* ---- who looked at what ---- */

const objects = () => ({ incident: t('Kejadian', 'Incident'), report: t('Laporan', 'Report'), reporter: t('Identitas pelapor', 'Reporter’s identity'), sender: t('Pengirim', 'Sender'), senders: t('Daftar pengirim', 'List of senders') });
function objectText(entry) {
	const [kind, ...rest] = entry.object.split(':');
	const name = objects()[kind] ?? kind;
	if (entry.incident) return html`${name} · <a href=${`#/kejadian/${entry.incident.number}`}>#${entry.incident.number}</a>`;
	return kind === 'sender' ? `${name} ${rest.join(':')}` : name;
}

function Access() {
	const [after, setAfter] = useState([]);
	const [wanted, setWanted] = useState('');
	const load = useLoad(after.length ? `/v1/access-log?after=${after.at(-1)}` : '/v1/access-log');
	const columns = [
		{ key: 'at', label: t('Waktu', 'Time'), class: 'when', cell: (e) => moment(e.at) },
		{ key: 'actor', label: t('Siapa', 'Who'), cell: (e) => html`<strong>${words.actor(e.actor)}</strong>` },
		{ key: 'object', label: t('Melihat', 'Saw'), cell: objectText },
		{ key: 'reason', label: t('Alasan', 'Reason'), cell: (e) => e.reason ?? html`<span class="soft">–</span>` },
	];
	return html`<section class="panel stack"><div class="panelhead"><h2>${t('Siapa melihat data sensitif', 'Who saw sensitive data')}</h2></div>
		<${Loaded} load=${load}>${(answer) => {
			const list = Array.isArray(answer) ? answer : answer.entries;
			const found = list.filter((e) => matches(wanted, e.actor, e.object, e.reason, e.incident?.number, objects()[e.object.split(':')[0]]));
			return html`<div class="search"><${Field} type="search" label=${t('Cari di halaman ini', 'Search on this page')} value=${wanted} onInput=${setWanted} /></div>
				<${Table} columns=${columns} rows=${found} caption=${t('Catatan akses', 'Access log')} empty=${t('Tidak ada catatan.', 'No entries.')} />
				<div class="bar"><${Button} disabled=${after.length === 0} onClick=${() => setAfter(after.slice(0, -1))}>← ${t('Lebih baru', 'Newer')}<//>
					<${Button} disabled=${list.length < 100} onClick=${() => setAfter([...after, list.at(-1).id])}>${t('Lebih lama', 'Older')} →<//></div>`;
		}}<//></section>`;
}

/* ---- the screen ---- */

export default function System({ args }) {
	const parts = [['ringkas', t('Ringkas', 'Overview')], ['kirim', t('Pemberitahuan', 'Notices')], ['pengirim', t('Pengirim', 'Senders')],
		...(isAdmin() || me().role === 'auditor' ? [['akses', t('Catatan akses', 'Access log')]] : [])];
	const part = parts.some(([p]) => p === args[0]) ? args[0] : 'ringkas';
	const go = (p) => {
		location.hash = p === 'ringkas' ? '#/sistem' : `#/sistem/${p}`;
	};
	useKeys(Object.fromEntries(parts.map(([p, text], i) => [String(i + 1), [() => go(p), text]])), t('Sistem', 'System'));
	return html`<div class="page full system"><header class="pagehead"><h1>${t('Sistem', 'System')}</h1><${Choice} label=${t('Bagian', 'Part')} value=${part} onChange=${go} options=${parts} /></header>
		${part === 'ringkas' && html`<${Ready} /><${Alarms} /><${Gateways} />`}
		${part === 'kirim' && html`<${Dead} /><${Waiting} />`}
		${part === 'pengirim' && html`<${Senders} address=${args[1] ?? null} />`}
		${part === 'akses' && html`<${Access} />`}</div>`;
}
