/* people: who takes turns on duty; telephones stay out of the list. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { isAdmin } from '../me.js';
import { confirmThen } from '../ui.js';
import * as words from '../words.js';
import { html, useState, useAction, Button, Field, FormDialog, Faults, Loaded, Mark, Table, faultsOf } from './kit.js';
import { areaText, useRegions } from './directory.js';
import { AreaSearch } from './agency_form.js';

function PersonForm({ person, onClose, saved }) {
	const [form, set] = useState({ slug: '', name: '', role: 'coordinator', scope: '', phone: '', ...person, phone: '' });
	const action = useAction(), faults = faultsOf(action.error);
	const region = useRegions([form.scope].filter(Boolean));
	const put = (name) => (value) => set({ ...form, [name]: value });
	const submit = async () => {
		const body = { name: form.name.trim(), role: form.role, scope: form.scope };
		if (form.phone.trim()) body.phone = form.phone.trim();
		if (person?.version !== undefined) body.version = person.version;
		if (await action.run(() => api.put(`/v1/people/${form.slug}`, body))) saved(t('Petugas disimpan.', 'The person is saved.'));
	};
	return html`<${FormDialog} title=${person ? t(`Ubah ${person.name}`, `Edit ${person.name}`) : t('Petugas baru', 'New person')} onClose=${onClose} onSubmit=${submit} action=${action} text=${t('Simpan', 'Save')}>
		<${Field} label=${t('Nama', 'Name')} required maxlength="160" value=${form.name} onInput=${put('name')} error=${faults['/name']} />
		${!person && html`<${Field} label=${t('Kode nama', 'Slug')} required pattern="[a-z0-9]+(-[a-z0-9]+)*" value=${form.slug} onInput=${put('slug')} error=${faults['/slug']}
			hint=${t('huruf kecil, angka dan tanda hubung; tetap selamanya', 'small letters, digits, hyphens; stays for ever')} />`}
		<${Field} type="select" label=${t('Peran', 'Role')} value=${form.role} onInput=${put('role')} options=${[['coordinator', words.role('coordinator')], ['officer', words.role('officer')]]} error=${faults['/role']} />
		<${Field} type="tel" label=${t('Nomor HP', 'Telephone')} value=${form.phone} onInput=${put('phone')} placeholder="+62812…" error=${faults['/phone']}
			hint=${person?.reachable ? t('Sudah ada. Kosong: tetap yang lama.', 'There is one. Empty: it stays.') : t('Tanpa nomor tidak dapat dihubungi pada jenjang eskalasi.', 'Without one the escalation cannot reach him.')} />
		<div class="bar"><span>${t('Wilayah', 'Area')}: <strong>${areaText(form.scope, region(form.scope))}</strong></span>
			${form.scope && html`<${Button} class="small" onClick=${() => put('scope')('')}>${t('Semua wilayah', 'Everywhere')}<//>`}</div>
		<${AreaSearch} label=${t('Ganti wilayah', 'Change the area')} onPick=${put('scope')} error=${faults['/scope']} />
		<${Faults} error=${action.error} shown=${['/name', '/slug', '/role', '/phone', '/scope']} /><//>`;
}

export function People({ load, dialog, open, saved }) {
	const region = useRegions((load.data ?? []).map((p) => p.scope).filter(Boolean));
	const retire = (p) => confirmThen({ title: t('Hentikan petugas?', 'Retire the person?'), kind: 'danger', action: t('Hentikan', 'Retire'),
		text: t(`${p.name} tidak akan mendapat piket lagi. Riwayatnya tetap ada.`, `${p.name} will not be on duty any more. The history stays.`) }, async () => {
		await api.post(`/v1/people/${p.slug}/retire`, {});
		saved(t('Petugas dihentikan.', 'The person is retired.'));
	});
	const columns = [
		{ key: 'name', label: t('Nama', 'Name'), cell: (p) => html`<strong>${p.name}</strong> <code class="soft">${p.slug}</code>` },
		{ key: 'role', label: t('Peran', 'Role'), cell: (p) => words.role(p.role) },
		{ key: 'scope', label: t('Wilayah', 'Area'), cell: (p) => areaText(p.scope, region(p.scope)) },
		{ key: 'reachable', label: t('Telepon', 'Telephone'), cell: (p) => (p.reachable ? html`<${Mark} tone="good">${t('ada', 'known')}<//>` : html`<${Mark} tone="bad">${t('tidak ada', 'none')}<//>`) },
		...(isAdmin() ? [{ key: 'do', label: html`<span class="sr">${t('Tindakan', 'Actions')}</span>`, class: 'do', cell: (p) => html`<span class="bar">
			<${Button} class="small" onClick=${() => open({ kind: 'person', person: p })}>${t('Ubah', 'Edit')}<//>
			<${Button} class="small" kind="danger" onClick=${() => retire(p)}>${t('Hentikan', 'Retire')}<//></span>` }] : []),
	];
	return html`<section class="panel"><${Loaded} load=${load}>${(list) => html`<${Table} columns=${columns} rows=${list} rowKey=${(p) => p.slug}
			caption=${t('Petugas piket', 'People on the roster')} empty=${t('Belum ada petugas.', 'No people yet.')} />`}<//></section>
		${dialog?.kind === 'person' && html`<${PersonForm} person=${dialog.person} onClose=${() => open(null)} saved=${saved} />`}`;
}
