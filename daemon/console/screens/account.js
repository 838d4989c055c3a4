/* account: who I am here, and how this browser shows and sounds. */
import { api } from '../api.js';
import { alarm, useAlarm } from '../alarm.js';
import { lang, setLang, t } from '../i18n.js';
import { me, setMe } from '../me.js';
import * as words from '../words.js';
import { html, useState, useAction, Button, Choice, Field, Faults, Mark, Notice, announce, faultsOf, moment } from './kit.js';
import { areaText, useRegions } from './directory.js';

/* ---- password ---- */

function Password({ must }) {
	const [form, set] = useState({ old: '', new: '', again: '' });
	const action = useAction(), faults = faultsOf(action.error);
	const put = (name) => (value) => set({ ...form, [name]: value });
	const differs = form.again !== '' && form.again !== form.new;
	const submit = async (e) => {
		e.preventDefault();
		if (differs || form.again === '') return;
		if (await action.run(() => api.post('/v1/session/password', { old: form.old, new: form.new }, { stay: true }))) {
			set({ old: '', new: '', again: '' });
			setMe({ ...me(), must_change: false });
			announce(t('Kata sandi diganti. Sesi Anda di tempat lain berakhir.', 'The password is changed. Your sessions elsewhere have ended.'));
		}
	};
	const wrong = action.error && [401, 403].includes(action.error.status);
	return html`<section class="panel"><h2>${t('Kata sandi', 'Password')}</h2>
		${must && html`<${Notice} kind="warn">${t('Kata sandi ini dibuat orang lain. Ganti dengan milik Anda sendiri.', 'Somebody else chose this password. Choose one of your own.')}<//>`}
		<form class="stack" onSubmit=${submit}>
			<input class="sr" type="text" name="username" autocomplete="username" value=${me().user} readonly tabindex="-1" aria-hidden="true" />
			<${Field} type="password" label=${t('Kata sandi sekarang', 'Password now')} autocomplete="current-password" required value=${form.old} onInput=${put('old')} error=${faults['/old'] || wrong ? t('Bukan kata sandi Anda.', 'Not your password.') : null} />
			<${Field} type="password" label=${t('Kata sandi baru', 'New password')} autocomplete="new-password" required minlength="12" maxlength="200" value=${form.new} onInput=${put('new')} error=${faults['/new']}
				hint=${t('Sedikitnya 12 huruf; beberapa kata yang hanya Anda ingat lebih baik daripada tanda aneh.', 'At least 12 letters; some words that only you remember are better than odd signs.')} />
			<${Field} type="password" label=${t('Sekali lagi', 'Once more')} autocomplete="new-password" required value=${form.again} onInput=${put('again')} error=${differs ? t('Tidak sama dengan yang di atas.', 'Not the same as above.') : null} />
			${!wrong && !faults['/old'] && html`<${Faults} error=${action.error} shown=${['/old', '/new']} />`}
			<div><${Button} type="submit" kind="primary" busy=${action.pending} disabled=${differs || !form.old || !form.new || !form.again}>${t('Ganti kata sandi', 'Change the password')}<//></div></form></section>`;
}

/* ---- one-time codes ---- */

const fours = (secret) => secret.match(/.{1,4}/g).join(' ');

function Codes() {
	const [on, setOn] = useState(me().totp);
	const [key, setKey] = useState(null);
	const [code, setCode] = useState('');
	const [password, setPassword] = useState('');
	const action = useAction();
	const turn = (state, text) => {
		setOn(state);
		setMe({ ...me(), totp: state });
		setKey(null);
		setCode('');
		setPassword('');
		announce(text);
	};
	const begin = async () => {
		const made = await action.run(() => api.post('/v1/session/totp', {}));
		if (made) setKey(made);
	};
	const confirm = async (e) => {
		e.preventDefault();
		if (await action.run(() => api.post('/v1/session/totp', { code: code.replace(/\s/g, '') }, { stay: true }))) turn(true, t('Kode sekali pakai aktif.', 'One-time codes are on.'));
	};
	const remove = async (e) => {
		e.preventDefault();
		if (await action.run(() => api.post('/v1/session/totp', { remove: true, password }, { stay: true }))) turn(false, t('Kode sekali pakai dimatikan.', 'One-time codes are off.'));
	};
	const wrong = action.error && [401, 403, 422].includes(action.error.status);
	return html`<section class="panel stack"><div class="panelhead"><h2>${t('Kode sekali pakai', 'One-time codes')}</h2>
			${on ? html`<${Mark} tone="good">${t('aktif', 'on')}<//>` : html`<${Mark} tone="calm">${t('tidak aktif', 'off')}<//>`}</div>
		<p class="hint">${t('Selain kata sandi, masuk memerlukan enam angka dari aplikasi autentikator di HP Anda.', 'Besides the password, logging in takes six digits from an authenticator program on your telephone.')}</p>
		${!on && !key && html`<div><${Button} busy=${action.pending} onClick=${begin}>${t('Aktifkan …', 'Turn on …')}<//></div><${Faults} error=${action.error} />`}
		${!on && key && html`<form class="stack" onSubmit=${confirm}>
			<p>1. ${t('Masukkan kunci ini di aplikasi autentikator:', 'Put this key into the authenticator program:')}</p>
			<p class="secret"><code data-secret=${key.secret}>${fours(key.secret)}</code></p>
			<p class="small"><a href=${key.uri}>${t('Buka di aplikasi pada perangkat ini', 'Open in the program on this device')}</a><br /><code class="uri">${key.uri}</code></p>
			<p>2. ${t('Tulis enam angka yang ditunjukkannya:', 'Write the six digits that it shows:')}</p>
			<${Field} label=${t('Kode', 'Code')} inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,8}" required value=${code} onInput=${setCode} error=${wrong ? t('Kode ini tidak cocok. Periksa jam HP, lalu coba kode berikutnya.', 'This code does not fit. Check the telephone’s clock, then try the next code.') : null} />
			${!wrong && html`<${Faults} error=${action.error} />`}
			<div class="bar"><${Button} type="submit" kind="primary" busy=${action.pending}>${t('Aktifkan', 'Turn on')}<//><${Button} onClick=${() => setKey(null)}>${t('Batal', 'Cancel')}<//></div></form>`}
		${on && html`<form class="stack" onSubmit=${remove}><${Field} type="password" label=${t('Kata sandi, untuk mematikan', 'Password, to turn them off')} autocomplete="current-password" required value=${password} onInput=${setPassword}
				error=${wrong ? t('Bukan kata sandi Anda.', 'Not your password.') : null} />
			${!wrong && html`<${Faults} error=${action.error} />`}
			<div><${Button} type="submit" kind="danger" busy=${action.pending}>${t('Matikan', 'Turn off')}<//></div></form>`}</section>`;
}

/* ---- the screen ---- */

function Here() {
	const sound = useAlarm();
	return html`<section class="panel stack"><h2>${t('Di peramban ini', 'In this browser')}</h2>
		<${Choice} label=${t('Bahasa', 'Language')} shown value=${lang()} onChange=${setLang} options=${[['id', 'Bahasa Indonesia'], ['en', 'English']]} />
		<${Choice} label=${t('Suara untuk kejadian baru dan batas yang lewat', 'Sound for new incidents and clocks that ran out')} shown value=${sound.muted ? 'off' : 'on'} onChange=${(v) => alarm.mute(v === 'off')}
			options=${[['on', t('hidup', 'on')], ['off', t('mati', 'off')]]} />
		${!sound.muted && (sound.allowed ? html`<p><${Mark} tone="good">${t('Peramban mengizinkan suara.', 'The browser allows sound.')}<//></p>`
			: html`<div><p><${Mark} tone="bad">${t('Peramban belum mengizinkan suara.', 'The browser does not allow sound yet.')}<//></p><${Button} onClick=${() => alarm.allow()}>${t('Izinkan suara', 'Allow sound')}<//></div>`)}
		<p class="hint">${t('Terang atau gelap mengikuti setelan perangkat.', 'Light or dark follows the device.')}</p></section>`;
}

export default function Account() {
	const who = me();
	const action = useAction();
	const region = useRegions([who.scope].filter(Boolean));
	const leave = async () => {
		if (await action.run(() => api.post('/v1/session/end', {}, { stay: true }))) location.assign('/masuk');
	};
	return html`<div class="page account"><header class="pagehead"><h1>${t('Akun', 'Account')}</h1><span class="end"><${Button} kind="danger" busy=${action.pending} onClick=${leave}>${t('Keluar', 'Log out')}<//></span></header>
		<${Faults} error=${action.error} />
		<section class="panel"><h2>${who.name}</h2><dl class="facts">
			<div><dt>${t('Nama masuk', 'User name')}</dt><dd><code>${who.user}</code></dd></div>
			<div><dt>${t('Peran', 'Role')}</dt><dd>${words.role(who.role)}</dd></div>
			<div><dt>${t('Wilayah', 'Area')}</dt><dd>${areaText(who.scope ?? '', region(who.scope))}${who.scope && html` <code class="soft">${who.scope}</code>`}</dd></div>
			<div><dt>${t('Masuk sampai', 'Logged in until')}</dt><dd>${moment(who.expires_at)}</dd></div></dl></section>
		<div class="split"><div class="stack"><${Here} /><${Codes} /></div><${Password} must=${who.must_change} /></div>
	</div>`;
}
