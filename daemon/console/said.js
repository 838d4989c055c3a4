/* said: what the daemon says of its reasons in fixed English words, in Indonesian. In English it stands as it is; so does what is not known here. */
import { html } from './vendor/preact.js';
import { lang } from './i18n.js';
import { faultForms } from './said_faults.js';
import * as words from './words.js';

const decided = (key) => (words.urgency.keys.includes(key) ? words.urgency(key) : words.type(key));
const kinds = { village: 'desa', district: 'kecamatan', type: 'jenis', urgency: 'kegawatan' };
const span = (n, unit) => `${n} ${unit === 'h' ? 'jam' : 'menit'}`;
const quotes = (text) => [...text.matchAll(/'([^']+)'/g)].map(([, word]) => `“${word}”`).join(', ');
const target = (rung) => words.rung(rung);

/* How the daemon says it -> how the screen says it. The first that fits. */
const forms = [
	/* triage */
	[/^(.*'.*) (\(learned\) )?-> ([a-z_]+)$/, (from, learned, to) => `${quotes(from)} → ${decided(to)}${learned ? ' (dari laporan terdahulu)' : ''}`],
	[/^source stated (village|district|type|urgency) (\S+)$/, (what, value) => `disebut oleh sumber: ${kinds[what]} ${decided(value)}`],
	[/^words '(.+)' named (.+)$/, (said, name) => `“${said}” menyebut ${name}`],
	[/^words '(.+)' short for (.+)$/, (said, name) => `“${said}” singkatan dari ${name}`],
	[/^words '(.+)' sounds like (.+)$/, (said, name) => `“${said}” berbunyi seperti ${name}`],
	[/^words '(.+)' spelt almost as (.+)$/, (said, name) => `“${said}” ejaannya hampir ${name}`],
	/* likely duplicates */
	[/^same sender (\d+) (min|h) ago, (nearly the )?same words$/, (n, unit, nearly) => `pengirim yang sama ${span(n, unit)} sebelumnya, kata-kata ${nearly ? 'hampir ' : ''}sama`],
	[/^same sender$/, () => 'pengirim yang sama'],
	[/^(?:same (village|district)?(?: and )?(?:, )?(type)?, )?(\d+) of (\d+) content words, (\d+) (min|h) apart$/, (where, type, n, of, gap, unit) =>
		`${[where && `${kinds[where]} sama`, type && 'jenis sama'].filter(Boolean).map((s) => `${s}, `).join('')}${n} dari ${of} kata penting, selisih ${span(gap, unit)}`],
	[/^same (RT|RW): (\d+)$/, (what, n) => `${what} sama: ${n}`],
	[/^same landmark$/, () => 'patokan tempat sama'],
	[/^different (village|district): (\S+) and (\S+)$/, (what, a, b) => `${kinds[what]} berbeda: ${a} dan ${b}`],
	[/^different type: (\w+) and (\w+)$/, (a, b) => `jenis berbeda: ${words.type(a)} dan ${words.type(b)}`],
	[/^different (RT|RW): (\d+) and (\d+)$/, (what, a, b) => `${what} berbeda: ${a} dan ${b}`],
	[/^positions ([\d.]+) km apart$/, (km) => `letak berjarak ${km.replace('.', ',')} km`],
	[/^different landmarks$/, () => 'patokan tempat berbeda'],
	[/^a man in one, a woman in the other$/, () => 'yang satu laki-laki, yang lain perempuan'],
	[/^different age$/, () => 'umur berbeda'],
	[/^different number of persons: (\d+) and (\d+)$/, (a, b) => `jumlah orang berbeda: ${a} dan ${b}`],
	[/^one says that it is over$/, () => 'yang satu mengatakan sudah selesai'],
	[/^speaks of another one$/, () => 'menyebut orang lain lagi'],
	[/^other figures$/, () => 'angkanya berbeda'],
	/* why somebody was dispatched, or nobody */
	[/^rule (\d+) of (\w+) \((\w+)\): (\w+) serving (\S*)$/, (n, type, urgency, kind, code) => `aturan ${n} untuk ${words.type(type)} (${words.urgency(urgency)}): ${words.agencyKind(kind)} yang melayani ${code}`],
	[/^rule (\d+): no (\w+) serves (\S+)$/, (n, kind, code) => `aturan ${n}: tidak ada ${words.agencyKind(kind)} yang melayani ${code}`],
	[/^chosen by a coordinator$/, () => 'dipilih koordinator'],
	[/^rung (\w+) after (.+)$/, (rung, what) => `jenjang ${target(rung)}, karena ${said(what)}`],
	[/^no answer from (.+)$/, (who) => `belum ada jawaban ${who}`],
	[/^not arrived: (.+)$/, (who) => `${who} belum tiba`],
	[/^not completed: (.+)$/, (who) => `${who} belum selesai`],
	[/^declined by (.+)$/, (who) => `ditolak ${who}`],
	[/^awaits triage$/, () => 'menunggu telaah'],
	[/^handed over, follow-up is due$/, () => 'sudah diserahterimakan, perlu kunjungan lanjutan'],
	[/^accepted, but nobody has set out: (.+)$/, (who) => `${who} sanggup tetapi belum berangkat`],
	[/^ended without any answer from (.+)$/, (who) => `berakhir tanpa jawaban ${who}`],
	[/^type below threshold: a human decides$/, () => 'jenis belum cukup pasti: diputuskan petugas'],
	[/^place below threshold: regency level told(, reporter asked)?$/, (asked) => `tempat belum cukup pasti: instansi tingkat kabupaten diberi tahu${asked ? ', pelapor ditanya' : ''}`],
	[/^type and place sure: dispatched at once$/, () => 'jenis dan tempat pasti: langsung ditugaskan'],
	[/^no agency can be told: a human decides$/, () => 'tidak ada instansi yang dapat diberi tahu: diputuskan petugas'],
	[/^nobody on duty for (\S+) has a phone: left to the triage ladder$/, (code) => `tidak ada petugas piket ber-HP untuk ${code}: menunggu jenjang telaah`],
	[/^(\S+) is told once, as (\S+)$/, (slug, role) => `${slug} diberi tahu satu kali, untuk ${words.task(role)}`],
	[/^more than (\d+) agencies: (\S+) is not told$/, (n, slug) => `lebih dari ${n} instansi: ${slug} tidak diberi tahu`],
	[/^too many contacts: those after number (\d+) are left to the ladders$/, (n) => `kontak terlalu banyak: sesudah nomor ${n} menunggu jenjang`],
	[/^more than (\d+) notices: the rest is left to the ladders$/, (n) => `lebih dari ${n} pemberitahuan: sisanya menunggu jenjang`],
	[/^(.+): no incident$/, (what) => `${words.type(what)}: tidak dibuka kejadian`],
	/* why a rung was skipped */
	[/^step (\d+) \((\w+)(?::(\S+))?\): (.+)$/, (n, rung, slug, why) => `langkah ${Number(n) + 1} (${slug ?? target(rung)}): ${said(why)}`],
	[/^the agency has said no$/, () => 'instansi sudah menolak'],
	[/^no contact to tell again$/, () => 'tidak ada kontak untuk ditanya lagi'],
	[/^nobody on duty$/, () => 'tidak ada petugas piket'],
	[/^no wider agency$/, () => 'tidak ada instansi yang lebih luas'],
	[/^unknown, retired or already dispatched$/, () => 'tidak dikenal, tidak dipakai lagi, atau sudah ditugaskan'],
	[/^cannot be reached$/, () => 'tidak dapat dihubungi'],
	[/^unknown target$/, () => 'tidak dikenal'],
	[/^too many at once$/, () => 'terlalu banyak sekaligus'],
	[/^already dispatched by this step$/, () => 'sudah ditugaskan oleh langkah ini'],
	/* what does not fit, and what is wrong with a field */
	[/^"(\w+)" does not fit: the dispatch is (\w+) at version \d+; possible now: .*$/, (event, state) => `“${words.eventKind(event)}” tidak cocok: penugasan ini kini “${words.dispatchState(state)}”`],
	[/^"(\w+)" does not fit: the incident is (\w+) at version \d+; possible now: .*$/, (event, state) => `“${words.eventKind(event)}” tidak cocok: kejadian ini kini “${words.incidentState(state)}”`],
	[/^The body can be read, but not all of it can be used. Each fault is in errors.$/, () => 'Periksa yang disebut di bawah.'],
	[/^this member is needed, not blank$/, () => 'harus diisi'],
	[/^the (?:event|disposition) \w+ needs this member, not blank$/, () => 'harus diisi'],
	[/^must (?:say why|say what proves it), in at least (\d+) characters$/, (n) => `harus menjelaskan, paling sedikit ${n} huruf`],
	[/^has (\d+) characters; at most (\d+) are allowed$/, (n, most) => `${n} huruf; paling banyak ${most}`],
	[/^must be between (\S+) and (\S+)$/, (a, b) => `harus antara ${a} dan ${b}`],
	[/^must be a whole number between (\S+) and (\S+)$/, (a, b) => `harus angka bulat antara ${a} dan ${b}`],
	[/^must be whole minutes from now, 1 to (\d+), or .*$/, (n) => `harus menit dari sekarang, 1 sampai ${n}`],
	[/^must be later than from$/, () => 'harus sesudah awalnya'],
	[/^must be in the future: what has been cannot be changed$/, () => 'harus di waktu yang akan datang: yang sudah lewat tidak dapat diubah'],
	[/^must be at most (\d+) days after from$/, (n) => `paling lama ${n} hari sesudah awalnya`],
	[/^must be somebody else than person$/, () => 'harus orang lain'],
	[/^this agency has a dispatch in this incident already$/, () => 'instansi ini sudah ditugaskan untuk kejadian ini'],
	[/^no area with this code is loaded: .*$/, () => 'wilayah ini tidak dikenal'],
	[/^no such agency in the directory$/, () => 'instansi ini tidak ada di direktori'],
	[/^no incident with this id or number in your area$/, () => 'tidak ada kejadian bernomor ini di wilayah Anda'],
	[/^an incident cannot be merged into itself, nor differ from itself$/, () => 'harus nomor kejadian lain'],
	[/^incident (\d+) was itself merged into incident (\d+): name that one.*$/, (a, b) => `#${a} sudah digabung ke #${b}: sebut #${b}`],
	[/^no report with this id or number belongs to the incident$/, () => 'laporan bernomor ini bukan milik kejadian ini'],
	[/^this report opened the incident: only what came later can be taken out$/, () => 'laporan ini membuka kejadian: hanya yang datang kemudian dapat dikeluarkan'],
	[/^triage the incident first: its type has no rules, so no clocks are known$/, () => 'telaah dulu kejadiannya: jenisnya belum diketahui, jadi batas waktunya belum ada'],
	...faultForms((text) => said(text)),
];

/** The daemon's words in the language of the screen; as they are where they are not known. */
export function said(text) {
	if (lang() === 'en') return text;
	for (const [form, say] of forms) {
		const found = form.exec(text);
		if (found !== null) return say(...found.slice(1));
	}
	return text;
}

/** The same as it stands on a screen: translated, with the daemon's own words on asking; or those alone. */
export function Said({ text }) {
	const own = said(text);
	return own === text ? html`<span lang="en">${text}</span>` : html`<span title=${text}>${own}</span>`;
}
