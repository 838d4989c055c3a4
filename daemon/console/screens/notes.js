/* notes: what one shift tells the next. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { mayDecide } from '../me.js';
import { actor } from '../words.js';
import { html, useState, useLoad, useAction, Button, Loaded, Field, Faults, faultsOf, moment, announce } from './kit.js';

const List = ({ list }) => html`<ol class="notes">${list.map((n) => html`<li key=${n.id ?? n.at}><p>${n.text}</p>
	<small>${moment(n.at)} · ${actor(n.by)}</small></li>`)}</ol>`;

/** A form and the latest notes; given: those to show to whoever may only look. */
export function Notes({ most = 50, given = [] }) {
	if (mayDecide()) return html`<${Writing} most=${most} />`;
	return given.length > 0 ? html`<${List} list=${given} />` : html`<p class="empty">${t('Tidak ada catatan.', 'No notes.')}</p>`;
}

function Writing({ most }) {
	const load = useLoad('/v1/handover-notes', 60);
	const [text, set] = useState('');
	const action = useAction();
	const submit = async (e) => {
		e.preventDefault();
		if (await action.run(() => api.post('/v1/handover-notes', { text: text.trim() }))) {
			set('');
			announce(t('Catatan disimpan.', 'The note is kept.'));
			load.reload();
		}
	};
	const send = (e) => e.key === 'Enter' && (e.ctrlKey || e.metaKey) && text.trim() && submit(e);
	return html`<form class="stack note-form" onSubmit=${submit}>
			<${Field} type="textarea" label=${t('Catatan untuk piket berikutnya', 'A note for the next shift')} maxlength="2000" required
				value=${text} onInput=${set} onKeyDown=${send} error=${faultsOf(action.error)['/text']}
				hint=${t('Awalnya dikirim lewat SMS ke petugas berikutnya: tanpa nama dan tanpa diagnosis. Ctrl+Enter menyimpan.',
					'Its beginning goes by SMS to whoever is next: no names, no diagnoses. Ctrl+Enter saves.')} />
			<${Faults} error=${action.error} shown=${['/text']} />
			<div><${Button} kind="primary" type="submit" busy=${action.pending} disabled=${!text.trim()}>${t('Simpan catatan', 'Save the note')}<//></div>
		</form>
		<${Loaded} load=${load} empty=${t('Belum ada catatan.', 'No notes yet.')}>${(list) =>
			html`<${List} list=${list.slice(0, most)} />`}<//>`;
}
