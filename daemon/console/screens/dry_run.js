/* dry_run: what would happen if this were reported: by the policy in force and by the draft, side by side. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { Said, said } from '../said.js';
import * as words from '../words.js';
import { html, useState, useAction, Button, Field, Faults, Mark, faultsOf, length } from './kit.js';
import { AreaSearch } from './agency_form.js';

/* "lalu 2 mnt → petugas piket" */
const rungs = (ladder) => (ladder ?? []).map((r) => `${words.rung(r.slug ? `${r.to}:${r.slug}` : r.to)} (${length(r.wait_s)})`).join(' → ');

function Dispatch({ d, note }) {
	return html`<li><div class="bar"><strong>${d.agency.name}</strong> <span class="soft">${d.task || words.task(d.role)}</span>${note}</div>
		<small>${t('jawab dalam', 'answer within')} ${length(d.accept_s)}${d.arrive_s ? ` · ${t('tiba dalam', 'arrive within')} ${length(d.arrive_s)}` : ''}${d.complete_s ? ` · ${t('selesai dalam', 'done within')} ${length(d.complete_s)}` : ''}</small>
		<small>${t('bila diam', 'if silent')}: ${rungs(d.ladders?.accept) || t('tidak ada jenjang', 'no ladder')}</small>
		<small class="why"><${Said} text=${d.why} /></small></li>`;
}

/* other: the plan to compare with, or null. */
function Plan({ title, answer, other, gone }) {
	const { triage, plan } = answer;
	const has = (d) => other?.plan.dispatches.some((x) => x.agency.slug === d.agency.slug);
	return html`<section class="stack plan"><h2>${title}</h2>
		<p>${words.type(triage.type)} (${Math.round(triage.confidence * 100)} %) · ${words.urgency(triage.urgency)} · ${plan.place_name ?? plan.region}
			${plan.state === 'open' && html` · <${Mark} tone="wait">${t('menunggu telaah orang', 'a person decides')}<//>`}</p>
		${plan.dispatches.length === 0 ? html`<p><${Mark} tone="bad">${t('Tidak ada instansi yang diberi tahu', 'No agency is told')}<//></p>`
			: html`<ul class="sentto">${plan.dispatches.map((d) => html`<${Dispatch} key=${d.agency.slug} d=${d}
				note=${other && !has(d) && html`<${Mark} tone=${gone ? 'bad' : 'good'}>${gone ? t('tidak lagi dalam rancangan', 'not in the draft') : t('baru', 'new')}<//>`} />`)}</ul>`}
		${plan.reasons?.length > 0 && html`<small class="soft">${plan.reasons.map(said).join(' · ')}</small>`}
	</section>`;
}

/** draft: the text to try, or null for the policy in force alone. */
export function DryRun({ draft }) {
	const [form, set] = useState({ text: '', type: '', urgency: '', village: null });
	const [answers, setAnswers] = useState(null);
	const action = useAction(), faults = faultsOf(action.error);
	const put = (name) => (value) => set({ ...form, [name]: value });
	const submit = async (e) => {
		e.preventDefault();
		const report = {};
		for (const name of ['text', 'type', 'urgency']) if (form[name]) report[name] = form[name];
		if (form.village) report.place = { village_code: form.village.code };
		const done = await action.run(async () => Promise.all([api.post('/v1/policy/dry-run', { report }), draft === null ? null : api.post('/v1/policy/dry-run', { report, policy: draft })]));
		setAnswers(done ?? null);
	};
	const same = answers?.[1] && JSON.stringify(answers.map((a) => a.plan.dispatches.map(({ id, accept_by, ...d }) => d))[0]) === JSON.stringify(answers[1].plan.dispatches.map(({ id, accept_by, ...d }) => d));
	return html`<form class="stack" onSubmit=${submit}>
		<${Field} type="textarea" rows="2" label=${t('Teks laporan', 'Text of the report')} value=${form.text} onInput=${put('text')} error=${faults['/text'] ?? faults['/report/text']} placeholder=${t('mis. ada nenek terlantar di desa Labangka', 'e.g. ada nenek terlantar di desa Labangka')} />
		<div class="pair">
			<${Field} type="select" label=${t('Jenis', 'Type')} value=${form.type} onInput=${put('type')} options=${[['', t('dari teks', 'from the text')], ...['abandoned_person', 'unclaimed_body', 'shackled_patient', 'other_social'].map((k) => [k, words.type(k)])]} />
			<${Field} type="select" label=${t('Kegawatan', 'Urgency')} value=${form.urgency} onInput=${put('urgency')} options=${[['', t('menurut aturan', 'by the rules')], ...['critical', 'high', 'normal'].map((k) => [k, words.urgency(k)])]} /></div>
		${form.village ? html`<ul class="chips"><li>${form.village.name} <code>${form.village.code}</code><button type="button" aria-label=${t('Hapus tempat', 'Remove the place')} onClick=${() => put('village')(null)}>×</button></li></ul>`
			: html`<${AreaSearch} label=${t('Desa/kelurahan', 'Village')} onPick=${(code, r) => put('village')(r)} error=${faults['/place/village_code'] ?? faults['/report/place/village_code']} />`}
		<div><${Button} type="submit" busy=${action.pending} disabled=${!form.text && !form.type}>${t('Uji', 'Try')}<//> <small class="soft">${t('tidak mengirim apa pun', 'nothing is sent')}</small></div>
		<${Faults} error=${action.error} />
		${action.error?.problem?.faults?.length > 0 && html`<p class="hint">${t('Rancangan masih berisi kesalahan: lihat "Periksa".', 'The draft has faults still: see "Check".')}</p>`}
	</form>
	${answers && html`<div class="plans" aria-live="polite">
		${answers[1] && (same ? html`<p><${Mark} tone="calm">${t('Rancangan memutuskan sama seperti yang berlaku.', 'The draft decides as the policy in force does.')}<//></p>`
			: html`<${Plan} title=${t('Menurut rancangan', 'By the draft')} answer=${answers[1]} other=${answers[0]} />`)}
		<${Plan} title=${t('Menurut yang berlaku', 'By the policy in force')} answer=${answers[0]} other=${same ? null : answers[1]} gone /></div>`}`;
}
