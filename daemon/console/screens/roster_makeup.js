/* roster_makeup: what the week is made of: rotations, single shifts, stand-ins and swaps; each can be added, and taken back. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { mayDecide } from '../me.js';
import { confirmThen } from '../ui.js';
import * as words from '../words.js';
import {
	html, useState, useAction, useLoad, Button, Choice, Field, FormDialog, Faults, Loaded, MomentField, Table, faultsOf, fromInput, length, moment,
	spanOf, announce,
} from './kit.js';

const nameOf = (people, slug) => (slug ? (people.get(slug)?.name ?? slug) : t('tidak ada', 'nobody'));
const HOURS = [[8, '3 × 8'], [12, '2 × 12'], [24, '24'], [168, '7 × 24']];

/* ---- a new rotation ---- */

export function RotationDialog({ list, people, onClose, done }) {
	const [form, set] = useState({ slug: '', role: 'coordinator', turns: [], from: '', hours: 12, until: '' });
	const action = useAction(), faults = faultsOf(action.error);
	const put = (name) => (value) => set({ ...form, [name]: value });
	const turns = (next) => set({ ...form, turns: next });
	const move = (i, n) => {
		const next = [...form.turns];
		[next[i], next[i + n]] = [next[i + n], next[i]];
		turns(next);
	};
	const submit = async () => {
		const body = { slug: form.slug, role: form.role, people: form.turns, from: fromInput(form.from), shift_s: form.hours * 3600 };
		if (form.until) body.until = fromInput(form.until);
		if (await action.run(() => api.post('/v1/rotations', body))) {
			announce(t('Giliran ditambahkan.', 'The rotation is added.'));
			done();
		}
	};
	const fault = faults['/people'] ?? Object.entries(faults).find(([at]) => at.startsWith('/people/'))?.[1];
	return html`<${FormDialog} title=${t('Giliran baru', 'New rotation')} onClose=${onClose} onSubmit=${submit} action=${action} text=${t('Tambah', 'Add')} disabled=${form.turns.length === 0}>
		<${Field} label=${t('Nama pendek', 'Short name')} required pattern="[a-z0-9]+(-[a-z0-9]+)*" maxlength="64" value=${form.slug} onInput=${put('slug')} error=${faults['/slug']} placeholder="trc-siang"
			hint=${t('huruf kecil, angka dan tanda hubung', 'small letters, digits and hyphens')} />
		<${Choice} label=${t('Sebagai', 'As')} shown value=${form.role} onChange=${put('role')} options=${[['coordinator', words.role('coordinator')], ['officer', words.role('officer')]]} />
		<div><h3>${t('Bergiliran dalam urutan ini', 'Take turns in this order')}</h3>
			<ol class="turns">${form.turns.map((slug, i) => html`<li key=${`${slug}${i}`}><span>${i + 1}. ${nameOf(people, slug)}</span><span class="bar">
				<${Button} class="small" aria-label=${t('lebih dulu', 'earlier')} disabled=${i === 0} onClick=${() => move(i, -1)}>↑<//>
				<${Button} class="small" aria-label=${t('hapus', 'remove')} onClick=${() => turns(form.turns.filter((_, j) => j !== i))}>×<//></span></li>`)}</ol>
			<${Field} type="select" label=${t('Tambah petugas', 'Add a person')} value="" onInput=${(slug) => slug && turns([...form.turns, slug])} options=${[['', '–'], ...list.map((p) => [p.slug, p.name])]} error=${fault} /></div>
		<${Field} type="select" label=${t('Lama tiap giliran', 'Each turn lasts')} value=${String(form.hours)} onInput=${(v) => put('hours')(Number(v))} options=${HOURS.map(([h]) => [String(h), length(h * 3600)])} error=${faults['/shift_s']} />
		<div class="pair"><${MomentField} label=${t('Giliran pertama mulai', 'The first turn begins')} required value=${form.from} onInput=${put('from')} error=${faults['/from']} />
			<${MomentField} label=${t('Berakhir (boleh kosong)', 'Ends (may be empty)')} value=${form.until} onInput=${put('until')} error=${faults['/until']} /></div>
		<${Faults} error=${action.error} shown=${['/slug', '/people', '/shift_s', '/from', '/until']} /><//>`;
}

/* ---- what there is ---- */

function retire(path, text, changed) {
	confirmThen({ title: t('Cabut?', 'Take back?'), kind: 'danger', action: t('Cabut', 'Take back'), text }, async () => {
		await api.post(`${path}/retire`, {});
		announce(t('Dicabut.', 'Taken back.'));
		changed();
	});
}

export function Makeup({ people, open, since, changed }) {
	const load = useLoad('/v1/roster', 30, since);
	const doing = (path, text) => (mayDecide() ? [{ key: 'do', label: html`<span class="sr">${t('Tindakan', 'Actions')}</span>`, class: 'do', cell: (x) => html`<${Button} class="small" kind="danger"
		onClick=${() => retire(path(x), text(x), changed)}>${t('Cabut', 'Take back')}<//>` }] : []);
	const rotations = [
		{ key: 'slug', label: t('Giliran', 'Rotation'), cell: (r) => html`<strong>${r.slug}</strong> <small class="soft">${words.role(r.role)}</small>` },
		{ key: 'people', label: t('Urutan', 'In turn'), cell: (r) => r.people.map((p) => nameOf(people, p)).join(' → ') },
		{ key: 'shift_s', label: t('Lama', 'Each'), cell: (r) => length(r.shift_s) },
		{ key: 'from', label: t('Sejak', 'Since'), class: 'when', cell: (r) => moment(r.from) },
		{ key: 'until', label: t('Sampai', 'Until'), class: 'when', cell: (r) => (r.until ? moment(r.until) : t('seterusnya', 'open end')) },
		...doing((r) => `/v1/rotations/${r.slug}`, (r) => t(`Giliran ${r.slug} berakhir sekarang; yang sudah lewat tetap diketahui.`, `The rotation ${r.slug} ends now; what has been stays known.`)),
	];
	const shifts = [
		{ key: 'person', label: t('Petugas', 'Person'), cell: (s) => html`<strong>${nameOf(people, s.person)}</strong> <small class="soft">${words.role(s.role)}</small>` },
		{ key: 'from', label: t('Piket', 'Shift'), class: 'when', cell: (s) => spanOf(s.from, s.until) },
		{ key: 'imported', label: t('Asal', 'From'), cell: (s) => (s.imported ? t('berkas kalender', 'calendar file') : t('dicatat di sini', 'entered here')) },
		...doing((s) => `/v1/shifts/${s.id}`, (s) => `${nameOf(people, s.person)}, ${spanOf(s.from, s.until)}`),
	];
	const overrides = [
		{ key: 'person', label: t('Bertugas', 'On duty'), cell: (o) => html`<strong>${nameOf(people, o.person)}</strong> <small class="soft">${words.role(o.role)}${o.swap ? ` · ${t('tukar', 'swap')}` : ''}</small>` },
		{ key: 'instead_of', label: t('Menggantikan', 'Instead of'), cell: (o) => (o.instead_of ? nameOf(people, o.instead_of) : t('semua', 'everybody')) },
		{ key: 'from', label: t('Waktu', 'Time'), class: 'when', cell: (o) => spanOf(o.from, o.until) },
		{ key: 'reason', label: t('Alasan', 'Reason'), cell: (o) => o.reason ?? '–' },
		{ key: 'made_by', label: t('Oleh', 'By'), cell: (o) => html`${words.actor(o.made_by)} <small class="soft">${moment(o.made_at)}</small>` },
		...doing((o) => `/v1/shifts/overrides/${o.id}`, (o) => (o.swap ? t('Kedua piket kembali ke pemiliknya.', 'Both shifts go back to whose they were.') : t('Jadwal kembali seperti sebelum penggantian ini.', 'The roster is as it was before this stand-in.'))),
	];
	const part = (title, columns, rows, empty, key, button) => html`<section class="panel"><div class="panelhead"><h2>${title}</h2>${button && html`<span class="end">${button}</span>`}</div>
		<${Table} columns=${columns} rows=${rows} rowKey=${key} caption=${title} empty=${empty} /></section>`;
	return html`<${Loaded} load=${load}>${(data) => html`
		${part(t('Giliran', 'Rotations'), rotations, data.rotations, t('Tidak ada giliran.', 'No rotations.'), (r) => r.slug, mayDecide() && html`<${Button} class="small" onClick=${() => open({ kind: 'rotation' })}>+ ${t('Giliran', 'Rotation')}<//>`)}
		${part(t('Pengganti dan tukar', 'Stand-ins and swaps'), overrides, data.overrides, t('Tidak ada pengganti.', 'No stand-ins.'), (o) => o.id)}
		${part(t('Piket tunggal', 'Single shifts'), shifts, data.shifts, t('Tidak ada piket tunggal.', 'No single shifts.'), (s) => s.id)}`}<//>`;
}
