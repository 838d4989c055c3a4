/* village: chooses a village, a district or the regency by typing its name. */
import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { api, withQuery } from './api.js';
import { settings } from './me.js';
import { t } from './i18n.js';
import { useUid } from './ui.js';

/** value: {code, name} or null. known: candidates to be offered before anything is typed. */
export function Village({ value, onPick, known = [], label = t('Desa/kelurahan', 'Village'), error, inputRef }) {
	const [text, setText] = useState(value?.name ?? '');
	const [found, setFound] = useState([]);
	const [open, setOpen] = useState(false);
	const [at, setAt] = useState(0);
	const id = useUid('v');
	const ask = useRef(0);
	useEffect(() => setText(value?.name ?? ''), [value?.code]);
	useEffect(() => {
		const q = text.trim();
		const mine = ++ask.current;
		if (!open || q.length < 2 || q === value?.name) {
			setFound(known);
			return undefined;
		}
		const timer = setTimeout(async () => {
			const answer = await api.get(withQuery('/v1/regions', { under: settings().regency, q, limit: 8 })).catch(() => null);
			if (mine !== ask.current) return;
			setFound(answer?.regions ?? []);
			setAt(0);
		}, 150);
		return () => clearTimeout(timer);
	}, [text, open]);
	const pick = (r) => {
		onPick({ code: r.code, name: r.name });
		setText(r.name);
		setOpen(false);
	};
	const onKey = (e) => {
		if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
			e.preventDefault();
			setOpen(true);
			setAt((n) => Math.max(0, Math.min(found.length - 1, n + (e.key === 'ArrowDown' ? 1 : -1))));
		} else if (e.key === 'Enter' && open && found[at]) {
			e.preventDefault();
			pick(found[at]);
		} else if (e.key === 'Escape' && open) {
			e.stopPropagation();
			e.preventDefault();
			setOpen(false);
		}
	};
	return html`<div class="field village">
		<label for=${id}>${label}</label>
		<input id=${id} ref=${inputRef} type="text" role="combobox" autocomplete="off" aria-expanded=${open && found.length > 0 ? 'true' : 'false'} aria-controls=${`${id}-l`} aria-autocomplete="list"
			aria-activedescendant=${open && found[at] ? `${id}-${at}` : null} value=${text} aria-invalid=${error ? 'true' : null}
			onFocus=${() => setOpen(true)} onBlur=${() => setTimeout(() => setOpen(false), 150)} onKeyDown=${onKey}
			onInput=${(e) => {
				setText(e.currentTarget.value);
				setOpen(true);
				if (value && e.currentTarget.value.trim() === '') onPick(null);
			}} />
		<ul id=${`${id}-l`} role="listbox" aria-label=${label} hidden=${!open || found.length === 0}>${found.map((r, i) => html`<li key=${r.code} id=${`${id}-${i}`} role="option" aria-selected=${i === at ? 'true' : 'false'}
			onMouseDown=${(e) => {
				e.preventDefault();
				pick(r);
			}}><b>${r.name}</b> <span class="soft">${r.within ?? r.code}</span></li>`)}</ul>
		${error && html`<p class="fault">${error}</p>`}
	</div>`;
}
