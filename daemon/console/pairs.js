/* pairs: two incidents that may be one event, side by side with the reasons; one key says which. */
import { html, useEffect, useState } from './vendor/preact.js';
import { send } from './decide.js';
import { moment, t } from './i18n.js';
import { useKeys } from './keys.js';
import { onEvent } from './live.js';
import { Urgency } from './marks.js';
import { Marked } from './marked.js';
import { mayDecide } from './me.js';
import { intoEnded, leftAlone } from './merge.js';
import { Said } from './said.js';
import { serverNow } from './time.js';
import { eventLine } from './timeline.js';
import { Button, Fault, Loading, Notice, announce, confirmThen, useApi } from './ui.js';
import { hasEnded } from './watched.js';
import * as words from './words.js';

function Side({ inc, keep }) {
	if (!inc) return html`<section class="panel"><${Loading} /></section>`;
	return html`<section class="panel"><p class="factline"><a href=${`#/kejadian/${inc.number}`}>#${inc.number}</a> <${Urgency} of=${inc.urgency} /> <span>${words.incidentState(inc.state)}</span>${keep && html` <b>${hasEnded(inc) ? t('sudah berakhir', 'has ended') : t('berjalan terus', 'goes on')}</b>`}</p>
		<h2>${words.type(inc.type)}</h2><p>${inc.region_name ?? inc.region}${inc.place_text && html`, <span class="soft">${inc.place_text}</span>`}</p>
		<p class="soft small">${moment(inc.opened_at, serverNow())} · ${t(`${inc.dispatches.length} instansi`, `${inc.dispatches.length} agencies`)}</p>
		${inc.reports.map((r) => html`<${Marked} key=${r.id} text=${r.text ?? ''} triage=${r.triage} />`)}</section>`;
}

/* The younger one goes into the older. */
const order = (a, b) => (a.number < b.number ? [a, b] : [b, a]);

function Pair({ pair, names, done }) {
	const [first, second] = order(pair.incident, pair.other);
	const { data: older, reload: reloadOlder } = useApi(`/v1/incidents/${first.number}`);
	const { data: younger, reload } = useApi(`/v1/incidents/${second.number}`);
	const [state, setState] = useState({ busy: false, fault: null, changes: null });
	const [seen, setSeen] = useState(null);
	useEffect(() => setSeen((s) => s ?? (younger && { incident: younger.version, object: younger.version })), [younger]);
	useEffect(() => onEvent(({ incident }) => incident.id === first.id && reloadOlder()), [first.id, reloadOlder]);
	const decide = async (body, said) => {
		if (!seen || state.busy) return undefined;
		setState({ busy: true, fault: null, changes: null });
		try {
			const { changes, seen: next } = await send(`/v1/incidents/${younger.id}/events`, body, younger.id, seen);
			if (!changes) {
				announce(said);
				return done();
			}
			setSeen(next);
			reload();
			return setState({ busy: false, fault: null, changes });
		} catch (fault) {
			return setState({ busy: false, fault, changes: null });
		}
	};
	const join = () => decide({ event: 'merge', into: first.number }, t(`#${second.number} digabung ke #${first.number}.`, `#${second.number} is merged into #${first.number}.`));
	const merge = async () => {
		if (!seen || state.busy) return;
		setState({ busy: true, fault: null, changes: null });
		try {
			const question = await intoEnded(younger, first.number, names);
			setState({ busy: false, fault: null, changes: null });
			if (question) confirmThen(question, join);
			else join();
		} catch (fault) {
			setState({ busy: false, fault, changes: null });
		}
	};
	const differ = () => decide({ event: 'not_duplicate', incident: first.number }, t(`#${second.number} dan #${first.number} dinyatakan berbeda.`, `#${second.number} and #${first.number} are different.`));
	useKeys(mayDecide() ? { m: [merge, t('Sama: gabungkan', 'The same: merge')], b: [differ, t('Berbeda', 'Different')] } : {}, t('Dugaan ganda', 'Duplicate suggestions'));
	return html`<article class="stack">
		<header class="pagehead"><h1>${t(`#${first.number} dan #${second.number}`, `#${first.number} and #${second.number}`)}</h1><span class="soft figures">${t('kemiripan', 'likeness')} ${Math.round(pair.score * 100)} %</span></header>
		<ul class="reasons">${pair.reasons.map((r) => html`<li><${Said} text=${r} /></li>`)}</ul>
		<div class="split"><${Side} inc=${older} keep /><${Side} inc=${younger} /></div>
		${older && younger && hasEnded(older) && html`<${Notice} kind="warn"><p>${leftAlone(younger, names)}</p><//>`}
		${state.changes?.length > 0 && html`<${Notice} kind="warn"><p><b>${t('Sementara itu ada perubahan:', 'Meanwhile something changed:')}</b></p><ul>${state.changes.map((c) => html`<li>${eventLine(c, names)}</li>`)}</ul><p>${t('Putuskan sekali lagi bila tetap.', 'Decide again to send it all the same.')}</p><//>`}
		${state.fault && html`<${Fault} error=${state.fault} />`}
		${mayDecide() && html`<div class="bar"><${Button} kind="primary" hotkey="m" busy=${state.busy} onClick=${merge}>${t('Kejadian yang sama: gabungkan', 'The same event: merge')}<//><${Button} hotkey="b" busy=${state.busy} onClick=${differ}>${t('Kejadian berbeda', 'Different events')}<//></div>`}
	</article>`;
}

export function Pairs({ pairs, reload, names }) {
	const [at, setAt] = useState(0);
	const n = pairs?.length ?? 0;
	const here = Math.min(at, Math.max(0, n - 1));
	useKeys({ ']': [() => setAt(Math.min(n - 1, here + 1)), t('Pasangan berikutnya', 'Next pair')], '[': [() => setAt(Math.max(0, here - 1)), t('Pasangan sebelumnya', 'Previous pair')] }, t('Dugaan ganda', 'Duplicate suggestions'));
	if (!pairs) return html`<${Loading} />`;
	if (n === 0) return html`<h1>${t('Mungkin ganda', 'Maybe duplicates')}</h1><p class="empty">${t('Tidak ada dugaan yang menunggu keputusan.', 'No suggestion waits for a decision.')}</p>`;
	const pair = pairs[here];
	return html`${n > 1 && html`<p class="bar"><${Button} kind="quiet" class="small" hotkey="[" onClick=${() => setAt(Math.max(0, here - 1))}>←<//> <span class="figures">${here + 1} / ${n}</span> <${Button} kind="quiet" class="small" hotkey="]" onClick=${() => setAt(Math.min(n - 1, here + 1))}>→<//></p>`}
		<${Pair} key=${`${pair.incident.id}${pair.other.id}`} pair=${pair} names=${names} done=${reload} />`;
}
