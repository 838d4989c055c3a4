/* changes: who changed an entry of the directory, when, and what became different. */
import { t } from '../i18n.js';
import * as words from '../words.js';
import { html, useLoad, Loaded, moment } from './kit.js';

const names = () => ({ name: t('nama', 'name'), kind: t('jenis', 'kind'), role: t('peran', 'role'), scope: t('wilayah', 'area'), reachable: t('telepon', 'telephone') });
const shown = (field, value) => (field === 'kind' ? words.agencyKind(value) : field === 'role' ? words.role(value) : field === 'reachable' ? (value ? t('ada', 'known') : t('tidak ada', 'none')) : `"${value}"`);

/* What two lists of texts do not share, as "+ a, − b". */
function lists(title, before, after) {
	const more = after.filter((x) => !before.includes(x)), less = before.filter((x) => !after.includes(x));
	if (more.length + less.length === 0) return [];
	return [`${title} ${[...more.map((x) => `+ ${x}`), ...less.map((x) => `− ${x}`)].join(', ')}`];
}

/* The words for what is different between two states of an entry. */
export function differences(before, after) {
	const out = [];
	for (const [field, name] of Object.entries(names()))
		if (before[field] !== undefined && before[field] !== after[field]) out.push(`${name}: ${shown(field, before[field])} → ${shown(field, after[field])}`);
	if (before.jurisdiction) out.push(...lists(t('wilayah', 'area'), before.jurisdiction, after.jurisdiction));
	if (before.contacts) {
		const addresses = (entry) => entry.contacts.map((c) => c.address);
		const moved = lists(t('kontak', 'contacts'), addresses(before), addresses(after));
		out.push(...moved);
		if (moved.length === 0 && addresses(before).join() !== addresses(after).join()) out.push(t('urutan kontak', 'order of the contacts'));
	}
	if (before.retired && !after.retired) out.push(t('diaktifkan lagi', 'brought back'));
	return out;
}

function text(c) {
	if (c.action === 'retire' || c.after === null) return t('dihentikan', 'retired');
	if (c.before === null) return c.action === 'import' ? t('ditambahkan dari berkas', 'added from a file') : t('ditambahkan', 'added');
	const what = differences(c.before, c.after).join('; ') || t('kunci atau setelan lain', 'secret or another setting');
	return c.action === 'import' ? `${t('dari berkas', 'from a file')}: ${what}` : what;
}

/** path: of GET …/changes. */
export function Changes({ path }) {
	const load = useLoad(path);
	return html`<${Loaded} load=${load} empty=${t('Belum ada perubahan yang tercatat.', 'No changes recorded.')}>${(list) =>
		html`<ol class="changes">${list.map((c) => html`<li key=${c.id}><time datetime=${c.at}>${moment(c.at)}</time> <span>${words.actor(c.actor)}</span> <span class="what">${text(c)}</span></li>`)}</ol>`}<//>`;
}
