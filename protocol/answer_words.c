/* answer_words: see answer_words.h. */
#include "answer_words.h"

#include <assert.h>
#include <string.h>

/* Spellings seen in SMS of Kalimantan Timur, Indonesian and Banjar. A word is looked up as written and with runs of
 * one letter made single ("siaaap"). */
static const struct {
	enum meaning meaning;
	const char *words;
} vocabulary[] = {
        {FILLER,
         "pak bapak bpk bp pk bu ibu ndan dan komandan bang bg bos bos min admin mas mbak om p kami kmi kita saya sy "
         "aku tim team dari dr dgn dengan bersama yg yang untuk utk itu ini nya selamat pagi siang sore malam mlm "
         "assalamualaikum asalamualaikum ass wr wb waalaikumsalam halo hallo hai langsung lgsg sekarang skrg skr juga "
         "jg "
         "lah dong deh sih nih aja saja dlm dalam ada ad lagi lg pun atas ttg dinsos trc terimakasih trimakasih "
         "makasih mksh mksih trims tks trmksh thanks thx 3x sangat semua pihak bgt jd jadi tsb tersebut "
         "izin ijin maaf mf alih insya allah insyaallah alhamdulillah bismillah ya iya"},
        {STRONG_YES,
         "terima trima trm trma terimo tarima nerima menerima diterima ditrima setuju stuju bersedia sanggup acc "
         "accept accepted tindaklanjuti ditindaklanjuti lanjuti laksanakan dilaksanakan"},
        {WEAK_YES,
         "ok oke okey okay okeh okok sip siap siyap syap sp ya iya yo yes yup yoi yap y baik \xf0\x9f\x91\x8d"},
        {CAN, "bisa bs bsa biso isa dapat dpt mampu sempat kawa"},
        {STRONG_NO, "tolak menolak ditolak nolak tolk decline declined reject rejected berhalangan brhalangan"},
        {NOT, "tidak tdk tida tidk tak nggak enggak gak ga gk g ngak ngga nga enga engga engak ndak ndk nda kada kd "
              "kagak kaga "
              "ora not"},
        {NOT_YET, "belum blm belom blom blum bl"},
        {OUTSIDE, "bukan bkn luar diluar"},
        {OWN, "wilayah wil wilyah wilkum kewenangan wewenang tupoksi ranah area"},
        {RESOURCE,
         "petugas ptgs personil personel anggota mobil kendaraan armada ambulans ambulan ambulance unit sopir supir "
         "driver bbm tenaga staf staff regu relawan kamar ruangan igd bed singgah shelter panti kapasitas"},
        {LACK, "kosong kosng ksg penuh habis abis terbatas kurang kekurangan minim nihil"},
        {HARMLESS, "masalah mslh apa apa2 apa-apa papa pp mengapa kendala"},
        {GO, "otw meluncur luncur mluncur menuju mnuju berangkat brangkat brgkt brkt merapat gerak bergerak perjalanan "
             "pjalanan geser enroute"},
        {WAY, "jalan jln jalanan"},
        {ARRIVE, "tiba sampai smp sampe smpe sampei smpai nyampe nyampai sampek arrived"},
        {UNTIL, "saat kini hari besok pukul pkl jumpa selesai sore malam pagi siang sekarang skrg nanti"},
        {AT, "di d"},
        {TO, "ke k3"},
        {PLACE, "lokasi lok tkp tempat"},
        {AT_PLACE, "dilokasi ditkp ditempat dilok onscene"},
        {TO_PLACE, "kelokasi ketkp kesana kelok"},
        {DONE, "selesai sls slesai slsai done beres rampung tuntas kelar finish finished completed complete clear"},
        {CLAIM, "ambil ambl mengambil diambil amb ambilalih"},
        {ALREADY, "sudah sdh sudh udah udh dah telah tlh baru br posisi sedang sdg masih msh"},
        {SOON, "akan akn segera sgr hampir hmpir mau mo bakal sebentar bentar bntar perkiraan estimasi eta nanti nnt "
               "nti ntar"},
        {HEDGE,
         "dulu dl dlu tunggu menunggu nunggu cek ngecek dicek koordinasi koordinasikan dikoordinasikan kordinasi "
         "konfirmasi tanya tanyakan petunjuk arahan sampaikan disampaikan teruskan diteruskan"},
        {BUT, "tapi tp tpi tetapi namun"},
        {ONLY_IF,
         "kalau kalo klo kl kalu jika bila apabila setelah stlh sesudah sebelum sblm balas bls ketik jangan jgn agar "
         "supaya"},
        {PLEASE, "mohon mhn tolong tlg minta mnta harap please"},
        {SOMEBODY,
         "keluarga klrg kel warga wrg korban pasien pelaku jenazah mayat tetangga orang org anak ortu suami istri "
         "pelapor masyarakat anda kamu dia beliau mereka"},
        {QUESTION, "apa dimana dmn mana mn kemana kmn kapan kpn siapa sapa apakah gimana gmn bagaimana bgmn berapa brp "
                   "kenapa knp "
                   "kok bisakah sudahkah where when who what"},
        {THANKS, "kasih ksh ksih kasi kasiy"},
        {MINUTES, "menit mnt mnit min minute minutes mins"},
        {HOURS, "jam jm"},
        {HALF, "setengah stgh"},
        {AGO, "lalu yll"},
        {TIME_OF_DAY, "pukul pkl tgl tanggal"},
        {COUNTED,
         "orang org personil personel anggota unit km meter m tahun thn th hari kali kg rb ribu x wita wib wit"},
        {COUNTER, "rt rw km kilo jl gg gang blok pos hp cuma cuman hanya"},
        {LABEL, "laporan lap lp nomor nomer nmr kejadian kasus tugas penugasan tiket"},
        {NO_OR_LABEL, "no"},
        {VERB,
         "hadir datang dtg bantu membantu melayani layani respon merespon respons merespons tangani menangani ikut "
         "turun kirim mengirim hubungi kerjakan mengerjakan melaksanakan proses memproses piket jaga bertugas dinas"},
        {SHIFT, "piket piketnya pikt"},
        {BECAUSE, "karena krn karna sebab soalnya alasan"},
        {AGENCY,
         "polsek polres puskesmas pkm desa ds kelurahan kel lurah kades kecamatan kec bpbd rsud rs satpol tagana "
         "babinsa bhabinkamtibmas bhabin polisi"},
};

enum { WORD_MAX = 24 };

static bool listed(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = strstr(words, word); at != NULL; at = strstr(at + 1, word))
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static uint64_t lookup(const char *word)
{
	uint64_t found = 0;
	for (size_t i = 0; i < sizeof vocabulary / sizeof *vocabulary; i++)
		if (listed(vocabulary[i].words, word))
			found |= UINT64_C(1) << vocabulary[i].meaning;
	return found;
}

/* "siaaap" -> "siap" */
static void squeeze(char *word)
{
	char *to = word;
	for (const char *from = word; *from != '\0'; from++)
		if (to == word || to[-1] != *from)
			*to++ = *from;
	*to = '\0';
}

/* As written, else without repeated letters ("siaaap", but "kk" is no "k"), else without "-nya" ("lokasinya"). */
static uint64_t meanings_of(const char *bytes, size_t len)
{
	char word[WORD_MAX];
	if (len >= sizeof word)
		return UINT64_C(1) << OTHER;
	for (size_t i = 0; i < len; i++)
		word[i] = bytes[i] >= 'A' && bytes[i] <= 'Z' ? (char)(bytes[i] | 0x20) : bytes[i];
	word[len] = '\0';
	uint64_t found = lookup(word);
	if (found == 0) {
		squeeze(word);
		len = strlen(word);
		found = len > 1 ? lookup(word) : 0;
	}
	if (found == 0 && len > 6 && len < sizeof word && strcmp(&word[len - 3], "nya") == 0) {
		word[len - 3] = '\0';
		found = lookup(word);
	}
	return found != 0 ? found : UINT64_C(1) << OTHER;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Where the run of letters at from ends. "tiba-tiba" and "apa2" are one word each: a repetition means something else
 * than the word. */
static size_t letters_end(const char *text, size_t from)
{
	size_t at = from;
	while (is_letter(text[at]) || (text[at] == '-' && is_letter(text[at + 1])))
		at++;
	if (text[at] == '2' && !is_digit(text[at + 1]))
		while (is_letter(text[at]) || text[at] == '2')
			at++;
	return at;
}

/* Digits with what belongs to them: "1,5" has tenths, "1.042" is one number, "14.30" is a time of day. */
static size_t read_number(const char *text, size_t from, struct word *ret)
{
	size_t at = from, mark_digits = 0;
	int64_t value = 0;
	for (; is_digit(text[at]); at++)
		value = at - from < 9 ? value * 10 + (text[at] - '0') : -1;
	bool usable = at - from <= 9 && text[from] != '0'; /* longer ones are phone numbers */
	if ((text[at] == '.' || text[at] == ',' || text[at] == ':') && is_digit(text[at + 1])) {
		while (is_digit(text[at + 1 + mark_digits]))
			mark_digits++;
		if (mark_digits == 1 && text[at] != ':')
			ret->tenths = text[at + 1] - '0';
		else if (mark_digits == 3 && text[at] == '.' && at - from <= 3)
			value = value * 1000 + (text[at + 1] - '0') * 100 + (text[at + 2] - '0') * 10 +
			        (text[at + 3] - '0');
		else if (text[at] == ',' && mark_digits > 2)
			mark_digits = 0; /* "1042,1043": two numbers */
		else
			usable = false;
		at += mark_digits > 0 ? 1 + mark_digits : 0;
	}
	ret->meanings = UINT64_C(1) << (usable ? NUMBER : OTHER);
	ret->value = usable ? value : -1;
	ret->marked = from > 0 && text[from - 1] == '#';
	return at;
}

/* Reads the marks after a word: whether they end its clause, and as a question. */
static size_t read_marks(const char *text, size_t at, struct word *last)
{
	for (; text[at] != '\0' && !is_letter(text[at]) && !is_digit(text[at]); at++) {
		if (last == NULL || strchr(".,;:!?\n", text[at]) == NULL)
			continue;
		last->ends_clause = true;
		last->asked = last->asked || text[at] == '?';
	}
	if (last != NULL && text[at] == '\0')
		last->ends_clause = true;
	return at;
}

/* "no" before a number is "nomor", else the English word. */
static void settle_no(struct word *words, int n)
{
	for (int i = 0; i < n; i++)
		if (word_is(&words[i], NO_OR_LABEL)) {
			bool label = i + 1 < n && word_is(&words[i + 1], NUMBER);
			words[i].meanings = UINT64_C(1) << (label ? LABEL : NOT);
		}
}

/* "TERIMA1042" and "15mnt" are two words; "nama1" and "150jt" are no number at all. */
static void settle_glued(struct word *first, struct word *second)
{
	if (first->to != second->from || (!word_is(first, OTHER) && !word_is(second, OTHER)))
		return;
	struct word *number = word_is(first, NUMBER) ? first : second;
	number->meanings = UINT64_C(1) << OTHER;
	number->value = -1;
}

int answer_words(const char *text, struct word ret[WORDS_MAX])
{
	static_assert(MEANINGS <= 64, "one bit each");
	int n = 0;
	size_t at = read_marks(text, 0, NULL);
	while (text[at] != '\0' && n < WORDS_MAX) {
		struct word *w = &ret[n++];
		*w = (struct word){.from = at, .value = -1};
		if (is_digit(text[at])) {
			w->to = read_number(text, at, w);
		} else {
			w->to = letters_end(text, at);
			w->meanings = meanings_of(text + at, w->to - at);
		}
		if (n > 1)
			settle_glued(&w[-1], w);
		at = read_marks(text, w->to, w);
	}
	if (n > 0)
		ret[n - 1].ends_clause = true;
	settle_no(ret, n);
	return n;
}
