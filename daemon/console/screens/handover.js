/* handover: one sheet for the change of shift: what is open, what happened since, who comes next; to read on the screen and to print. */
import { withQuery } from '../api.js';
import { moment as near, t, zoneName } from '../i18n.js';
import { useKeys } from '../keys.js';
import { Countdown, Urgency } from '../marks.js';
import { me, settings } from '../me.js';
import { serverNow } from '../time.js';
import * as words from '../words.js';
import { html, useState, useLoad, useClock, Button, MomentField, Loaded, Mark, length, moment, spanOf, toInput, fromInput, ms } from './kit.js';
import { term } from './terms.js';
import { Notes } from './notes.js';

const link = (n) => html`<a href=${`#/kejadian/${n}`}>#${n}</a>`;

function Open({ list, now }) {
	if (list.length === 0) return html`<p><${Mark} tone="good">${t('Tidak ada kejadian terbuka.', 'No open incidents.')}<//></p>`;
	return html`<div class="scroll" tabindex="0" role="region" aria-label=${t('Kejadian terbuka', 'Open incidents')}><table><thead><tr>
		<th scope="col">${t('Nomor', 'Number')}</th><th scope="col">${t('Kegawatan', 'Urgency')}</th><th scope="col">${t('Apa dan di mana', 'What and where')}</th>
		<th scope="col">${t('Keadaan', 'State')}</th><th scope="col">${t('Instansi', 'Agencies')}</th><th scope="col" class="figures">${t('Umur', 'Age')}</th><th scope="col" class="figures">${t('Batas berikut', 'Next limit')}</th></tr></thead>
		<tbody>${list.map((r) => html`<tr key=${r.number}><td>${link(r.number)}</td><td><${Urgency} of=${r.urgency} /></td>
			<td><strong>${words.type(r.type)}</strong>${r.region_name && `, ${r.region_name}`}${r.place_text && html`<br /><small class="soft">${r.place_text}</small>`}</td>
			<td>${words.incidentState(r.state)}${r.next_due_at && ms(r.next_due_at) < now && html`<br /><${Mark} tone="bad">${t('lewat batas', 'overdue')}<//>`}</td>
			<td>${(r.dispatches ?? []).map((d) => html`<span class="sent">${d.agency_name ?? d.agency} <small class="soft">${words.dispatchState(d.state).toLowerCase()}${d.eta ? ` · ${t('tiba', 'there')} ${near(d.eta, now)}` : ''}</small></span>`)}</td>
			<td class="figures">${length((now - ms(r.opened_at)) / 1000)}</td>
			<td class="figures">${r.next_due_at ? html`<span class="noprint"><${Countdown} due=${r.next_due_at} /></span><span class="printonly">${near(r.next_due_at, now)}</span>` : '–'}</td></tr>`)}</tbody></table></div>`;
}

function List({ list, empty, line }) {
	if (!list || list.length === 0) return html`<p class="soft">${empty}</p>`;
	return html`<ul class="rows">${list.map((x, i) => html`<li key=${i}>${line(x)}</li>`)}</ul>`;
}

const person = (s) => html`<strong>${s.name ?? s.person}</strong>${s.reachable === false && html` <${Mark} tone="bad">${t('tanpa nomor HP', 'no telephone')}<//>`} <small class="soft">${words.role(s.role)} · ${s.from ? spanOf(s.from, s.until) : ''}</small>`;

function Sheet({ data, now }) {
	const closed = Array.isArray(data.closed) ? data.closed : [];
	return html`<section class="panel"><dl class="totals flat"><div><dt>${t('Terbuka', 'Open')}</dt><dd class="figures">${data.open_count ?? data.open.length}</dd></div>
			<div><dt>${t('Dibuka sejak itu', 'Opened since')}</dt><dd class="figures">${data.opened}</dd></div><div><dt>${t('Selesai sejak itu', 'Closed since')}</dt><dd class="figures">${closed.length}</dd></div>
			<div><dt>${t('Batas terlewat', 'Clocks that ran out')}</dt><dd class="figures">${data.breaches.length}</dd></div><div><dt>${t('Tidak terkirim', 'Not delivered')}</dt><dd class="figures">${data.dead_notices}</dd></div></dl></section>
		<section class="panel"><h2>${t('Masih terbuka', 'Still open')}</h2><${Open} list=${data.open} now=${now} /></section>
		<div class="sheetgrid">
			<section class="panel"><h2>${t('Bertugas', 'On duty')}</h2><${List} list=${data.on_duty} empty=${t('Tidak ada siapa pun.', 'Nobody.')} line=${person} />
				<h3>${t('Berikutnya', 'Next')}</h3><${List} list=${data.next} empty=${t('Belum ada: isi jadwal.', 'Nobody yet: fill the roster.')} line=${person} /></section>
			<section class="panel"><h2>${t('Batas yang terlewat', 'Clocks that ran out')}</h2><${List} list=${data.breaches} empty=${t('Tidak ada.', 'None.')}
				line=${(b) => html`${link(b.number)} ${term('breach', b.clock).toLowerCase()}${b.agency ? html` · ${b.agency_name ?? b.agency}` : ''} <small class="soft">${moment(b.at)}</small>`} /></section>
			<section class="panel"><h2>${t('Gangguan yang berlangsung', 'Trouble that lasts')}</h2><${List} list=${data.alarms} empty=${t('Tidak ada.', 'None.')}
				line=${(a) => html`<strong>${term('alarm', a.kind)}</strong> <small class="soft"><span lang="en">${a.detail}</span> · ${t('sejak', 'since')} ${moment(a.raised_at)}</small>`} /></section>
			<section class="panel"><h2>${t('Selesai', 'Closed')}</h2><${List} list=${closed} empty=${t('Tidak ada.', 'None.')}
				line=${(c) => html`${link(c.number)} <small class="soft">${c.summary ? `${c.summary} · ` : ''}${c.disposition ? words.disposition(c.disposition) : words.incidentState(c.state)}</small>`} /></section>
		</div>`;
}

export default function Handover() {
	const [since, setSince] = useState('');
	const now = useClock();
	const load = useLoad(withQuery('/v1/handover', { from: since ? fromInput(since) : null }), 30);
	useKeys({ P: [() => print(), t('Cetak', 'Print')] }, t('Serah terima', 'Hand-over'));
	const begin = load.data?.since;
	return html`<div class="page full handover"><header class="pagehead"><h1>${t('Serah terima piket', 'Shift hand-over')}</h1>
			<span class="soft">${settings().name} · ${begin ? `${moment(begin)} – ${moment(serverNow())} ${zoneName()}` : ''}</span>
			<span class="bar end noprint"><${MomentField} label=${t('Sejak', 'Since')} value=${since || toInput(begin)} onInput=${setSince} />
				<${Button} kind="primary" hotkey="P" onClick=${() => print()}>${t('Cetak', 'Print')}<//></span></header>
		<${Loaded} load=${load}>${(data) => html`<${Sheet} data=${data} now=${now} />`}<//>
		<section class="panel notesheet"><h2>${t('Catatan', 'Notes')}</h2><${Notes} most=${12} given=${load.data?.notes ?? []} /></section>
		<p class="printonly sign">${t('Dicetak', 'Printed')} ${moment(serverNow())} ${zoneName()} · ${me().name}<span>${t('Yang menyerahkan', 'Handed over by')}: ________________</span><span>${t('Yang menerima', 'Taken over by')}: ________________</span></p>
	</div>`;
}
