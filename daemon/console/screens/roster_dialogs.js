/* roster_dialogs: what can be done to a shift: accept it for its person, find a stand-in, swap two, add one. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { mayDecide } from '../me.js';
import { serverNow } from '../time.js';
import * as words from '../words.js';
import {
	html, useState, useAction, useLoad, Button, Dialog, FormDialog, Field, MomentField, Faults, Mark, Choice, faultsOf, moment, spanOf, toInput,
	fromInput, announce, DAY, ms as at,
} from './kit.js';
import { term } from './terms.js';

const nameOf = (people, slug) => people.get(slug)?.name ?? slug;
const span = (s) => spanOf(s.from, s.until);

/* The person of the roster who is logged in, as far as it can be told. */
export function mine(session, list) {
	if (!session) return null;
	return list.find((p) => p.slug === session.person || p.slug === session.user || p.name === session.name)?.slug ?? null;
}

/* Names to choose from; whoever cannot be reached says so. */
const names = (list, none) => [['', none],
	...list.map((p) => [p.slug, p.reachable ? p.name : `${p.name} (${t('tanpa nomor HP', 'no telephone')})`])];

const Roles = ({ value, onChange }) => html`<${Choice} label=${t('Sebagai', 'As')} shown value=${value} onChange=${onChange}
	options=${[['coordinator', words.role('coordinator')], ['officer', words.role('officer')]]} />`;

const Times = ({ form, change, faults }) => html`<div class="pair">
	<${MomentField} label=${t('Dari', 'From')} required value=${form.from} onInput=${change('from')} error=${faults['/from']} />
	<${MomentField} label=${t('Sampai', 'Until')} required value=${form.until} onInput=${change('until')} error=${faults['/until']} /></div>`;

/* ---- one shift ---- */

export function ShiftDialog({ shift, people, answer, onClose, open, done }) {
	const past = at(shift.until) <= serverNow();
	const removal = useAction();
	const line = (label, value) => value && html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
	const remove = async () => {
		const list = shift.source === 'shift' ? 'shifts' : 'shifts/overrides';
		if (await removal.run(() => api.post(`/v1/${list}/${shift.id}/retire`, {}))) {
			announce(t('Dicabut.', 'Removed.'));
			done();
		}
	};
	return html`<${Dialog} title=${nameOf(people, shift.person)} onClose=${onClose} actions=${!past && mayDecide() && html`
		${shift.id && shift.source !== 'rotation' && html`<${Button} kind="danger" busy=${removal.pending} onClick=${remove}>
			${shift.source === 'shift' ? t('Cabut piket', 'Remove the shift') : t('Batalkan pengganti', 'Undo the stand-in')}<//>`}
		<${Button} onClick=${() => open({ kind: 'swap', shift })}>${t('Tukar', 'Swap')}<//>
		<${Button} onClick=${() => open({ kind: 'override', shift })}>${t('Cari pengganti', 'Find a stand-in')}<//>
		${!shift.accepted_at && html`<${Button} kind="primary" onClick=${() => open({ kind: 'accept', shift })}>${t('Sanggupi', 'Accept')}<//>`}`}>
		<dl class="facts">
			${line(t('Piket', 'Shift'), html`<strong>${span(shift)}</strong>`)}
			${line(t('Sebagai', 'As'), words.role(shift.role))}
			${line(t('Asal', 'From'), `${term('span', shift.source)}${shift.rotation ? ` ${shift.rotation}` : ''}`)}
			${line(t('Jawaban', 'Answer'), html`<${Mark} tone=${answer.tone}>${answer.word}<//>`)}
			${line(t('Ditanya', 'Asked'), shift.asked_at && moment(shift.asked_at))}
			${line(t('Menyanggupi', 'Accepted'), shift.accepted_at && moment(shift.accepted_at))}
			${line(t('Menolak', 'Refused'), shift.refused_at && moment(shift.refused_at))}
		</dl>
		<${Faults} error=${removal.error} />
		${past && html`<p class="empty">${t('Piket ini sudah lewat.', 'This shift is over.')}</p>`}<//>`;
}

export function AcceptDialog({ shift, people, onClose, done }) {
	const action = useAction();
	const submit = async () => {
		if (await action.run(() => api.post('/v1/shifts/accept', { person: shift.person, starts_at: shift.from }))) {
			announce(t('Piket disanggupi.', 'The shift is accepted.'));
			done();
		}
	};
	return html`<${FormDialog} title=${t('Sanggupi piket', 'Accept the shift')} onClose=${onClose} onSubmit=${submit} action=${action}
		text=${t('Sanggupi', 'Accept')}>
		<p><strong>${nameOf(people, shift.person)}</strong> · ${words.role(shift.role)} · ${span(shift)}</p>
		<p class="hint">${t('Dicatat atas nama petugas, misalnya sesudah ia mengatakannya lewat telepon. Penolakan sebelumnya dicabut.',
			'Recorded for the person, for example after a telephone call. An earlier refusal is taken back.')}</p>
		<${Faults} error=${action.error} /><//>`;
}

/* ---- somebody stands in ---- */

export function OverrideDialog({ shift, person, from, until, role, list, people, onClose, done }) {
	const [form, set] = useState({
		role: shift?.role ?? role ?? 'coordinator', from: toInput(shift?.from ?? from), until: toInput(shift?.until ?? until),
		person: person ?? '', instead_of: shift?.person ?? '', reason: '',
	});
	const action = useAction(), faults = faultsOf(action.error);
	const change = (name) => (value) => set({ ...form, [name]: value });
	const submit = async () => {
		const body = { role: form.role, from: fromInput(form.from), until: fromInput(form.until) };
		for (const name of ['person', 'instead_of', 'reason']) if (form[name]) body[name] = form[name];
		if (await action.run(() => api.post('/v1/shifts/overrides', body))) {
			announce(t('Pengganti dicatat.', 'The stand-in is recorded.'));
			done();
		}
	};
	return html`<${FormDialog} title=${t('Petugas pengganti', 'Stand-in')} onClose=${onClose} onSubmit=${submit} action=${action}
		text=${t('Simpan', 'Save')} disabled=${!form.person && !form.instead_of}>
		${shift && html`<p>${t('Menggantikan', 'Instead of')} <strong>${nameOf(people, shift.person)}</strong> · ${span(shift)}</p>`}
		<${Roles} value=${form.role} onChange=${change('role')} />
		<${Field} type="select" label=${t('Yang bertugas', 'Who is on duty')} value=${form.person} onInput=${change('person')} error=${faults['/person']}
			options=${names(list, t('tidak ada', 'nobody'))}
			hint=${t('"Tidak ada": jam itu menjadi kosong.', '"Nobody": these hours become a gap.')} />
		<${Field} type="select" label=${t('Menggantikan', 'Instead of')} value=${form.instead_of} onInput=${change('instead_of')} error=${faults['/instead_of']}
			options=${names(list, t('semua dengan peran itu, atau jam kosong', 'everybody with that role, or a gap'))} />
		<${Times} form=${form} change=${change} faults=${faults} />
		<${Field} label=${t('Alasan', 'Reason')} maxlength="500" value=${form.reason} onInput=${change('reason')} error=${faults['/reason']}
			hint=${t('Singkat, tanpa diagnosis. Boleh kosong.', 'Short, no diagnosis. May be empty.')} />
		<${Faults} error=${action.error} shown=${['/person', '/instead_of', '/from', '/until', '/reason']} /><//>`;
}

/* ---- two take each other's shift ---- */

const idOf = (s) => `${s.person} ${s.from}`;

export function SwapDialog({ first, second, week, people, onClose, done }) {
	const [role, setRole] = useState(first?.role ?? 'coordinator');
	const [until] = useState(() => new Date(serverNow() + 21 * DAY).toISOString());
	const wide = useLoad(`/v1/shifts?until=${until}`);
	const all = (wide.data?.shifts ?? week).filter((s) => at(s.until) > serverNow() && s.role === role).sort((a, b) => at(a.from) - at(b.from));
	const [one, setOne] = useState(first ? idOf(first) : '');
	const [other, setOther] = useState(second ? idOf(second) : '');
	const [reason, setReason] = useState('');
	const action = useAction(), faults = faultsOf(action.error);
	const a = all.find((s) => idOf(s) === one), b = all.find((s) => idOf(s) === other);
	const submit = async () => {
		const body = { role, person: a.person, starts_at: a.from, with: b.person, with_starts_at: b.from };
		if (reason) body.reason = reason;
		if (await action.run(() => api.post('/v1/shifts/swaps', body))) {
			announce(t('Piket ditukar.', 'The shifts are swapped.'));
			done();
		}
	};
	const shifts = (not) => [['', '–'], ...all.filter((s) => !not || s.person !== not.person).map((s) => [idOf(s), `${nameOf(people, s.person)} · ${span(s)}`])];
	return html`<${FormDialog} title=${t('Tukar piket', 'Swap two shifts')} onClose=${onClose} onSubmit=${submit} action=${action}
		text=${t('Tukar', 'Swap')} disabled=${!a || !b}>
		${!first && html`<${Roles} value=${role} onChange=${setRole} />`}
		<${Field} type="select" label=${t('Piket ini', 'This shift')} required value=${one} onInput=${setOne} options=${shifts(null)}
			error=${faults['/starts_at'] ?? faults['/person']} />
		<${Field} type="select" label=${t('Ditukar dengan', 'Against')} required value=${other} onInput=${setOther} options=${shifts(a)}
			error=${faults['/with_starts_at'] ?? faults['/with']} />
		${a && b && html`<p class="outcome">→ <strong>${nameOf(people, b.person)}</strong> ${span(a)}<br />→ <strong>${nameOf(people, a.person)}</strong> ${span(b)}</p>`}
		<${Field} label=${t('Alasan', 'Reason')} maxlength="500" value=${reason} onInput=${setReason} error=${faults['/reason']} />
		<${Faults} error=${action.error} shown=${['/starts_at', '/person', '/with_starts_at', '/with', '/reason']} /><//>`;
}

/* ---- one shift more ---- */

export function AddDialog({ list, onClose, done }) {
	const [form, set] = useState({ role: 'coordinator', person: '', from: '', until: '' });
	const action = useAction(), faults = faultsOf(action.error);
	const change = (name) => (value) => set({ ...form, [name]: value });
	const submit = async () => {
		if (await action.run(() => api.post('/v1/shifts', { ...form, from: fromInput(form.from), until: fromInput(form.until) }))) {
			announce(t('Piket ditambahkan.', 'The shift is added.'));
			done();
		}
	};
	return html`<${FormDialog} title=${t('Tambah piket', 'Add a shift')} onClose=${onClose} onSubmit=${submit} action=${action} text=${t('Tambah', 'Add')}>
		<${Roles} value=${form.role} onChange=${change('role')} />
		<${Field} type="select" label=${t('Petugas', 'Person')} required value=${form.person} onInput=${change('person')} options=${names(list, '–')} error=${faults['/person']} />
		<${Times} form=${form} change=${change} faults=${faults} />
		<${Faults} error=${action.error} shown=${['/person', '/from', '/until']} /><//>`;
}
