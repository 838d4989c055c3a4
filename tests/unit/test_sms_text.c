/* layer: protocol */
/* test_sms_text: what an SMS costs, what it is reduced to, and where it is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../protocol/sms_text.h"

#define EURO    "\xe2\x82\xac"
#define BENGALI "\xe0\xa6\x95"
#define SMILE   "\xf0\x9f\x98\x80"

/* n times what, then tail, measured. */
static struct sms_size measured(int n, const char *what, const char *tail)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	for (int i = 0; i < n; i++)
		buf_adds(&b, what);
	buf_adds(&b, tail);
	struct sms_size size = sms_measure(b.data);
	buf_free(&b);
	return size;
}

static void parts_change_exactly_at_the_limits(void **state)
{
	(void)state; /* the boundaries of Kannel 1.4.5 and of npm sms-segments-calculator 1.3.0 */
	static const struct {
		int n;
		const char *what, *tail;
		enum sms_coding coding;
		int units, parts;
	} cases[] = {
	        {0, "", "", SMS_GSM7, 0, 0},
	        {160, "a", "", SMS_GSM7, 160, 1},
	        {161, "a", "", SMS_GSM7, 161, 2},
	        {306, "a", "", SMS_GSM7, 306, 2},
	        {307, "a", "", SMS_GSM7, 307, 3},
	        {459, "a", "", SMS_GSM7, 459, 3},
	        {460, "a", "", SMS_GSM7, 460, 4},
	        {158, "a", EURO, SMS_GSM7, 160, 1},
	        {159, "a", EURO, SMS_GSM7, 161, 2},
	        {153, EURO, "", SMS_GSM7, 306, 3}, /* 76 pairs in a part of 153: one septet stays unused */
	        {152, EURO, "", SMS_GSM7, 304, 2},
	        {70, BENGALI, "", SMS_UCS2, 70, 1},
	        {71, BENGALI, "", SMS_UCS2, 71, 2},
	        {134, BENGALI, "", SMS_UCS2, 134, 2},
	        {135, BENGALI, "", SMS_UCS2, 135, 3},
	        {35, SMILE, "", SMS_UCS2, 70, 1},
	        {36, SMILE, "", SMS_UCS2, 72, 2},
	        {67, SMILE, "", SMS_UCS2, 134, 3}, /* 33 pairs in a part of 67 */
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sms_size size = measured(cases[i].n, cases[i].what, cases[i].tail);
		assert_int_equal(size.coding, cases[i].coding);
		assert_int_equal(size.units, cases[i].units);
		assert_int_equal(size.parts, cases[i].parts);
	}
}

static void every_character_of_the_default_alphabet_is_gsm7(void **state)
{
	(void)state; /* 3GPP TS 23.038, 6.2.1 */
	static const char single[] =
	        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	        "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
	static const char twice[] = "\f^{}\\[~]|€";
	assert_int_equal(sms_measure(single).coding, SMS_GSM7);
	assert_int_equal(sms_measure(single).units, 127); /* 128 without the escape */
	assert_int_equal(sms_measure(twice).coding, SMS_GSM7);
	assert_int_equal(sms_measure(twice).units, 20);
}

static void one_character_outside_makes_the_message_ucs2(void **state)
{
	(void)state;
	static const char *const outside[] = {"`", "\t", "ç",        "’",  "–",    "á",    "í",       "ó",
	                                      "ú", "…",  "\xc2\xa0", "कि", "\x7f", "\x80", "\xe2\x82"};
	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
		assert_int_equal(measured(1, "abc", outside[i]).coding, SMS_UCS2);
}

static void assert_plain(const char *text, const char *want)
{
	struct buf b;
	buf_init(&b, 1000);
	sms_transliterate(text, &b);
	assert_string_equal(b.data, want);
	buf_free(&b);
}

static void plain_equivalents_keep_a_message_in_gsm7(void **state)
{
	(void)state;
	assert_plain("“Balas” ‘TERIMA’ – segera…", "\"Balas\" 'TERIMA' - segera...");
	assert_plain("a\tb\xc2\xa0"
	             "c\xe2\x80\xaf"
	             "d\xe2\x80\x8b"
	             "e\xef\xbb\xbf",
	             "a b c de");
	assert_plain("São José, Çelik, façade, Curaçao, Łódź", "Sao José, Çelik, facade, Curacao, Lodz");
	assert_plain("cafe\xcc\x81 `x´ ×2 ½", "cafe 'x' x2 1/2");
	assert_plain("baris 1\r\nbaris 2\x01\x7f", "baris 1\nbaris 2");
	assert_plain("Petung RT 05 @ [pasar] €5", "Petung RT 05 @ [pasar] €5");
}

static void what_has_no_equivalent_stays(void **state)
{
	(void)state;
	assert_plain("गाँव 🚨 देखो", "गाँव 🚨 देखो");
	assert_plain("\xff"
	             "a",
	             "\xef\xbf\xbd"
	             "a");
}

static void assert_fit(const char *text, int parts, const char *want)
{
	struct buf b;
	buf_init(&b, 10000);
	sms_fit(text, parts, &b);
	assert_string_equal(b.data, want);
	buf_free(&b);
}

static void a_text_that_fits_is_not_touched(void **state)
{
	(void)state;
	char text[161];
	memset(text, 'a', 160);
	text[160] = '\0';
	assert_fit(text, 1, text);
	assert_fit("", 1, "");
}

static void a_long_text_is_cut_as_late_as_possible(void **state)
{
	(void)state;
	char text[600], want[600];
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memset(want, 'a', 157);
	strcpy(want + 157, "...");
	assert_fit(text, 1, want);
	memset(want, 'a', 456);
	strcpy(want + 456, "...");
	assert_fit(text, 3, want);
	memset(text + 150, ' ', 20); /* blanks before the cut are not paid for */
	memset(want, 'a', 150);
	strcpy(want + 150, "...");
	assert_fit(text, 1, want);
}

static void a_cut_never_splits_a_character(void **state)
{
	(void)state;
	struct buf text, cut;
	buf_init(&text, 10000);
	buf_init(&cut, 10000);
	for (int i = 0; i < 300; i++)
		buf_adds(&text, i % 3 == 0 ? SMILE : i % 3 == 1 ? BENGALI : EURO);
	for (int parts = 1; parts <= 3; parts++) {
		buf_reset(&cut);
		sms_fit(text.data, parts, &cut);
		struct sms_size size = sms_measure(cut.data);
		assert_true(size.parts <= parts && size.units > parts * 60);
		assert_int_equal(strncmp(text.data, cut.data, cut.len - 3), 0);
		assert_true((text.data[cut.len - 3] & 0xC0) != 0x80);
	}
	buf_free(&text);
	buf_free(&cut);
}

static void a_cut_that_loses_the_only_emoji_counts_as_gsm7(void **state)
{
	(void)state;
	char text[400], want[400];
	memset(text, 'a', 300);
	strcpy(text + 300, SMILE);
	memset(want, 'a', 157);
	strcpy(want + 157, "...");
	assert_fit(text, 1, want);
}

/* n times what, split: the slices are the text, and say what sms_measure counts. */
static int split(const char *what, int n, struct sms_slice *slices, int max, struct buf *text)
{
	buf_init(text, 1 << 16);
	for (int i = 0; i < n; i++)
		buf_adds(text, what);
	int parts = sms_split(text->data, slices, max);
	struct sms_size size = sms_measure(text->data);
	const char *at = text->data;
	int units = 0;
	assert_int_equal(parts, size.parts);
	for (int i = 0; i < parts && i < max; i++) {
		assert_ptr_equal(slices[i].text, at);
		at += slices[i].len;
		units += slices[i].units;
	}
	if (parts <= max) {
		assert_int_equal(units, size.units);
		assert_int_equal(*at, '\0');
	}
	return parts;
}

static void a_text_is_split_between_what_one_sees_as_characters(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		int n, parts;
		size_t first; /* bytes of the first part */
	} cases[] = {
	        {"", 0, 0, 0},
	        {"a", 160, 1, 160},
	        {"a", 161, 2, 153},
	        {"\xe2\x82\xac", 81, 2, 3 * 76}, /* an escape pair */
	        {SMILE, 36, 2, 4 * 33},          /* a surrogate pair */
	        {"e\xcc\x81", 40, 2, 3 * 33},    /* e and its accent */
	        {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x92", 20, 2,
	         11 * 13},                                           /* a woman, joined with a fire engine */
	        {"\xf0\x9f\x87\xae\xf0\x9f\x87\xa9", 20, 2, 8 * 16}, /* a flag */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sms_slice slices[4];
		struct buf text;
		assert_int_equal(split(cases[i].what, cases[i].n, slices, 4, &text), cases[i].parts);
		if (cases[i].parts > 0)
			assert_int_equal(slices[0].len, cases[i].first);
		buf_free(&text);
	}
}

static void more_parts_than_there_is_room_for_are_counted(void **state)
{
	(void)state;
	struct sms_slice slices[2] = {{0}};
	struct buf text;
	assert_int_equal(split("a", 1000, slices, 1, &text), 7);
	assert_int_equal(slices[0].len, 153);
	assert_null(slices[1].text);
	buf_free(&text);
}

static void what_leaves_is_transliterated_and_cut_only_when_it_must_be(void **state)
{
	(void)state;
	static const struct {
		const char *text, *leaves;
	} cases[] = {
	        {"Kejadian 1042", "Kejadian 1042"},
	        {"", ""},
	        {"\xe2\x80\x9cRT 05\xe2\x80\x9d \xe2\x80\x93 d\xc3\xa9sa", "\"RT 05\" - d\xc3\xa9sa"},
	        {SMILE " ok", SMILE " ok"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out;
		buf_init(&out, 4096);
		sms_prepare(cases[i].text, &out);
		assert_string_equal(out.data, cases[i].leaves);
		buf_free(&out);
	}
	struct buf text, out;
	struct sms_slice slices[1];
	split("\xe2\x80\x99", 2000, slices, 1, &text);
	buf_init(&out, 1 << 16);
	sms_prepare(text.data, &out);
	assert_int_equal(sms_measure(out.data).parts, SMS_MAX_PARTS);
	assert_int_equal(sms_measure(out.data).coding, SMS_GSM7);
	assert_string_equal(out.data + 456, "...");
	buf_free(&out);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(parts_change_exactly_at_the_limits),
	        cmocka_unit_test(every_character_of_the_default_alphabet_is_gsm7),
	        cmocka_unit_test(one_character_outside_makes_the_message_ucs2),
	        cmocka_unit_test(plain_equivalents_keep_a_message_in_gsm7),
	        cmocka_unit_test(what_has_no_equivalent_stays),
	        cmocka_unit_test(a_text_that_fits_is_not_touched),
	        cmocka_unit_test(a_long_text_is_cut_as_late_as_possible),
	        cmocka_unit_test(a_cut_never_splits_a_character),
	        cmocka_unit_test(a_cut_that_loses_the_only_emoji_counts_as_gsm7),
	        cmocka_unit_test(a_text_is_split_between_what_one_sees_as_characters),
	        cmocka_unit_test(more_parts_than_there_is_room_for_are_counted),
	        cmocka_unit_test(what_leaves_is_transliterated_and_cut_only_when_it_must_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
