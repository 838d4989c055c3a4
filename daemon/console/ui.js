/* ui: the small parts that all screens share. */
import { html, render, useCallback, useEffect, useRef, useState } from './vendor/preact.js';
import { ApiError, api } from './api.js';
import { lang, onLang, t } from './i18n.js';
import { useKeys } from './keys.js';
import { Said } from './said.js';
import { SessionOver, useSessionOver } from './session.js';
import * as words from './words.js';

/** Draws again when the language changes. */
export function useLang() {
	const [, set] = useState(lang());
	useEffect(() => onLang(() => set(lang())), []);
	return lang();
}

let ids = 0;
/** An id for a label, the same for the life of the component. */
export function useUid(stem = 'u') {
	const ref = useRef(null);
	ref.current ??= `${stem}${++ids}`;
	return ref.current;
}

/** kind: "" plain, "primary", "danger", "quiet". busy: shows that it works, cannot be pressed twice. hotkey: shown on it. */
export function Button({ kind = '', busy = false, hotkey, children, class: extra = '', ...rest }) {
	return html`<button type="button" ...${rest} class=${`button ${kind} ${extra}`} aria-busy=${busy ? 'true' : null} disabled=${busy || rest.disabled}>
		${children}${hotkey && html` <kbd aria-hidden="true">${hotkey}</kbd>`}</button>`;
}

/** kind: "info", "good", "warn", "bad". A bad one is told at once by a screen reader. */
export const Notice = ({ kind = 'info', children, class: extra = '' }) =>
	html`<div class=${`notice ${kind} ${extra}`} role=${kind === 'bad' ? 'alert' : 'status'}>${children}</div>`;

/**
 * A field with its label, hint and fault. type: "text", "textarea", "select" (options: [[value, label]] or [value]), "checkbox", "date", "number" …
 * onInput gets the value (a boolean of a checkbox).
 */
export function Field({ label, type = 'text', value, onInput, options = [], hint, error, id, class: extra = '', inputRef, ...rest }) {
	const uid = useUid('f');
	const name = id ?? uid;
	const about = [hint && `${name}-h`, error && `${name}-e`].filter(Boolean).join(' ') || null;
	const shared = { ...rest, id: name, ref: inputRef, 'aria-describedby': about, 'aria-invalid': error ? 'true' : null };
	const take = (e) => onInput?.(type === 'checkbox' ? e.currentTarget.checked : e.currentTarget.value);
	let control;
	if (type === 'textarea') control = html`<textarea rows="3" ...${shared} value=${value} onInput=${take}></textarea>`;
	else if (type === 'select')
		control = html`<select ...${shared} value=${value} onChange=${take}>
			${options.map((o) => (Array.isArray(o) ? html`<option value=${o[0]} selected=${o[0] === value}>${o[1]}</option>` : html`<option value=${o} selected=${o === value}>${o}</option>`))}
		</select>`;
	else if (type === 'checkbox') control = html`<input type="checkbox" ...${shared} checked=${value} onInput=${take} />`;
	else control = html`<input type=${type} ...${shared} value=${value} onInput=${take} />`;
	return html`<div class=${`field ${type} ${extra}`}>
		${type === 'checkbox' && control}<label for=${name}>${label}</label>${type !== 'checkbox' && control}
		${hint && html`<p class="hint" id=${`${name}-h`}>${hint}</p>`}
		${error && html`<p class="fault" id=${`${name}-e`}>${error}</p>`}
	</div>`;
}

/** A table that scrolls by itself on a small screen. columns: [{key, label, class?, cell?: row -> vnode}]; rows need `id` or key: row -> id. */
export function Table({ columns, rows, caption, empty, rowKey }) {
	if (rows.length === 0) return html`<p class="empty">${empty ?? t('Tidak ada.', 'None.')}</p>`;
	return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}><table>
		${caption && html`<caption class="sr">${caption}</caption>`}
		<thead><tr>${columns.map((c) => html`<th scope="col" class=${c.class}>${c.label}</th>`)}</tr></thead>
		<tbody>${rows.map((r, i) => html`<tr key=${rowKey ? rowKey(r) : (r.id ?? i)}>
			${columns.map((c) => html`<td class=${c.class}>${c.cell ? c.cell(r) : r[c.key]}</td>`)}</tr>`)}</tbody>
	</table></div>`;
}

/** A modal dialog: the browser keeps the focus inside and gives it back. onClose: also on Escape. */
export function Dialog({ title, onClose, children, actions, wide = false }) {
	const ref = useRef(null);
	const id = useUid('d');
	const over = useSessionOver();
	useEffect(() => {
		const back = document.activeElement;
		if (!ref.current.open) ref.current.showModal();
		(ref.current.querySelector('[autofocus], .body :is(input, textarea, select, button), footer button') ?? ref.current).focus();
		return () => {
			if (toast && ref.current?.contains(toast)) document.body.append(toast);
			if (back instanceof HTMLElement && back.isConnected) back.focus();
		};
	}, []);
	useKeys({ Escape: [onClose, t('Tutup', 'Close')] }, title, { modal: true });
	const cancel = (e) => {
		e.preventDefault();
		onClose();
	};
	return html`<dialog ref=${ref} class=${wide ? 'wide' : ''} aria-labelledby=${id} onCancel=${cancel}>
		<header><h2 id=${id}>${title}</h2><button type="button" class="button quiet x" onClick=${onClose} aria-label=${t('Tutup', 'Close')}>×</button></header>
		${over && html`<${SessionOver} />`}
		<div class="body">${children}</div>
		${actions && html`<footer>${actions}</footer>`}
	</dialog>`;
}

/** Asks first: confirmThen({title, text, action, kind: "danger"}, fn). fn may return a promise; its ApiError is shown and the dialog stays. */
export function confirmThen({ title, text, action, kind = 'primary' }, fn) {
	const host = document.body.appendChild(document.createElement('div'));
	const done = () => {
		render(null, host);
		host.remove();
	};
	function Ask() {
		const [busy, setBusy] = useState(false);
		const [fault, setFault] = useState(null);
		const go = async () => {
			setBusy(true);
			try {
				await fn();
				done();
			} catch (e) {
				setFault(e);
				setBusy(false);
			}
		};
		return html`<${Dialog} title=${title} onClose=${done} actions=${html`
			<${Button} onClick=${done}>${t('Batal', 'Cancel')}<//><${Button} kind=${kind} busy=${busy} onClick=${go} autofocus>${action}<//>`}>
			<p>${text}</p>${fault && html`<${Fault} error=${fault} />`}<//>`;
	}
	render(html`<${Ask} />`, host);
}

/** What went wrong, in words a person can use. */
export function faultText(e) {
	if (!(e instanceof ApiError)) return String(e?.message ?? e);
	if (e.status === 0) return t('Server tidak menjawab. Periksa sambungan, lalu coba lagi.', 'The server does not answer. Check the line, then try again.');
	const type = e.problem.type?.split('/').at(-1);
	const known = [type, String(e.status)].find((key) => words.problem.keys.includes(key));
	return known ? words.problem(known) : t(`Server menolak (${e.status}).`, `The server refused (${e.status}).`);
}
export const Fault = ({ error, retry }) =>
	html`<${Notice} kind="bad"><strong>${faultText(error)}</strong>
		${error instanceof ApiError && [400, 409, 422].includes(error.status) && error.problem.detail && html`<p class="detail"><${Said} text=${error.problem.detail} /></p>`}
		${error instanceof ApiError && error.problem.errors && html`<ul>${error.problem.errors.map((f) => html`<li><code>${f.pointer}</code> <${Said} text=${f.detail} /></li>`)}</ul>`}
		${retry && html`<${Button} onClick=${retry}>${t('Coba lagi', 'Try again')}<//>`}<//>`;

/** Reads path (null: nothing yet) and keeps what it had while it reads again. -> {data, error, loading, reload} */
export function useApi(path) {
	const [state, set] = useState({ data: null, error: null, loading: path !== null, path });
	const last = useRef(0);
	const reload = useCallback(async () => {
		const mine = ++last.current;
		if (path === null) {
			set({ data: null, error: null, loading: false, path });
			return;
		}
		set((s) => ({ ...s, data: s.path === path ? s.data : null, loading: true, path }));
		try {
			const data = await api.get(path);
			if (mine === last.current) set({ data, error: null, loading: false, path });
		} catch (error) {
			if (mine === last.current) set((s) => ({ ...s, error, loading: false }));
		}
	}, [path]);
	useEffect(() => {
		reload();
		return () => {
			last.current++;
		};
	}, [reload]);
	return { ...state, data: state.path === path ? state.data : null, reload };
}

/** Waits quietly: nothing for the first moment, so that quick answers do not flicker. */
export function Loading() {
	const [shown, set] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => set(true), 400);
		return () => clearTimeout(timer);
	}, []);
	return html`<p class="empty" role="status">${shown && t('Memuat…', 'Loading…')}</p>`;
}

/* Stands outside of what is drawn; while a dialog is open inside of it, as nothing else is seen or heard then. */
let toast = null;
let toastTimer = null;
function toastLine() {
	if (toast !== null) return toast;
	toast = document.body.appendChild(document.createElement('div'));
	toast.id = 'announce';
	toast.className = 'toast';
	toast.setAttribute('role', 'status');
	return toast;
}

/** Told by a screen reader, and shown for some seconds. */
export function announce(text) {
	const line = toastLine();
	const later = (ms, fn) => {
		clearTimeout(toastTimer);
		toastTimer = setTimeout(fn, ms);
	};
	line.textContent = '';
	/* a dialog that is answered by this is closed by then; what is moved and filled at once is not told */
	later(30, () => {
		const host = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
		if (line.parentNode !== host) host.append(line);
		later(30, () => {
			line.textContent = text;
			later(6000, () => {
				line.textContent = '';
			});
		});
	});
}

/** Urgency by shape, colour and word. short: without the word (it stays for screen readers). */
export { Urgency } from './marks.js';
