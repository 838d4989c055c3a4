/* roster: who is on duty when: a week, its gaps, answers, stand-ins and swaps. */
import { t, clock, isoDay, zoneName } from '../i18n.js';
import { useKeys } from '../keys.js';
import { mayDecide, me as session } from '../me.js';
import * as words from '../words.js';
import {
	html, useState, useMemo, useRef, useLoad, useClock, useNarrow, useKept, Button, Field, Loaded, Mark, Choice, shapes, moment, spanOf, dayName, startOfDay,
	length, DAY, ms as at,
} from './kit.js';
import { term } from './terms.js';
import { AcceptDialog, OverrideDialog, SwapDialog, ShiftDialog, AddDialog, mine } from './roster_dialogs.js';
import { Makeup, RotationDialog } from './roster_makeup.js';
import { Notes } from './notes.js';

const key = (s) => `${s.person}|${s.role}|${s.from}`;

/* What a shift's person has answered, as tone, short word, whole sentence. Late: it begins within two hours, or has begun. */
export function answerOf(shift, person, now) {
	const over = at(shift.until) <= now, soon = at(shift.from) - now < 2 * 3600000;
	if (person && !person.reachable && !over)
		return { tone: 'bad', word: t('tanpa nomor HP', 'no telephone'), brief: t('tanpa HP', 'no phone'), bad: true };
	if (shift.unreachable && !over && !shift.accepted_at)
		return { tone: 'bad', word: t('HP tidak terjangkau', 'telephone not reached'), brief: t('tak terjangkau', 'not reached'), bad: true };
	if (shift.refused_at)
		return { tone: 'bad', word: t('menolak', 'refused'), bad: !over };
	if (shift.accepted_at)
		return { tone: 'good', word: t('menyanggupi', 'accepted'), brief: t('sanggup', 'accepted'), bad: false };
	if (over)
		return { tone: 'calm', word: t('selesai', 'over'), bad: false };
	if (soon)
		return { tone: 'bad', word: t('belum menyanggupi', 'not accepted'), brief: t('belum', 'not yet'), bad: true };
	return shift.asked_at
		? { tone: 'wait', word: t('ditanya, belum menjawab', 'asked, no answer'), brief: t('ditanya', 'asked'), bad: false }
		: { tone: 'calm', word: t('belum ditanya', 'not asked yet'), brief: t('nanti', 'later'), bad: false };
}

const hours = (s) => `${clock(s.from)}–${clock(s.until)}`;
/* "07–19" where the minutes say nothing */
const shortHours = (s) => hours(s).replace(/^(..):00–(..):00$/, '$1–$2');

/* ---- the week as a grid ---- */

/* Spans of one row in lanes, so that none covers another. */
function lanes(shifts) {
	const ends = [];
	return shifts.map((s) => {
		let lane = ends.findIndex((end) => end <= at(s.from));
		lane = lane < 0 ? ends.length : lane;
		ends[lane] = at(s.until);
		return [s, lane];
	});
}

function Bar({ shift, lane, start, person, now, open, drag }) {
	const from = Math.max(at(shift.from), start), until = Math.min(at(shift.until), start + 7 * DAY);
	const answer = answerOf(shift, person, now);
	const place = { left: `${((from - start) / (7 * DAY)) * 100}%`, width: `${((until - from) / (7 * DAY)) * 100}%`, top: `${lane * 3.25}rem` };
	const said = `${person?.name ?? shift.person}, ${words.role(shift.role)}, ${moment(shift.from)} ${t('sampai', 'until')} ${moment(shift.until)}, `
		+ `${term('span', shift.source)}, ${answer.word}`;
	return html`<button type="button" class=${`shift ${answer.tone} ${shift.source}${at(shift.from) <= now && now < at(shift.until) ? ' now' : ''}`} style=${place} title=${said}
		data-bar="" draggable=${mayDecide()} onClick=${() => open({ kind: 'shift', shift })}
		onDragStart=${() => { drag.current = shift; }} onDragOver=${(e) => e.preventDefault()}
		onDrop=${(e) => { e.preventDefault(); e.stopPropagation(); if (drag.current && key(drag.current) !== key(shift)) open({ kind: 'swap', shift: drag.current, with: shift }); }}>
		<span class="sr">${person?.name ?? shift.person}, ${dayName(shift.from)} </span><span class="when">${shortHours(shift)}</span>
		<span class="said"><span aria-hidden="true">${shapes[answer.tone]}</span> ${until - from > 0.6 * DAY ? answer.word : (answer.brief ?? answer.word)}</span></button>`;
}

function Gap({ gap, start, open }) {
	const from = Math.max(at(gap.from), start), until = Math.min(at(gap.until), start + 7 * DAY);
	const place = { left: `${((from - start) / (7 * DAY)) * 100}%`, width: `${((until - from) / (7 * DAY)) * 100}%` };
	const said = `${t('Tidak ada koordinator', 'No coordinator')}, ${moment(gap.from)} ${t('sampai', 'until')} ${moment(gap.until)}`;
	return html`<button type="button" class="shift gap" style=${place} title=${said} data-bar=""
		onClick=${() => mayDecide() && open({ kind: 'override', from: gap.from, until: gap.until, role: 'coordinator' })}>
		<span class="when"><span aria-hidden="true">▲</span> ${t('KOSONG', 'NOBODY')}</span><span class="sr"> ${moment(gap.from)} </span><span class="said">${length((until - from) / 1000)}</span></button>`;
}

/* The arrow keys go from bar to bar: along a row, and to the nearest one of the row above or below. */
function walk(e) {
	const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[e.key];
	if (!step || !e.target.matches('[data-bar]'))
		return;
	e.preventDefault();
	const rows = [...e.currentTarget.querySelectorAll('[data-row]')].map((r) => [...r.querySelectorAll('[data-bar]')]).filter((r) => r.length);
	const row = rows.findIndex((r) => r.includes(e.target)), left = e.target.offsetLeft;
	if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') {
		rows[row][rows[row].indexOf(e.target) + step]?.focus();
		return;
	}
	const next = rows[row + step];
	next?.reduce((a, b) => (Math.abs(b.offsetLeft - left) < Math.abs(a.offsetLeft - left) ? b : a)).focus();
}

function Week({ data, start, people, now, open }) {
	const drag = useRef(null);
	const rows = useMemo(() => {
		const all = new Map();
		for (const s of data.shifts) {
			const name = `${s.role}|${s.person}`;
			all.set(name, [...(all.get(name) ?? []), s]);
		}
		return [...all.values()].sort((a, b) => a[0].role.localeCompare(b[0].role)
			|| (people.get(a[0].person)?.name ?? a[0].person).localeCompare(people.get(b[0].person)?.name ?? b[0].person));
	}, [data, people]);
	const days = [...Array(7).keys()].map((i) => start + i * DAY);
	const nowLeft = (now - start) / (7 * DAY);
	const track = (children, height, drop) => html`<div class="track" style=${{ minHeight: height }} onDragOver=${(e) => e.preventDefault()} onDrop=${drop}>
		${days.map((d) => html`<i class=${startOfDay(now) === d ? 'today' : undefined} aria-hidden="true"></i>`)}
		${nowLeft > 0 && nowLeft < 1 && html`<b class="nowline" style=${{ left: `${nowLeft * 100}%` }} aria-hidden="true"></b>`}
		${children}</div>`;
	return html`<div class="week" onKeyDown=${walk} role="group" aria-label=${t('Jadwal satu minggu. Panah berpindah, Enter membuka.', 'One week. Arrows move, Enter opens.')}>
		<div class="week-row head"><div></div><div class="track heads">${days.map((d) =>
			html`<span class=${startOfDay(now) === d ? 'today' : undefined}>${dayName(d)}</span>`)}</div></div>
		<div class="week-row cover" data-row=""><div class="name">${t('Cakupan koordinator', 'Coordinator cover')}</div>
			${track(data.gaps.length ? data.gaps.map((g) => html`<${Gap} gap=${g} start=${start} open=${open} key=${g.from} />`)
				: html`<span class="full"><span aria-hidden="true">●</span> ${t('Tidak ada jam kosong minggu ini', 'No hour without a coordinator this week')}</span>`, '3.25rem')}</div>
		${rows.map((row) => {
			const person = people.get(row[0].person), set = lanes(row), high = Math.max(...set.map(([, n]) => n)) + 1;
			const drop = (e) => {
				e.preventDefault();
				if (drag.current && drag.current.person !== row[0].person)
					open({ kind: 'override', shift: drag.current, person: row[0].person });
			};
			return html`<div class="week-row" data-row="" key=${`${row[0].role}|${row[0].person}`}>
				<div class="name"><strong>${person?.name ?? row[0].person}</strong><small>${words.role(row[0].role)}${
					person && !person.reachable ? html` · <${Mark} tone="bad">${t('tanpa HP', 'no phone')}<//>` : ''}</small></div>
				${track(set.map(([s, lane]) => html`<${Bar} key=${key(s)} shift=${s} lane=${lane} start=${start} person=${person} now=${now} open=${open} drag=${drag} />`),
					`${high * 3.25}rem`, drop)}</div>`;
		})}
	</div>`;
}

/* ---- the same as a list, for narrow screens and for "my shifts" ---- */

function ShiftLine({ shift, person, now, open, dated }) {
	const answer = answerOf(shift, person, now);
	return html`<button type="button" class=${`slot ${answer.tone}`} onClick=${() => open({ kind: 'shift', shift })}>
		<span class="when">${dated && html`<small>${dayName(at(shift.from))}</small> `}${hours(shift)}</span>
		<span class="what"><strong>${person?.name ?? shift.person}</strong> <small>${words.role(shift.role)} · ${term('span', shift.source)}</small></span>
		<${Mark} tone=${answer.tone}>${answer.word}<//>
	</button>`;
}

function Agenda({ data, start, people, now, open }) {
	const days = [...Array(7).keys()].map((i) => start + i * DAY);
	return html`<div class="agenda">${days.map((d) => {
		const begins = (x) => (at(x.from) >= d && at(x.from) < d + DAY) || (d === start && at(x.from) < d && at(x.until) > d);
		const gaps = data.gaps.filter(begins), shifts = data.shifts.filter(begins);
		return html`<section key=${d}><h3 class=${startOfDay(now) === d ? 'today' : undefined}>${dayName(d)}${startOfDay(now) === d ? ` · ${t('hari ini', 'today')}` : ''}</h3>
			${gaps.map((g) => html`<button type="button" class="slot bad" onClick=${() => mayDecide() && open({ kind: 'override', from: g.from, until: g.until, role: 'coordinator' })}>
				<span class="when">${hours(g)}</span><span class="what"><strong>${t('KOSONG: tidak ada koordinator', 'NOBODY: no coordinator')}</strong></span>
				<span>${t('Isi', 'Fill')}</span></button>`)}
			${shifts.map((s) => html`<${ShiftLine} key=${key(s)} shift=${s} person=${people.get(s.person)} now=${now} open=${open} />`)}
			${gaps.length + shifts.length === 0 && html`<p class="empty">${t('Tidak ada pergantian', 'No change of shift')}</p>`}</section>`;
	})}</div>`;
}

/* ---- what needs somebody ---- */

function Needs({ data, people, now, open }) {
	const coming = data.shifts.filter((s) => at(s.until) > now && at(s.from) - now < 2 * DAY);
	const bad = coming.map((s) => [s, answerOf(s, people.get(s.person), now)]).filter(([, a]) => a.bad || a.tone === 'wait');
	const gaps = data.gaps;
	if (gaps.length + bad.length === 0)
		return html`<p class="all-well"><${Mark} tone="good">${t('Dua hari ke depan terisi, dan semua sudah menyanggupi atau belum waktunya ditanya.',
			'The next two days are covered, and everybody has accepted or is not to be asked yet.')}<//></p>`;
	return html`<ul class="needs" aria-label=${t('Perlu perhatian', 'Needs attention')}>
		${gaps.slice(0, 6).map((g) => html`<li><${Mark} tone="bad"><strong>${t('Kosong', 'Nobody')}</strong><//>
			<span>${spanOf(g.from, g.until)} (${length((at(g.until) - at(g.from)) / 1000)})</span>
			${mayDecide() && html`<${Button} onClick=${() => open({ kind: 'override', from: g.from, until: g.until, role: 'coordinator' })}>${t('Isi', 'Fill')}<//>`}</li>`)}
		${bad.slice(0, 8).map(([s, a]) => html`<li><${Mark} tone=${a.tone}><strong>${people.get(s.person)?.name ?? s.person}</strong> ${a.word}<//>
			<span>${spanOf(s.from, s.until)}</span>
			${mayDecide() && html`<span class="two"><${Button} onClick=${() => open({ kind: 'accept', shift: s })}>${t('Sanggupi', 'Accept')}<//>
			<${Button} onClick=${() => open({ kind: 'override', shift: s })}>${t('Ganti', 'Replace')}<//></span>`}</li>`)}
		${gaps.length > 6 && html`<li>${t(`dan ${gaps.length - 6} jam kosong lain`, `and ${gaps.length - 6} other gaps`)}</li>`}
	</ul>`;
}

function OnDuty({ load, people, now }) {
	if (!load.data) return null;
	const name = (s) => people.get(s.person)?.name ?? s.person;
	const running = load.data.shifts.filter((s) => at(s.from) <= now && now < at(s.until));
	const coming = load.data.shifts.filter((s) => at(s.from) > now && s.role === 'coordinator').sort((a, b) => at(a.from) - at(b.from));
	const next = coming.filter((s) => s.from === coming[0].from);
	return html`<dl class="onduty">
		<div><dt>${t('Bertugas sekarang', 'On duty now')}</dt><dd>${running.length ? running.map((s) =>
			html`<span><strong>${name(s)}</strong> <small>${words.role(s.role)}, ${t('s.d.', 'until')} ${clock(s.until)}</small></span>`)
			: html`<${Mark} tone="bad">${t('Tidak ada siapa pun', 'Nobody')}<//>`}</dd></div>
		<div><dt>${t('Berikutnya', 'Next')}</dt><dd>${next.length ? next.map((s) =>
			html`<span><strong>${name(s)}</strong> <small>${dayName(at(s.from))} ${clock(s.from)}</small></span>`)
			: t('Belum ada', 'Nobody yet')}</dd></div>
	</dl>`;
}

/* ---- the screen ---- */

function MyShifts({ people, list, me, setMe, now, open, since }) {
	const load = useLoad(`/v1/shifts?from=${new Date(startOfDay(now)).toISOString()}&until=${new Date(startOfDay(now) + 42 * DAY).toISOString()}`, 30, since);
	return html`<section class="panel stack">
		<${Field} type="select" label=${t('Saya adalah', 'I am')} value=${me ?? ''} onInput=${setMe} options=${[['', '–'], ...list.map((p) => [p.slug, p.name])]} />
		<${Loaded} load=${load}>${(data) => {
			const shifts = data.shifts.filter((s) => s.person === me && at(s.until) > now).sort((a, b) => at(a.from) - at(b.from));
			return html`<div class="agenda">${shifts.length === 0
				? html`<p class="empty">${me ? t('Tidak ada piket enam minggu ke depan.', 'No shift in the next six weeks.') : t('Pilih nama Anda.', 'Choose your name.')}</p>`
				: shifts.map((s) => html`<${ShiftLine} key=${key(s)} shift=${s} person=${people.get(s.person)} now=${now} open=${open} dated />`)}</div>`;
		}}<//>
	</section>`;
}

export default function Roster() {
	const now = useClock();
	const narrow = useNarrow(900);
	const today = startOfDay(now);
	const [offset, setOffset] = useState(0);
	const [view, setView] = useKept('roster.view', 'week');
	const [dialog, open] = useState(null);
	const [changes, setChanges] = useState(0);
	const start = today + offset * 7 * DAY;
	const iso = (ms) => new Date(ms).toISOString();
	const load = useLoad(`/v1/shifts?from=${iso(start)}&until=${iso(start + 7 * DAY)}`, 30, changes);
	const soon = useLoad('/v1/shifts', 30, changes);
	const list = useLoad('/v1/people', 60);
	const people = useMemo(() => new Map((list.data ?? []).map((p) => [p.slug, p])), [list.data]);
	const [kept, setMe] = useKept('roster.me', null);
	const me = kept ?? mine(session(), list.data ?? []);
	const go = (n) => () => setOffset(Math.max(-4, Math.min(12, n)));
	useKeys({
		p: [go(offset - 1), t('Minggu sebelumnya', 'The week before')],
		n: [go(offset + 1), t('Minggu berikutnya', 'The week after')],
		t: [go(0), t('Mulai hari ini', 'From today')],
		m: [() => setView(view === 'mine' ? 'week' : 'mine'), t('Jadwal saya', 'My shifts')],
		o: [() => mayDecide() && open({ kind: 'override', role: 'coordinator' }), t('Petugas pengganti', 'A stand-in')],
		s: [() => mayDecide() && open({ kind: 'swap' }), t('Tukar piket', 'Swap shifts')],
	}, t('Jadwal piket', 'Roster'));
	const changed = () => setChanges((n) => n + 1);
	const done = () => {
		open(null);
		changed();
	};
	const shared = { people, list: list.data ?? [], week: load.data?.shifts ?? [], onClose: () => open(null), done, open };
	const title = `${dayName(start)} – ${dayName(start + 6 * DAY)} ${isoDay(start).slice(0, 4)}`;
	return html`<div class="page full roster">
		<header class="pagehead"><h1>${t('Jadwal piket', 'Roster')}</h1>
			<${Choice} label=${t('Tampilan', 'View')} value=${view} onChange=${setView}
				options=${[['week', t('Minggu', 'Week')], ['mine', t('Jadwal saya', 'My shifts')], ['makeup', t('Susunan', 'Made of')], ...(mayDecide() ? [['notes', t('Catatan', 'Notes')]] : [])]} />
			${mayDecide() && html`<div class="bar end">
				<${Button} onClick=${() => open({ kind: 'add' })}>${t('Tambah piket', 'Add a shift')}<//>
				<${Button} hotkey="o" onClick=${() => open({ kind: 'override', role: 'coordinator' })}>${t('Pengganti', 'Stand-in')}<//>
				<${Button} hotkey="s" onClick=${() => open({ kind: 'swap' })}>${t('Tukar', 'Swap')}<//></div>`}</header>
		<${OnDuty} load=${soon} people=${people} now=${now} />
		${view === 'mine' && html`<${MyShifts} people=${people} list=${list.data ?? []} me=${me} setMe=${setMe} now=${now} open=${open} since=${changes} />`}
		${view === 'makeup' && html`<${Makeup} people=${people} open=${open} since=${changes} changed=${changed} />`}
		${view === 'notes' && mayDecide() && html`<section class="panel stack"><h2>${t('Catatan serah terima', 'Hand-over notes')}</h2><${Notes} /></section>`}
		${view === 'week' && html`<${Loaded} load=${load}>${(data) => html`
			${soon.data && html`<${Needs} data=${soon.data} people=${people} now=${now} open=${open} />`}
			<div class="bar pager" role="group" aria-label=${t('Minggu', 'Week')}>
				<${Button} disabled=${offset <= -4} onClick=${go(offset - 1)} hotkey="p">← ${t('Sebelumnya', 'Before')}<//>
				<${Button} disabled=${offset >= 12} onClick=${go(offset + 1)} hotkey="n">${t('Berikutnya', 'After')} →<//>
				${offset !== 0 && html`<${Button} onClick=${go(0)} hotkey="t">${t('Mulai hari ini', 'From today')}<//>`}
				<h2>${title} <small>${zoneName()}</small></h2></div>
			${narrow ? html`<${Agenda} data=${data} start=${start} people=${people} now=${now} open=${open} />`
				: html`<${Week} data=${data} start=${start} people=${people} now=${now} open=${open} />`}`}<//>`}
		${dialog?.kind === 'shift' && html`<${ShiftDialog} ...${shared} shift=${dialog.shift} answer=${answerOf(dialog.shift, people.get(dialog.shift.person), now)} />`}
		${dialog?.kind === 'accept' && html`<${AcceptDialog} ...${shared} shift=${dialog.shift} />`}
		${dialog?.kind === 'override' && html`<${OverrideDialog} ...${shared} ...${dialog} />`}
		${dialog?.kind === 'swap' && html`<${SwapDialog} ...${shared} first=${dialog.shift} second=${dialog.with} />`}
		${dialog?.kind === 'rotation' && html`<${RotationDialog} ...${shared} />`}
		${dialog?.kind === 'add' && html`<${AddDialog} ...${shared} />`}
	</div>`;
}
