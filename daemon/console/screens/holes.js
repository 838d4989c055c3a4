/* holes: a change of the directory that would leave somebody unreached is refused with the places; an admin may insist. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import { Said } from '../said.js';
import { html, useState, useAction, Field, FormDialog, Faults, Notice } from './kit.js';

/** The places that nobody would reach, and a box to insist. problem: of the refusal. */
export function Holes({ problem, force, setForce }) {
	const { holes = [], hole_count: count = holes.length } = problem ?? {};
	if (count === 0) return null;
	return html`<${Notice} kind="warn"><strong>${t(`Sesudah perubahan ini ${count} keadaan tidak terlayani:`, `After this change nobody is reached in ${count} cases:`)}</strong>
		<ul class="holelist">${holes.slice(0, 12).map((h) => html`<li><${Said} text=${h} /></li>`)}${count > 12 && html`<li>… +${count - 12}</li>`}</ul>
		<${Field} type="checkbox" label=${t('Saya tahu; lakukan juga', 'I know; do it all the same')} value=${force} onInput=${setForce} /><//>`;
}

/** Retires what path names, after a question. */
export function RetireDialog({ title, text, path, version, onClose, done }) {
	const [force, setForce] = useState(false);
	const action = useAction();
	const refused = action.error?.problem?.hole_count > 0;
	const submit = async () => {
		if (await action.run(() => api.post(path, { version, ...(force ? { force: true } : {}) }))) done();
	};
	return html`<${FormDialog} title=${title} onClose=${onClose} onSubmit=${submit} action=${action} kind="danger" text=${t('Hentikan', 'Retire')} disabled=${refused && !force}>
		<p>${text}</p>
		${refused ? html`<${Holes} problem=${action.error.problem} force=${force} setForce=${setForce} />` : html`<${Faults} error=${action.error} />`}<//>`;
}
