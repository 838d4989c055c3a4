/* board: all open incidents, what runs out next first. Rows do not move under a pointer or a finger. */
import { Component, html, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { calls } from '../alarm.js';
import { claim } from '../decide.js';
import { isoDay, lang, moment, t } from '../i18n.js';
import { useKeys } from '../keys.js';
import { useBoard } from '../live.js';
import { Age, Countdown, Urgency } from '../marks.js';
import { mayDecide } from '../me.js';
import { Steps } from '../steps.js';
import { Button, Field, announce } from '../ui.js';
import { onTick, serverNow } from '../time.js';
import { readyToClose, watched } from '../watched.js';
import * as words from '../words.js';

const HOLD_MS = 15000; /* a hand that has not moved for so long is not there */

/* ---- one row ---- */

function placeOf(r) {
	const place = [r.region_name, r.district_name].filter(Boolean).join(', ');
	return place || r.region;
}

class Row extends Component {
	/* look: what else changes the words of a row: the language, and which day it is */
	shouldComponentUpdate(next) {
		return next.row !== this.props.row || next.left !== this.props.left || next.look !== this.props.look;
	}
	render({ row: r, left, onClaim }) {
		const ended = left === 'ended';
		const w = watched(r);
		const why = calls(r, serverNow());
		const place = placeOf(r);
		return html`<li class=${`incident ${r.urgency} ${why ?? ''} ${left}`} data-id=${r.id} data-number=${r.number}>
			<div class="due">
				${ended ? html`<span class="countdown">${t('Selesai', 'Ended')}</span>` : html`<${Countdown} due=${w?.due} label=${w ? w.what : ''} />`}
				<span class="what">${ended ? words.incidentState(r.state) : (w?.what ?? t('tidak ada batas waktu', 'no clock runs'))}</span>
			</div>
			<div class="case">
				<a href=${`#/kejadian/${r.number}`}><${Urgency} of=${r.urgency} /> <span class="type">${words.type(r.type)}</span> <span class="number">#${r.number}</span></a>
				<p class="place"><b>${place}</b>${r.place_text && html` <span>${r.place_text}</span>`}</p>
				<p class="factline"><${Age} since=${r.opened_at} />
					${left === 'unfit' && html`<span class="tag">${t('tidak lagi dalam saringan', 'no longer in the filter')}</span>`}
					${r.state === 'open' && html`<span class="tag ask">${t('perlu ditelaah', 'needs triage')}</span>`}
					${r.state !== 'open' && r.dispatches.length === 0 && html`<span class="tag bad">${t('tanpa instansi', 'no agency')}</span>`}
					${readyToClose(r) && html`<span class="tag">${t('siap ditutup', 'ready to close')}</span>`}
					${r.breached && html`<span class="tag bad">${t('lewat batas', 'overdue')}</span>`}
					${r.report_count > 1 && html`<span>${t(`${r.report_count} laporan`, `${r.report_count} reports`)}</span>`}
					${r.suggestions > 0 && html`<span class="tag ask">${t('mungkin ganda', 'maybe a duplicate')}</span>`}
				</p>
			</div>
			<ul class="agencies">${r.dispatches.map((d) => html`<${Agency} key=${d.id} d=${d} />`)}</ul>
			<div class="claim">${r.claimed
				? html`<span class="by">${words.actor(r.claimed.by)}</span><span class="soft">${t('sejak', 'since')} ${moment(r.claimed.at, serverNow())}</span>`
				: mayDecide() && !ended && html`<${Button} class="small" kind=${why ? 'primary' : ''} onClick=${() => onClaim(r)}>${t('Ambil alih', 'Claim')}<//>`}</div>
		</li>`;
	}
}

/* Ended well and long ago says little: those are dimmed by style. */
function Agency({ d }) {
	const next = d.deadline?.next;
	return html`<li class=${`agency ${d.state} ${d.undeliverable && d.state === 'notified' ? 'undeliverable' : ''}`}>
		<${Steps} d=${d} /><span class="name">${d.agency_name ?? d.agency}</span>
		${next && html`<span class="next">${moment(d.deadline.due_at, serverNow())} → ${next.map(words.rung).join(' + ')}</span>`}
	</li>`;
}

/* ---- which and in what order ---- */

const SHOWS = {
	all: [() => true, ['Semua', 'All']],
	breached: [(r) => r.breached, ['Lewat batas', 'Overdue']],
	open: [(r) => r.state === 'open', ['Perlu ditelaah', 'Needs triage']],
	unclaimed: [(r) => r.claimed === null, ['Belum diambil', 'Unclaimed']],
};

function fits(r, f) {
	if (f.urgency && r.urgency !== f.urgency) return false;
	if (f.type && r.type !== f.type) return false;
	if (f.region && r.region !== f.region && !r.region.startsWith(`${f.region}.`)) return false;
	if (f.agency && !r.dispatches.some((d) => d.agency === f.agency)) return false;
	if (!f.q) return true;
	const text = `${r.number} ${r.region_name ?? ''} ${r.district_name ?? ''} ${r.place_text ?? ''} ${r.summary ?? ''} ${r.dispatches.map((d) => d.agency_name).join(' ')}`;
	return f.q.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));
}

const dueOf = new WeakMap();
function key(r) {
	let due = dueOf.get(r);
	if (due === undefined) {
		const w = watched(r);
		due = w === null ? Infinity : Date.parse(w.due);
		dueOf.set(r, due);
	}
	return due;
}
const rank = { critical: 0, high: 1, normal: 2 };
const inOrder = (a, b) => key(a) - key(b) || rank[a.urgency] - rank[b.urgency] || a.number - b.number;

/** Is a hand on the list: a pointer that moves over it, or keys while the focus is inside? */
function useHand(ref) {
	const touched = useRef(0);
	useEffect(() => {
		const list = ref.current;
		const touch = () => {
			touched.current = Date.now();
		};
		const kinds = ['pointermove', 'pointerdown', 'keydown', 'focusin'];
		for (const kind of kinds) list.addEventListener(kind, touch, { passive: true });
		return () => kinds.forEach((kind) => list.removeEventListener(kind, touch));
	}, []);
	return () => {
		const list = ref.current;
		if (list === null || Date.now() - touched.current > HOLD_MS) return false;
		return list.matches(':hover') || list.contains(document.activeElement);
	};
}

/**
 * The rows in the order to be shown: sorted, or as they were while a hand is on them. all: every open row by its id, those outside of the filter too.
 * -> {shown: [{row, left}], held: number of rows that would move, come or go}. left: "" it belongs here, "unfit" it has left the filter, "ended" it is open no more.
 */
function arrange(memory, rows, all, hand) {
	const wanted = [...rows].sort(inOrder);
	if (!hand) {
		memory.order = wanted;
		return { shown: wanted.map((row) => ({ row, left: '' })), held: 0 };
	}
	const now = new Set(rows.map((r) => r.id));
	const known = new Set(memory.order.map((r) => r.id));
	const fresh = wanted.filter((r) => !known.has(r.id));
	const shown = memory.order.map((r) => ({ row: all.get(r.id) ?? r, left: now.has(r.id) ? '' : all.has(r.id) ? 'unfit' : 'ended' }));
	memory.order = [...shown.map((s) => s.row), ...fresh];
	shown.push(...fresh.map((row) => ({ row, left: '' })));
	const still = shown.filter((s) => s.left === '');
	const moved = still.filter((s, i) => s.row.id !== wanted[i].id).length;
	return { shown, held: Math.max(moved, shown.length - still.length), fresh: fresh.length };
}

/* ---- filters ---- */

function useFilter(query) {
	const names = ['show', 'urgency', 'type', 'region', 'agency', 'q'];
	const f = Object.fromEntries(names.map((n) => [n, query.get(n) ?? '']));
	const set = (change) => {
		const next = new URLSearchParams();
		for (const [n, v] of Object.entries({ ...f, ...change })) if (v) next.set(n, v);
		const text = next.toString();
		history.replaceState(null, '', `#/papan${text ? `?${text}` : ''}`);
		dispatchEvent(new HashChangeEvent('hashchange'));
	};
	return [f, set];
}

const unique = (pairs) => [...new Map(pairs)].sort((a, b) => String(a[1]).localeCompare(String(b[1])));

function Filters({ rows, f, set, box }) {
	const areas = unique(rows.filter((r) => r.region.length >= 8).map((r) => [r.region.slice(0, 8), r.district_name ?? r.region.slice(0, 8)]));
	const agencies = unique(rows.flatMap((r) => r.dispatches.map((d) => [d.agency, d.agency_name ?? d.agency])));
	/* what is chosen stays on the list when the last incident of it has ended */
	const select = (label, name, options) => html`<${Field} label=${label} type="select" value=${f[name]} class=${f[name] ? 'set' : ''} onInput=${(v) => set({ [name]: v })}
		options=${[['', t(`${label}: semua`, `${label}: all`)], ...options, ...(f[name] === '' || options.some(([v]) => v === f[name]) ? [] : [[f[name], f[name]]])]} />`;
	const any = f.urgency || f.type || f.region || f.agency || f.q;
	const [open, setOpen] = useState(false);
	return html`<form class=${`filters ${open || any ? 'open' : ''}`} role="search" onSubmit=${(e) => e.preventDefault()}>
		<${Button} kind="quiet" class="toggle" aria-expanded=${open || any ? 'true' : 'false'} onClick=${() => setOpen(!open)}>${t('Saring', 'Filter')}<//>
		<${Field} label=${t('Cari', 'Search')} type="search" value=${f.q} inputRef=${box} onInput=${(q) => set({ q })} placeholder=${t('Cari   /', 'Search   /')} />
		${select(t('Kegawatan', 'Urgency'), 'urgency', words.URGENCIES.map((u) => [u, words.urgency(u)]))}
		${select(t('Jenis', 'Type'), 'type', words.TYPES.map((x) => [x, words.type(x)]))}
		${select(t('Wilayah', 'Area'), 'region', areas)}
		${select(t('Instansi', 'Agency'), 'agency', agencies)}
		${any && html`<${Button} kind="quiet" class="clear" onClick=${() => set({ urgency: '', type: '', region: '', agency: '', q: '' })}>${t('Hapus saringan', 'Clear filters')}<//>`}
	</form>`;
}

/* ---- the screen ---- */

export default function Board({ query }) {
	const { rows, line } = useBoard();
	const [f, set] = useFilter(query);
	const [, again] = useState(0);
	const list = useRef(null);
	const box = useRef(null);
	const memory = useRef({ order: [], filter: '' });
	const hand = useHand(list);
	const focused = document.activeElement?.closest?.('.incident')?.dataset.id ?? null;

	const filter = JSON.stringify(f);
	const picked = useMemo(() => rows.filter((r) => fits(r, f)), [rows, filter]);
	const chosen = (SHOWS[f.show] ?? SHOWS.all)[0];
	const holds = memory.current.filter === filter && !memory.current.now && hand();
	memory.current.now = false;
	memory.current.filter = filter;
	const { shown, held, fresh } = arrange(memory.current, picked.filter(chosen), new Map(rows.map((r) => [r.id, r])), holds);
	memory.current.held = held;

	/* when the hand has gone, what was held back is put in order, and said */
	useEffect(() => onTick(() => {
		if (memory.current.held > 0 && !hand()) {
			announce(t('Urutan diperbarui.', 'The order is up to date.'));
			again((n) => n + 1);
		}
	}), []);
	/* moving an element takes the focus from it */
	useLayoutEffect(() => {
		if (focused !== null && !list.current.contains(document.activeElement)) list.current.querySelector(`[data-id="${focused}"] a`)?.focus({ preventScroll: true });
	});

	const sortNow = () => {
		memory.current.now = true;
		again((n) => n + 1);
		announce(t('Urutan diperbarui.', 'The order is up to date.'));
	};
	const links = () => [...list.current.querySelectorAll('.incident .case > a')];
	const move = (step) => {
		const all = links();
		const at = all.findIndex((a) => a.closest('.incident').contains(document.activeElement));
		const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
		next?.focus();
		next?.closest('.incident').scrollIntoView({ block: 'nearest' });
	};
	const chosenRow = () => document.activeElement?.closest?.('.incident') ?? null;
	const current = () => rows.find((r) => r.id === chosenRow()?.dataset.id);
	const firstUnclaimed = () => shown.find((s) => s.left === '' && s.row.claimed === null)?.row;
	useKeys({
		j: [() => move(1), t('Kejadian berikutnya', 'Next incident')],
		k: [() => move(-1), t('Kejadian sebelumnya', 'Previous incident')],
		ArrowDown: () => move(1),
		ArrowUp: () => move(-1),
		Enter: [() => current() && (location.hash = `#/kejadian/${current().number}`), t('Buka', 'Open')],
		...(mayDecide() && { a: [() => claim(chosenRow() ? current() : firstUnclaimed()), t('Ambil alih (yang dipilih, atau yang pertama belum diambil)', 'Claim (the chosen one, or the first unclaimed)')] }),
		t: [() => current() && (location.hash = `#/telaah/${current().number}`), t('Telaah', 'Triage')],
		'/': [() => box.current?.focus(), t('Cari', 'Search')],
		s: [sortNow, t('Urutkan sekarang', 'Sort now')],
	}, t('Papan', 'Board'));

	const look = `${lang()} ${isoDay(serverNow())}`;
	return html`<div class="page full board">
		<h1 class="sr">${t('Papan kejadian terbuka', 'Board of open incidents')}</h1>
		<div class="boardhead">
			<div class="shows" role="group" aria-label=${t('Tampilkan', 'Show')}>${Object.entries(SHOWS).map(([name, [test, label]]) => html`
				<button type="button" class="button quiet" aria-pressed=${(f.show || 'all') === name ? 'true' : 'false'} onClick=${() => set({ show: name === 'all' ? '' : name })}>
					<b class=${`figures ${name === 'breached' && picked.some(test) ? 'bad' : ''}`}>${picked.filter(test).length}</b> ${t(...label)}</button>`)}</div>
			<${Filters} rows=${rows} f=${f} set=${set} box=${box} />
			${held > 0 && html`<${Button} class="resort" onClick=${sortNow} hotkey="s">${fresh > 0 ? t(`${fresh} baru, urutkan`, `${fresh} new, sort`) : t('Urutan ditahan, urutkan', 'Order held, sort')}<//>`}
		</div>
		<ol class="incidents" ref=${list}>${shown.map(({ row, left }) => html`<${Row} key=${row.id} row=${row} left=${left} look=${look} onClaim=${claim} />`)}</ol>
		${shown.length === 0 && html`<p class="empty calm">${!line.loaded ? t('Memuat papan…', 'Loading the board…')
			: rows.length === 0 ? t('Tidak ada kejadian terbuka di wilayah Anda.', 'No open incident in your area.')
			: t('Tidak ada kejadian yang cocok dengan saringan.', 'No incident fits the filter.')}</p>`}
	</div>`;
}
