/* session: that the log-in has ended while somebody writes. The page stays then, and a bar leads to the log-in in a tab beside it. */
import { html, useEffect, useState } from './vendor/preact.js';
import { t } from './i18n.js';

let over = false;
const watchers = new Set();

export const sessionOver = () => over;
export function setSessionOver(next) {
	if (over === next) return;
	over = next;
	for (const fn of watchers) fn(next);
}

export const loginPath = () => '/masuk?next=' + encodeURIComponent('/' + location.hash);

export function useSessionOver() {
	const [value, set] = useState(over);
	useEffect(() => {
		set(over);
		watchers.add(set);
		return () => watchers.delete(set);
	}, []);
	return value;
}

/** Stands in the frame, and in an open dialog, as nothing else can be reached from there. */
export const SessionOver = () => html`<div class="line bad" role="alert"><strong>${t('Sesi berakhir.', 'Your session has ended.')}</strong>
	<span>${t('Layar ini tidak lagi diperbarui. Tulisan Anda masih ada: masuk lagi di tab baru, lalu lanjutkan di sini.', 'This screen stands still. What you typed is still here: log in again in a new tab, then go on here.')}</span>
	<a class="button" href=${loginPath()} target="_blank" rel="noopener">${t('Masuk lagi', 'Log in again')}</a></div>`;
