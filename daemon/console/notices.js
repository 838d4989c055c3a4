/* notices: every message that left about an incident, with its attempts and what became of it. */
import { html } from './vendor/preact.js';
import { clockSeconds, moment, t } from './i18n.js';
import { serverNow } from './time.js';
import * as words from './words.js';

/* One word for what became of it: the telephone's word first, then the last attempt's. */
function fate(n) {
	const last = n.attempts.at(-1);
	if (n.dead) return ['bad', t('tidak terkirim', 'not delivered')];
	if (n.delivery) return [n.delivery === 'failed' ? 'bad' : n.delivery === 'delivered' ? 'good' : '', words.delivery(n.delivery)];
	if (last?.outcome === 'ok') return [n.channel === 'webhook' ? 'good' : '', n.channel === 'webhook' ? t('sampai', 'delivered') : words.delivery('sent')];
	if (n.waiting) return ['', t(`menunggu, ${moment(n.waiting.due_at, serverNow())}`, `waiting, ${moment(n.waiting.due_at, serverNow())}`)];
	return last ? ['bad', words.outcome(last.outcome)] : ['', t('belum dikirim', 'not sent yet')];
}

export function Notices({ notices, names }) {
	if (notices.length === 0) return null;
	return html`<section class="panel"><h2>${t('Pemberitahuan', 'Notices')} <span class="soft figures">${notices.length}</span></h2><ul class="noticelist">${[...notices].reverse().map((n) => {
		const [mood, what] = fate(n);
		return html`<li key=${n.id}><details><summary><span class="figures soft">${moment(n.created_at, serverNow())}</span> <b>${n.agency ? names(n.agency) : words.noticeKind(n.kind)}</b>
			${n.agency && html`<span>${words.noticeKind(n.kind)}</span>`} <span class="soft">${words.channel(n.channel)}</span> <span class=${`fate ${mood}`}>${what}</span></summary>
			<ol class="small">${n.attempts.map((a) => html`<li><span class="figures">${clockSeconds(a.at)}</span> ${t('percobaan', 'attempt')} ${a.number}: ${words.outcome(a.outcome)}
				<span class="soft">${[a.detail, a.ms !== null && a.ms !== undefined ? `${a.ms} ms` : null, a.gateway, a.parts > 0 ? t(`${a.parts} bagian`, `${a.parts} parts`) : null].filter(Boolean).join(' · ')}</span></li>`)}
			${n.reports.map((r) => html`<li><span class="figures">${clockSeconds(r.at)}</span> ${t('laporan operator', 'operator’s report')}: ${words.delivery(r.state)}</li>`)}
			${n.dead && html`<li class="bad">${t('Dihentikan', 'Given up')}: <span lang="en">${n.dead}</span></li>`}</ol></details></li>`;
	})}</ul></section>`;
}
