/* people: who takes turns on duty; telephones stay out of the list. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { isAdmin, settings } from '../me.js';
import * as words from '../words.js';
import { html, useState, useAction, Button, Field, FormDialog, Faults, Loaded, Mark, Table, faultsOf } from './kit.js';
import { Changes } from './changes.js';
import { Holes, RetireDialog } from './holes.js';
import { areaText, useRegions } from './directory.js';
import { AreaSearch } from './agency_form.js';

function PersonForm({ person, onClose, saved }) {
	const [form, set] = useState({ slug: '', name: '', role: 'coordinator', scope: settings().regency, ...person, phone: '', drop: false });
	const action = useAction(), faults = faultsOf(action.error);
	const region = useRegions([form.scope].filter(Boolean));
	const put = (name) => (value) => set({ ...form, [name]: value });
	const [force, setForce] = useState(false);
	const refused = action.error?.problem?.hole_count > 0;
	const submit = async () => {
		const body = { name: form.name.trim(), role: form.role, scope: form.scope, version: person?.version ?? 0, ...(force ? { force } : {}) };
		if (form.phone.trim()) body.phone = form.phone.trim();
		else if (form.drop) body.phone = null;
		if (await action.run(() => api.put(`/v1/people/${form.slug}`, body))) saved(t('Petugas disimpan.', 'The person is saved.'));
	};
	return html`<${FormDialog} title=${person ? t(`Ubah ${person.name}`, `Edit ${person.name}`) : t('Petugas baru', 'New person')} onClose=${onClose} onSubmit=${submit} action=${action} text=${t('Simpan', 'Save')}>
		<${Field} label=${t('Nama', 'Name')} required maxlength="160" value=${form.name} onInput=${put('name')} error=${faults['/name']} />
		${!person && html`<${Field} label=${t('Kode nama', 'Slug')} required pattern="[a-z0-9]+(-[a-z0-9]+)*" value=${form.slug} onInput=${put('slug')} error=${faults['/slug']}
			hint=${t('huruf kecil, angka dan tanda hubung; tetap selamanya', 'small letters, digits, hyphens; stays for ever')} />`}
		<${Field} type="select" label=${t('Peran', 'Role')} value=${form.role} onInput=${put('role')} options=${[['coordinator', words.role('coordinator')], ['officer', words.role('officer')]]} error=${faults['/role']} />
		<${Field} type="tel" label=${t('Nomor HP', 'Telephone')} value=${form.phone} onInput=${put('phone')} placeholder="+62812…" error=${faults['/phone']}
			hint=${person?.reachable ? t('Sudah ada. Kosong: tetap yang lama.', 'There is one. Empty: it stays.') : t('Tanpa nomor tidak dapat dihubungi pada jenjang eskalasi.', 'Without one the escalation cannot reach him.')} />
		${person?.reachable && !form.phone && html`<${Field} type="checkbox" label=${t('hapus nomor yang ada', 'take the number away')} value=${form.drop} onInput=${put('drop')} />`}
		<div class="bar"><span>${t('Wilayah', 'Area')}: <strong>${areaText(form.scope, region(form.scope))}</strong></span>
			${form.scope && html`<${Button} class="small" onClick=${() => put('scope')('')}>${t('Semua wilayah', 'Everywhere')}<//>`}</div>
		<${AreaSearch} label=${t('Ganti wilayah', 'Change the area')} onPick=${put('scope')} error=${faults['/scope']} />
		${refused ? html`<${Holes} problem=${action.error.problem} force=${force} setForce=${setForce} />` : html`<${Faults} error=${action.error} shown=${['/name', '/slug', '/role', '/phone', '/scope']} />`}
		${person && html`<details><summary>${t('Riwayat perubahan', 'Changes')}</summary><${Changes} path=${`/v1/people/${person.slug}/changes`} /></details>`}<//>`;
}

export function People({ load, dialog, open, close, saved }) {
	const region = useRegions((load.data ?? []).map((p) => p.scope).filter(Boolean));
	const [all, setAll] = useState(false);
	const columns = [
		{ key: 'name', label: t('Nama', 'Name'), cell: (p) => html`<strong>${p.name}</strong> <code class="soft">${p.slug}</code>${p.retired && html` <${Mark} tone="calm">${t('dihentikan', 'retired')}<//>`}` },
		{ key: 'role', label: t('Peran', 'Role'), cell: (p) => words.role(p.role) },
		{ key: 'scope', label: t('Wilayah', 'Area'), cell: (p) => areaText(p.scope, region(p.scope)) },
		{ key: 'reachable', label: t('Telepon', 'Telephone'), cell: (p) => (p.reachable ? html`<${Mark} tone="good">${t('ada', 'known')}<//>` : html`<${Mark} tone="bad">${t('tidak ada', 'none')}<//>`) },
		...(isAdmin() ? [{ key: 'do', label: html`<span class="sr">${t('Tindakan', 'Actions')}</span>`, class: 'do', cell: (p) => html`<span class="bar">
			<${Button} class="small" onClick=${() => open({ kind: 'person', person: p })}>${p.retired ? t('Aktifkan lagi', 'Bring back') : t('Ubah', 'Edit')}<//>
			${!p.retired && html`<${Button} class="small" kind="danger" onClick=${() => open({ kind: 'retire person', person: p })}>${t('Hentikan', 'Retire')}<//>`}</span>` }] : []),
	];
	return html`<section class="panel"><${Loaded} load=${load}>${(list) => html`${list.some((p) => p.retired) && html`<${Field} type="checkbox" label=${t('juga yang dihentikan', 'retired ones too')} value=${all} onInput=${setAll} />`}
			<${Table} columns=${columns} rows=${list.filter((p) => all || !p.retired)} rowKey=${(p) => p.slug}
			caption=${t('Petugas piket', 'People on the roster')} empty=${t('Belum ada petugas.', 'No people yet.')} />`}<//></section>
		${dialog?.kind === 'person' && html`<${PersonForm} person=${dialog.person} onClose=${close} saved=${saved} />`}
		${dialog?.kind === 'retire person' && html`<${RetireDialog} title=${t(`Hentikan ${dialog.person.name}?`, `Retire ${dialog.person.name}?`)} path=${`/v1/people/${dialog.person.slug}/retire`} version=${dialog.person.version}
			text=${t('Ia tidak akan mendapat piket lagi. Riwayatnya tetap ada.', 'There will be no more shifts for this person. The history stays.')} onClose=${close} done=${() => saved(t('Petugas dihentikan.', 'The person is retired.'))} />`}`;
}
