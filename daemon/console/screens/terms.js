/* terms: the words of the rooms that words.js does not have. Unknown names are shown as they are. */
import { t } from '../i18n.js';

const table = {
	span: {
		rotation: ['giliran', 'rotation'], shift: ['piket tunggal', 'single shift'], override: ['pengganti', 'stand-in'],
		swap: ['tukar', 'swap'],
	},
	measure: {
		processing: ['Pengolahan', 'Processing'], acceptance: ['Jawaban', 'Acceptance'], turnout: ['Keberangkatan', 'Turnout'],
		travel: ['Perjalanan', 'Travel'], response: ['Sampai di lokasi', 'Response'],
	},
	path: {
		processing: ['laporan masuk → instansi diberi tahu', 'received → notified'],
		acceptance: ['diberi tahu → diterima', 'notified → accepted'],
		turnout: ['diterima → berangkat', 'accepted → on the way'],
		travel: ['berangkat → tiba', 'on the way → arrived'],
		response: ['laporan masuk → tiba', 'received → arrived'],
	},
	breach: {
		triage: ['Telaah', 'Triage'], accept: ['Jawaban', 'Answer'], arrive: ['Tiba', 'Arrival'], complete: ['Selesai', 'Completion'],
	},
	alarm: {
		database_away: ['Basis data tidak menjawab', 'The database does not answer'],
		gateway_silent: ['Gerbang SMS tidak menjawab', 'An SMS gateway does not answer'],
		spool_filling: ['Antrean darurat di cakram menumpuk', 'Reports pile up on disk'],
		auditor_late: ['Pemeriksa batas waktu tidak berjalan', 'The auditor of the clocks has not run'],
		auditor_repaired: ['Batas waktu atau pemberitahuan yang hilang dipasang kembali', 'The auditor had to repair something'],
		shift_gap: ['Tidak ada petugas piket', 'Nobody is on duty'],
		shift_unaccepted: ['Piket belum disanggupi', 'A shift has not been accepted'],
		shift_unreachable: ['Petugas piket tidak menjawab uji HP', 'The next person on duty does not answer'],
		clock_step: ['Jam server meloncat', 'The host’s clock stepped'],
		spend_cap_near: ['Biaya harian gerbang SMS hampir habis', 'An SMS gateway has nearly spent its daily cap'],
		spend_cap_used: ['Biaya harian gerbang SMS habis', 'An SMS gateway has spent its daily cap'],
	},
	gateway: {
		ok: ['berjalan', 'working'], failing: ['tidak menjawab', 'not answering'], 'cap used': ['biaya hari ini habis', 'daily cap spent'],
		'cap nearly used': ['biaya hampir habis', 'daily cap nearly spent'], open: ['dihentikan sementara', 'paused'],
		unused: ['tidak dipakai', 'not in use'],
	},
	mark: { blocked: ['Diblokir', 'Blocked'], prank: ['Laporan palsu', 'Prank'], automatic: ['Mesin otomatis', 'Machine'] },
	notice: { 'contact.test': ['Uji kontak', 'Contact test'], shift: ['Jadwal piket', 'Shift'] },
};

/* term('alarm', 'shift_gap') in the language of the screen. */
export function term(group, name) {
	const words = table[group]?.[name];
	return words ? t(words[0], words[1]) : String(name ?? '–').replaceAll('_', ' ');
}

/* [[name, words]…] of a group, for choices. */
export const termsOf = (group) => Object.keys(table[group]).map((name) => [name, term(group, name)]);
