/* code: texts with numbered lines: to read, to write, and side by side with another one. */
import { t } from '../i18n.js';
import { html, useMemo, useRef, useLayoutEffect } from './kit.js';
import { countOf, hunks } from './diff.js';

/* Where the comment of a line begins: "//" outside of a text. */
function commentAt(line) {
	let inside = false;
	for (let i = 0; i < line.length; i++) {
		if (inside && line[i] === '\\') i++;
		else if (line[i] === '"') inside = !inside;
		else if (!inside && line[i] === '/' && line[i + 1] === '/') return i;
	}
	return line.length;
}

const Text = ({ line }) => {
	const at = commentAt(line);
	return html`<span class="text">${line.slice(0, at)}${at < line.length && html`<span class="remark">${line.slice(at)}</span>`}</span>`;
};

/** A text to read. */
export function CodeView({ text, label }) {
	const lines = useMemo(() => text.split('\n'), [text]);
	return html`<div class="code" tabindex="0" role="region" aria-label=${label}>${lines.map((line, i) =>
		html`<div class="row" id=${`line-${i + 1}`}><span class="no" aria-hidden="true">${i + 1}</span><${Text} line=${line} /></div>`)}</div>`;
}

/** Puts the cursor of an editor on a line and shows it. */
export function goToLine(area, line) {
	const lines = area.value.split('\n');
	const at = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
	area.focus();
	area.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
	const height = parseFloat(getComputedStyle(area).lineHeight);
	area.scrollTop = Math.max(0, (line - 1) * height - area.clientHeight / 3);
}

/** A text to write. faults: Map of line → message, marked beside their lines. */
export function CodeEditor({ text, onInput, label, faults, areaRef }) {
	const gutter = useRef(null);
	const count = useMemo(() => text.split('\n').length, [text]);
	const follow = () => {
		gutter.current.scrollTop = areaRef.current.scrollTop;
	};
	useLayoutEffect(follow, [count, faults]);
	/* a new line begins as far in as the one before; Tab goes on to the next control, as everywhere */
	const onKeyDown = (e) => {
		if (e.key !== 'Enter' || e.ctrlKey || e.metaKey || e.isComposing) return;
		const area = e.currentTarget, before = area.value.slice(0, area.selectionStart);
		const indent = /(?:^|\n)([ \t]*)[^\n]*$/.exec(before)[1];
		if (!indent) return;
		e.preventDefault();
		area.setRangeText(`\n${indent}`, area.selectionStart, area.selectionEnd, 'end');
		onInput(area.value);
	};
	return html`<div class="editor">
		<div class="gutter" ref=${gutter} aria-hidden="true">${Array.from({ length: count }, (_, i) =>
			html`<div class=${faults.has(i + 1) ? 'bad' : null} title=${faults.get(i + 1)}>${faults.has(i + 1) ? '▲ ' : ''}${i + 1}</div>`)}</div>
		<textarea ref=${areaRef} aria-label=${label} value=${text} wrap="off" spellcheck=${false} autocapitalize="off" autocomplete="off"
			onInput=${(e) => onInput(e.currentTarget.value)} onScroll=${follow} onKeyDown=${onKeyDown}></textarea></div>`;
}

const said = (sign) => (sign === '+' ? t('ditambah', 'added') : sign === '-' ? t('dihapus', 'removed') : '');

/** What changes, with a few lines around it. lines: of diffLines. */
export function DiffView({ lines, label }) {
	const runs = useMemo(() => hunks(lines), [lines]);
	if (runs.length === 0) return html`<p class="empty">${t('Tidak ada perbedaan.', 'No difference.')}</p>`;
	return html`<div class="code diff" tabindex="0" role="region" aria-label=${label}>${runs.map((run) => html`<div class="run">
		${run.map((l) => html`<div class=${`row ${{ '+': 'add', '-': 'del', ' ': '' }[l.sign]}`}><span class="no" aria-hidden="true">${l.old ?? ''}</span><span class="no" aria-hidden="true">${l.new ?? ''}</span>
			<span class="sign" aria-hidden="true">${l.sign}</span>${l.sign !== ' ' && html`<span class="sr">${said(l.sign)}: </span>`}<${Text} line=${l.text} /></div>`)}</div>`)}</div>`;
}

export const diffWords = (lines) => {
	const [more, less] = [countOf(lines, '+'), countOf(lines, '-')];
	return more + less === 0 ? t('tidak ada perbedaan', 'no difference') : t(`${more} baris ditambah, ${less} dihapus`, `${more} lines added, ${less} removed`);
};
