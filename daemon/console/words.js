/* words: the names of everything, in both languages, in one place. Each table: the API's word -> [Indonesian, English]. */
import { lang } from './i18n.js';

const pick = (table, key) => {
	const pair = table[key];
	return pair === undefined ? String(key ?? '') : pair[lang() === 'en' ? 1 : 0];
};
const table = (words) => Object.assign((key) => pick(words, key), { keys: Object.keys(words) });

export const type = table({
	abandoned_person: ['Orang terlantar', 'Abandoned person'],
	unclaimed_body: ['Jenazah tanpa keluarga', 'Unclaimed body'],
	shackled_patient: ['Pasien dipasung', 'Shackled patient'],
	other_social: ['Masalah sosial lain', 'Other social matter'],
	not_a_report: ['Bukan laporan', 'Not a report'],
	unsure: ['Belum jelas', 'Not clear yet'],
	status_query: ['Tanya status', 'Status question'],
	followup: ['Lanjutan laporan', 'Follow-up'],
});
/* The types that people decide between, with the keys of the triage desk. */
export const TYPES = ['abandoned_person', 'unclaimed_body', 'shackled_patient', 'other_social'];

export const urgency = table({
	critical: ['Kritis', 'Critical'],
	high: ['Tinggi', 'High'],
	normal: ['Biasa', 'Normal'],
});
export const URGENCIES = ['critical', 'high', 'normal'];

export const incidentState = table({
	open: ['Belum ditelaah', 'Not triaged yet'],
	triaged: ['Sudah ditugaskan', 'Dispatched'],
	in_progress: ['Ditangani', 'In progress'],
	handed_over: ['Diserahterimakan', 'Handed over'],
	closed: ['Selesai', 'Closed'],
	cancelled: ['Dibatalkan', 'Cancelled'],
	merged: ['Digabung', 'Merged'],
});
export const dispatchState = table({
	notified: ['Diberi tahu', 'Told'],
	delivered: ['Sampai', 'Delivered'],
	seen: ['Dilihat', 'Seen'],
	accepted: ['Diterima', 'Accepted'],
	declined: ['Ditolak', 'Declined'],
	en_route: ['Menuju', 'On the way'],
	on_scene: ['Di lokasi', 'On scene'],
	completed: ['Selesai', 'Done'],
	cancelled: ['Dihentikan', 'Stood down'],
	expired: ['Kedaluwarsa', 'Expired'],
	undeliverable: ['Tidak terkirim', 'Cannot be delivered'],
});
export const disposition = table({
	handled: ['Tertangani', 'Handled'],
	reunited: ['Kembali ke keluarga', 'Reunited with family'],
	referred: ['Dirujuk ke layanan lain', 'Referred to another service'],
	buried: ['Dimakamkan', 'Buried'],
	released: ['Dibebaskan dari pasung', 'Released from shackles'],
	not_found: ['Tidak ditemukan', 'Not found'],
	refused: ['Bantuan ditolak', 'Help refused'],
	false_report: ['Laporan palsu', 'False report'],
	other: ['Lainnya', 'Other'],
});
/* Those that a close may say; a false report is an event of its own, with evidence. */
export const DISPOSITIONS = ['handled', 'reunited', 'referred', 'buried', 'released', 'not_found', 'refused', 'other'];

export const clockName = table({
	accept: ['jawaban', 'answer'],
	arrive: ['tiba di lokasi', 'arrival'],
	complete: ['selesai', 'completion'],
	replace: ['pengganti', 'replacement'],
	triage: ['telaah', 'triage'],
	follow_up: ['kunjungan lanjutan', 'follow-up visit'],
});
/* Targets of a rung: "again", "duty", "up", or "agency:slug", "person:slug". */
const rungs = {
	again: ['tanya lagi', 'ask again'],
	duty: ['petugas piket', 'duty officer'],
	up: ['wilayah lebih luas', 'wider area'],
	agency: ['instansi', 'agency'],
	person: ['petugas', 'person'],
};
export function rung(target) {
	const [kind, slug] = String(target).split(':');
	return slug === undefined ? pick(rungs, kind) : slug;
}

/* What an agency is asked to do, where its rule has no words of its own. */
export const task = table({
	secure: ['Pengamanan', 'Secure the place'],
	accompany: ['Pendampingan', 'Accompany'],
	examine: ['Pemeriksaan', 'Examine'],
	evacuate: ['Evakuasi', 'Evacuate'],
	mortuary: ['Kamar jenazah', 'Mortuary'],
	assess: ['Asesmen', 'Assess'],
	shelter: ['Penampungan', 'Shelter'],
});
export const agencyKind = table({
	police: ['Kepolisian', 'Police'],
	disaster_agency: ['BPBD', 'Disaster agency'],
	health_facility: ['Fasilitas kesehatan', 'Health facility'],
	village_office: ['Kantor desa/kelurahan', 'Village office'],
	social_office: ['Dinas sosial', 'Social office'],
	shelter: ['Rumah singgah', 'Shelter'],
	civil_order: ['Satpol PP', 'Civil order'],
	other: ['Lainnya', 'Other'],
});
export const flag = table({
	child: ['anak', 'child'],
	danger: ['bahaya', 'danger'],
	weapon: ['senjata', 'weapon'],
	injured: ['terluka', 'injured'],
	pregnant: ['hamil', 'pregnant'],
	body_in_water: ['di air', 'in water'],
	hospital_death: ['meninggal di RS', 'died in hospital'],
	elderly: ['lanjut usia', 'elderly'],
	mental: ['gangguan jiwa', 'mental illness'],
	disabled: ['disabilitas', 'disabled'],
});
export const channel = table({ webhook: ['server instansi', 'agency’s server'], sms: ['SMS', 'SMS'], email: ['surel', 'e-mail'] });
export const noticeKind = table({
	'dispatch.created': ['Penugasan', 'Dispatch'],
	'dispatch.reminder': ['Pengingat', 'Reminder'],
	'dispatch.cancelled': ['Penghentian', 'Stand-down'],
	'incident.updated': ['Pembaruan kejadian', 'Update'],
	receipt: ['Balasan ke pelapor', 'Reply to the reporter'],
	duty: ['Pesan ke petugas piket', 'Message to the duty officer'],
	alarm: ['Alarm sistem', 'System alarm'],
});
export const outcome = table({
	ok: ['diterima', 'taken'],
	retry: ['dicoba lagi', 'to be tried again'],
	retry_after: ['diminta menunggu', 'asked to wait'],
	permanent: ['ditolak tetap', 'refused for good'],
	unknown: ['tidak ada jawaban', 'no answer'],
	held: ['ditahan (batas biaya)', 'held (spend cap)'],
});
export const delivery = table({
	queued: ['antre di operator', 'queued at the operator'],
	sent: ['terkirim', 'sent'],
	delivered: ['sampai di HP', 'on the telephone'],
	failed: ['gagal', 'failed'],
});
export const role = table({
	source: ['Sumber', 'Source'],
	agency: ['Instansi mitra', 'Partner agency'],
	coordinator: ['Koordinator', 'Coordinator'],
	admin: ['Admin', 'Administrator'],
	auditor: ['Auditor', 'Auditor'],
	officer: ['Petugas', 'Officer'],
});
/* What happened, as the timeline says it. */
export const eventKind = table({
	opened: ['Kejadian dibuka', 'Incident opened'],
	seen: ['Dilihat', 'Seen'],
	accept: ['Diterima', 'Accepted'],
	decline: ['Ditolak', 'Declined'],
	en_route: ['Menuju lokasi', 'On the way'],
	on_scene: ['Tiba di lokasi', 'Arrived'],
	complete: ['Tugas selesai', 'Task done'],
	lapse: ['Kesanggupan tidak berlaku lagi', 'Acceptance lapsed'],
	expire: ['Penugasan kedaluwarsa', 'Dispatch expired'],
	escalated: ['Batas waktu lewat', 'Time ran out'],
	claimed: ['Diambil alih', 'Claimed'],
	triage: ['Ditelaah', 'Triaged'],
	dispatch: ['Instansi ditugaskan', 'Agency dispatched'],
	note: ['Catatan', 'Note'],
	hand_over: ['Diserahterimakan', 'Handed over'],
	cancel: ['Dibatalkan', 'Cancelled'],
	withdraw: ['Laporan ditarik pelapor', 'Withdrawn by the reporter'],
	false_report: ['Dinyatakan laporan palsu', 'Declared a false report'],
	close: ['Ditutup', 'Closed'],
	reopen: ['Dibuka kembali', 'Reopened'],
	merge: ['Digabung ke kejadian lain', 'Merged into another incident'],
	absorb: ['Menerima gabungan', 'Took another incident in'],
	split: ['Dipisahkan', 'Split off'],
	release: ['Gabungan dilepas', 'Let a merged incident go'],
	report_attached: ['Laporan lain masuk', 'Another report attached'],
	detach: ['Laporan dikeluarkan', 'Report taken out'],
	not_duplicate: ['Bukan kejadian yang sama', 'Not a duplicate'],
});
const faulty = ['Ada isian yang belum benar.', 'Something is not filled in correctly.'];
const unreadable = ['Permintaan ini tidak dapat dibaca server. Muat ulang halaman, lalu coba lagi.', 'The server cannot read this request. Reload the page, then try again.'];
/* What a refusal means to a person, by the last part of its type; where it has no type, by its status. */
export const problem = table({
	'account-changed': ['Akun ini baru saja berubah. Muat ulang halaman.', 'This account has just changed. Reload the page.'],
	'changed-meanwhile': ['Orang lain mengubahnya sementara itu.', 'Somebody else has changed it meanwhile.'],
	'code-needed': ['Akun ini juga memerlukan kode sekali pakai.', 'This account needs a one-time code, too.'],
	'cross-site': ['Permintaan ini tidak datang dari halaman ini. Muat ulang halaman, lalu coba lagi.', 'This did not come from this page. Reload it, then try again.'],
	forbidden: ['Peran atau wilayah Anda tidak mengizinkan ini.', 'Your role or area does not allow this.'],
	forged: ['Tanda tangan panggilan ini tidak benar.', 'The signature of this call is wrong.'],
	'invalid-code': faulty,
	'invalid-entry': faulty,
	'invalid-event': ['Keputusan ini belum dapat diambil.', 'This decision cannot be taken yet.'],
	'invalid-key': unreadable,
	'invalid-login': faulty,
	'invalid-mark': faulty,
	'invalid-password': ['Kata sandi baru ini tidak dapat dipakai.', 'This new password cannot be used.'],
	'invalid-policy': ['Kebijakan ini belum benar.', 'The policy has faults.'],
	'invalid-report': ['Laporan ini belum benar.', 'The report has faults.'],
	'invalid-request': faulty,
	'key-reused': ['Sudah pernah dikirim dengan isi lain.', 'This was sent before, with something else in it.'],
	'malformed-form': unreadable,
	'malformed-json': unreadable,
	'malformed-query': ['Pencarian atau saringan ini belum benar.', 'The search or filter is not right.'],
	'name-taken': ['Nama itu sudah dipakai.', 'This name is taken.'],
	'no-session': ['Masuk dulu dengan nama Anda.', 'Log in by your name first.'],
	'not-found': ['Tidak ditemukan, atau di luar wilayah Anda.', 'Not found, or outside your area.'],
	'outside-scope': ['Ini di luar wilayah Anda.', 'This is outside your area.'],
	'page-broken': ['Halaman ini tidak dapat dibuat.', 'This page could not be made.'],
	'policy-holes': ['Dengan ini ada yang tidak akan terjangkau.', 'With this, somebody would not be reached.'],
	'report-refused': ['Laporan ini tidak dapat disimpan.', 'The report could not be kept.'],
	'state-conflict': ['Sudah berubah sejak Anda melihatnya.', 'It has changed since you looked.'],
	'too-many-attempts': ['Terlalu sering dicoba. Tunggu sebentar.', 'Too many attempts. Wait a while.'],
	'too-much': ['Terlalu banyak untuk dihitung sekaligus. Pilih periode yang lebih pendek, atau satu jenis, wilayah, atau instansi.', 'Too much to count at once. Choose a shorter period, or one type, area or agency.'],
	unauthenticated: ['Anda perlu masuk lagi.', 'You have to log in again.'],
	unavailable: ['Basis data sedang tidak tersedia. Coba lagi sebentar lagi.', 'The database is away. Try again in a moment.'],
	'unknown-gateway': ['Gerbang SMS ini tidak dikenal.', 'This SMS gateway is not known.'],
	'wrong-code': ['Kode itu salah.', 'The code is wrong.'],
	'wrong-login': ['Nama, kata sandi, atau kode salah.', 'User, password or code is wrong.'],
	'wrong-password': ['Kata sandi sekarang salah.', 'The present password is wrong.'],
	400: unreadable,
	404: ['Tidak ditemukan, atau di luar wilayah Anda.', 'Not found, or outside your area.'],
	405: unreadable,
	413: ['Isian ini terlalu panjang.', 'This is too long.'],
	501: unreadable,
	502: ['Server tidak menjawab. Coba lagi sebentar lagi.', 'The server does not answer. Try again in a moment.'],
	503: ['Server sedang sibuk. Coba lagi sebentar lagi.', 'The server is busy. Try again in a moment.'],
	504: ['Server tidak menjawab. Coba lagi sebentar lagi.', 'The server does not answer. Try again in a moment.'],
});
export const level = table({
	province: ['Provinsi', 'Province'],
	regency: ['Kabupaten', 'Regency'],
	district: ['Kecamatan', 'District'],
	village: ['Desa/kelurahan', 'Village'],
});

const roleShort = { coordinator: '', admin: 'admin ', auditor: 'auditor ', source: '', agency: '' };
/** "coordinator:ani" -> "ani"; "source:lapor" -> "lapor"; the daemon itself -> "Sigap". */
export function actor(who) {
	if (!who) return '';
	const at = who.indexOf(':');
	if (at < 0) return who === 'sigapd' || who === 'system' || who === 'daemon' ? 'Sigap' : who;
	return (roleShort[who.slice(0, at)] ?? `${who.slice(0, at)} `) + who.slice(at + 1);
}
