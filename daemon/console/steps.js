/* steps: how far an agency has got, at one glance: six steps that fill up, and the word beside them. */
import { html } from './vendor/preact.js';
import { moment, t } from './i18n.js';
import { dispatchMark, dispatchWords } from './marks.js';
import { serverNow } from './time.js';

const STEPS = ['notified', 'delivered', 'seen', 'accepted', 'en_route', 'on_scene'];
const stamps = { notified: 'notified_at', delivered: 'delivered_at', seen: 'seen_at', accepted: 'accepted_at', declined: 'declined_at', en_route: 'en_route_at', on_scene: 'on_scene_at', completed: 'completed_at', cancelled: 'cancelled_at', expired: 'expired_at' };

/** When it got there, or null. */
export const since = (d) => d[stamps[dispatchMark(d)]] ?? null;

export function Steps({ d }) {
	const mark = dispatchMark(d);
	const bad = mark === 'declined' || mark === 'undeliverable' || mark === 'expired';
	const at = mark === 'completed' ? STEPS.length : STEPS.indexOf(mark) + 1;
	const when = since(d);
	return html`<span class=${`steps ${mark}`}>
		<span class="track" aria-hidden="true">${bad || mark === 'cancelled' ? html`<i class="cross">${bad ? '✕' : '–'}</i>` : STEPS.map((_, i) => html`<i class=${i < at ? 'on' : ''}></i>`)}</span>
		<span class="state">${dispatchWords(d)}</span>${when && !(d.eta && (mark === 'accepted' || mark === 'en_route')) && html` <span class="since">${moment(when, serverNow())}</span>`}
		${mark === 'declined' && d.reason && html` <span class="reason">${t('alasan', 'reason')}: ${d.reason}</span>`}
	</span>`;
}
