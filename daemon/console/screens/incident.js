/* incident: one incident, whole: who has it, what runs, the reports, the agencies with their ladders, the history in words. */
import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { claim } from '../decide.js';
import { Decision, Reporter, answerLabel, answersTo } from '../forms.js';
import { duration, moment, t } from '../i18n.js';
import { useKeys } from '../keys.js';
import { onEvent, useBoard } from '../live.js';
import { Age, Countdown, Urgency } from '../marks.js';
import { mayDecide } from '../me.js';
import { Marked } from '../marked.js';
import { Notices } from '../notices.js';
import { SmallMap } from '../mapview.js';
import { Said } from '../said.js';
import { Steps } from '../steps.js';
import { serverNow } from '../time.js';
import { Timeline } from '../timeline.js';
import { Button, Fault, Loading, useApi } from '../ui.js';
import { hasEnded, watched } from '../watched.js';
import * as words from '../words.js';

/* ---- agencies ---- */

const waitWords = (rung) => `${rung.slug ?? words.rung(rung.to)}${rung.wait_s > 0 ? ` (${duration(rung.wait_s)})` : ''}`;

/* The whole ladder, with the rung that is next. */
function Ladder({ d }) {
	const clockOf = d.deadline?.clock;
	if (clockOf === undefined || !d.ladders) return null;
	const rungs = clockOf === 'accept' || clockOf === 'replace' ? d.ladders.accept : d.ladders.late;
	if (!rungs?.length) return null;
	return html`<p class="ladder"><span class="soft">${t('Jenjang', 'Ladder')}:</span> ${rungs.map((r, i) => html`<span class=${i === d.deadline.step ? 'next' : i < d.deadline.step ? 'past' : ''}>${i > 0 && ' → '}${waitWords(r)}</span>`)}
		${d.ladders.repeat_s > 0 && html` <span class=${d.deadline.step >= rungs.length ? 'next' : ''}>→ ${t(`petugas piket tiap ${duration(d.ladders.repeat_s)}`, `duty officer every ${duration(d.ladders.repeat_s)}`)}</span>`}</p>`;
}

function Dispatch({ d, names, onAnswer, live }) {
	const due = d.deadline?.due_at;
	const ways = live && mayDecide() ? answersTo(d.state) : [];
	return html`<li class=${`dispatch ${d.state}`}>
		<div class="head"><h3>${names(d.agency)}</h3><span class="soft">${d.task ?? words.task(d.role)}</span>
			${due && html`<span class="left"><${Countdown} due=${due} label=${words.clockName(d.deadline.clock)} /> <span class="soft">${words.clockName(d.deadline.clock)} ${moment(due, serverNow())}</span></span>`}</div>
		<div class="agency ${d.state} ${d.undeliverable && d.state === 'notified' ? 'undeliverable' : ''}"><${Steps} d=${d} /></div>
		<${Ladder} d=${d} />
		<details><summary>${t('aturan', 'rule')}</summary><p class="small"><${Said} text=${d.why} /></p></details>
		${ways.length > 0 && html`<div class="bar phone"><span class="soft">${t('Lewat telepon', 'By telephone')}:</span>${ways.map((e) => html`<${Button} class="small" kind=${e === 'decline' ? 'danger' : ''} onClick=${() => onAnswer(d, e)}>${answerLabel(e)}<//>`)}</div>`}
	</li>`;
}

/* ---- reports ---- */

const relation = (r) => ({ opens: '', repeats: t('mengulang', 'repeats'), adds: t('menambah', 'adds'), attached: t('digabung', 'attached') })[r] ?? r;

function Report({ r, onReveal }) {
	return html`<li class="report"><p class="factline"><b class="figures">#${r.number}</b> <span class="figures">${moment(r.received_at, serverNow())}</span> <span>${words.actor(r.source)}</span>
		${r.relation && r.relation !== 'opens' && html`<span>${relation(r.relation)}</span>`}
		${r.has_reporter !== false && mayDecide() && html`<${Button} kind="quiet" class="small" onClick=${() => onReveal(r)}>${t('Pelapor…', 'Reporter…')}<//>`}</p>
		<${Marked} text=${r.text ?? ''} triage=${r.triage} /></li>`;
}

/* ---- what may be decided ---- */

const DECISIONS = [
	['dispatch', 'd', ['Tugaskan instansi', 'Dispatch agency'], 'live'],
	['note', 'n', ['Catatan', 'Note'], 'always'],
	['triage', 't', ['Telaah', 'Triage'], 'live'],
	['hand_over', 'h', ['Serah terima', 'Hand over'], 'live'],
	['close', 'c', ['Tutup', 'Close'], 'live'],
	['merge', 'm', ['Gabung', 'Merge'], 'live'],
	['detach', 'x', ['Keluarkan laporan', 'Take report out'], 'many'],
	['withdraw', 'w', ['Ditarik pelapor', 'Withdrawn'], 'live'],
	['false_report', 'f', ['Laporan palsu', 'False report'], 'live'],
	['cancel', 'X', ['Batalkan', 'Cancel'], 'live'],
	['reopen', 'r', ['Buka kembali', 'Reopen'], 'ended'],
	['split', 's', ['Pisahkan lagi', 'Split off'], 'merged'],
];
/** [event, key, label, when] of what may be decided about inc as it stands. */
export function fitting(inc) {
	const live = !hasEnded(inc);
	const is = { live, always: inc.state !== 'merged', ended: inc.state === 'closed' || inc.state === 'cancelled', merged: inc.state === 'merged', many: live && inc.reports.length > 1 };
	return DECISIONS.filter(([, , , when]) => is[when]);
}

/* ---- the screen ---- */

/* When it ended, or by which event it is over. */
function Over({ inc }) {
	if (!hasEnded(inc)) return null;
	return html`<p class="over"><b>${words.incidentState(inc.state)}</b>${inc.disposition && html`: ${words.disposition(inc.disposition)}`}
		${inc.merged_into && html` → <a href=${`#/kejadian/${inc.merged_into.number}`}>#${inc.merged_into.number}</a>`}</p>`;
}

function Duplicates({ inc, decide }) {
	const open = inc.duplicates.filter((d) => d.decision === null);
	if (open.length === 0) return null;
	return html`<section class="panel"><h2>${t('Mungkin kejadian yang sama', 'Maybe the same event')}</h2><ul class="stack">${open.map((d) => html`<li key=${d.incident.id}>
		<a href=${`#/kejadian/${d.incident.number}`}>#${d.incident.number}</a> ${words.incidentState(d.state)} <span class="soft figures">${Math.round(d.score * 100)} %</span>
		<ul class="small soft">${d.reasons.map((r) => html`<li><${Said} text=${r} /></li>`)}</ul>
		${mayDecide() && !hasEnded(inc) && html`<div class="bar"><${Button} class="small" onClick=${() => decide('merge', { into: d.incident.number })}>${t('Gabung ke sana', 'Merge into it')}<//>
			<${Button} class="small" onClick=${() => decide('not_duplicate', { incident: d.incident.number })}>${t('Berbeda', 'Different')}<//></div>`}
	</li>`)}</ul></section>`;
}

/* The row of the board knows more of some things (names, claim) than the document; the document is the truth of the rest. */
function useIncident(number) {
	const { data: inc, error, loading, reload } = useApi(`/v1/incidents/${encodeURIComponent(number)}`);
	const { rows } = useBoard();
	const row = rows.find((r) => r.number === Number(number)) ?? null;
	const id = inc?.id;
	useEffect(() => {
		let timer = null;
		const off = onEvent(({ incident }) => {
			if (incident.id !== id) return;
			clearTimeout(timer);
			timer = setTimeout(reload, 60);
		});
		return () => {
			clearTimeout(timer);
			off();
		};
	}, [id, reload]);
	/* what came while the line was down */
	useEffect(() => {
		if (row && inc && row.version > inc.version) reload();
	}, [row?.version, inc?.version]);
	return { inc, row, error, loading, reload };
}

/* Another incident is another page: no dialog of the one before stays open over it. */
export default ({ args }) => html`<${Incident} key=${args[0]} number=${args[0] ?? ''} />`;

function Incident({ number }) {
	const { inc, row, error, reload } = useIncident(number);
	const { data: agencies } = useApi('/v1/agencies');
	const [dialog, setDialog] = useState(null);
	const names = useMemo(() => {
		const known = new Map((agencies ?? []).map((a) => [a.slug, a.name]));
		return (slug) => known.get(slug) ?? slug;
	}, [agencies]);
	const ready = inc && mayDecide();
	const decide = (event, given) => setDialog({ event, given: event === 'triage' ? triageGiven(inc, row) : given });
	const claimed = inc?.claimed ?? row?.claimed ?? null;
	const keys = { u: [() => history.back(), t('Kembali', 'Back')], b: [() => (location.hash = '#/papan'), t('Ke papan', 'To the board')] };
	if (ready) {
		if (!hasEnded(inc)) keys.a = [() => claim(row ?? { ...inc, claimed }), t('Ambil alih', 'Claim')];
		for (const [event, key, label] of fitting(inc)) keys[key] = [() => decide(event), t(...label)];
	}
	useKeys(keys, t('Kejadian', 'Incident'));
	if (error && !inc) return html`<div class="page"><h1>#${number}</h1><${Fault} error=${error} retry=${reload} /></div>`;
	if (!inc) return html`<div class="page"><${Loading} /></div>`;

	const live = !hasEnded(inc);
	const w = row ? watched(row) : inc.deadline ? { due: inc.deadline.due_at, what: words.clockName(inc.deadline.clock) } : null;
	const place = inc.region_name ?? row?.region_name ?? inc.region;
	const district = inc.district_name ?? row?.district_name;
	return html`<div class="page full incidentpage">
		<header class=${`casehead ${inc.urgency}`}>
			<div><p><${Urgency} of=${inc.urgency} /> <span class="soft">${words.incidentState(inc.state)}</span></p>
				<h1>${words.type(inc.type)} <span class="number">#${inc.number}</span></h1>
				<p>${[place, district].filter(Boolean).join(', ')}${inc.place_text && html` <span class="soft">${inc.place_text}</span>`}</p>
				<p class="factline"><${Age} since=${inc.opened_at} /> <span>${t('sejak', 'since')} ${moment(inc.opened_at, serverNow())}</span>
					<span>${t(`${inc.report_count} laporan`, `${inc.report_count} ${inc.report_count === 1 ? 'report' : 'reports'}`)}</span>
					${inc.merged.length > 0 && html`<span>${t('gabungan dari', 'merged from')} ${inc.merged.map((m) => html`<a href=${`#/kejadian/${m.number}`}>#${m.number}</a> `)}</span>`}</p>
				<${Over} inc=${inc} /></div>
			${live && w && html`<div class="due"><${Countdown} due=${w.due} label=${w.what} /><span class="what">${w.what}</span></div>`}
			${live && html`<div class="claim">${claimed ? html`<span class="soft">${t('diambil alih', 'claimed by')}</span><b>${words.actor(claimed.by)}</b><span class="soft">${moment(claimed.at, serverNow())}</span>`
				: mayDecide() && html`<${Button} kind="primary" hotkey="a" onClick=${() => claim(row ?? { ...inc, claimed })}>${t('Ambil alih', 'Claim')}<//>`}</div>`}
		</header>
		${ready && html`<div class="bar decisions" role="toolbar" aria-label=${t('Keputusan', 'Decisions')}>${fitting(inc).map(([event, key, label]) => html`<${Button} class="small" kind=${['cancel', 'false_report', 'withdraw'].includes(event) ? 'danger' : ''} hotkey=${key} onClick=${() => decide(event)}>${t(...label)}<//>`)}</div>`}
		${error && html`<${Fault} error=${error} retry=${reload} />`}
		<div class="casecols"><div class="stack">
			<section class="panel"><h2>${t('Instansi', 'Agencies')}</h2>
				${inc.dispatches.length === 0 ? html`<p class="empty">${t('Belum ada instansi yang diberi tahu.', 'No agency has been told yet.')}</p>`
				: html`<ul class="dispatches">${[...inc.dispatches].sort(byLife).map((d) => html`<${Dispatch} key=${d.id} d=${merged(d, row)} names=${names} live=${live} onAnswer=${(dispatch, event) => setDialog({ event, dispatch })} />`)}</ul>`}</section>
			<section class="panel"><h2>${t('Laporan', 'Reports')}</h2><ul class="stack">${inc.reports.map((r) => html`<${Report} key=${r.id} r=${r} onReveal=${(report) => setDialog({ report })} />`)}</ul></section>
		</div><div class="stack">
			<section class="panel"><h2>${t('Riwayat', 'History')}</h2><${Timeline} events=${inc.events} names=${names} /></section>
			<${Duplicates} inc=${inc} decide=${decide} />
			<${SmallMap} incident=${inc} place=${place} />
			<${Notices} notices=${inc.notices} names=${names} />
		</div></div>
		${dialog?.report && html`<${Reporter} report=${dialog.report} onClose=${() => setDialog(null)} />`}
		${dialog?.event && html`<${Decision} key=${dialog.event + (dialog.dispatch?.id ?? '')} event=${dialog.event} incident=${inc} dispatch=${dialog.dispatch} given=${dialog.given} names=${names} onDone=${reload} onClose=${() => setDialog(null)} />`}
	</div>`;
}

const life = { notified: 0, seen: 0, accepted: 1, en_route: 1, on_scene: 1, declined: 2, completed: 3, expired: 3, cancelled: 4 };
const byLife = (a, b) => life[a.state] - life[b.state] || (a.id < b.id ? -1 : 1);
const merged = (d, row) => ({ undeliverable: row?.dispatches.find((x) => x.id === d.id)?.undeliverable ?? false, ...d });

function triageGiven(inc, row) {
	const known = inc.reports.flatMap((r) => r.triage?.candidates ?? []).map((c) => ({ code: c.village_code, name: c.name ?? c.village_code, within: c.village_code }));
	const sure = inc.region.length > 8 ? { code: inc.region, name: inc.region_name ?? row?.region_name ?? inc.region } : null;
	return { type: words.TYPES.includes(inc.type) ? inc.type : '', urgency: inc.urgency, village: sure, place_text: inc.place_text ?? '', known };
}
