/* said_faults: what the daemon finds wrong with what people typed (policy, directory, roster, accounts), in Indonesian. A part of said.js. What stands in double quotes in
 * a fault is written in the text itself, and stays. */
import * as words from './words.js';

const comma = (n) => n.replace('.', ',');
const things = {
	rungs: 'anak tangga', rules: 'aturan', 'area codes': 'kode wilayah', conditions: 'syarat', contacts: 'kontak', ladders: 'jenjang', targets: 'tujuan', people: 'orang',
	"people's slugs, in turn": 'nama pendek petugas, menurut giliran', 'targets that act together': 'tujuan yang bertindak bersama',
};
const lacks = { 'is not in the directory': 'tidak ada di direktori', 'is retired': 'sudah dihentikan', 'has no contact': 'tidak punya kontak', 'has no phone': 'tidak punya HP' };
const expected = {
	'a digit': 'angka', 'a digit after the decimal point': 'angka sesudah titik desimal', 'a digit in the exponent': 'angka dalam pangkat',
	'a value (object, array, string in double quotes, number, true, false or null)': 'sebuah nilai (objek, daftar, teks dalam tanda kutip ganda, angka, true, false atau null)',
	'a member name in double quotes': 'nama isian dalam tanda kutip ganda', "':' after the member name": "':' sesudah nama isian", "',' or '}'": "',' atau '}'", "',' or ']'": "',' atau ']'",
	'the end of the text after the value': 'akhir teks sesudah nilainya',
};

/* say: the whole table of said.js, for what is put together of two parts. */
export const faultForms = (say) => [
	/* where in the policy, then what */
	[/^(\/[^\s:]*(?: \([^)]*\))?): (.+)$/, (at, what) => `${at}: ${say(what)}`],
	[/^line (\d+), column (\d+): (.+)$/, (line, column, what) => `baris ${line}, kolom ${column}: ${say(what)}`],
	/* a text that is no JSON */
	[/^expected (.+), found the end of the text$/, (what) => `seharusnya ${expected[what] ?? what}, tetapi teks sudah berakhir`],
	[/^expected (.+), found (?:the byte )?(\S+)$/, (what, found) => `seharusnya ${expected[what] ?? what}, yang ada ${found}`],
	[/^not an escape; allowed are (.+) and (\S+) with four hex digits$/, (list, last) => `bukan urutan lepas; yang boleh ${list} dan ${last} dengan empat angka heksa`],
	[/^\\u0000 cannot be stored; leave it out$/, () => '\\u0000 tidak dapat disimpan; hilangkan'],
	[/^lone surrogate (\S+); .* a pair such as (\S+)$/, (one, pair) => `${one} sendirian; huruf di atas U+FFFF ditulis berpasangan seperti ${pair}`],
	[/^this string has no closing quote$/, () => 'teks ini tidak punya tanda kutip penutup'],
	[/^control character (\S+) in a string; write it as an escape such as \\n$/, (c) => `huruf kendali ${c} di dalam teks; tulis sebagai urutan lepas seperti \\n`],
	[/^the byte (\S+) is not valid UTF-8 here$/, (byte) => `bita ${byte} bukan UTF-8 yang sah di sini`],
	[/^a number may not begin with 0; .*$/, () => 'angka tidak boleh diawali 0; kode ditulis sebagai teks, dalam tanda kutip ganda'],
	[/^a number has at most (\d+) characters$/, (n) => `angka paling banyak ${n} huruf`],
	[/^this number is too large; .*$/, () => 'angka ini terlalu besar'],
	[/^nested deeper than (\d+) levels$/, (n) => `bersarang lebih dari ${n} tingkat`],
	[/^this member stands twice in the same object$/, () => 'isian ini tertulis dua kali dalam objek yang sama'],
	[/^an object has at most (\d+) members$/, (n) => `satu objek paling banyak ${n} isian`],
	[/^the text begins with a byte order mark; .*$/, () => 'teks diawali tanda urutan bita (BOM); simpan sebagai UTF-8 tanpa itu'],
	[/^this comment has no closing \*\/$/, () => 'komentar ini tidak punya penutup */'],
	[/^out of memory$/, () => 'memori server habis'],
	/* what a member must be */
	[/^unknown member; here may stand: (.+)$/, (list) => `isian tidak dikenal; yang boleh di sini: ${list}`],
	[/^unknown member (".*")$/, (name) => `isian ${name} tidak dikenal`],
	[/^member (".+") is missing$/, (name) => `isian ${name} belum ada`],
	[/^(?:the body )?must be (?:an|a JSON) object(?:, in \{ \})?$/, () => 'harus objek, di dalam { }'],
	[/^must be a list$/, () => 'harus daftar, di dalam [ ]'],
	[/^must be a list of at least one name$/, () => 'harus daftar dengan paling sedikit satu nama'],
	[/^must be a list of at least one of duty and person:SLUG$/, () => 'harus daftar dengan paling sedikit satu dari duty dan person:SLUG'],
	[/^must be a list of 1 to (\d+) (.+)$/, (n, what) => `harus daftar berisi 1 sampai ${n} ${things[what] ?? what}`],
	[/^must be a list of at most (\d+) (.+)$/, (n, what) => `harus daftar berisi paling banyak ${n} ${things[what] ?? what}`],
	[/^must be an object of 1 to (\d+) (.+)$/, (n, what) => `harus objek berisi 1 sampai ${n} ${things[what] ?? what}`],
	[/^must be a target or a list of 1 to (\d+) (.+)$/, (n, what) => `harus satu tujuan, atau daftar berisi 1 sampai ${n} ${things[what] ?? what}`],
	[/^must be a text of 1 to (\d+) bytes$/, (n) => `harus teks 1 sampai ${n} bita`],
	[/^must be at most (\d+) bytes$/, (n) => `paling banyak ${n} bita`],
	[/^must be a string, in double quotes$/, () => 'harus teks, dalam tanda kutip ganda'],
	[/^must be a number, without quotes$/, () => 'harus angka, tanpa tanda kutip'],
	[/^must be true or false(?:, without quotes)?$/, () => 'harus true atau false, tanpa tanda kutip'],
	[/^must be a number from ([\d.]+) to ([\d.]+)$/, (a, b) => `harus angka dari ${comma(a)} sampai ${comma(b)}`],
	[/^must be a whole number from (\d+) to (\d+)$/, (a, b) => `harus angka bulat dari ${a} sampai ${b}`],
	[/^must be whole hours, (\d+) to (\d+)$/, (a, b) => `harus jam bulat, ${a} sampai ${b}`],
	[/^must be a duration from ("\w+") to ("\w+"): .*$/, (a, b) => `harus lama waktu dari ${a} sampai ${b}: angka bulat dan s, m, h atau d (detik, menit, jam, hari)`],
	[/^must be an RFC 3339 time with offset such as (".+")$/, (time) => `harus waktu dengan selisih zona seperti ${time}`],
	[/^must not be before the year 2000$/, () => 'tidak boleh sebelum tahun 2000'],
	[/^must be one of:? (.+)$/, (list) => `harus salah satu dari: ${list}`],
	[/^must be (".+") or (".+")$/, (a, b) => `harus ${a} atau ${b}`],
	[/^holds the control character (\S+); .*$/, (c) => `berisi huruf kendali ${c}; yang boleh hanya ganti baris dan tab`],
	[/^must not contain control characters$/, () => 'tidak boleh berisi huruf kendali'],
	[/^must stand on one line$/, () => 'harus satu baris'],
	[/^is given twice, here and in another place of the body$/, () => 'disebut dua kali, di sini dan di tempat lain'],
	[/^(in the path: )?may have only a-z, 0-9 and single - between them(?:, (\d+) at most)?$/, (path, n) => `hanya boleh a-z, 0-9 dan satu - di antaranya${n ? `, paling banyak ${n}` : ''}`],
	/* of the policy */
	[/^goes into an SMS: at most (\d+) characters of the GSM-7 alphabet$/, (n) => `masuk ke SMS: paling banyak ${n} huruf dari abjad GSM-7`],
	[/^must be a regency's code like (".+")$/, (code) => `harus kode kabupaten seperti ${code}`],
	[/^must be an offset from UTC like (".+") \(WITA\)$/, (offset) => `harus selisih dari UTC seperti ${offset} (WITA)`],
	[/^must be the key of a reply text that uses \{no\} and \{jam\} only, such as (".+")$/, (key) => `harus kunci teks balasan yang hanya memakai {no} dan {jam}, seperti ${key}`],
	[/^must be again, duty, up, agency:SLUG or person:SLUG$/, () => 'harus again, duty, up, agency:SLUG atau person:SLUG'],
	[/^must be duty or person:SLUG$/, () => 'harus duty atau person:SLUG'],
	[/^stands twice among those that act together$/, () => 'tertulis dua kali di antara yang bertindak bersama'],
	[/^a ladder may have at most (\d+) targets$/, (n) => `satu jenjang paling banyak ${n} tujuan`],
	[/^a ladder's name may have only a-z, 0-9, - and _$/, () => 'nama jenjang hanya boleh a-z, 0-9, - dan _'],
	[/^must be the name of a ladder of \/ladders$/, () => 'harus nama sebuah jenjang di /ladders'],
	[/^ladder (".+") has a rung (".+"); .*$/, (ladder, rung) => `jenjang ${ladder} punya anak tangga ${rung}; laporan tanpa instansi hanya dapat naik ke duty dan person:SLUG`],
	[/^"any": true joins "urgency" and "flags" by OR, so both must be there$/, () => '"any": true menggabungkan "urgency" dan "flags" dengan ATAU, jadi keduanya harus ada'],
	[/^at least one type must be defined$/, () => 'paling sedikit satu jenis harus diatur'],
	[/^at most (\d+) people may be named$/, (n) => `paling banyak ${n} orang boleh disebut`],
	[/^must not be above attach_at: .*$/, () => 'tidak boleh di atas attach_at: yang pasti tadinya mungkin'],
	/* of the directory */
	[/^must hold area codes like (.+)$/, (codes) => `harus berisi kode wilayah seperti ${codes}`],
	[/^must be a string with a Kemendagri code such as (".+?").*$/, (code) => `harus teks berisi kode Kemendagri seperti ${code}`],
	[/^this member is needed: an area's code, or "" for everywhere$/, () => 'harus diisi: kode wilayah, atau "" untuk semua'],
	[/^names (\S+) twice$/, (code) => `menyebut ${code} dua kali`],
	[/^must be the id of a contact that this agency has$/, () => 'harus id kontak yang dimiliki instansi ini'],
	[/^must be "whsec_" and base64 of 16 to 64 bytes$/, () => 'harus "whsec_" dan base64 dari 16 sampai 64 bita'],
	[/^must be an absolute http:\/\/ or https:\/\/ address without a fragment$/, () => 'harus alamat lengkap http:// atau https:// tanpa #'],
	[/^must not hold a user name or password$/, () => 'tidak boleh berisi nama pengguna atau kata sandi'],
	[/^is no telephone number; write it as ("\S+")$/, (form) => `bukan nomor telepon; tulis seperti ${form}`],
	[/^the same address as in contacts\[(\d+)\]$/, (n) => `alamat yang sama dengan kontak ke-${Number(n) + 1}`],
	[/^must be the version that was seen, 0 for an entry that is new$/, () => 'harus versi yang tadi dilihat, 0 untuk yang baru'],
	[/^must be that of the path: an entry cannot be renamed$/, () => 'tidak dapat diganti: nama pendek tetap'],
	/* of the roster, of senders, of accounts */
	[/^no person with this slug: .*$/, () => 'tidak ada petugas dengan nama pendek ini'],
	[/^say who is on duty \(person\), who is not \(instead_of\), or both$/, () => 'sebut siapa yang bertugas, siapa yang digantikan, atau keduanya'],
	[/^both are on duty at the same time: there is nothing to swap$/, () => 'keduanya bertugas pada waktu yang sama: tidak ada yang ditukar'],
	[/^no shift of this person .*begins then, or it has ended.*$/, () => 'tidak ada piket petugas ini yang mulai pada waktu itu, atau sudah berakhir'],
	[/^must be in the future; leave it out for a mark without end$/, () => 'harus di waktu yang akan datang; kosongkan untuk tanda tanpa akhir'],
	[/^no area with this code is loaded$/, () => 'wilayah ini tidak dikenal'],
	[/^must be a report as in POST \/v1\/reports$/, () => 'harus laporan seperti pada POST /v1/reports'],
	/* holes of a policy: somebody whom nothing reaches */
	[/^(\w+) \(([^)]+)\), (\S+) (.+): (no agency with a contact is reached|nobody with a phone is planned, and no ladder names one)$/, (type, urgency, code, name, what) =>
		`${words.type(type)} (${urgency.split(/, ?/).map((u) => (words.urgency.keys.includes(u) ? words.urgency(u) : u)).join(', ')}), ${code} ${name}: ${what.startsWith('no agency') ? 'tidak ada instansi berkontak yang dicapai' : 'tidak ada orang ber-HP yang dijadwalkan, dan jenjang tidak menyebut seorang pun'}`],
	[/^ladder (\S+), rung (\d+): (\w+):(\S+) (.+)$/, (ladder, n, target, slug, what) => `jenjang ${ladder}, anak tangga ${n}: ${target}:${slug} ${lacks[what] ?? what}`],
	[/^alarm (\w+): person:(\S+) (.+)$/, (kind, slug, what) => `gangguan ${kind}: person:${slug} ${lacks[what] ?? what}`],
	[/^regency (\S+): no village is loaded, so nothing could be checked$/, (code) => `kabupaten ${code}: tidak ada desa yang dimuat, jadi tidak ada yang dapat diperiksa`],
];
