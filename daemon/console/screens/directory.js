/* directory: the agencies with their contacts and areas, and the people of the roster; changed by an admin, tested by anyone on duty. */
import { api, withQuery } from '../api.js';
import { t } from '../i18n.js';
import { useKeys } from '../keys.js';
import { isAdmin, mayDecide, settings } from '../me.js';
import * as words from '../words.js';
import { html, useState, useEffect, useMemo, useRef, useLoad, useNarrow, Button, Field, Loaded, Mark, Choice, matches, announce } from './kit.js';
import { Changes } from './changes.js';
import { RetireDialog } from './holes.js';
import { AgencyForm } from './agency_form.js';
import { ContactTest } from './contact_test.js';
import { People } from './people.js';

/* ---- names of areas ---- */

const known = new Map(); /* code → { name, level } or a promise */

/* Names of area codes as they become known; the code stands until then. */
export function useRegions(codes) {
	const [, redraw] = useState(0);
	const list = codes.join(' ');
	useEffect(() => {
		let gone = false;
		const missing = [...new Set(codes)].filter((c) => !known.has(c));
		const parents = new Set(missing.map((c) => (c.includes('.') ? c.slice(0, c.lastIndexOf('.')) : '')));
		for (const c of missing) known.set(c, null);
		Promise.all([...parents].map((under) => api.get(withQuery('/v1/regions', { under, limit: 500 }))
			.then((r) => r.regions.forEach((x) => known.set(x.code, x))).catch(() => {}))).then(() => !gone && redraw((n) => n + 1));
		return () => {
			gone = true;
		};
	}, [list]);
	return (code) => known.get(code) ?? null;
}

/* "Babulu (kecamatan)"; a name that says its level itself needs no more. */
export function areaText(code, region) {
	if (code === '') return t('semua wilayah', 'everywhere');
	if (!region) return code;
	const level = region.level && region.level !== 'village' ? words.level(region.level).toLowerCase() : null;
	return level && !region.name.toLowerCase().startsWith(level) ? `${region.name} (${level})` : region.name;
}

/* ---- one agency ---- */

function Contact({ contact, open }) {
	const test = mayDecide() && html`<${Button} class="small" onClick=${() => open({ kind: 'test', contact })}>${t('Uji', 'Test')}<//>`;
	return html`<li class="contact"><span class="kind">${words.channel(contact.channel)}</span>
		<span class="address">${contact.address}${contact.channel === 'webhook' && html`<small>${contact.has_secret === false
			? html` <${Mark} tone="bad">${t('tanpa tanda tangan', 'unsigned')}<//>` : t(' bertanda tangan', ' signed')}${contact.allow_private ? t(', jaringan sendiri', ', private network') : ''}</small>`}</span>
		${test}</li>`;
}

function Agency({ agency, open, back }) {
	const region = useRegions(agency.jurisdiction);
	return html`<article class="panel stack entry">
		<div class="panelhead">
			${back && html`<${Button} class="small" onClick=${back}>← ${t('Daftar', 'List')}<//>`}
			<h2 tabindex="-1" id="agency-name">${agency.name}</h2>
			${agency.retired && html`<${Mark} tone="calm">${t('dihentikan', 'retired')}<//>`}
			${isAdmin() && html`<span class="end bar">
				<${Button} class="small" hotkey="e" onClick=${() => open({ kind: 'edit', agency })}>${agency.retired ? t('Aktifkan lagi', 'Bring back') : t('Ubah', 'Edit')}<//>
				${!agency.retired && html`<${Button} class="small" kind="danger" onClick=${() => open({ kind: 'retire', agency })}>${t('Hentikan', 'Retire')}<//>`}</span>`}
		</div>
		<dl class="facts">
			<div><dt>${t('Jenis', 'Kind')}</dt><dd>${words.agencyKind(agency.kind)}</dd></div>
			<div><dt>${t('Kode nama', 'Slug')}</dt><dd><code>${agency.slug}</code></dd></div>
			<div><dt>${t('Wilayah', 'Area')}</dt><dd><ul class="areas">${agency.jurisdiction.map((code) => html`<li key=${code}>${areaText(code, region(code))} <code>${code}</code></li>`)}</ul></dd></div>
		</dl>
		<section><h3>${t('Kontak, menurut urutan', 'Contacts, in their order')}</h3>
			${agency.contacts.length === 0
				? html`<p><${Mark} tone="bad">${t('Tanpa kontak: tidak dapat ditugaskan', 'No contact: cannot be dispatched')}<//></p>`
				: html`<ul class="contacts">${agency.contacts.map((c) => html`<${Contact} key=${c.id} contact=${c} open=${open} />`)}</ul>`}</section>
		<section><h3>${t('Riwayat perubahan', 'Changes')}</h3><${Changes} path=${`/v1/agencies/${agency.slug}/changes`} key=${`${agency.slug} ${agency.version}`} /></section>
	</article>`;
}

/* ---- the list ---- */

/* What the directory lacks, told in one line. */
function troubleOf(a) {
	if (a.retired) return null;
	return a.contacts.length === 0 ? t('tanpa kontak', 'no contact') : null;
}

function Agencies({ args, open, load }) {
	const narrow = useNarrow();
	const [wanted, setWanted] = useState('');
	const [kind, setKind] = useState('');
	const [retired, setRetired] = useState(false);
	const search = useRef(null);
	const list = load.data ?? [];
	const region = useRegions(useMemo(() => list.flatMap((a) => a.jurisdiction), [load.data]));
	const found = list.filter((a) => (retired || !a.retired) && (kind === '' || a.kind === kind)
		&& matches(wanted, a.name, a.slug, words.agencyKind(a.kind), ...a.jurisdiction, ...a.jurisdiction.map((c) => region(c)?.name), ...a.contacts.map((c) => c.address)));
	const chosen = list.find((a) => a.slug === args[0]) ?? (narrow ? null : found[0]);
	const choose = (slug) => {
		location.hash = slug ? `#/direktori/${slug}` : '#/direktori';
	};
	const step = (n) => () => {
		const i = found.findIndex((a) => a.slug === chosen?.slug);
		const next = found[Math.max(0, Math.min(found.length - 1, i + n))];
		if (!next) return;
		choose(next.slug);
		document.querySelector(`[data-agency="${next.slug}"]`)?.scrollIntoView({ block: 'nearest' });
	};
	useKeys({
		'/': [() => search.current?.focus(), t('Cari', 'Search')],
		j: [step(1), t('Berikutnya', 'Next')],
		k: [step(-1), t('Sebelumnya', 'Previous')],
		e: [() => chosen && isAdmin() && open({ kind: 'edit', agency: chosen }), t('Ubah', 'Edit')],
	}, t('Direktori', 'Directory'));
	const detail = chosen && html`<${Agency} key=${chosen.slug} agency=${chosen} open=${open} back=${narrow && (() => choose(null))} />`;
	if (narrow && chosen) return detail;
	return html`<${Loaded} load=${load}>${() => html`<div class="master">
		<section class="panel list" aria-label=${t('Daftar instansi', 'Agencies')}>
			<div class="finder">
				<${Field} label=${t('Cari', 'Search')} type="search" inputRef=${search} value=${wanted} onInput=${setWanted} placeholder=${t('nama, wilayah, nomor …', 'name, area, number …')} />
				<${Field} label=${t('Jenis', 'Kind')} type="select" value=${kind} onInput=${setKind} options=${[['', t('semua', 'all')], ...words.agencyKind.keys.map((k) => [k, words.agencyKind(k)])]} />
			</div>
			<div class="bar count"><small class="soft">${found.length} ${t('instansi', found.length === 1 ? 'agency' : 'agencies')}</small>
				${list.some((a) => a.retired) && html`<${Field} type="checkbox" class="end" label=${t('juga yang dihentikan', 'retired ones too')} value=${retired} onInput=${setRetired} />`}</div>
			<ul>${found.map((a) => html`<li key=${a.slug}><a href=${`#/direktori/${a.slug}`} data-agency=${a.slug} aria-current=${a.slug === chosen?.slug ? 'true' : null}>
				<strong>${a.name}</strong> <small>${words.agencyKind(a.kind)} · ${a.jurisdiction.slice(0, 3).map((c) => areaText(c, region(c))).join(', ')}${a.jurisdiction.length > 3 ? ` +${a.jurisdiction.length - 3}` : ''}</small>
				${troubleOf(a) && html` <${Mark} tone="bad">${troubleOf(a)}<//>`}${a.retired && html` <${Mark} tone="calm">${t('dihentikan', 'retired')}<//>`}</a></li>`)}</ul>
			${found.length === 0 && html`<p class="empty">${t('Tidak ada yang cocok.', 'Nothing matches.')}</p>`}
		</section>
		${detail}
	</div>`}<//>`;
}

export default function Directory({ args, query }) {
	const tab = query.get('bagian') === 'petugas' ? 'people' : 'agencies';
	const [dialog, open] = useState(null);
	const load = useLoad('/v1/agencies?all=1');
	const people = useLoad('/v1/people?all=1');
	/* also after nothing was saved: somebody else may have been faster, and the next try begins from what is there now */
	const close = () => {
		open(null);
		load.reload();
		people.reload();
	};
	const saved = (text) => {
		announce(text);
		close();
	};
	return html`<div class="page full directory">
		<header class="pagehead"><h1>${t('Direktori', 'Directory')}</h1>
			<${Choice} label=${t('Bagian', 'Part')} value=${tab} options=${[['agencies', t('Instansi mitra', 'Agencies')], ['people', t('Petugas', 'People')]]}
				onChange=${(v) => { location.hash = v === 'people' ? '#/direktori?bagian=petugas' : '#/direktori'; }} />
			<small class="soft">${settings().name}</small>
			${isAdmin() && html`<span class="bar end"><${Button} onClick=${() => open(tab === 'people' ? { kind: 'person', person: null } : { kind: 'edit', agency: null })}>
				${tab === 'people' ? t('Petugas baru', 'New person') : t('Instansi baru', 'New agency')}<//></span>`}</header>
		${tab === 'agencies' && html`<${Agencies} args=${args} open=${open} load=${load} />`}
		${tab === 'people' && html`<${People} load=${people} dialog=${dialog} open=${open} close=${close} saved=${saved} />`}
		${dialog?.kind === 'edit' && html`<${AgencyForm} agency=${dialog.agency} onClose=${close} saved=${saved} />`}
		${dialog?.kind === 'retire' && html`<${RetireDialog} title=${t(`Hentikan ${dialog.agency.name}?`, `Retire ${dialog.agency.name}?`)} path=${`/v1/agencies/${dialog.agency.slug}/retire`} version=${dialog.agency.version}
			text=${t('Instansi ini tidak akan ditugaskan lagi. Riwayatnya tetap ada, dan jawabannya atas penugasan yang terbuka tetap berlaku.', 'This agency will not be dispatched any more. Its history stays, and its answers to open dispatches still count.')}
			onClose=${close} done=${() => saved(t('Instansi dihentikan.', 'The agency is retired.'))} />`}
		${dialog?.kind === 'test' && html`<${ContactTest} contact=${dialog.contact} onClose=${close} />`}
	</div>`;
}
