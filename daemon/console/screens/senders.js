/* senders: who is blocked, has sent pranks or is a machine; and one sender with what he wrote. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { mayDecide } from '../me.js';
import { confirmThen } from '../ui.js';
import * as words from '../words.js';
import { html, useState, useLoad, useAction, Button, Choice, Field, MomentField, FormDialog, Faults, Loaded, Mark, Table, faultsOf, fromInput, moment, announce } from './kit.js';
import { term, termsOf } from './terms.js';

const hints = () => ({
	blocked: t('Pesannya disimpan, tetapi tidak ada yang ditugaskan dan tidak dijawab. Yang tampak kritis tetap ditunjukkan kepada petugas piket.', 'What he sends is kept, but nobody is dispatched and he gets no answer. What looks critical is still shown to whoever is on duty.'),
	prank: t('Catatan bukti saja; laporannya tetap ditangani.', 'Evidence only; his reports are still handled.'),
	automatic: t('Sebuah mesin: tidak pernah dijawab, laporannya tetap ditugaskan.', 'A machine: never answered, its reports are dispatched.'),
});
const path = (address) => `/v1/senders/${encodeURIComponent(address)}`;
const open = (address) => {
	location.hash = address ? `#/sistem/pengirim/${encodeURIComponent(address)}` : '#/sistem/pengirim';
};

function MarkForm({ address, onClose, done }) {
	const [form, set] = useState({ mark: 'blocked', reason: '', until: '' });
	const action = useAction(), faults = faultsOf(action.error);
	const put = (name) => (value) => set({ ...form, [name]: value });
	const submit = async () => {
		const body = { mark: form.mark, reason: form.reason.trim(), ...(form.until ? { until: fromInput(form.until) } : {}) };
		if (await action.run(() => api.post(`${path(address)}/marks`, body))) {
			announce(t('Tanda dicatat.', 'The mark is recorded.'));
			done();
		}
	};
	return html`<${FormDialog} title=${t(`Tandai ${address}`, `Mark ${address}`)} onClose=${onClose} onSubmit=${submit} action=${action} text=${t('Tandai', 'Mark')} kind=${form.mark === 'blocked' ? 'danger' : 'primary'}>
		<${Choice} label=${t('Tanda', 'Mark')} shown value=${form.mark} onChange=${put('mark')} options=${termsOf('mark')} />
		<p class="hint">${hints()[form.mark]}</p>
		<${Field} type="textarea" label=${t('Alasan', 'Reason')} required minlength="3" maxlength="500" value=${form.reason} onInput=${put('reason')} error=${faults['/reason']} />
		<${MomentField} label=${t('Sampai (boleh kosong)', 'Until (may be empty)')} value=${form.until} onInput=${put('until')} error=${faults['/until']} />
		<${Faults} error=${action.error} shown=${['/reason', '/until']} /><//>`;
}

const retire = (address, mark, reload) => confirmThen({ title: t('Cabut tanda?', 'End the mark?'), action: t('Cabut', 'End it'),
	text: t(`"${term('mark', mark.mark)}" untuk ${address} tidak berlaku lagi; riwayatnya tetap ada.`, `"${term('mark', mark.mark)}" for ${address} counts no more; the history stays.`) }, async () => {
	await api.post(`${path(address)}/marks/${mark.id}/retire`, {});
	announce(t('Tanda dicabut.', 'The mark has ended.'));
	reload();
});

function Sender({ address }) {
	const load = useLoad(path(address));
	const [marking, setMarking] = useState(false);
	const marks = [
		{ key: 'mark', label: t('Tanda', 'Mark'), cell: (m) => html`<${Mark} tone=${m.retired_at ? 'calm' : m.mark === 'blocked' ? 'bad' : 'wait'}><strong>${term('mark', m.mark)}</strong><//>` },
		{ key: 'reason', label: t('Alasan', 'Reason') },
		{ key: 'made', label: t('Oleh', 'By'), cell: (m) => html`${words.actor(m.made_by)} <small class="soft">${moment(m.made_at)}</small>` },
		{ key: 'until', label: t('Sampai', 'Until'), cell: (m) => (m.retired_at ? html`${t('dicabut', 'ended')} <small class="soft">${words.actor(m.retired_by)}, ${moment(m.retired_at)}</small>` : m.ends_at ? moment(m.ends_at) : t('seterusnya', 'for good')) },
		...(mayDecide() ? [{ key: 'do', label: html`<span class="sr">${t('Tindakan', 'Actions')}</span>`, class: 'do', cell: (m) => !m.retired_at && html`<${Button} class="small" onClick=${() => retire(address, m, load.reload)}>${t('Cabut', 'End')}<//>` }] : []),
	];
	const reports = [
		{ key: 'number', label: t('Laporan', 'Report'), class: 'figures', cell: (r) => `#${r.number}` },
		{ key: 'at', label: t('Masuk', 'Received'), cell: (r) => moment(r.received_at) },
		{ key: 'text', label: t('Isi', 'Text'), cell: (r) => r.text ?? '–' },
		{ key: 'type', label: t('Jenis', 'Type'), cell: (r) => `${words.type(r.type)}, ${words.urgency(r.urgency).toLowerCase()}` },
		{ key: 'incident', label: t('Kejadian', 'Incident'), cell: (r) => (r.incident ? html`<a href=${`#/kejadian/${r.incident.number}`}>#${r.incident.number}</a> <small class="soft">${words.incidentState(r.incident.state)}</small>` : '–') },
	];
	return html`<section class="panel stack"><div class="panelhead"><${Button} class="small" onClick=${() => open(null)}>← ${t('Semua', 'All')}<//><h2>${address}</h2>
			${mayDecide() && html`<span class="end"><${Button} onClick=${() => setMarking(true)}>${t('Tandai', 'Mark')}<//></span>`}</div>
		<${Loaded} load=${load}>${(s) => html`<p class="soft">${t('Balasan otomatis dalam satu jam terakhir', 'Automatic replies in the last hour')}: ${s.replies_last_hour}</p>
			<h3>${t('Tanda', 'Marks')}</h3><${Table} columns=${marks} rows=${s.marks} caption=${t('Tanda', 'Marks')} empty=${t('Tidak pernah ditandai.', 'Never marked.')} />
			<h3>${t('Laporan terakhir', 'Latest reports')}</h3><${Table} columns=${reports} rows=${s.reports} caption=${t('Laporan', 'Reports')} empty=${t('Belum pernah mengirim laporan.', 'Never sent a report.')} />`}<//>
		<p class="hint">${t('Bahwa halaman ini dibuka, dicatat.', 'That this page was opened is recorded.')}</p>
		${marking && html`<${MarkForm} address=${address} onClose=${() => setMarking(false)} done=${() => { setMarking(false); load.reload(); }} />`}</section>`;
}

function All() {
	const [kind, setKind] = useState('');
	const [wanted, setWanted] = useState('');
	const load = useLoad(`/v1/senders${kind ? `?mark=${kind}` : ''}`);
	const columns = [
		{ key: 'address', label: t('Pengirim', 'Sender'), cell: (m) => html`<a href=${`#/sistem/pengirim/${encodeURIComponent(m.address)}`}>${m.address}</a>` },
		{ key: 'mark', label: t('Tanda', 'Mark'), cell: (m) => html`<${Mark} tone=${m.mark === 'blocked' ? 'bad' : 'wait'}>${term('mark', m.mark)}<//>` },
		{ key: 'reason', label: t('Alasan', 'Reason') },
		{ key: 'by', label: t('Oleh', 'By'), cell: (m) => html`${words.actor(m.made_by)} <small class="soft">${moment(m.made_at)}</small>` },
		{ key: 'until', label: t('Sampai', 'Until'), cell: (m) => (m.ends_at ? moment(m.ends_at) : t('seterusnya', 'for good')) },
		...(mayDecide() ? [{ key: 'do', label: html`<span class="sr">${t('Tindakan', 'Actions')}</span>`, class: 'do', cell: (m) => html`<${Button} class="small" onClick=${() => retire(m.address, m, load.reload)}>${t('Cabut', 'End')}<//>` }] : []),
	];
	const find = (e) => {
		e.preventDefault();
		if (wanted.trim().length >= 3) open(wanted.trim().replace(/^0(?=8)/, '+62').replace(/[\s-]/g, ''));
	};
	return html`<section class="panel stack"><div class="panelhead"><h2>${t('Pengirim yang ditandai', 'Marked senders')}</h2>
			<span class="end"><${Choice} label=${t('Tanda', 'Mark')} value=${kind} onChange=${setKind} options=${[['', t('semua', 'all')], ...termsOf('mark')]} /></span></div>
		<form class="search bar" onSubmit=${find}><${Field} type="search" label=${t('Buka sebuah nomor', 'Open a number')} value=${wanted} onInput=${setWanted} placeholder="0812… / +62812…" />
			<${Button} type="submit">${t('Buka', 'Open')}<//></form>
		<${Loaded} load=${load}>${(list) => html`<${Table} columns=${columns} rows=${list} caption=${t('Pengirim yang ditandai', 'Marked senders')} empty=${t('Tidak ada pengirim yang ditandai.', 'No sender is marked.')} />`}<//></section>`;
}

export const Senders = ({ address }) => (address ? html`<${Sender} key=${address} address=${address} />` : html`<${All} />`);
