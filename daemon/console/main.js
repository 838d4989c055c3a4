/* main: starts the console: who is logged in, the frame around all screens, which screen the address names. */
import { Component, html, render, useEffect, useState } from './vendor/preact.js';
import { api, setCsrf } from './api.js';
import { alarm, attention, useAlarm } from './alarm.js';
import { clockSeconds, duration, lang, setLang, setOffset, t, zoneName } from './i18n.js';
import { keyList, useKeys } from './keys.js';
import { retryNow, start, useBoard, useNow } from './live.js';
import { me, settings, setMe, setSettings } from './me.js';
import { SessionOver, useSessionOver } from './session.js';
import { Button, Dialog, Fault, Loading, useLang } from './ui.js';
import { serverNow } from './time.js';
import { watchTyping } from './unsaved.js';
import * as words from './words.js';

/* name in the address, [Indonesian, English], the module, the second key after g. Order is the order of the menu. */
const SCREENS = [
	{ name: 'papan', label: ['Papan', 'Board'], load: () => import('./screens/board.js'), key: 'p' },
	{ name: 'telaah', label: ['Telaah', 'Triage'], load: () => import('./screens/desk.js'), key: 't' },
	{ name: 'peta', label: ['Peta', 'Map'], load: () => import('./screens/map.js'), key: 'm' },
	{ name: 'jadwal', label: ['Jadwal', 'Roster'], load: () => import('./screens/roster.js'), key: 'j' },
	{ name: 'serah-terima', label: ['Serah terima', 'Hand-over'], load: () => import('./screens/handover.js'), key: 's' },
	{ name: 'angka', label: ['Angka', 'Numbers'], load: () => import('./screens/numbers.js'), key: 'a' },
	{ name: 'direktori', label: ['Direktori', 'Directory'], load: () => import('./screens/directory.js'), key: 'd' },
	{ name: 'kebijakan', label: ['Kebijakan', 'Policy'], load: () => import('./screens/policy.js'), key: 'k' },
	{ name: 'sistem', label: ['Sistem', 'System'], load: () => import('./screens/system.js'), key: 'i' },
	{ name: 'akun', label: ['Akun', 'Account'], load: () => import('./screens/account.js'), key: 'u', apart: true },
	{ name: 'kejadian', label: ['Kejadian', 'Incident'], load: () => import('./screens/incident.js'), hidden: true },
];

/* An address that cannot be read, as one that was cut in a message, names no screen. */
function parts(path) {
	try {
		return path.split('/').map(decodeURIComponent);
	} catch {
		return [];
	}
}

/** "#/kejadian/1002?tab=x" -> {screen, args: ["1002"], query: URLSearchParams}; the board where no screen is named. */
function route() {
	const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
	const [name, ...args] = parts(path);
	const screen = SCREENS.find((s) => s.name === name) ?? SCREENS[0];
	return { screen, args, query: new URLSearchParams(query) };
}

const go = (name) => {
	location.hash = `#/${name}`;
};

/* A screen that breaks does not take the board's alarm with it. */
class Guard extends Component {
	componentDidCatch(error) {
		console.error(error);
		this.setState({ error });
	}
	render({ children }, { error }) {
		if (!error) return children;
		return html`<div class="page"><${Fault} error=${error} retry=${() => this.setState({ error: null })} /></div>`;
	}
}

const loaded = new Map();
function Screen({ at }) {
	const [, redraw] = useState(0);
	const entry = loaded.get(at.screen.name);
	useEffect(() => {
		document.getElementById('main')?.scrollTo?.(0, 0);
		if (entry?.view) return;
		at.screen
			.load()
			.then((m) => loaded.set(at.screen.name, { view: m.default }))
			.catch((error) => loaded.set(at.screen.name, { error }))
			.finally(() => redraw((n) => n + 1));
	}, [at.screen.name]);
	if (entry?.view) return html`<${Guard} key=${at.screen.name}><${entry.view} args=${at.args} query=${at.query} /><//>`;
	if (entry?.error) return html`<div class="page"><${Fault} error=${entry.error} retry=${() => location.reload()} /></div>`;
	return html`<div class="page"><${Loading} /></div>`;
}

/* ---- the frame ---- */

function Line() {
	const { line } = useBoard();
	const now = useNow();
	const here = now - serverNow() + Date.now();
	if (useSessionOver()) return html`<${SessionOver} />`;
	if (line.phase === 'loading' && !line.loaded) return null;
	if (line.phase === 'away') {
		const age = duration((here - (line.heard ?? line.since)) / 1000);
		const next = Math.max(0, Math.ceil((line.next - here) / 1000));
		return html`<div class="line bad" role="alert"><strong>${t('Sambungan putus.', 'The line is down.')}</strong>
			<span>${t('Data di layar berumur', 'What you see is')} <b class="figures">${age}</b>${t('.', ' old.')} ${t('Mencoba lagi', 'Trying again')} ${next > 0 ? t(`dalam ${next} dtk`, `in ${next} s`) : '…'}</span>
			<${Button} onClick=${retryNow}>${t('Coba sekarang', 'Try now')}<//></div>`;
	}
	if (line.database === 'away')
		return html`<div class="line warn" role="alert"><strong>${t('Basis data tidak menjawab.', 'The database does not answer.')}</strong>
			${line.spooled !== null && html`<span>${t('Laporan tetap diterima dan mitra tetap diberi tahu;', 'Reports are taken and partners told all the same;')} <b class="figures">${line.spooled}</b> ${t('menunggu di cakram.', 'wait on the disk.')}</span>`}
			<span>${t('Papan belum berubah; perubahan menyusul begitu pulih.', 'The board stands still; changes follow when it is back.')}</span></div>`;
	return null;
}

function Sound() {
	const s = useAlarm();
	if (!s.allowed)
		return html`<${Button} kind="warn" class="sound" onClick=${() => alarm.allow()}>${t('Suara', 'Sound')} <span class="long">${t('belum aktif', 'not on yet')}</span><span class="sr">: ${t('tekan untuk mengaktifkan', 'press to turn it on')}</span><//>`;
	return html`<button type="button" class=${`button sound ${s.muted ? 'warn' : 'quiet'}`} aria-pressed=${s.muted ? 'true' : 'false'} onClick=${() => alarm.mute(!s.muted)}>
		<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M1 5.5h3L8 2v12l-4-3.5H1z" />${s.muted ? html`<path d="M10.5 5.5l5 5m0-5l-5 5" class="stroke" />` : html`<path d="M10.5 5.5a3.5 3.5 0 0 1 0 5M12.5 3.5a6.3 6.3 0 0 1 0 9" class="stroke" />`}</svg> <span class=${s.muted ? '' : 'long'}>${s.muted ? t('Suara mati', 'Muted') : t('Suara', 'Sound')}</span></button>`;
}

function Clock() {
	const now = useNow();
	return html`<span class="wallclock" aria-hidden="true"><b>${clockSeconds(now)}</b> ${zoneName()}</span>`;
}

function Menu({ at, count, waiting }) {
	const [open, setOpen] = useState(false);
	useEffect(() => setOpen(false), [at]);
	const item = (s) => html`<a href=${`#/${s.name}`} aria-current=${s === at.screen ? 'page' : null}>${t(...s.label)}
		${s.name === 'papan' && count > 0 && html`<span class="badge">${count}</span>`}
		${s.name === 'telaah' && waiting > 0 && html`<span class="badge ask">${waiting}</span>`}</a>`;
	return html`<nav class=${open ? 'open' : ''} aria-label=${t('Layar', 'Screens')}>
		<button type="button" class="button quiet burger" aria-expanded=${open ? 'true' : 'false'} onClick=${() => setOpen(!open)}>☰ ${t(...at.screen.label)}</button>
		<div class="items">${SCREENS.filter((s) => !s.hidden && !s.apart).map(item)}</div></nav>`;
}

function Sheet({ onClose }) {
	return html`<${Dialog} title=${t('Tombol pintas', 'Keys')} onClose=${onClose} wide><div class="sheet">
		${keyList().map((part) => html`<section><h3>${part.label}</h3><dl>${part.keys.map(([key, what]) => html`<div><dt>${key.split(' ').map((k) => html`<kbd>${KEY_NAMES[k] ?? k}</kbd> `)}</dt><dd>${what}</dd></div>`)}</dl></section>`)}
	</div><//>`;
}
const KEY_NAMES = { ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Enter: '↵', ' ': '␣' };

function App() {
	useLang();
	const [at, setAt] = useState(route());
	const [sheet, setSheet] = useState(false);
	const { rows } = useBoard();
	useEffect(() => {
		const onHash = () => setAt(route());
		addEventListener('hashchange', onHash);
		onHash(); /* it may have changed before anybody listened */
		return () => removeEventListener('hashchange', onHash);
	}, []);
	const calls = attention(rows, serverNow()).length;
	const waiting = rows.filter((r) => r.state === 'open').length;
	useEffect(() => {
		document.title = `${calls > 0 ? `(${calls}) ` : ''}${t(...at.screen.label)}${at.screen.hidden ? ` ${at.args[0] ?? ''}` : ''} · Sigap`;
	}, [calls, at, lang()]);
	const keys = {
		'?': [() => setSheet(true), t('Daftar tombol', 'This list')],
		M: [() => alarm.mute(!alarm.state().muted), t('Suara mati / hidup', 'Mute / unmute')],
		L: [() => setLang(lang() === 'id' ? 'en' : 'id'), 'Bahasa Indonesia / English'],
		Escape: [() => document.activeElement?.blur(), t('Keluar dari isian', 'Leave the field')],
	};
	for (const s of SCREENS) if (s.key) keys[`g ${s.key}`] = [() => go(s.name), t(...s.label)];
	useKeys(keys, t('Di mana saja', 'Everywhere'), { base: true });
	return html`<a class="skip" href="#main" onClick=${(e) => {
			e.preventDefault();
			document.getElementById('main').focus();
		}}>${t('Langsung ke isi', 'Skip to content')}</a>
		<header class="top">
			<a class="brand" href="#/papan">Sigap</a>
			<${Menu} at=${at} count=${rows.length} waiting=${waiting} />
			<div class="right">
				<${Clock} /><${Sound} />
				<button type="button" class="button quiet" lang=${lang() === 'id' ? 'en' : 'id'} aria-label=${lang() === 'id' ? 'EN: English' : 'ID: Bahasa Indonesia'} onClick=${() => setLang(lang() === 'id' ? 'en' : 'id')}>${lang() === 'id' ? 'EN' : 'ID'}</button>
				<button type="button" class="button quiet keys" aria-label=${t('Tombol pintas', 'Keys')} onClick=${() => setSheet(true)}>?</button>
				<a class="who" href="#/akun" title=${words.role(me().role)} aria-current=${at.screen.apart ? 'page' : null}>${me().name}</a>
			</div>
		</header>
		<${Line} />
		<main id="main" tabindex="-1"><${Screen} at=${at} /></main>
		${sheet && html`<${Sheet} onClose=${() => setSheet(false)} />`}`;
}

async function begin() {
	document.documentElement.lang = lang();
	try {
		const [session, console_] = await Promise.all([api.get('/v1/session'), api.get('/v1/console')]);
		if (session.role === 'agency') return location.assign('/tugas');
		setCsrf(session.csrf);
		setMe(session);
		setSettings(console_);
		setOffset(settings().utc_offset_min);
		if (session.must_change && location.hash === '') location.hash = '#/akun'; /* somebody else chose the password */
	} catch (error) {
		if (error.status === 401) return undefined; /* on its way to the log-in */
		render(html`<div class="page"><${Fault} error=${error} retry=${() => location.reload()} /></div>`, document.getElementById('app'));
		return setTimeout(begin, 5000);
	}
	watchTyping();
	start();
	alarm.start();
	document.getElementById('app').replaceChildren();
	return render(html`<${App} />`, document.getElementById('app'));
}
begin();
