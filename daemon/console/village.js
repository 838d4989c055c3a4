/* village: chooses a village, a district or the regency by typing its name. */
import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { api, withQuery } from './api.js';
import { settings } from './me.js';
import { t } from './i18n.js';
import { useUid } from './ui.js';

/** Text stands in the field that was not picked from the list: nothing is to be sent then. */
export const unpicked = (value) => value?.typed !== undefined;
export const pickFirst = () => t('Desanya belum dipilih: pilih dari daftar, atau kosongkan.', 'No village is chosen: pick one from the list, or empty the field.');

/* The regions that a text finds, and for which text they were found. */
function useFound(q) {
	const [found, setFound] = useState({ q: null, list: [] });
	useEffect(() => {
		if (q === null) return undefined;
		let gone = false;
		const timer = setTimeout(async () => {
			const answer = await api.get(withQuery('/v1/regions', { under: settings().regency, q, limit: 8 })).catch(() => null);
			if (!gone) setFound({ q, list: answer?.regions ?? [] });
		}, 150);
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [q]);
	return found;
}

/** value: {code, name}, {typed} while a text stands there that was not picked, or null. known: candidates to be offered before anything is typed. */
export function Village({ value, onPick, known = [], label = t('Desa/kelurahan', 'Village'), error, inputRef }) {
	const [open, setOpen] = useState(false);
	const [at, setAt] = useState(0);
	const leaving = useRef(null);
	const id = useUid('v');
	const typed = unpicked(value) ? value.typed.trim() : null;
	const found = useFound(open && typed !== null && typed.length >= 2 ? typed : null);
	const list = typed === null ? known : typed.length >= 2 ? found.list : [];
	/* the list of an earlier text stays until the next one is there, so that it does not flicker; nobody picks from it */
	const stale = typed !== null && found.q !== typed;
	const fault = error || (typed !== null && (!open || (!stale && list.length === 0)) ? pickFirst() : null);
	useEffect(() => setAt(0), [found, typed]);
	const pick = (r) => {
		if (stale) return;
		onPick({ code: r.code, name: r.name });
		setOpen(false);
	};
	/* what is pressed with the mouse must not move away under it */
	const leave = () => {
		leaving.current = setTimeout(() => setOpen(false), 150);
	};
	const enter = () => {
		clearTimeout(leaving.current);
		setOpen(true);
	};
	useEffect(() => () => clearTimeout(leaving.current), []);
	const onKey = (e) => {
		if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
			e.preventDefault();
			setOpen(true);
			setAt((n) => Math.max(0, Math.min(list.length - 1, n + (e.key === 'ArrowDown' ? 1 : -1))));
		} else if (e.key === 'Enter' && open && list[at]) {
			e.preventDefault();
			pick(list[at]);
		} else if (e.key === 'Escape' && open) {
			e.stopPropagation();
			e.preventDefault();
			setOpen(false);
		}
	};
	return html`<div class="field village">
		<label for=${id}>${label}</label>
		<input id=${id} ref=${inputRef} type="text" role="combobox" autocomplete="off" aria-expanded=${open && list.length > 0 ? 'true' : 'false'} aria-controls=${`${id}-l`} aria-autocomplete="list"
			aria-activedescendant=${open && list[at] ? `${id}-${at}` : null} value=${value?.typed ?? value?.name ?? ''} aria-invalid=${fault ? 'true' : null} aria-describedby=${fault ? `${id}-e` : null}
			onFocus=${enter} onBlur=${leave} onKeyDown=${onKey}
			onInput=${(e) => {
				const text = e.currentTarget.value;
				setOpen(true);
				onPick(text.trim() === '' ? null : { typed: text });
			}} />
		<ul id=${`${id}-l`} class=${stale ? 'stale' : null} role="listbox" aria-label=${label} hidden=${!open || list.length === 0}>${list.map((r, i) => html`<li key=${r.code} id=${`${id}-${i}`} role="option" aria-selected=${i === at ? 'true' : 'false'}
			onMouseDown=${(e) => {
				e.preventDefault();
				pick(r);
			}}><b>${r.name}</b> <span class="soft">${r.within ?? r.code}</span></li>`)}</ul>
		${fault && html`<p class="fault" id=${`${id}-e`}>${fault}</p>`}
	</div>`;
}
