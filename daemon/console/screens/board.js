/* board: all open incidents, what runs out next first. */
import { html } from '../vendor/preact.js';
import { useBoard } from '../live.js';
import { Countdown, Urgency } from '../marks.js';
import { t } from '../i18n.js';
import * as words from '../words.js';

export default function Board() {
	const { rows } = useBoard();
	return html`<div class="page"><h1>${t('Papan', 'Board')}</h1><ul>${rows.map((r) => html`<li key=${r.id}>
		<a href=${`#/kejadian/${r.number}`}>#${r.number}</a> <${Urgency} of=${r.urgency} /> ${words.type(r.type)} <${Countdown} due=${r.next_due_at} /></li>`)}</ul></div>`;
}
