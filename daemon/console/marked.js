/* marked: what a citizen wrote, with the words that decided marked where they stand. */
import { html } from './vendor/preact.js';
import { t } from './i18n.js';
import { Said, said } from './said.js';
import * as words from './words.js';

const URGENT = new Set(['critical', 'high', 'normal']);

/* "'kakek' elder, 'tidur' sleep -> abandoned_person" -> [["kakek", "type"], ["tidur", "type"]] */
function evidence(reasons) {
	const found = [];
	for (const reason of reasons ?? []) {
		const to = reason.split('->')[1]?.trim();
		const kind = to === undefined ? (/\bnamed\b|landmark|village|place|district/.test(reason) ? 'place' : 'other') : URGENT.has(to) ? 'urgency' : 'type';
		for (const [, quoted] of reason.matchAll(/'([^']+)'/g)) found.push([quoted, kind, reason]);
	}
	return found;
}

const plain = (c) => c.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
const letter = /[\p{L}\p{N}]/u;

/* Where each quoted word stands: whole words only, without accents and capitals. */
function spans(text, found) {
	const low = plain(text);
	if (low.length !== text.length) return [];
	const all = [];
	for (const [word, kind, reason] of found) {
		const sought = plain(word);
		for (let i = low.indexOf(sought); sought !== '' && i >= 0; i = low.indexOf(sought, i + 1)) {
			const end = i + sought.length;
			if ((i > 0 && letter.test(low[i - 1])) || (end < low.length && letter.test(low[end]))) continue;
			all.push({ start: i, end, kind, reason });
		}
	}
	all.sort((a, b) => a.start - b.start || b.end - a.end);
	const kept = [];
	for (const s of all) if (kept.length === 0 || s.start >= kept.at(-1).end) kept.push(s);
	return kept;
}

/** text, with triage.reasons' words marked: type, urgency, place differ by line and name, not by colour alone. */
export function Marked({ text, triage }) {
	const parts = [];
	let at = 0;
	for (const s of spans(text, evidence(triage?.reasons))) {
		parts.push(text.slice(at, s.start), html`<mark class=${s.kind} title=${said(s.reason)}>${text.slice(s.start, s.end)}</mark>`);
		at = s.end;
	}
	parts.push(text.slice(at));
	return html`<blockquote class="told" lang="id">${parts}</blockquote>`;
}

const percent = (x) => `${Math.round(x * 100)} %`;

/** How sure the machine was, of what, and why. */
export function Sureness({ triage }) {
	if (!triage) return null;
	return html`<dl class="pairs small">
		<div><dt>${t('Jenis', 'Type')}</dt><dd>${words.type(triage.type)} <span class="soft figures">${percent(triage.confidence)}</span></dd></div>
		<div><dt>${t('Kegawatan', 'Urgency')}</dt><dd>${words.urgency(triage.urgency)}</dd></div>
		<div><dt>${t('Tempat', 'Place')}</dt><dd>${triage.village_code ? (triage.candidates.find((c) => c.village_code === triage.village_code)?.name ?? triage.village_code) : triage.place_text || t('tidak disebut', 'not named')} <span class="soft figures">${percent(triage.place_confidence)}</span></dd></div>
		${triage.flags.length > 0 && html`<div><dt>${t('Tanda', 'Signs')}</dt><dd>${triage.flags.map(words.flag).join(', ')}</dd></div>`}
	</dl>`;
}
export const Reasons = ({ triage }) =>
	triage?.reasons?.length > 0 && html`<details><summary>${t(`alasan mesin (${triage.reasons.length})`, `the machine’s reasons (${triage.reasons.length})`)}</summary><ul class="small soft">${triage.reasons.map((r) => html`<li><${Said} text=${r} /></li>`)}</ul></details>`;
