/* forms: one dialog for every decision. What was typed stays when somebody else was faster; the person sees what changed and decides again. */
import { html, useState } from './vendor/preact.js';
import { api, ApiError } from './api.js';
import { send } from './decide.js';
import { moment, t } from './i18n.js';
import { intoEnded } from './merge.js';
import { said } from './said.js';
import { serverNow } from './time.js';
import { Button, Dialog, Fault, Field, Notice, announce, confirmThen, useApi } from './ui.js';
import { eventLine } from './timeline.js';
import { Village, unpicked } from './village.js';
import * as words from './words.js';

const reason = (label, more = {}) => ({ name: 'reason', label, type: 'textarea', maxlength: 500, ...more });
const note = (label = t('Catatan', 'Note'), more = {}) => ({ name: 'note', label, type: 'textarea', maxlength: 2000, ...more });
const byPhone = () => ({ name: 'by', label: t('Siapa yang menjawab (lewat telepon)', 'Who answered (by telephone)'), required: true, maxlength: 100 });

/* Each: title, what the button says, the fields, the event; danger where people are stood down; ask: what is to be asked before it is sent, or null. Functions, so that they follow the language. */
const incidentForms = {
	note: () => ({ title: t('Tambah catatan', 'Add a note'), action: t('Simpan', 'Save'), fields: [note(t('Catatan', 'Note'), { required: true })], free: true }),
	dispatch: () => ({
		title: t('Tugaskan instansi', 'Dispatch an agency'), action: t('Tugaskan', 'Dispatch'),
		fields: [{ name: 'agency', label: t('Instansi', 'Agency'), type: 'agency', required: true }, note(t('Catatan untuk instansi', 'Note for the agency'))],
	}),
	hand_over: () => ({
		title: t('Serah terima', 'Hand over'), action: t('Serahkan', 'Hand over'),
		about: t('Orangnya kini bersama siapa? Hari kunjungan lanjutan diatur sesudahnya.', 'Who has the person now? A day for the follow-up visit is set.'),
		fields: [{ name: 'to', label: t('Kepada (instansi atau nama)', 'To (an agency or a name)'), type: 'agency-text', required: true, maxlength: 200 }, note()],
	}),
	close: () => ({
		title: t('Tutup kejadian', 'Close the incident'), action: t('Tutup', 'Close'),
		about: t('Semua instansi yang masih bertugas diberi tahu bahwa tugasnya selesai.', 'Every agency that is still at it is stood down.'),
		fields: [{ name: 'disposition', label: t('Berakhir bagaimana', 'How it ended'), type: 'select', required: true, options: words.DISPOSITIONS.map((d) => [d, words.disposition(d)]) },
			note(t('Catatan', 'Note'), { requiredIf: (v) => v.disposition === 'other' })],
	}),
	cancel: () => ({
		title: t('Batalkan kejadian', 'Cancel the incident'), action: t('Batalkan dan hentikan semua', 'Cancel and stand all down'), kind: 'danger',
		about: t('Semua instansi yang diberi tahu akan dihentikan.', 'Every agency that was told is stood down.'), fields: [reason(t('Alasan', 'Reason'), { required: true })],
	}),
	withdraw: () => ({
		title: t('Laporan ditarik pelapor', 'Withdrawn by the reporter'), action: t('Catat penarikan', 'Record it'), kind: 'danger',
		about: t('Hanya selama belum ada yang berangkat.', 'Only as long as nobody has set out.'), fields: [reason(t('Kata pelapor', 'What the reporter said'), { required: true })],
	}),
	false_report: () => ({
		title: t('Nyatakan laporan palsu', 'Declare a false report'), action: t('Nyatakan palsu', 'Declare false'), kind: 'danger',
		about: t('Perlu bukti: siapa memeriksa, kapan, apa yang ditemukan.', 'This needs evidence: who checked, when, what was found.'),
		fields: [{ name: 'evidence', label: t('Bukti', 'Evidence'), type: 'textarea', required: true, minlength: 10, maxlength: 2000 }],
	}),
	reopen: () => ({ title: t('Buka kembali', 'Reopen'), action: t('Buka kembali', 'Reopen'), fields: [reason(t('Alasan', 'Reason'), { required: true })] }),
	merge: () => ({
		title: t('Gabung ke kejadian lain', 'Merge into another incident'), action: t('Gabung', 'Merge'), ask: (incident, v, names) => intoEnded(incident, Number(v.into), names),
		about: t('Kejadian ini berakhir dan petugasnya dihentikan; selanjutnya yang lain ditangani. Dapat dipisahkan lagi.', 'This one ends and its people are stood down; the other is handled from then on. It can be split off again.'),
		fields: [{ name: 'into', label: t('Nomor kejadian lain itu', 'Number of the other one'), type: 'number', required: true }, reason(t('Alasan', 'Reason'))],
	}),
	split: () => ({ title: t('Pisahkan lagi', 'Split off again'), action: t('Pisahkan', 'Split'), fields: [reason(t('Alasan', 'Reason'))] }),
	detach: () => ({
		title: t('Keluarkan laporan', 'Take a report out'), action: t('Keluarkan', 'Take out'),
		about: t('Laporan itu menjadi kejadian tersendiri dan ditugaskan menurut kebijakan.', 'It opens an incident of its own, planned by the policy.'),
		fields: [{ name: 'report', label: t('Nomor laporan', 'Number of the report'), type: 'number', required: true }, reason(t('Alasan', 'Reason'))],
	}),
	not_duplicate: () => ({ title: t('Bukan kejadian yang sama', 'Not the same event'), action: t('Nyatakan berbeda', 'They are different'), fields: [{ name: 'incident', label: t('Nomor kejadian lain', 'Number of the other one'), type: 'number', required: true }, reason(t('Alasan', 'Reason'))] }),
	triage: () => ({
		title: t('Telaah', 'Triage'), action: t('Putuskan', 'Decide'),
		about: t('Instansi yang menurut kebijakan diperlukan akan diberi tahu; yang sudah ditugaskan tetap.', 'Agencies that the policy now wants are told; those told before keep their dispatch.'),
		fields: [{ name: 'type', label: t('Jenis', 'Type'), type: 'select', options: words.TYPES.map((x) => [x, words.type(x)]) },
			{ name: 'urgency', label: t('Kegawatan', 'Urgency'), type: 'select', options: words.URGENCIES.map((u) => [u, words.urgency(u)]) },
			{ name: 'village', label: t('Desa/kelurahan', 'Village'), type: 'village' }, { name: 'place_text', label: t('Tempat (kata-kata)', 'Place (in words)'), maxlength: 500 }],
	}),
};
const dispatchForms = {
	accept: () => ({ title: t('Diterima lewat telepon', 'Accepted by telephone'), action: t('Catat: diterima', 'Record: accepted'), fields: [byPhone(), { name: 'eta', label: t('Tiba dalam berapa menit', 'There in how many minutes'), type: 'number', min: 1, max: 1440 }, note()] }),
	decline: () => ({ title: t('Ditolak lewat telepon', 'Declined by telephone'), action: t('Catat: ditolak', 'Record: declined'), kind: 'danger', fields: [byPhone(), reason(t('Alasan menolak', 'Why'), { required: true }), note()] }),
	en_route: () => ({ title: t('Sudah berangkat', 'On the way'), action: t('Catat: menuju lokasi', 'Record: on the way'), fields: [byPhone(), { name: 'eta', label: t('Tiba dalam berapa menit', 'There in how many minutes'), type: 'number', min: 1, max: 1440 }, note()] }),
	on_scene: () => ({ title: t('Sudah di lokasi', 'On scene'), action: t('Catat: di lokasi', 'Record: on scene'), fields: [byPhone(), note()] }),
	complete: () => ({ title: t('Tugas selesai', 'Task done'), action: t('Catat: selesai', 'Record: done'), fields: [byPhone(), note()] }),
};

/** The phone answers that fit a dispatch in this state. */
export const answersTo = (state) =>
	({ notified: ['accept', 'decline', 'en_route', 'on_scene'], seen: ['accept', 'decline', 'en_route', 'on_scene'], accepted: ['en_route', 'on_scene', 'complete', 'decline'], en_route: ['on_scene', 'complete', 'decline'], on_scene: ['complete'], expired: ['accept', 'decline', 'en_route', 'on_scene'] })[state] ?? [];
export const answerLabel = (event) =>
	({ accept: t('Diterima', 'Accepted'), decline: t('Ditolak', 'Declined'), en_route: t('Berangkat', 'On the way'), on_scene: t('Tiba', 'Arrived'), complete: t('Selesai', 'Done') })[event];

function Agencies({ field, value, onInput, free }) {
	const { data } = useApi('/v1/agencies');
	const all = (data ?? []).filter((a) => !a.retired).sort((a, b) => a.name.localeCompare(b.name));
	if (free)
		return html`<${Field} label=${field.label} value=${value} onInput=${onInput} maxlength=${field.maxlength} list="agencies-known" />
			<datalist id="agencies-known">${all.map((a) => html`<option value=${a.slug}>${a.name}</option>`)}</datalist>`;
	const kinds = [...new Set(all.map((a) => a.kind))];
	return html`<div class="field"><label for="agency-pick">${field.label}</label><select id="agency-pick" value=${value} onChange=${(e) => onInput(e.currentTarget.value)}>
		<option value="">${t('pilih…', 'choose…')}</option>
		${kinds.map((k) => html`<optgroup label=${words.agencyKind(k)}>${all.filter((a) => a.kind === k).map((a) => html`<option value=${a.slug} selected=${a.slug === value}>${a.name}</option>`)}</optgroup>`)}</select></div>`;
}

/* What the person has filled in, as the API wants it. */
function bodyOf(fields, v) {
	const body = {};
	for (const f of fields) {
		const value = v[f.name];
		if (value === undefined || value === null || value === '') continue;
		if (f.name === 'by') continue;
		if (f.type === 'village') body.village_code = value.code;
		else body[f.name] = f.type === 'number' ? Number(value) : value;
	}
	if (v.by) body.note = `${t('lewat telepon', 'by telephone')}: ${v.by.trim()}${body.note ? `. ${body.note}` : ''}`;
	return body;
}

/**
 * The dialog of one decision. incident: as of GET /v1/incidents/{id}; dispatch: one of its dispatches, when an agency's answer is recorded.
 * given: values to begin with. fixed: members that are sent beside. onDone(answer) after it was taken.
 */
export function Decision({ event, incident, dispatch, given = {}, names, onDone, onClose }) {
	const form = (dispatch ? dispatchForms : incidentForms)[event]();
	const [v, setV] = useState(given);
	const [busy, setBusy] = useState(false);
	const [fault, setFault] = useState(null);
	const [seen, setSeen] = useState({ incident: incident.version, object: (dispatch ?? incident).version });
	const [changes, setChanges] = useState(null);
	const set = (name) => (value) => setV((old) => ({ ...old, [name]: value }));
	const missing = form.fields.find((f) => (f.required || f.requiredIf?.(v)) && !String(v[f.name] ?? '').trim());
	const short = form.fields.find((f) => f.minlength && String(v[f.name] ?? '').trim().length < f.minlength);
	const unready = Boolean(missing || short || form.fields.some((f) => f.type === 'village' && unpicked(v[f.name])));

	const post = async () => {
		setBusy(true);
		setFault(null);
		const path = dispatch ? `/v1/dispatches/${dispatch.id}/events` : `/v1/incidents/${incident.id}/events`;
		try {
			const body = { event, ...bodyOf(form.fields, v) };
			const versionOf = (now) => (dispatch ? now.dispatches.find((d) => d.id === dispatch.id) : now)?.version;
			const { answer, changes: since, seen: next } = form.free ? { answer: await api.post(path, body) } : await send(path, body, incident.id, seen, versionOf);
			if (since) {
				setSeen(next);
				setChanges(since);
				return setBusy(false);
			}
			announce(`#${incident.number}: ${form.action} ✓`);
			onDone?.(answer);
			return onClose();
		} catch (e) {
			setFault(e);
			return setBusy(false);
		}
	};
	const submit = async (ev) => {
		ev?.preventDefault();
		if (unready || busy) return undefined;
		if (!form.ask) return post();
		setBusy(true);
		setFault(null);
		try {
			const question = await form.ask(incident, v, names);
			setBusy(false);
			return question ? confirmThen(question, post) : post();
		} catch (e) {
			setFault(e);
			return setBusy(false);
		}
	};
	const at = (name) => (fault instanceof ApiError ? said(fault.at(`#/${name}`) ?? '') : null);
	const field = (f) => {
		if (f.type === 'agency' || f.type === 'agency-text') return html`<${Agencies} field=${f} value=${v[f.name] ?? ''} onInput=${set(f.name)} free=${f.type === 'agency-text'} />`;
		if (f.type === 'village') return html`<${Village} label=${f.label} value=${v[f.name]} onPick=${set(f.name)} error=${at('village_code')} known=${given.known ?? []} />`;
		const options = f.type === 'select' ? [['', t('pilih…', 'choose…')], ...f.options] : undefined;
		return html`<${Field} label=${f.label} type=${f.type ?? 'text'} options=${options} value=${v[f.name] ?? ''} onInput=${set(f.name)} error=${at(f.name)} maxlength=${f.maxlength} min=${f.min} max=${f.max}
			onKeyDown=${(e) => e.key === 'Enter' && e.ctrlKey && submit(e)}
			hint=${f.minlength ? t(`Paling sedikit ${f.minlength} huruf.`, `At least ${f.minlength} characters.`) : null} />`;
	};
	return html`<${Dialog} title=${`${form.title} · #${incident.number}${dispatch ? ` · ${names(dispatch.agency)}` : ''}`} onClose=${onClose} actions=${html`
		<${Button} onClick=${onClose}>${t('Batal', 'Cancel')}<//>
		<${Button} kind=${form.kind ?? 'primary'} busy=${busy} disabled=${unready} onClick=${submit}>${changes ? t('Kirim tetap', 'Send all the same') : form.action}<//>`}>
		${changes && changes.length > 0 && html`<${Notice} kind="warn"><p><b>${t('Sementara itu ada perubahan:', 'Meanwhile something changed:')}</b></p>
			<ul>${changes.map((c) => html`<li><span class="figures">${moment(c.at, serverNow())}</span> ${eventLine(c, names)} <span class="soft">${words.actor(c.actor)}</span></li>`)}</ul>
			<p>${t('Tulisan Anda masih ada. Kirim tetap, atau batal.', 'What you typed is still here. Send it all the same, or cancel.')}</p><//>`}
		${form.about && html`<p class="soft">${form.about}</p>`}
		<form class="stack" onSubmit=${submit}>${form.fields.map(field)}<button type="submit" hidden></button></form>
		${fault && html`<${Fault} error=${fault} />`}
	<//>`;
}

/** Who told it: shown for a reason, which is logged. */
export function Reporter({ report, onClose }) {
	const [why, setWhy] = useState('');
	const [busy, setBusy] = useState(false);
	const [state, set] = useState({});
	const ask = async (e) => {
		e?.preventDefault();
		if (why.trim().length < 10 || busy) return;
		setBusy(true);
		try {
			set({ who: await api.post(`/v1/reports/${report.id}/reporter`, { reason: why.trim() }) });
		} catch (fault) {
			set({ fault });
		}
		setBusy(false);
	};
	return html`<${Dialog} title=${t(`Pelapor laporan #${report.number}`, `Who told report #${report.number}`)} onClose=${onClose} actions=${state.who
		? html`<${Button} kind="primary" onClick=${onClose}>${t('Tutup', 'Close')}<//>`
		: html`<${Button} onClick=${onClose}>${t('Batal', 'Cancel')}<//><${Button} kind="primary" busy=${busy} disabled=${why.trim().length < 10} onClick=${ask}>${t('Buka', 'Open')}<//>`}>
		${state.who
			? html`<dl class="pairs"><div><dt>${t('Nama', 'Name')}</dt><dd>${state.who.name ?? '–'}</dd></div><div><dt>${t('Telepon', 'Telephone')}</dt><dd class="figures big">${state.who.phone ? html`<a href=${`tel:${state.who.phone}`}>${state.who.phone}</a>` : '–'}</dd></div></dl>`
			: html`<p>${t('Data pelapor dirahasiakan. Pembukaan dicatat bersama nama Anda dan alasannya.', 'This is confidential. Opening it is recorded with your name and the reason.')}</p>
				<form onSubmit=${ask}><${Field} label=${t('Alasan membuka', 'Reason for opening')} value=${why} onInput=${setWhy} maxlength="300" hint=${t('Paling sedikit 10 huruf.', 'At least 10 characters.')} /></form>`}
		${state.fault && html`<${Fault} error=${state.fault} />`}
	<//>`;
}
