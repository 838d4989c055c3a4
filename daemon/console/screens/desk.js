/* desk: what the machine is unsure of, one after the other: its reasons in the text, its candidates, and one key to decide. */
import { html, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { claim, send } from '../decide.js';
import { Decision } from '../forms.js';
import { moment, t } from '../i18n.js';
import { useKeys } from '../keys.js';
import { useBoard } from '../live.js';
import { Age, Countdown, Urgency } from '../marks.js';
import { Marked, Reasons, Sureness } from '../marked.js';
import { mayDecide } from '../me.js';
import { Pairs } from '../pairs.js';
import { serverNow } from '../time.js';
import { eventLine } from '../timeline.js';
import { Button, Fault, Field, Loading, Notice, announce, useApi } from '../ui.js';
import { Village, pickFirst, unpicked } from '../village.js';
import { watched } from '../watched.js';
import * as words from '../words.js';

const rank = { critical: 0, high: 1, normal: 2 };
const due = (r) => (r.deadline ? Date.parse(r.deadline.due_at) : Infinity);
const inTurn = (a, b) => due(a) - due(b) || rank[a.urgency] - rank[b.urgency] || a.number - b.number;
const URGENCY_KEYS = { critical: '7', high: '8', normal: '9' };

function Queue({ rows, current, pairs, onPairs }) {
	return html`<nav class="queue" aria-label=${t('Antrean telaah', 'Triage queue')}>
		<ol>${rows.map((r) => html`<li key=${r.id}><a href=${`#/telaah/${r.number}`} aria-current=${current === r.number && !onPairs ? 'true' : null}>
			<span class="line1"><${Urgency} of=${r.urgency} short /> <b>${words.type(r.type)}</b> <span class="soft">#${r.number}</span> <span class="end"><${Countdown} due=${watched(r)?.due} label=${t('telaah', 'triage')} /></span></span>
			<span class="line2 soft">${[r.region_name, r.place_text].filter(Boolean).join(', ')} · <${Age} since=${r.opened_at} />${r.claimed && html` · ${words.actor(r.claimed.by)}`}</span></a></li>`)}</ol>
		${rows.length === 0 && html`<p class="empty">${t('Tidak ada yang menunggu telaah.', 'Nothing waits for triage.')}</p>`}
		<a class="pairslink" href="#/telaah/ganda" aria-current=${onPairs ? 'true' : null}>${t('Mungkin ganda', 'Maybe duplicates')} <span class="badge">${pairs ?? '…'}</span></a>
	</nav>`;
}

/* What the reporter was asked, and whether the question has arrived. */
function Question({ inc }) {
	const asked = inc.reports.map((r) => r.triage?.ask).filter(Boolean);
	if (asked.length === 0) return null;
	const what = asked[0] === 'place' ? t('di mana tempatnya', 'where it is') : t('apa yang terjadi', 'what happened');
	const sms = inc.notices.find((n) => n.kind === 'receipt');
	const answered = inc.reports.length > 1 ? inc.reports.at(-1) : null;
	const at = (when) => moment(when, serverNow());
	return html`<p class="question">${t('Pelapor ditanya', 'The reporter was asked')} ${what}${sms && html` <span class="figures">${at(sms.created_at)}</span>${sms.delivery && `, ${words.delivery(sms.delivery)}`}`}.
		<b> ${answered ? t(`Balasan masuk ${at(answered.received_at)}.`, `An answer came at ${at(answered.received_at)}.`) : t('Belum ada balasan.', 'No answer yet.')}</b></p>`;
}

/* The values to begin with: what the machine believes. */
function believed(inc) {
	const sure = inc.region.length > 8 ? { code: inc.region, name: inc.region_name ?? inc.reports[0]?.triage?.candidates?.find((c) => c.village_code === inc.region)?.name ?? inc.region } : null;
	return { type: words.TYPES.includes(inc.type) ? inc.type : '', urgency: inc.urgency, village: sure, place_text: inc.place_text ?? '' };
}

function bodyOf(v, was) {
	const body = { event: 'triage', type: v.type, urgency: v.urgency };
	if (v.village) body.village_code = v.village.code;
	if (v.place_text && v.place_text !== was.place_text) body.place_text = v.place_text;
	return body;
}

function Case({ inc, row, names, reload, onDecided, openDialog }) {
	const was = useMemo(() => believed(inc), [inc.id]);
	const [v, setV] = useState(was);
	const [seen, setSeen] = useState({ incident: inc.version, object: inc.version });
	const [state, setState] = useState({ busy: false, fault: null, changes: null });
	const village = useRef(null);
	const set = (change) => setV((old) => ({ ...old, ...change }));
	const known = inc.reports.flatMap((r) => r.triage?.candidates ?? []).map((c) => ({ code: c.village_code, name: c.name ?? c.village_code, within: `${Math.round(c.score * 100)} %` }));

	const confirm = async () => {
		if (state.busy) return undefined;
		if (!v.type) return announce(t('Pilih jenisnya dulu: 1 sampai 4.', 'Choose the type first: 1 to 4.'));
		if (unpicked(v.village)) {
			village.current?.focus();
			return announce(pickFirst());
		}
		setState({ busy: true, fault: null, changes: null });
		try {
			const { changes, seen: next } = await send(`/v1/incidents/${inc.id}/events`, bodyOf(v, was), inc.id, seen);
			if (changes) {
				setSeen(next);
				reload();
				return setState({ busy: false, fault: null, changes });
			}
			announce(t(`#${inc.number} ditelaah: ${words.type(v.type)}.`, `#${inc.number} is triaged: ${words.type(v.type)}.`));
			return onDecided();
		} catch (fault) {
			return setState({ busy: false, fault, changes: null });
		}
	};
	/* the next Enter decides */
	const pickVillage = (x) => {
		set({ village: x });
		if (x?.code) village.current?.blur();
	};
	const keys = {
		Enter: [confirm, t('Putuskan seperti tampil', 'Decide as shown')],
		a: [() => claim(row ?? inc), t('Ambil alih', 'Claim')],
		v: [() => village.current?.focus(), t('Cari desa', 'Find the village')],
		m: [() => openDialog('merge', { into: inc.duplicates[0]?.incident.number }), t('Gabung ke kejadian lain', 'Merge into another')],
		x: [() => openDialog('detach', { report: inc.reports.at(-1)?.number }), t('Keluarkan laporan', 'Take a report out')],
		f: [() => openDialog('false_report'), t('Laporan palsu', 'False report')],
		d: [() => openDialog('dispatch'), t('Alihkan ke instansi', 'Redirect to an agency')],
		n: [() => openDialog('note'), t('Catatan', 'Note')],
		X: [() => openDialog('cancel'), t('Batalkan', 'Cancel')],
		o: [() => (location.hash = `#/kejadian/${inc.number}`), t('Buka kejadian', 'Open the incident')],
	};
	words.TYPES.forEach((type, i) => {
		keys[String(i + 1)] = [() => set({ type }), words.type(type)];
	});
	for (const u of words.URGENCIES) keys[URGENCY_KEYS[u]] = [() => set({ urgency: u }), words.urgency(u)];
	known.slice(0, 2).forEach((c, i) => {
		keys['[]'[i]] = [() => set({ village: c }), c.name];
	});
	useKeys(mayDecide() ? keys : {}, t('Telaah', 'Triage'));

	const choice = (name, value, label, key) => html`<button type="button" role="radio" aria-checked=${v[name] === value ? 'true' : 'false'} class="pick" onClick=${() => set({ [name]: value })}><kbd aria-hidden="true">${key}</kbd> ${label}</button>`;
	const claimed = inc.claimed ?? row?.claimed;
	return html`<article class="deskcase">
		<header class="pagehead"><h1>${words.type(inc.type)} <a class="number" href=${`#/kejadian/${inc.number}`}>#${inc.number}</a></h1>
			<span class="soft">${inc.state !== 'open' && words.incidentState(inc.state)}</span>
			<span class="end">${row && html`<${Countdown} due=${watched(row)?.due} label=${t('telaah', 'triage')} />`} ${claimed ? html`<b>${words.actor(claimed.by)}</b>` : mayDecide() && html`<${Button} class="small" hotkey="a" onClick=${() => claim(row ?? inc)}>${t('Ambil alih', 'Claim')}<//>`}</span></header>
		<div class="desktexts">${inc.reports.map((r) => html`<section key=${r.id}><p class="factline"><b>#${r.number}</b> <span>${moment(r.received_at, serverNow())}</span> <span>${words.actor(r.source)}</span></p>
			<${Marked} text=${r.text ?? ''} triage=${r.triage} />
			<${Reasons} triage=${r.triage} /></section>`)}
			<p class="legend small soft"><mark class="type">${t('jenis', 'type')}</mark> <mark class="urgency">${t('kegawatan', 'urgency')}</mark> <mark class="place">${t('tempat', 'place')}</mark></p>
			<${Question} inc=${inc} /></div>
		<div class="machine"><h2>${t('Menurut mesin', 'What the machine believes')}</h2><${Sureness} triage=${inc.reports[0]?.triage} /></div>
		${mayDecide() && html`<section class="panel decide" aria-label=${t('Keputusan', 'Decision')}>
			<div role="radiogroup" aria-label=${t('Jenis', 'Type')} class="picks">${words.TYPES.map((type, i) => choice('type', type, words.type(type), i + 1))}</div>
			<div role="radiogroup" aria-label=${t('Kegawatan', 'Urgency')} class="picks">${words.URGENCIES.map((u) => choice('urgency', u, html`<${Urgency} of=${u} />`, URGENCY_KEYS[u]))}</div>
			<div class="where"><${Village} label=${html`${t('Desa/kelurahan', 'Village')} <kbd>v</kbd>`} value=${v.village} onPick=${pickVillage} known=${known} inputRef=${village} />
				<${Field} label=${t('Tempat (kata-kata)', 'Place (in words)')} value=${v.place_text} onInput=${(place_text) => set({ place_text })} maxlength="500" /></div>
			${known.length > 0 && html`<p class="small">${t('Calon tempat', 'Candidates')}: ${known.map((c, i) => html`<button type="button" class="button small quiet" onClick=${() => set({ village: c })}>${c.name} <span class="soft figures">${c.within}</span>${i < 2 && html` <kbd>${'[]'[i]}</kbd>`}</button>`)}</p>`}
			${state.changes?.length > 0 && html`<${Notice} kind="warn"><p><b>${t('Sementara itu ada perubahan:', 'Meanwhile something changed:')}</b></p><ul>${state.changes.map((c) => html`<li>${moment(c.at, serverNow())} ${eventLine(c, names)} <span class="soft">${words.actor(c.actor)}</span></li>`)}</ul>
				<p>${t('Pilihan Anda masih ada. Tekan Enter sekali lagi bila tetap.', 'What you chose is still here. Press Enter again to send it all the same.')}</p><//>`}
			${state.fault && html`<${Fault} error=${state.fault} />`}
			<div class="bar"><${Button} kind="primary" busy=${state.busy} onClick=${confirm} hotkey="↵">${v.type ? t(`Putuskan: ${words.type(v.type)}`, `Decide: ${words.type(v.type)}`) : t('Pilih jenis', 'Choose a type')}<//>
				<${Button} hotkey="d" onClick=${() => openDialog('dispatch')}>${t('Alihkan', 'Redirect')}<//>
				<${Button} hotkey="m" onClick=${() => openDialog('merge', { into: inc.duplicates[0]?.incident.number })}>${t('Gabung', 'Merge')}<//>
				${inc.reports.length > 1 && html`<${Button} hotkey="x" onClick=${() => openDialog('detach', { report: inc.reports.at(-1).number })}>${t('Keluarkan laporan', 'Take report out')}<//>`}
				<${Button} kind="danger" hotkey="f" onClick=${() => openDialog('false_report')}>${t('Palsu', 'False')}<//>
				<${Button} kind="danger" hotkey="X" onClick=${() => openDialog('cancel')}>${t('Batalkan', 'Cancel')}<//></div>
		</section>`}
	</article>`;
}

export default function Desk({ args }) {
	const { rows, line } = useBoard();
	const queue = useMemo(() => rows.filter((r) => r.state === 'open').sort(inTurn), [rows]);
	const onPairs = args[0] === 'ganda';
	const first = queue[0]?.number ?? null;
	const asked = onPairs ? null : Number(args[0]) || first;
	/* who comes later and is more urgent takes nobody's place under the hands that decide */
	useEffect(() => {
		if (!onPairs && !Number(args[0]) && first) location.replace(`#/telaah/${first}`);
	}, [onPairs, args[0], first]);
	const { data: pairs, reload: reloadPairs } = useApi('/v1/duplicates?state=open');
	const { data: inc, error, reload } = useApi(asked ? `/v1/incidents/${asked}` : null);
	const { data: agencies } = useApi('/v1/agencies');
	const [dialog, setDialog] = useState(null);
	const names = (slug) => agencies?.find((a) => a.slug === slug)?.name ?? slug;
	const row = rows.find((r) => r.number === asked) ?? null;
	useEffect(() => {
		if (inc && row && row.version > inc.version) reload();
	}, [row?.version]);
	const suggested = rows.reduce((n, r) => n + r.suggestions, 0);
	useEffect(() => {
		reloadPairs();
	}, [suggested]);
	/* the next one in the queue; the one just decided leaves it by itself */
	const go = (step) => {
		const at = queue.findIndex((r) => r.number === asked);
		const next = queue[Math.max(0, Math.min(queue.length - 1, at + step))];
		if (next) location.hash = `#/telaah/${next.number}`;
	};
	const decided = () => {
		const rest = queue.filter((r) => r.number !== asked);
		location.hash = rest.length > 0 ? `#/telaah/${rest[0].number}` : '#/telaah';
	};
	useKeys({ j: [() => go(1), t('Berikutnya', 'Next')], k: [() => go(-1), t('Sebelumnya', 'Previous')], p: [() => (location.hash = onPairs ? '#/telaah' : '#/telaah/ganda'), t('Dugaan ganda', 'Duplicate suggestions')] }, t('Antrean telaah', 'Triage queue'));

	return html`<div class="page full desk"><${Queue} rows=${queue} current=${asked} pairs=${pairs?.length} onPairs=${onPairs} />
		<div class="deskmain">${onPairs ? html`<${Pairs} pairs=${pairs} reload=${reloadPairs} names=${names} />`
			: error && !inc ? html`<${Fault} error=${error} retry=${reload} />`
			: inc && inc.number === asked ? html`<${Case} key=${inc.id} inc=${inc} row=${row} names=${names} reload=${reload} onDecided=${decided} openDialog=${(event, given) => setDialog({ event, given, incident: inc })} />`
			: asked ? html`<${Loading} />`
			: html`<h1>${t('Telaah', 'Triage')}</h1><p class="empty">${line.loaded ? t('Tidak ada yang menunggu telaah.', 'Nothing waits for triage.') : t('Memuat…', 'Loading…')}</p>`}</div>
		${dialog && html`<${Decision} key=${dialog.event} event=${dialog.event} incident=${dialog.incident} given=${dialog.given} names=${names} onDone=${() => (['merge', 'false_report', 'cancel'].includes(dialog.event) ? decided() : reload())} onClose=${() => setDialog(null)} />`}
	</div>`;
}
