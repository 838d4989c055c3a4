/* layer: core */
/* core/partner_text: a person's own words stop a clock; a machine's do not, nor ours that come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/core/partner_text.h"
#include "config_lexicon.h"
#include "config_replies.h"

static struct arena *arena;
static struct lexicon *lexicon;
static struct replies *replies;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	lexicon = config_lexicon_read(arena, "learned.tsv signs.tsv ");
	replies = config_replies_read(arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static bool read_text(const char *text, struct sms_answer *ret)
{
	return partner_text_read(arena, replies, lexicon_said_words(lexicon), text, ret);
}

static void a_machines_words_are_no_answer(void **state)
{
	static const char *const texts[] = {
	        "Ok, saya sedang menyetir. Nanti saya balas",
	        "Siap, saya sedang rapat, nanti dihubungi",
	        "Pesan diterima",
	        "SMS diterima. Terima kasih",
	        "Maaf, nomor ini tidak bisa menerima SMS",
	        "Terima kasih telah menghubungi kami. Pesan anda telah kami terima",
	};
	struct sms_answer answer;
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (read_text(texts[i], &answer))
			fail_msg("\"%s\" was read as %s", texts[i], answer.event);
}

static void our_own_words_are_no_answer(void **state)
{
	static const struct {
		const char *key;
		struct reply_value values[3];
	} ours[] = {
	        {"partner_which", {{"no", ""}}},
	        {"partner_recorded", {{"no", "1042"}, {"status", "selesai"}}},
	        {"partner_conflict", {{"no", "1042"}, {"status", "tiba di lokasi"}}},
	        {"partner_remind", {{"no", "1042"}, {"menit", "15"}}},
	        {"contact_test", {{"no", ""}}},
	};
	struct sms_answer answer;
	(void)state;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		struct buf text;
		buf_init(&text, 1024);
		replies_fill(replies, ours[i].key, ours[i].values, 3, &text);
		const char *quoted = arena_printf(arena, "> %s", text.data);
		if (read_text(text.data, &answer) || read_text(quoted, &answer))
			fail_msg("\"%s\" was read as %s", text.data, answer.event);
		/* but what stands before it or behind it is */
		assert_true(read_text(arena_printf(arena, "TERIMA 7\n%s", quoted), &answer));
		assert_string_equal(answer.event, "accept");
		assert_int_equal(answer.number, 7);
		assert_true(read_text(arena_printf(arena, "%s\nTOLAK 7 petugas kosong", quoted), &answer));
		assert_string_equal(answer.event, "decline");
		assert_int_equal(answer.number, 7);
		buf_free(&text);
	}
}

static void what_stands_among_several_of_ours_is_an_answer(void **state)
{
	static const char which[] =
	        "[DINSOS PPU] Penugasan tidak ditemukan. Mohon balas dengan nomor, contoh: TERIMA 1042. "
	        "Terima kasih.";
	static const char late[] =
	        "[DINSOS PPU] 1042: belum ada kabar tiba/selesai, lewat batas 10 menit. Mohon balas OTW, "
	        "TIBA atau SELESAI 1042. Terima kasih.";
	struct sms_answer answer;
	(void)state;
	assert_false(read_text(arena_printf(arena, "> %s\n> %s", late, which), &answer));
	assert_true(read_text(arena_printf(arena, "> %s\n> %s\nOTW 7", late, which), &answer));
	assert_string_equal(answer.event, "en_route");
	assert_int_equal(answer.number, 7);
}

static void a_persons_words_are(void **state)
{
	static const struct {
		const char *text, *event;
		int64_t number;
	} answers[] = {
	        {"TERIMA 1042", "accept", 1042},
	        {"terima 1042, sedang rapat sebentar", "accept", 1042},
	        {"Diterima pak", "accept", 0},
	        {"ok siap", "accept", 0},
	        {"tidak bisa, petugas kosong", "decline", 0},
	        {"TOLAK 1042 sedang rapat", "decline", 1042},
	        {"sedang sibuk tadi, sudah meluncur ke lokasi", "en_route", 0},
	        {"selesai 1042", "complete", 1042},
	};
	struct sms_answer answer;
	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		if (!read_text(answers[i].text, &answer))
			fail_msg("\"%s\" was read as no answer", answers[i].text);
		assert_string_equal(answer.event, answers[i].event);
		assert_int_equal(answer.number, answers[i].number);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_machines_words_are_no_answer),
	        cmocka_unit_test(our_own_words_are_no_answer),
	        cmocka_unit_test(what_stands_among_several_of_ours_is_an_answer),
	        cmocka_unit_test(a_persons_words_are),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
