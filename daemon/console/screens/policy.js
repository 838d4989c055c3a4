/* policy: the rules in force, a draft of the next ones with everything that should be looked at before they are applied, and all that were in force. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { isAdmin, mayDecide } from '../me.js';
import { useKeys } from '../keys.js';
import { Said, said } from '../said.js';
import * as words from '../words.js';
import { html, useState, useEffect, useMemo, useRef, useLoad, useAction, useKept, Button, Choice, Fault, Faults, Field, FormDialog, Loaded, Mark, Notice, announce, moment } from './kit.js';
import { CodeEditor, CodeView, DiffView, diffWords, goToLine } from './code.js';
import { diffLines } from './diff.js';
import { DryRun } from './dry_run.js';

/* ---- the check of a draft ---- */

/* The server's word on a text, asked a moment after the last key: { answer, error, pending, of }, of: the text that it is about. */
function useCheck(text) {
	const [state, set] = useState({ answer: null, error: null, of: null });
	useEffect(() => {
		let gone = false;
		const timer = setTimeout(() => api.post('/v1/policy/check', { text })
			.then((answer) => !gone && set({ answer, error: null, of: text }))
			.catch((error) => !gone && set({ answer: null, error, of: text })), 700);
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [text]);
	return { ...state, pending: state.of !== text };
}

function Check({ check, go }) {
	const { answer, error, pending } = check;
	if (error) return html`<${Fault} error=${error} />`;
	if (answer === null || pending) return html`<p class="empty" role="status">${t('Memeriksa …', 'Checking …')}</p>`;
	return html`<div class="stack" aria-live="polite">
		${answer.faults.length > 0 ? html`<p><${Mark} tone="bad">${answer.faults.length} ${t('kesalahan: tidak dapat diberlakukan', 'faults: cannot be applied')}<//></p>
			<ul class="faults">${answer.faults.map((f) => html`<li>${f.line && html`<button type="button" class="jump" onClick=${() => go(f.line)}>${t('baris', 'line')} ${f.line}</button>`} <${Said} text=${f.message} /></li>`)}</ul>`
			: html`<p><${Mark} tone="good">${t('Tidak ada kesalahan', 'No faults')}<//></p>`}
		${answer.valid && (answer.holes.length === 0
			? html`<p><${Mark} tone="good">${t(`Semua desa terlayani${answer.cases ? ` (${answer.cases} kemungkinan diperiksa)` : ''}`, `Every village is served${answer.cases ? ` (${answer.cases} cases looked at)` : ''}`)}<//></p>`
			: html`<details class="holes"><summary><${Mark} tone="wait">${answer.hole_count ?? answer.holes.length} ${t('lubang: tempat yang tidak terlayani', 'holes: places that are not served')}<//></summary>
				<ul>${answer.holes.slice(0, 100).map((h) => html`<li><${Said} text=${h} /></li>`)}</ul></details>`)}
	</div>`;
}

/* ---- putting it in force ---- */

function Apply({ text, base, lines, check, onClose, done, onConflict }) {
	const [force, setForce] = useState(false);
	const action = useAction();
	const holes = check.answer?.hole_count ?? check.answer?.holes.length ?? 0;
	const submit = async () => {
		const sent = await action.run(() => api.put('/v1/policy', { text, base_version: base, ...(force ? { force: true } : {}) }));
		if (sent) done(sent.version);
	};
	const conflict = action.error?.status === 409;
	return html`<${FormDialog} wide title=${t('Berlakukan rancangan', 'Put the draft in force')} onClose=${onClose} onSubmit=${submit} action=${action}
		text=${t('Berlakukan', 'Put in force')} disabled=${(holes > 0 && !force) || conflict}>
		<p>${t('Berlaku untuk laporan berikutnya, dalam satu detik. Kejadian yang sudah terbuka tidak berubah.', 'It counts for the next report, within a second. Open incidents do not change.')}</p>
		<h3>${t('Perubahan terhadap versi', 'Changes against version')} ${base}: ${diffWords(lines)}</h3>
		<${DiffView} lines=${lines} label=${t('Perubahan', 'Changes')} />
		${holes > 0 && html`<${Notice} kind="warn"><strong>${t(`Rancangan ini meninggalkan ${holes} lubang.`, `This draft leaves ${holes} holes.`)}</strong>
			<${Field} type="checkbox" label=${t('Berlakukan juga dengan lubang itu', 'Put it in force with these holes')} value=${force} onInput=${setForce} /><//>`}
		${conflict ? html`<${Notice} kind="warn"><strong>${t('Orang lain sudah memberlakukan versi baru sementara itu.', 'Somebody else has put a new version in force meanwhile.')}</strong>
			<p>${t('Rancangan Anda tetap ada. Bandingkan dengan versi baru itu, lalu putuskan lagi.', 'Your draft is kept. Compare it with the new version, then decide again.')}</p>
			<${Button} onClick=${onConflict}>${t('Bandingkan', 'Compare')}<//><//>` : html`<${Faults} error=${action.error} />`}
	<//>`;
}

/* ---- the draft ---- */

function Draft({ policy, draft, setDraft, reload, leave }) {
	const area = useRef(null);
	const [side, setSide] = useState('check');
	const [applying, setApplying] = useState(false);
	const check = useCheck(draft.text);
	const faults = useMemo(() => new Map((check.answer?.faults ?? []).filter((f) => f.line).map((f) => [f.line, said(f.message)])), [check.answer]);
	const lines = useMemo(() => diffLines(policy.text, draft.text), [policy.text, draft.text]);
	const moved = draft.base !== policy.version;
	const ready = isAdmin() && check.answer?.valid && !check.pending && draft.text !== policy.text;
	const done = (version) => {
		setApplying(false);
		announce(t(`Versi ${version} berlaku.`, `Version ${version} is in force.`));
		setDraft(null);
		reload();
		leave('force');
	};
	const conflict = () => {
		setApplying(false);
		reload();
		setSide('diff');
	};
	const load = async (e) => {
		const [file] = e.currentTarget.files;
		if (file) setDraft({ ...draft, text: await file.text() });
		e.currentTarget.value = '';
	};
	useKeys({ c: [() => setSide('check'), t('Pemeriksaan', 'Check')], d: [() => setSide('diff'), t('Perubahan', 'Changes')], u: [() => setSide('run'), t('Uji', 'Try')] }, t('Rancangan kebijakan', 'Draft policy'));
	return html`${moved && html`<${Notice} kind="warn">${t(`Rancangan dibuat dari versi ${draft.base}; sekarang berlaku versi ${policy.version}. Perubahan di bawah ini terhadap versi ${policy.version}.`,
			`The draft was made from version ${draft.base}; version ${policy.version} is in force now. The changes below are against version ${policy.version}.`)}
			<${Button} class="small" onClick=${() => setDraft({ ...draft, base: policy.version })}>${t('Sudah saya lihat', 'I have seen it')}<//><//>`}
		<div class="bar"><span class="soft">${t('Dari versi', 'From version')} ${draft.base} · ${diffWords(lines)}</span>
			<span class="bar end"><label class="button small file">${t('Buka berkas …', 'Open a file …')}<input type="file" accept=".jsonc,.json,text/plain" onChange=${load} /></label>
			<${Button} class="small" kind="danger" onClick=${() => { setDraft(null); leave('force'); }}>${t('Buang rancangan', 'Drop the draft')}<//>
			<${Button} kind="primary" disabled=${!ready || moved} onClick=${() => setApplying(true)}>${t('Berlakukan …', 'Put in force …')}<//></span></div>
		${!isAdmin() && html`<p class="hint">${t('Hanya admin yang dapat memberlakukan.', 'Only an admin can put it in force.')}</p>`}
		<div class="drafting"><${CodeEditor} text=${draft.text} onInput=${(text) => setDraft({ ...draft, text })} label=${t('Rancangan kebijakan', 'Draft policy')} faults=${faults} areaRef=${area} />
			<section class="panel stack side"><${Choice} label=${t('Pemeriksaan', 'Looking at it')} value=${side} onChange=${setSide}
					options=${[['check', t('Periksa', 'Check')], ['diff', t('Perubahan', 'Changes')], ['run', t('Uji', 'Try')]]} />
				${side === 'check' && html`<${Check} check=${check} go=${(line) => goToLine(area.current, line)} />`}
				${side === 'diff' && html`<${DiffView} lines=${lines} label=${t('Perubahan', 'Changes')} />`}
				${side === 'run' && html`<${DryRun} draft=${draft.text} />`}</section></div>
		${applying && html`<${Apply} text=${draft.text} base=${draft.base} lines=${lines} check=${check} onClose=${() => setApplying(false)} done=${done} onConflict=${conflict} />`}`;
}

/* ---- what was in force ---- */

function Version({ version, before, policy, restore }) {
	const mine = useLoad(`/v1/policy/versions/${version}`);
	const other = useLoad(before === null ? null : `/v1/policy/versions/${before}`);
	const [against, setAgainst] = useState('before');
	const left = against === 'before' ? other.data?.text : mine.data?.text;
	const right = against === 'before' ? mine.data?.text : policy.text;
	const lines = useMemo(() => (left !== undefined && right !== undefined ? diffLines(left, right) : null), [left, right]);
	return html`<${Loaded} load=${mine}>${(data) => html`<div class="stack"><div class="panelhead"><h2>${t('Versi', 'Version')} ${version}</h2>
			<small class="soft">${moment(data.applied_at)} · ${words.actor(data.applied_by)}</small>
			${version !== policy.version && isAdmin() && html`<${Button} class="small end" onClick=${() => restore(data)}>${t('Kembalikan lewat rancangan', 'Put back by a draft')}<//>`}</div>
		<${Choice} label=${t('Dibandingkan dengan', 'Compared with')} value=${against} onChange=${setAgainst}
			options=${[['before', before === null ? t('seluruh teks', 'whole text') : t(`yang sebelumnya (${before})`, `the one before (${before})`)], ['force', t(`yang berlaku (${policy.version})`, `the one in force (${policy.version})`)]]} />
		${against === 'before' && before === null ? html`<${CodeView} text=${data.text} label=${`${t('Versi', 'Version')} ${version}`} />`
			: lines ? html`<p class="soft">${diffWords(lines)}</p><${DiffView} lines=${lines} label=${t('Perubahan', 'Changes')} />` : html`<p class="empty">…</p>`}</div>`}<//>`;
}

function History({ policy, args, restore }) {
	const load = useLoad('/v1/policy/versions');
	return html`<${Loaded} load=${load}>${(list) => {
		const chosen = Number(args[1]) || list[0]?.version;
		const i = list.findIndex((v) => v.version === chosen);
		return html`<div class="master"><section class="panel list" aria-label=${t('Versi', 'Versions')}><ul class="plainlist">${list.map((v) => html`<li key=${v.version}>
			<a href=${`#/kebijakan/riwayat/${v.version}`} aria-current=${v.version === chosen ? 'true' : null}><strong>${t('Versi', 'Version')} ${v.version}${v.version === policy.version ? ` · ${t('berlaku', 'in force')}` : ''}</strong>
			<small>${moment(v.applied_at)} · ${words.actor(v.applied_by)}${v.holes ? ` · ${v.holes} ${t('lubang', 'holes')}` : ''}</small></a></li>`)}</ul></section>
			<section class="panel">${i >= 0 && html`<${Version} key=${chosen} version=${chosen} before=${list[i + 1]?.version ?? null} policy=${policy} restore=${restore} />`}</section></div>`;
	}}<//>`;
}

/* ---- the screen ---- */

export default function Policy({ args }) {
	const load = useLoad('/v1/policy', 30);
	const [draft, setDraft] = useKept('policy.draft', null);
	const view = { riwayat: 'history', ...(mayDecide() ? { rancangan: 'draft', uji: 'run' } : {}) }[args[0]] ?? 'force';
	const leave = (v) => {
		location.hash = `#/kebijakan${{ force: '', draft: '/rancangan', history: '/riwayat', run: '/uji' }[v]}`;
	};
	const start = (version, text) => {
		setDraft({ base: version, text });
		leave('draft');
	};
	const restore = (old) => {
		announce(t(`Teks versi ${old.version} menjadi rancangan.`, `The text of version ${old.version} is the draft now.`));
		start(load.data.version, old.text);
	};
	return html`<div class="page full policy"><${Loaded} load=${load}>${(policy) => html`
		<header class="pagehead"><h1>${t('Kebijakan', 'Policy')}</h1>
			<${Choice} label=${t('Bagian', 'Part')} value=${view} onChange=${leave} options=${[['force', t('Berlaku', 'In force')], ...(mayDecide() ? [['run', t('Uji', 'Try')],
				['draft', draft ? `${t('Rancangan', 'Draft')} ●` : t('Rancangan', 'Draft')]] : []), ['history', t('Riwayat', 'History')]]} />
			<span class="soft">${t('Versi', 'Version')} ${policy.version} · ${t('sejak', 'since')} ${moment(policy.applied_at)} · ${words.actor(policy.applied_by)}</span>
			${view === 'force' && mayDecide() && html`<span class="bar end"><${Button} onClick=${() => (draft ? leave('draft') : start(policy.version, policy.text))}>${draft ? t('Lanjutkan rancangan', 'Go on with the draft') : t('Buat rancangan', 'Start a draft')}<//></span>`}</header>
		${view === 'force' && html`<${CodeView} text=${policy.text} label=${t('Kebijakan yang berlaku', 'The policy in force')} />`}
		${view === 'run' && html`<section class="panel stack narrow"><${DryRun} draft=${null} /></section>`}
		${view === 'draft' && (draft ? html`<${Draft} policy=${policy} draft=${draft} setDraft=${setDraft} reload=${load.reload} leave=${leave} />`
			: html`<section class="panel stack"><p>${t('Belum ada rancangan.', 'There is no draft.')}</p><div><${Button} kind="primary" onClick=${() => start(policy.version, policy.text)}>${t('Mulai dari yang berlaku', 'Start from the one in force')}<//></div></section>`)}
		${view === 'history' && html`<${History} policy=${policy} args=${args} restore=${restore} />`}`}<//></div>`;
}
