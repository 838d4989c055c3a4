/* agency_form: an agency as an entry of agencies.json, with the server's faults at their fields. */
import { api, withQuery } from '../api.js';
import { t } from '../i18n.js';
import * as words from '../words.js';
import { html, useState, useEffect, useAction, Button, Field, FormDialog, Faults, Notice, faultsOf } from './kit.js';
import { differences } from './changes.js';
import { Holes } from './holes.js';
import { areaText, useRegions } from './directory.js';

const empty = { slug: '', name: '', kind: 'police', jurisdiction: [], contacts: [] };
const slugOf = (name) => name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 64);

/* ---- areas ---- */

/* A search for areas by name; what is chosen goes to onPick(code). */
export function AreaSearch({ label, onPick, hint, error }) {
	const [wanted, setWanted] = useState('');
	const [found, setFound] = useState([]);
	useEffect(() => {
		if (wanted.trim().length < 2) {
			setFound([]);
			return undefined;
		}
		let gone = false;
		const timer = setTimeout(() => api.get(withQuery('/v1/regions', { q: wanted.trim(), limit: 12 }))
			.then((r) => !gone && setFound(r.regions)).catch(() => !gone && setFound([])), 200);
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [wanted]);
	const pick = (region) => {
		onPick(region.code, region);
		setWanted('');
	};
	/* Enter takes the first one, or a code that was typed */
	const enter = (e) => {
		if (e.key !== 'Enter') return;
		e.preventDefault();
		if (found[0]) pick(found[0]);
		else if (/^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$/.test(wanted.trim())) pick({ code: wanted.trim(), name: wanted.trim() });
	};
	return html`<div class="area-search"><${Field} label=${label} hint=${hint} error=${error} type="search" autocomplete="off" value=${wanted} onInput=${setWanted} onKeyDown=${enter}
			placeholder=${t('ketik nama desa atau kecamatan', 'type a village or district')} />
		${found.length > 0 && html`<ul>${found.map((r) => html`<li key=${r.code}><button type="button" onClick=${() => pick(r)}>
			<strong>${r.name}</strong> <small>${words.level(r.level)} · ${r.within} · ${r.code}</small></button></li>`)}</ul>`}</div>`;
}

/* ---- contacts ---- */

function ContactFields({ contact, n, faults, change, remove, move, last }) {
	const put = (name) => (value) => change({ ...contact, [name]: value });
	const place = `/contacts/${n}`;
	return html`<fieldset class="contact-edit"><legend>${t('Kontak', 'Contact')} ${n + 1}</legend>
		<div class="pair">
			<${Field} type="select" label=${t('Saluran', 'Channel')} value=${contact.channel} onInput=${put('channel')} error=${faults[`${place}/channel`]} options=${[['sms', words.channel('sms')], ['webhook', words.channel('webhook')]]} />
			${contact.channel === 'sms'
				? html`<${Field} type="tel" label=${t('Nomor HP', 'Telephone')} value=${contact.phone} onInput=${put('phone')} placeholder="+62812…" error=${faults[`${place}/phone`]} />`
				: html`<${Field} type="url" label=${t('Alamat', 'Address')} value=${contact.url} onInput=${put('url')} placeholder="https://" error=${faults[`${place}/url`]} />`}
		</div>
		${contact.channel === 'webhook' && html`<${Field} label=${t('Kunci tanda tangan', 'Signing secret')} value=${contact.secret} onInput=${put('secret')} autocomplete="off" spellcheck=${false} error=${faults[`${place}/secret`]}
				hint=${contact.has_secret ? t('Sudah ada. Kosong: tetap yang lama.', 'There is one. Empty: it stays.') : t('"whsec_" dan base64 dari 16 sampai 64 bita.', '"whsec_" and base64 of 16 to 64 bytes.')} />
			<${Field} type="checkbox" label=${t('di jaringan sendiri (alamat pribadi diizinkan)', 'in the private network (private addresses allowed)')} value=${contact.allow_private} onInput=${put('allow_private')} error=${faults[`${place}/allow_private`]} />`}
		${faults[place] && html`<p class="fault">${faults[place]}</p>`}
		<div class="bar"><${Button} class="small" disabled=${n === 0} onClick=${() => move(-1)}>↑ ${t('Lebih dulu', 'Earlier')}<//>
			<${Button} class="small" disabled=${last} onClick=${() => move(1)}>↓ ${t('Lebih akhir', 'Later')}<//>
			<${Button} class="small end" kind="danger" onClick=${remove}>${t('Hapus kontak', 'Remove the contact')}<//></div>
	</fieldset>`;
}

const toForm = (c) => ({ key: c.id, id: c.id, was: c.channel, channel: c.channel, phone: c.channel === 'sms' ? c.address : '', url: c.channel === 'webhook' ? c.address : '', secret: '',
	has_secret: c.has_secret, allow_private: c.allow_private });
function toEntry(c) {
	const id = c.id ? { id: c.id } : {};
	if (c.channel === 'sms') return { ...(c.was === 'sms' ? id : {}), channel: 'sms', phone: c.phone.trim() };
	return { ...(c.was === 'webhook' ? id : {}), channel: 'webhook', url: c.url.trim(), ...(c.secret.trim() ? { secret: c.secret.trim() } : {}), allow_private: c.allow_private };
}

/* ---- the whole ---- */

export function AgencyForm({ agency, onClose, saved }) {
	const [form, set] = useState(() => ({ ...empty, ...agency, contacts: (agency?.contacts ?? []).map(toForm) }));
	const [named, setNamed] = useState(agency !== null);
	const action = useAction(), faults = faultsOf(action.error);
	const region = useRegions(form.jurisdiction);
	const put = (name) => (value) => set({ ...form, [name]: value });
	const rename = (name) => set({ ...form, name, slug: named ? form.slug : slugOf(name) });
	const contacts = (list) => set({ ...form, contacts: list });
	const [force, setForce] = useState(false);
	const refused = action.error?.problem?.hole_count > 0;
	const submit = async () => {
		const entry = { name: form.name.trim(), kind: form.kind, jurisdiction: form.jurisdiction, contacts: form.contacts.map(toEntry), version: agency?.version ?? 0 };
		if (await action.run(() => api.put(`/v1/agencies/${form.slug}`, force ? { ...entry, force } : entry))) saved(t('Direktori disimpan.', 'The directory is saved.'));
	};
	const fixed = ['/slug', '/name', '/kind', '/jurisdiction', ...form.contacts.flatMap((c, i) => ['', '/channel', '/phone', '/url', '/secret', '/allow_private'].map((x) => `/contacts/${i}${x}`))];
	const swap = (i, n) => {
		const list = [...form.contacts];
		[list[i], list[i + n]] = [list[i + n], list[i]];
		contacts(list);
	};
	return html`<${FormDialog} wide title=${agency ? t(`Ubah ${agency.name}`, `Edit ${agency.name}`) : t('Instansi baru', 'New agency')} onClose=${onClose} onSubmit=${submit} action=${action} text=${t('Simpan', 'Save')}>
		<div class="pair">
			<${Field} label=${t('Nama', 'Name')} required maxlength="160" value=${form.name} onInput=${rename} error=${faults['/name']} />
			<${Field} type="select" label=${t('Jenis', 'Kind')} value=${form.kind} onInput=${put('kind')} options=${words.agencyKind.keys.map((k) => [k, words.agencyKind(k)])} error=${faults['/kind']} />
			${!agency && html`<${Field} label=${t('Kode nama', 'Slug')} required pattern="[a-z0-9]+(-[a-z0-9]+)*" maxlength="64" value=${form.slug} onInput=${(v) => { setNamed(true); put('slug')(v); }}
				hint=${t('huruf kecil, angka dan tanda hubung; tetap selamanya', 'small letters, digits, hyphens; stays for ever')} error=${faults['/slug']} />`}
		</div>
		<section class="stack"><h3>${t('Wilayah', 'Area')}</h3>
			<ul class="chips">${form.jurisdiction.map((code) => html`<li key=${code}>${areaText(code, region(code))} <code>${code}</code>
				<button type="button" aria-label=${t(`Hapus ${code}`, `Remove ${code}`)} onClick=${() => put('jurisdiction')(form.jurisdiction.filter((c) => c !== code))}>×</button></li>`)}</ul>
			<${AreaSearch} label=${t('Tambah wilayah', 'Add an area')} error=${faults['/jurisdiction']} onPick=${(code) => !form.jurisdiction.includes(code) && put('jurisdiction')([...form.jurisdiction, code])}
				hint=${t('Kecamatan mencakup semua desanya.', 'A district covers all its villages.')} /></section>
		<section class="stack"><h3>${t('Kontak, menurut urutan', 'Contacts, in their order')}</h3>
			${form.contacts.map((c, i) => html`<${ContactFields} key=${c.key} contact=${c} n=${i} faults=${faults} last=${i === form.contacts.length - 1}
				change=${(x) => contacts(form.contacts.map((y, j) => (j === i ? x : y)))} remove=${() => contacts(form.contacts.filter((_, j) => j !== i))} move=${(n) => swap(i, n)} />`)}
			<div class="bar"><${Button} class="small" onClick=${() => contacts([...form.contacts, { key: `n${Date.now()}`, channel: 'sms', phone: '', url: '', secret: '', has_secret: false, allow_private: false }])}>+ ${t('Kontak', 'Contact')}<//></div>
			${faults['/contacts'] && html`<p class="fault">${faults['/contacts']}</p>`}</section>
		${action.error?.status === 409 && html`<${Notice} kind="warn"><strong>${t('Orang lain mengubah instansi ini sementara itu:', 'Somebody else has changed this agency meanwhile:')}</strong>
			<p>${(action.error.problem.current && agency && differences(agency, action.error.problem.current).join('; ')) || t('lihat riwayatnya', 'see its changes')}</p>
			<p>${t('Isian Anda belum disimpan. Tutup, lalu ubah lagi dari yang baru.', 'Yours is not saved. Close, then change it again from the new one.')}</p><//>`}
		${refused ? html`<${Holes} problem=${action.error.problem} force=${force} setForce=${setForce} />` : action.error?.status !== 409 && html`<${Faults} error=${action.error} shown=${fixed} />`}<//>`;
}
