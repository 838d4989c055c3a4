/* layer: protocol */
/* test_sms_answer: what partners really type, and what must never be taken for an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../protocol/sms_answer.h"

struct said {
	const char *text, *event; /* NULL: no answer */
	int64_t number;
	int eta_minutes;
	const char *reason;
};

static void check(const struct said *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sms_answer got;
		bool answered = sms_answer_read(cases[i].text, &got);
		if (answered != (cases[i].event != NULL))
			fail_msg("\"%s\": %s", cases[i].text, answered ? got.event : "no answer");
		if (!answered)
			continue;
		if (strcmp(got.event, cases[i].event) != 0 || got.number != cases[i].number ||
		    got.eta_minutes != cases[i].eta_minutes || strcmp(got.reason, cases[i].reason) != 0)
			fail_msg("\"%s\": %s %lld eta %d [%s]", cases[i].text, got.event, (long long)got.number,
			         got.eta_minutes, got.reason);
	}
}
#define CHECK(...)                                                                                                     \
	do {                                                                                                           \
		static const struct said cases[] = {__VA_ARGS__};                                                      \
		check(cases, sizeof cases / sizeof cases[0]);                                                          \
	} while (0)
#define ACCEPT(text, number)                                                                                           \
	{                                                                                                              \
		text, "accept", number, -1, ""                                                                         \
	}
#define DECLINE(text, number, reason)                                                                                  \
	{                                                                                                              \
		text, "decline", number, -1, reason                                                                    \
	}
#define SAYS(text, event, number, eta)                                                                                 \
	{                                                                                                              \
		text, event, number, eta, ""                                                                           \
	}
#define NOTHING(text)                                                                                                  \
	{                                                                                                              \
		text, NULL, 0, -1, ""                                                                                  \
	}

static void an_accept_is_read_in_all_its_spellings(void **state)
{
	(void)state;
	CHECK(ACCEPT("TERIMA 1042", 1042), ACCEPT("terima", 0), ACCEPT("trima", 0), ACCEPT("trm 1042", 1042),
	      ACCEPT("TERIMA#1042", 1042), ACCEPT("TERIMA1042", 1042), ACCEPT("TERIMA. 1042", 1042),
	      ACCEPT("TERIMA -1042", 1042), ACCEPT("terima no 1042", 1042), ACCEPT("Terima, laporan no. 1042", 1042),
	      ACCEPT("1042 terima", 1042), ACCEPT("terima 1.042", 1042), ACCEPT("ok siap 1042", 1042),
	      ACCEPT("iya siap pak 1042", 1042), ACCEPT("ok. 1042", 1042), ACCEPT("#1042 ok", 1042),
	      ACCEPT("lap 1042 siap", 1042), ACCEPT("oke", 0), ACCEPT("ya", 0), ACCEPT("Y", 0), ACCEPT("yes", 0),
	      ACCEPT("siaaap komandan", 0), ACCEPT("siap laksanakan", 0), ACCEPT("setuju", 0), ACCEPT("bisa pak", 0),
	      ACCEPT("baik terima kasih", 0), ACCEPT("siap. terima kasih", 0),
	      ACCEPT("oke pak segera kami tindaklanjuti", 0), ACCEPT("polsek penajam terima 1042", 1042),
	      ACCEPT("kami bersedia", 0), ACCEPT("segera meluncur", 0), ACCEPT("insya allah siap", 0),
	      ACCEPT("\xf0\x9f\x91\x8d", 0), ACCEPT("siap 86", 0), ACCEPT("86 ndan", 0), ACCEPT("TERIMA 86", 86),
	      {"terima 08123", "accept", 0, -1, "08123"},
	      {"TERIMA 1042 tidak ada kendala", "accept", 1042, -1, "tidak ada kendala"},
	      {"terima1042 petugas 2 org", "accept", 1042, -1, "petugas 2 org"},
	      ACCEPT("tidak ada mobil tapi kami terima 1042", 1042));
}

static void a_decline_is_read_with_its_reason(void **state)
{
	(void)state;
	CHECK(DECLINE("TOLAK 1042 tidak ada petugas", 1042, "tidak ada petugas"), DECLINE("TOLAK", 0, ""),
	      DECLINE("no", 0, ""), DECLINE("NO 1042", 1042, ""), DECLINE("tidak", 0, ""), DECLINE("gak bisa", 0, ""),
	      DECLINE("tidak bisa", 0, ""), DECLINE("tdk bs, petugas kosong", 0, "petugas kosong"),
	      DECLINE("kada kawa pak petugas habis", 0, "petugas habis"),
	      DECLINE("mobil rusak, tidak bisa 1042", 1042, "mobil rusak"),
	      DECLINE("tolak 1042: di luar kewenangan kami", 1042, "di luar kewenangan kami"),
	      DECLINE("bukan wilayah kami", 0, "bukan wilayah kami"),
	      DECLINE("tidak ada personil", 0, "tidak ada personil"),
	      DECLINE("personil tidak ada", 0, "personil tidak ada"),
	      DECLINE("maaf tdk bs, lagi di balikpapan", 0, "di balikpapan"), DECLINE("IGD penuh", 0, "IGD penuh"),
	      DECLINE("tolak. 1042. kendaraan dipakai evakuasi banjir", 1042, "kendaraan dipakai evakuasi banjir"),
	      DECLINE("tdk bisa, tim sedang jalan ke lokasi lain", 0, "sedang jalan ke lokasi lain"),
	      DECLINE("decline 1042 no officer", 1042, "no officer"),
	      DECLINE("TOLAK 1042\nmobil\tdipakai.", 1042, "mobil dipakai"));
}

static void a_negation_before_an_accepting_word_declines(void **state)
{
	(void)state;
	CHECK(DECLINE("tidak terima", 0, ""), DECLINE("belum bisa terima", 0, ""), DECLINE("blm siap", 0, ""),
	      DECLINE("tidak siap", 0, ""), DECLINE("tidak bisa kami terima 1042 mobil rusak", 1042, "mobil rusak"),
	      DECLINE("ga sanggup pak", 0, ""), DECLINE("tdk setuju", 0, ""),
	      DECLINE("Tidak dapat kami terima karena di luar wilayah hukum", 0, "karena di luar wilayah hukum"),
	      DECLINE("saya tidak bisa ambil 1042", 1042, ""),
	      DECLINE("terima 1042 tapi tidak bisa sekarang", 1042, ""),
	      DECLINE("siap tapi petugas kosong", 0, "petugas kosong"));
}

static void the_answer_to_the_question_before_a_shift_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *text, *event;
		bool shift;
	} cases[] = {
	        {"SIAP", "accept", false},
	        {"siap pak", "accept", false},
	        {"ok siap", "accept", false},
	        {"Siaap Ndan!", "accept", false},
	        {"siap piket", "accept", true},
	        {"SIAP PIKET MALAM INI", "accept", true},
	        {"siap bertugas", "accept", false},
	        {"siap, saya jaga malam ini", "accept", false},
	        {"insya allah siap pak", "accept", false},
	        {"TIDAK", "decline", false},
	        {"tidak bisa", "decline", false},
	        {"tdk bisa pak", "decline", false},
	        {"tidak bisa piket, anak sakit", "decline", true},
	        {"tdk siap", "decline", false},
	        {"TIDAK PIKET", "decline", true},
	        {"maaf tidak bisa jaga", "decline", false},
	        {"berhalangan", "decline", false},
	        {"maaf pak saya berhalangan", "decline", false},
	        {"mohon maaf, berhalangan piket", "decline", true},
	        {"tidak ada halangan, siap piket", "accept", true},
	        {"siapa yang piket?", NULL, true},
	        {"belum piket pak", NULL, true},
	        {"besok jadwal piket siapa", NULL, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sms_answer got;
		bool answered = sms_answer_read(cases[i].text, &got);
		if (answered != (cases[i].event != NULL) || (answered && strcmp(got.event, cases[i].event) != 0) ||
		    got.shift != cases[i].shift)
			fail_msg("\"%s\": %s, shift %d", cases[i].text, answered ? got.event : "no answer", got.shift);
	}
}

static void progress_is_read(void **state)
{
	(void)state;
	CHECK(SAYS("otw", "en_route", 0, -1), SAYS("OTW 1042", "en_route", 1042, -1),
	      SAYS("meluncur", "en_route", 0, -1), SAYS("menuju lokasi", "en_route", 0, -1),
	      SAYS("jalan", "en_route", 0, -1), SAYS("sdh jalan 1042", "en_route", 1042, -1),
	      SAYS("sudah di jalan", "en_route", 0, -1), SAYS("berangkat", "en_route", 0, -1),
	      SAYS("dlm perjalanan", "en_route", 0, -1), SAYS("maaf baru baca, siap meluncur", "en_route", 0, -1),
	      SAYS("kami ke lokasi", "en_route", 0, -1), SAYS("sdh tiba", "on_scene", 0, -1),
	      SAYS("sampai", "on_scene", 0, -1), SAYS("smp lokasi", "on_scene", 0, -1),
	      SAYS("sdh nyampe", "on_scene", 0, -1), SAYS("sdh di tkp", "on_scene", 0, -1),
	      SAYS("di lokasi", "on_scene", 0, -1), SAYS("posisi di lokasi 1042", "on_scene", 1042, -1),
	      {"sudah tiba di lokasi, tidak ada orang", "on_scene", 0, -1, "tidak ada orang"},
	      SAYS("selesai", "complete", 0, -1), SAYS("sls", "complete", 0, -1),
	      SAYS("1042 beres", "complete", 1042, -1),
	      {"selesai 1042 korban sudah diserahkan ke keluarga", "complete", 1042, -1,
	       "korban sudah diserahkan ke keluarga"},
	      SAYS("AMBIL 1042", "claim", 1042, -1), SAYS("sudah saya ambil", "claim", 0, -1),
	      SAYS("ambil alih 1042", "claim", 1042, -1));
}

static void a_time_of_arrival_is_read_and_is_no_incident(void **state)
{
	(void)state;
	CHECK(SAYS("TERIMA 1042 15 menit", "accept", 1042, 15), SAYS("otw 20 mnt", "en_route", 0, 20),
	      SAYS("oke meluncur 15mnt", "en_route", 0, 15), SAYS("terima 1042 eta 1,5 jam", "accept", 1042, 90),
	      SAYS("otw 10-15 menit", "en_route", 0, 15), SAYS("otw setengah jam", "en_route", 0, 30),
	      SAYS("otw 1 jam 30 menit", "en_route", 0, 90), SAYS("10 menit lagi sampai", "en_route", 0, 10),
	      SAYS("TERIMA 1042 perkiraan tiba 30 menit", "en_route", 1042, 30),
	      {"otw 20 menit lalu", "en_route", 0, -1, "lalu"}, {"Sdh tiba jam 15.20", "on_scene", 0, -1, "jam 15.20"},
	      {"terima 1042 jam 5", "accept", 1042, -1, "jam 5"});
}

static void not_yet_there_is_no_answer(void **state)
{
	(void)state;
	CHECK(NOTHING("belum tiba"), NOTHING("blm sampai"), NOTHING("blm otw"), NOTHING("belum selesai"),
	      NOTHING("belum bisa berangkat, menunggu mobil"), NOTHING("sampai sekarang belum ada yang datang"),
	      NOTHING("sampai jumpa"), NOTHING("sampai jam 5"), NOTHING("tiba-tiba hujan"), NOTHING("tiba2 hujan"),
	      NOTHING("sampai2 pak"), NOTHING("belum"), NOTHING("kalau sudah selesai kami kabari"),
	      NOTHING("kami tidak jadi berangkat"));
}

static void a_question_is_no_answer(void **state)
{
	(void)state;
	CHECK(NOTHING("1042 itu dimana?"), NOTHING("1042?"), NOTHING("1042 selesai?"), NOTHING("sudah selesai?"),
	      NOTHING("terima 1042?"), NOTHING("terima apa ya"), NOTHING("ya?"), NOTHING("ok?"),
	      NOTHING("siap pak, lokasinya dimana?"), NOTHING("apakah 1042 sudah selesai"), NOTHING("tim kapan tiba"),
	      NOTHING("pak laporan 1042 ini yang dimana ya"), NOTHING("sudah diterima belum"),
	      NOTHING("bisa tidak pak"), NOTHING("no 1042 dimana"),
	      {"siap 1042, lokasinya dimana pak?", "accept", 1042, -1, "lokasinya dimana pak?"});
}

static void thanks_requests_and_talk_are_no_answers(void **state)
{
	(void)state;
	CHECK(NOTHING(""), NOTHING("   "), NOTHING("terima kasih"), NOTHING("terimakasih pak"),
	      NOTHING("makasih ya infonya"), NOTHING("makasih yaaa"), NOTHING("tidak masalah"),
	      NOTHING("tidak apa-apa"), NOTHING("1042"), NOTHING("halo"), NOTHING("nanti ya pak"),
	      NOTHING("kami cek dulu"), NOTHING("ok kami cek dulu"), NOTHING("mohon ditindaklanjuti"),
	      NOTHING("bisa minta alamat"), NOTHING("Balas TERIMA 1042 / TOLAK 1042"),
	      NOTHING("TERIMA 1042 / TOLAK 1042"), NOTHING("tidak menolak"), NOTHING("081234567890"),
	      NOTHING("keluarga tidak terima jenazahnya"), NOTHING("ditemukan mayat di lokasi tambang"),
	      NOTHING("ada orang terlantar di jalan provinsi km 5"),
	      NOTHING("di semoi 2 ada urang tuha kada bisa bajalan"), NOTHING("mbah ini ga bs dihubungi"),
	      NOTHING("di lokasi ada mayat"));
}

static void any_length_and_any_bytes_are_read_safely(void **state)
{
	(void)state;
	static char text[20000];
	struct sms_answer got;
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "TOLAK 1042 ", 11);
	assert_true(sms_answer_read(text, &got));
	assert_int_equal(strlen(got.reason), sizeof got.reason - 1);
	for (size_t i = 11; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[10] = 'a'; /* the cut falls inside a character */
	memcpy(text + 5, " ", 1);
	assert_true(sms_answer_read(text, &got));
	assert_true((got.reason[strlen(got.reason) - 1] & 0xC0) == 0x80);
	memset(text, '1', sizeof text - 1);
	assert_false(sms_answer_read(text, &got));
	memset(text, '\xff', sizeof text - 1);
	assert_false(sms_answer_read(text, &got));
	for (size_t i = 0; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "y ", 2);
	assert_true(sms_answer_read(text, &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_accept_is_read_in_all_its_spellings),
	        cmocka_unit_test(a_decline_is_read_with_its_reason),
	        cmocka_unit_test(a_negation_before_an_accepting_word_declines),
	        cmocka_unit_test(the_answer_to_the_question_before_a_shift_is_read),
	        cmocka_unit_test(progress_is_read),
	        cmocka_unit_test(a_time_of_arrival_is_read_and_is_no_incident),
	        cmocka_unit_test(not_yet_there_is_no_answer),
	        cmocka_unit_test(a_question_is_no_answer),
	        cmocka_unit_test(thanks_requests_and_talk_are_no_answers),
	        cmocka_unit_test(any_length_and_any_bytes_are_read_safely),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
