/* timeline: the history of an incident in words: when, who, what, why and by which rule. */
import { html } from './vendor/preact.js';
import { clockSeconds, date, duration, isoDay, moment, t } from './i18n.js';
import { said as saying } from './said.js';
import { serverNow } from './time.js';
import * as words from './words.js';

const DISPATCH_EVENTS = new Set(['seen', 'accept', 'decline', 'en_route', 'on_scene', 'complete', 'lapse', 'expire']);
const number = (x) => (x?.number !== undefined ? x.number : x);

/* What is said of one kind, beyond its name. names: slug -> name of an agency. -> {what, why} */
const tell = {
	opened: (d, names) => ({
		what: (d.dispatches?.length > 0 ? t('Ditugaskan: ', 'Dispatched: ') + d.dispatches.map((x) => names(x.agency)).join(', ') : t('Belum ada instansi yang diberi tahu', 'No agency has been told yet'))
			+ (d.spooled_at ? t(` · diterima ${clockSeconds(d.spooled_at)}, basis data sedang mati`, ` · received at ${clockSeconds(d.spooled_at)}, the database was away`) : ''),
		why: [...(d.reasons ?? []).map(saying), ...(d.dispatches ?? []).map((x) => `${names(x.agency)}: ${saying(x.why)}`)],
	}),
	escalated: (d, names) => {
		const clock = words.clockName(d.clock);
		const to = d.rung ? t(` → ${words.rung(d.rung)} diberi tahu`, ` → ${words.rung(d.rung)} told`) : '';
		const why = [];
		if (d.skipped) why.push(`${t('Dilewati', 'Skipped')}: ${d.skipped.split('; ').filter(Boolean).map(saying).join('; ')}`);
		if (d.late_s > 0) why.push(t(`terlambat ${duration(d.late_s)}`, `late by ${duration(d.late_s)}`));
		if (d.after_s > 0) why.push(t(`jenjang berikutnya sesudah ${duration(d.after_s)}`, `next rung after ${duration(d.after_s)}`));
		return {
			what: `${d.agency ? `${names(d.agency)}` : ''}${d.clock === 'replace' ? '' : `${d.agency ? ', ' : ''}${t('batas', 'clock:')} ${clock}`}${to}${d.repeat ? t(' (diulang)', ' (again)') : ''}`,
			why,
		};
	},
	triage: (d) => ({ what: [d.type && words.type(d.type), d.urgency && words.urgency(d.urgency), d.place_name ?? d.region].filter(Boolean).join(' · ') }),
	dispatch: (d, names) => ({ what: names(d.agency ?? d.dispatches?.[0]?.agency ?? ''), why: (d.dispatches ?? []).map((x) => x.why).filter(Boolean).map(saying) }),
	hand_over: (d, names) => ({ what: t(`kepada ${names(d.to)}`, `to ${names(d.to)}`) }),
	close: (d) => ({ what: words.disposition(d.disposition) }),
	merge: (d) => ({ what: `→ #${number(d.into) ?? ''}` }),
	absorb: (d) => ({ what: `#${number(d.from ?? d.incident) ?? ''}` }),
	split: (d) => ({ what: d.from !== undefined ? `#${number(d.from)}` : '' }),
	release: (d) => ({ what: d.incident !== undefined ? `#${number(d.incident)}` : '' }),
	report_attached: (d) => ({ what: `${t('laporan', 'report')} #${number(d.report) ?? d.number ?? ''}`, why: (d.reasons ?? []).map(saying) }),
	detach: (d) => ({ what: `${t('laporan', 'report')} #${number(d.report) ?? ''}${d.incident ? ` → #${number(d.incident)}` : ''}` }),
	not_duplicate: (d) => ({ what: `#${number(d.incident ?? d.other) ?? ''}` }),
};

function said(e, names) {
	const d = e.data ?? {};
	const own = tell[e.kind]?.(d, names) ?? { what: '' };
	if (DISPATCH_EVENTS.has(e.kind)) own.what = names(d.agency) + (d.eta ? t(`, tiba ~${moment(d.eta, serverNow())}`, `, there ~${moment(d.eta, serverNow())}`) : '');
	return own;
}

/* A refusal is no clock that ran out, though the same ladder climbs. */
const title = (e) => (e.kind === 'escalated' && e.data?.clock === 'replace' ? t('Mencari pengganti', 'Looking for another') : words.eventKind(e.kind));

/* What somebody wrote. */
const texts = (e) => [e.data?.note, e.data?.reason, e.data?.evidence].filter(Boolean);

/** One line of what happened: "Diterima: Polsek Penajam, tiba ~14:20", with what was written. */
export function eventLine(e, names) {
	const { what } = said(e, names);
	return [what ? `${title(e)}: ${what}` : title(e), ...texts(e).map((text) => `“${text}”`)].join(' ');
}

const who = (actor) => (actor === 'clock' ? t('jam Sigap', 'Sigap’s clock') : words.actor(actor));

/** events: as of GET /v1/incidents/{id}, the last one first on the screen. */
export function Timeline({ events, names }) {
	let last = '';
	return html`<ol class="timeline">${[...events].reverse().map((e) => {
		const { what, why = [] } = said(e, names);
		const day = isoDay(e.at);
		const head = day !== last && day !== isoDay(serverNow());
		last = day;
		return html`<li key=${e.number} class=${e.kind}>
			<time dateTime=${e.at}>${head && html`<span class="day">${date(e.at)} </span>`}${clockSeconds(e.at)}</time>
			<div><p><b>${title(e)}</b>${what && html` <span>${what}</span>`} <span class="soft">${who(e.actor)}</span></p>
			${texts(e).map((text) => html`<p class="said">“${text}”</p>`)}
			${why.length > 0 && html`<details><summary>${t('mengapa', 'why')}</summary><ul>${why.map((w) => html`<li>${w}</li>`)}</ul></details>`}</div>
		</li>`;
	})}</ol>`;
}
