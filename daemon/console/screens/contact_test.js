/* contact_test: a test message to one contact; what becomes of it is shown as it happens. */
import { api } from '../api.js';
import { t } from '../i18n.js';
import * as words from '../words.js';
import { html, useState, useEffect, useAction, Button, Dialog, Faults, Mark, moment } from './kit.js';

const MOST = 180; /* seconds that are watched */

/* The notice, read each second until it was answered, given up, or long enough watched. */
function useNotice(id) {
	const [notice, set] = useState(null);
	const [over, setOver] = useState(false);
	useEffect(() => {
		if (!id) return undefined;
		let gone = false, left = MOST;
		const read = async () => {
			const n = await api.get(`/v1/notices/${id}`).catch(() => null);
			if (gone) return;
			if (n) set(n);
			left -= 1;
			if (left > 0 && !n?.answer && !n?.given_up_at && !(n?.channel === 'webhook' && n.attempts.some((a) => a.outcome === 'ok'))) setTimeout(() => !gone && read(), 1000);
			else setOver(true);
		};
		setOver(false);
		read();
		return () => {
			gone = true;
		};
	}, [id]);
	return [notice, over];
}

function Step({ tone, title, children }) {
	return html`<li><${Mark} tone=${tone}>${title}<//> ${children}</li>`;
}

function Progress({ notice, over, sms }) {
	const attempts = notice?.attempts ?? [];
	const taken = attempts.find((a) => a.outcome === 'ok');
	const last = attempts.at(-1);
	return html`<ol class="progress" aria-live="polite">
		<${Step} tone="good" title=${t('Dititipkan untuk dikirim', 'Handed over for sending')} />
		${attempts.length === 0 && html`<${Step} tone="wait" title=${t('Menunggu percobaan pertama', 'Waiting for the first attempt')} />`}
		${attempts.map((a) => html`<${Step} key=${a.number} tone=${a.outcome === 'ok' ? 'good' : 'bad'} title=${`${t('Percobaan', 'Attempt')} ${a.number}: ${words.outcome(a.outcome)}`}>
			<small>${moment(a.at)}${a.gateway ? ` · ${a.gateway}` : ''}${a.status ? ` · HTTP ${a.status}` : ''}${a.detail ? ` · ${a.detail}` : ''}</small><//>`)}
		${notice?.delivery && html`<${Step} tone=${notice.delivery === 'delivered' ? 'good' : notice.delivery === 'failed' ? 'bad' : 'wait'} title=${words.delivery(notice.delivery)} />`}
		${sms && taken && (notice.answer ? html`<${Step} tone="good" title=${t('Dijawab', 'Answered')}><q>${notice.answer.text}</q> <small>${moment(notice.answer.at)}</small><//>`
			: html`<${Step} tone="wait" title=${over ? t('Belum ada jawaban', 'No answer yet') : t('Menunggu jawaban "OK"', 'Waiting for the answer "OK"')} />`)}
		${notice?.given_up_at && html`<${Step} tone="bad" title=${t('Tidak terkirim', 'Could not be delivered')}>${notice.reason ?? last?.detail ?? ''}<//>`}
	</ol>`;
}

export function ContactTest({ contact, onClose }) {
	const [id, setId] = useState(null);
	const action = useAction();
	const [notice, over] = useNotice(id);
	const sms = contact.channel === 'sms';
	const send = async () => {
		const made = await action.run(() => api.post(`/v1/contacts/${contact.id}/test`, {}));
		if (made) setId(made.notice);
	};
	return html`<${Dialog} title=${t('Uji kontak', 'Test a contact')} onClose=${onClose} actions=${html`<${Button} onClick=${onClose}>${t('Tutup', 'Close')}<//>
		<${Button} kind="primary" busy=${action.pending} onClick=${send} autofocus>${id ? t('Kirim lagi', 'Send again') : t('Kirim pesan uji', 'Send a test message')}<//>`}>
		<p>${words.channel(contact.channel)} · <strong>${contact.address}</strong></p>
		<p class="hint">${sms ? t('SMS singkat yang meminta balasan OK. Tidak ada kejadian yang dibuat.', 'A short SMS that asks for the answer OK. No incident is made.')
			: t('Panggilan bertanda tangan dengan jenis "contact.test". Tidak ada kejadian yang dibuat.', 'A signed call of type "contact.test". No incident is made.')}</p>
		<${Faults} error=${action.error} />
		${id && html`<${Progress} notice=${notice} over=${over} sms=${sms} />`}<//>`;
}
