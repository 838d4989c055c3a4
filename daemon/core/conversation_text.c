/* conversation_text: see conversation_text.h. Lists of words, and what follows from them; the words are those of words.h: lower case, without punctuation. */
#include "conversation_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = 60, JOINED_MAX = LOOKED_AT * (WORD_MAX + 1) + 2 };

/* What is said beside an answer: politeness and filling words. */
static const char fillers[] = " pak bu bpk ibu bapak ibuk mas mbak mba kak kakak bang min admin dinsos ppu gan bos "
                              "saya sy aku yg yang ya yaa yah nggih "
                              "no nomor nomer nmr nomornya pilih pilihan pilihannya pilihanku opsi jawab jawaban "
                              "jawabannya jawabnya balas balasan ke di itu "
                              "itulah lokasi lokasinya tempat tempatnya betul benar bener bnr adalah nya aja saja sj "
                              "desa desanya kel kelurahan kelurahannya "
                              "kampung maksud maksudnya maksdnya sini mohon maaf tolong terima kasih makasih trims tks "
                              "assalamualaikum ass wr wb pagi siang "
                              "sore malam selamat dan atau untuk utk sih kok lah deh dong ";
static const struct {
	const char *word;
	int choice;
} choices[] = {
        {"1", 1},    {"satu", 1},     {"pertama", 1}, {"kesatu", 1}, {"satunya", 1}, {"2", 2},
        {"dua", 2},  {"kedua", 2},    {"ke2", 2},     {"k2", 2},     {"no2", 2},     {"nomor2", 2},
        {"nmr2", 2}, {"pilihan2", 2}, {"yg2", 2},     {"yang2", 2},  {"opsi2", 2},   {"3", 3},
        {"tiga", 3}, {"ketiga", 3},   {"4", 4},       {"empat", 4},  {"keempat", 4},
};
static const char yes_words[] = " ya iya iyaa iye yo yoi yup y betul benar bener bnr inggih nggih injih he'eh hooh ";
static const char thanks_words[] =
        " makasih makasi mksh mkasih mksih maksih tks thx thanks thank thankyou tq trims trim trimakasih terimakasih "
        "trmksh trimksh "
        "tengkyu suwun nuwun matursuwun ok oke okay okey okeh oks sip siip siap siaap baik baiklah alhamdulillah "
        "alhamdulilah syukur "
        "syukurlah mantap mantab amin aamiin iya ya nggih inggih injih jazakallah barakallah ";
static const char thanks_fillers[] =
        " terima kasih banyak byk pak bu bpk ibu bapak mas mbak kak bang min admin dinsos ppu atas ats info infonya "
        "informasinya bantuan "
        "bantuannya perhatiannya perhatian respon responnya laporannya kerjasamanya sebelumnya sudah sdh udah semoga "
        "sehat selalu nya semua "
        "semuanya tim timnya petugas petugasnya kabarnya balasannya cepat cepatnya sangat sekali banget dan untuk "
        "tindak lanjut lanjutnya "
        "you so much wkwk wassalam wr wb kami saya sy tunggu ditunggu kabar selanjutnya lah deh yaa yah matur ";

/* Any of these makes a text a machine's, or one that nobody wants answered. Bounded by spaces: whole words. */
static const char *const automatic_phrases[] = {
        "balasan otomatis",
        "pesan otomatis",
        "jawaban otomatis",
        "dibalas otomatis",
        "dijawab otomatis",
        "otomatis dari",
        "auto reply",
        "autoreply",
        "auto respon",
        "auto response",
        "auto responder",
        "out of office",
        "automatic reply",
        "automated message",
        "do not reply",
        "no reply",
        "noreply",
        "i am driving",
        "i m driving",
        "im driving",
        "can t talk",
        "cant talk",
        "call you later",
        "call you back",
        "in a meeting",
        "message delivered",
        "delivery report",
        "delivery status",
        "laporan pengiriman",
        "pesan terkirim",
        "sms terkirim",
        "telah terkirim ke",
        "gagal terkirim",
        "gagal dikirim",
        "tidak terkirim",
        "undelivered",
        "undeliverable",
        "not delivered",
        "delivery failed",
        "mailer daemon",
        "sedang rapat",
        "lagi rapat",
        "sdg rapat",
        "sedang meeting",
        "lagi meeting",
        "sedang mengemudi",
        "sedang menyetir",
        "lagi nyetir",
        "sedang berkendara",
        "sedang sibuk",
        "sedang tidak bisa diganggu",
        "sedang tidak dapat diganggu",
        "tidak dapat menerima telepon",
        "tidak bisa menerima telepon",
        "tidak dapat menerima panggilan",
        "tidak bisa angkat telepon",
        "nanti saya hubungi",
        "nanti saya telepon",
        "nanti saya telpon",
        "nanti sy hubungi",
        "saya hubungi kembali",
        "saya akan menghubungi anda",
        "akan saya hubungi",
        "telah menghubungi kami",
        "sudah menghubungi kami",
        "terima kasih telah menghubungi",
        "terimakasih telah menghubungi",
        "terima kasih atas pesan anda",
        "kami akan segera membalas",
        "kami akan membalas",
        "akan segera kami balas",
        "pesan anda telah kami terima",
        "pesan anda sudah kami terima",
        "pesan anda telah diterima",
        "jam operasional kami",
        "mohon tidak membalas",
        "jangan membalas",
        "jangan balas",
        "tidak perlu dibalas",
        "nomor yang anda tuju",
        "nomor yang anda hubungi",
        "pulsa anda",
        "sisa pulsa",
        "pulsa utama",
        "pulsa kamu",
        "masa aktif",
        "masa tenggang",
        "sisa kuota",
        "kuota anda",
        "kuota kamu",
        "kuota internet",
        "paket anda",
        "paket kamu",
        "isi ulang",
        "transaksi berhasil",
        "saldo anda",
};
static const char *const withdrawal_phrases[] = {
        "batal",
        "batalkan",
        "dibatalkan",
        "membatalkan",
        "pembatalan",
        "cancel",
        "tidak jadi",
        "tdk jadi",
        "gak jadi",
        "ga jadi",
        "gk jadi",
        "nggak jadi",
        "ngga jadi",
        "enggak jadi",
        "ndak jadi",
        "gajadi",
        "kada jadi",
        "ora sido",
        "sudah pulang",
        "sdh pulang",
        "udah pulang",
        "dah pulang",
        "sudah dijemput",
        "sdh dijemput",
        "udah dijemput",
        "sudah di jemput",
        "sudah diambil keluarga",
        "sudah dibawa pulang",
        "sudah dibawa keluarga",
        "sudah kembali ke rumah",
        "sudah kembali ke keluarga",
        "sudah bersama keluarga",
        "sudah sama keluarga",
        "sdh sama keluarga",
        "salah lapor",
        "salah kirim",
        "salah sambung",
        "cabut laporan",
        "tarik laporan",
        "menarik laporan",
        "cuma prank",
        "hanya prank",
        "hanya bercanda",
        "cuma bercanda",
        "laporan saya salah",
        "tidak usah datang",
        "ga usah datang",
        "gak usah datang",
};
static const char *const another_phrases[] = {
        "ada lagi",  "satu lagi", "1 lagi",     "laporan baru",    "kejadian lain", "kasus lain",
        "beda lagi", "lain lagi", "beda orang", "orang lain lagi", "laporan lain",  "yang lain lagi",
};
static const char *const status_phrases[] = {
        "status laporan",
        "status lap",
        "status nomor",
        "status no",
        "cek status",
        "cek laporan",
        "perkembangan laporan",
        "kabar laporan",
        "gimana laporan",
        "bagaimana laporan",
        "laporan saya gimana",
        "laporan saya bagaimana",
        "laporan saya sampai mana",
        "sudah sampai mana laporan",
        "tindak lanjut laporan",
        "kelanjutan laporan",
};
static const struct {
	const char *word;
	enum incident_type type;
} types[] = {
        {"terlantar", TYPE_ABANDONED_PERSON},     {"telantar", TYPE_ABANDONED_PERSON},
        {"ditelantarkan", TYPE_ABANDONED_PERSON}, {"gelandangan", TYPE_ABANDONED_PERSON},
        {"jenazah", TYPE_UNCLAIMED_BODY},         {"mayat", TYPE_UNCLAIMED_BODY},
        {"jasad", TYPE_UNCLAIMED_BODY},           {"pasung", TYPE_SHACKLED_PATIENT},
        {"dipasung", TYPE_SHACKLED_PATIENT},      {"dirantai", TYPE_SHACKLED_PATIENT},
        {"dikurung", TYPE_SHACKLED_PATIENT},      {"dikerangkeng", TYPE_SHACKLED_PATIENT},
};
static const struct {
	const char *word;
	enum emergency kind;
} emergencies[] = {
        {"kebakaran", EMERGENCY_FIRE},
        {"terbakar", EMERGENCY_FIRE},
        {"kebakar", EMERGENCY_FIRE},
        {"kobaran", EMERGENCY_FIRE},
        {"damkar", EMERGENCY_FIRE},
        {"pemadam", EMERGENCY_FIRE},
        {"tenggelam", EMERGENCY_WATER},
        {"tengelam", EMERGENCY_WATER},
        {"hanyut", EMERGENCY_WATER},
        {"terseret arus", EMERGENCY_WATER},
        {"kecelakaan", EMERGENCY_MEDICAL},
        {"laka", EMERGENCY_MEDICAL},
        {"lakalantas", EMERGENCY_MEDICAL},
        {"tabrakan", EMERGENCY_MEDICAL},
        {"ditabrak", EMERGENCY_MEDICAL},
        {"pingsan", EMERGENCY_MEDICAL},
        {"sesak napas", EMERGENCY_MEDICAL},
        {"sesak nafas", EMERGENCY_MEDICAL},
        {"serangan jantung", EMERGENCY_MEDICAL},
        {"stroke", EMERGENCY_MEDICAL},
        {"ambulan", EMERGENCY_MEDICAL},
        {"ambulans", EMERGENCY_MEDICAL},
        {"ambulance", EMERGENCY_MEDICAL},
        {"melahirkan", EMERGENCY_MEDICAL},
        {"keracunan", EMERGENCY_MEDICAL},
        {"digigit ular", EMERGENCY_MEDICAL},
        {"kejang", EMERGENCY_MEDICAL},
        {"begal", EMERGENCY_POLICE},
        {"dibegal", EMERGENCY_POLICE},
        {"rampok", EMERGENCY_POLICE},
        {"perampok", EMERGENCY_POLICE},
        {"perampokan", EMERGENCY_POLICE},
        {"maling", EMERGENCY_POLICE},
        {"pencuri", EMERGENCY_POLICE},
        {"tawuran", EMERGENCY_POLICE},
        {"dibacok", EMERGENCY_POLICE},
        {"ditusuk", EMERGENCY_POLICE},
        {"perkelahian", EMERGENCY_POLICE},
        {"penculikan", EMERGENCY_POLICE},
};
static const char number_words[] = " no nomor nomer nmr laporan lap lapor lp tiket kode aduan ";
static const char denial_words[] = " bukan bkn bukn salah dudu kada lain ";
static const char after_denial[] = " tapi tp tpi melainkan malah yang yg tepatnya seharusnya harusnya , . di d ";
static const char referring_words[] =
        " dia dianya beliau ybs orangnya orgnya org2nya neneknya kakeknya korban korbannya pasiennya bayinya anaknya "
        "ibunya bapaknya mayatnya "
        "jenazahnya jasadnya lokasinya tempatnya kondisinya keadaannya petugasnya beliaunya ";
static const char type_fillers[] =
        " orang org ada itu di yang yg pak bu jenis kasus laporan soal tentang manusia pasien odgj ini seorang ";

/* Is word one of a list that begins and ends with a space? */
static bool is_one_of(const char *list, const char *word)
{
	size_t len = strlen(word);
	if (len == 0)
		return false;
	for (const char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word))
		if (at > list && at[-1] == ' ' && at[len] == ' ')
			return true;
	return false;
}

static bool is_mark(const char *word)
{
	return strchr(".,?#%", word[0]) != NULL;
}

/* The first words in one line, each between spaces, without punctuation. */
static void join(const struct words *w, char ret[JOINED_MAX])
{
	size_t len = 1, n = 0;
	ret[0] = ' ';
	for (size_t i = 0; i < w->count && n < LOOKED_AT; i++) {
		if (is_mark(w->word[i].text))
			continue;
		len += (size_t)snprintf(ret + len, JOINED_MAX - len, "%s ", w->word[i].text);
		n++;
	}
	ret[len] = '\0';
}

static bool says(const char *joined, const char *phrase)
{
	size_t len = strlen(phrase);
	for (const char *at = strstr(joined, phrase); at != NULL; at = strstr(at + 1, phrase))
		if (at[-1] == ' ' && at[len] == ' ')
			return true;
	return false;
}

static bool says_any(const char *joined, const char *const *phrases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (says(joined, phrases[i]))
			return true;
	return false;
}

static int choice_word(const char *word)
{
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		if (strcmp(choices[i].word, word) == 0)
			return choices[i].choice;
	return 0;
}

/* The one choice of a text that holds nothing else. "1 atau 2" is none. */
static int choice_of(const struct words *w)
{
	int choice = 0;
	for (size_t i = 0; i < w->count; i++) {
		const char *word = w->word[i].text;
		int is = choice_word(word);
		if (is != 0 && choice != 0 && is != choice)
			return 0;
		if (is == 0 && !is_mark(word) && !is_one_of(fillers, word))
			return 0;
		choice = is != 0 ? is : choice;
	}
	return choice;
}

/* Every word is of one of the two lists, and at least one of the first. */
static bool only(const struct words *w, const char *needed, const char *allowed)
{
	bool any = false;
	for (size_t i = 0; i < w->count; i++) {
		const char *word = w->word[i].text;
		if (is_mark(word) && word[0] != '?')
			continue;
		bool is = is_one_of(needed, word);
		if (!is && !is_one_of(allowed, word))
			return false;
		any |= is;
	}
	return any;
}

static void read_numbers(const struct words *w, struct said *ret)
{
	enum { DIGITS_LEAST = 3, DIGITS_MOST = 9 };
	const char *before = "";
	for (size_t i = 0; i < w->count; i++) {
		const char *word = w->word[i].text;
		size_t len = strlen(word);
		bool number = word[0] != '0' && strspn(word, "0123456789") == len && len >= DIGITS_LEAST &&
		              len <= DIGITS_MOST;
		if (number && ret->number_count < SAID_NUMBERS) {
			int64_t value = strtoll(word, NULL, 10);
			ret->numbers[ret->number_count++] = value;
			if (ret->named == 0 && (is_one_of(number_words, before) || before[0] == '#'))
				ret->named = value;
		}
		if (!is_mark(word) || word[0] == '#')
			before = word;
	}
}

/* A few words that name exactly one type. */
static enum incident_type type_of(const struct words *w)
{
	enum { WORDS_FEW = 5 };
	enum incident_type type = TYPE_UNSURE;
	for (size_t i = 0, n = 0; i < w->count; i++) {
		const char *word = w->word[i].text;
		enum incident_type is = TYPE_UNSURE;
		for (size_t k = 0; k < sizeof types / sizeof *types; k++)
			if (strcmp(types[k].word, word) == 0)
				is = types[k].type;
		bool other = is == TYPE_UNSURE && !is_mark(word) && !is_one_of(type_fillers, word);
		n += !is_mark(word);
		if (other || n > WORDS_FEW || (is != TYPE_UNSURE && type != TYPE_UNSURE && is != type))
			return TYPE_UNSURE;
		type = is != TYPE_UNSURE ? is : type;
	}
	return type;
}

static enum emergency emergency_of(const char *joined)
{
	for (size_t i = 0; i < sizeof emergencies / sizeof *emergencies; i++)
		if (says(joined, emergencies[i].word))
			return emergencies[i].kind;
	return EMERGENCY_NONE;
}

void said_read(const struct words *w, struct said *ret)
{
	enum { AUTOMATIC_WORDS = 50, WITHDRAWAL_WORDS = 25 };
	char joined[JOINED_MAX];
	join(w, joined);
	*ret = (struct said){.choice = choice_of(w), .type = type_of(w), .emergency = emergency_of(joined)};
	for (size_t i = 0; i < w->count; i++) {
		ret->words += !is_mark(w->word[i].text);
		ret->refers |= is_one_of(referring_words, w->word[i].text);
		ret->denies |= is_one_of(denial_words, w->word[i].text);
	}
	ret->yes = only(w, yes_words, fillers);
	bool thanked = says(joined, "terima kasih") && only(w, " terima ", thanks_fillers);
	ret->thanks = thanked || only(w, thanks_words, thanks_fillers);
	ret->automatic = ret->words <= AUTOMATIC_WORDS &&
	                 says_any(joined, automatic_phrases, sizeof automatic_phrases / sizeof *automatic_phrases);
	ret->withdraws = ret->words <= WITHDRAWAL_WORDS &&
	                 says_any(joined, withdrawal_phrases, sizeof withdrawal_phrases / sizeof *withdrawal_phrases);
	ret->another = says_any(joined, another_phrases, sizeof another_phrases / sizeof *another_phrases);
	ret->status = says_any(joined, status_phrases, sizeof status_phrases / sizeof *status_phrases);
	read_numbers(w, ret);
}

void said_after_denial(const struct words *w, size_t *ret_from, size_t *ret_count)
{
	size_t denied = 0, from = w->count;
	while (denied < w->count && !is_one_of(denial_words, w->word[denied].text))
		denied++;
	/* the last word that begins something else, and not at once: "bukan di X, di Y" */
	for (size_t i = denied + 2; i < w->count; i++)
		if (is_one_of(after_denial, w->word[i].text))
			from = i + 1;
	*ret_from = from;
	*ret_count = from < w->count ? w->count - from : 0;
}
