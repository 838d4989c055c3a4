/* layer: core */
/* replies: the table of texts is checked when it is read, and every text that is sent is one SMS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "../../daemon/core/replies.h"
#include "../../protocol/sms_text.h"

static char *shipped(size_t *ret_len)
{
	FILE *f = fopen(SOURCE_DIR "/config/replies/replies.tsv", "rb");
	assert_non_null(f);
	char *text = calloc(1, 65536);
	*ret_len = fread(text, 1, 65535, f);
	fclose(f);
	return text;
}

struct reading {
	struct arena *arena;
	struct buf faults;
	struct replies *replies;
};

static struct reading reading_of(const char *text, size_t len)
{
	struct reading r = {.arena = arena_new()};
	buf_init(&r.faults, 65536);
	r.replies = replies_read(r.arena, "replies.tsv", text, len, &r.faults);
	return r;
}

static void reading_end(struct reading *r)
{
	buf_free(&r->faults);
	arena_free(&r->arena);
}

/* The shipped table with the first occurrence of `from` replaced. */
static char *changed(const char *from, const char *to)
{
	size_t len;
	char *text = shipped(&len), *at = strstr(text, from), *copy = calloc(1, 65536 + 4096);
	assert_non_null(at);
	snprintf(copy, 65536 + 4096, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	free(text);
	return copy;
}

static void shipped_table_has_every_text_and_no_fault(void **state)
{
	(void)state;
	size_t len;
	char *text = shipped(&len);
	struct reading r = reading_of(text, len);
	assert_string_equal(r.faults.data, "");
	assert_non_null(r.replies);
	reading_end(&r);
	free(text);
}

static void every_text_filled_in_is_one_gsm7_part(void **state)
{
	(void)state;
	static const char *const keys[] = {"ack_auto",       "ask_place",    "ask_place_choice",  "ask_district",
	                                   "ask_type",       "body_advice",  "pasung_advice",     "baby_advice",
	                                   "danger_advice",  "nonreport",    "emergency",         "partner_request",
	                                   "partner_remind", "partner_late", "partner_standdown", "partner_update",
	                                   "shift_alert",    "duty_triage",  "duty_alert",        "duty_note",
	                                   "duty_emergency", "status_open",  "redirect",          "alarm"};
	static const struct reply_value values[] = {
	        {"no", "10420"},
	        {"jam", "14:05"},
	        {"a", "Gunung Seteleng"},
	        {"b", "Gunung Intan"},
	        {"jenis", "Orang terlantar"},
	        {"prioritas", "Kritis"},
	        {"desa", "Tengin Baru"},
	        {"tugas", "pendampingan & data warga"},
	        {"menit", "15"},
	        {"atasan", "Polres PPU"},
	        {"alasan", "belum ada jawaban Polsek Babulu"},
	        {"status", "tim menuju lokasi"},
	        {"tgl", "21-11-2026"},
	        {"instansi", "Damkar PPU"},
	        {"kontak", "112"},
	};
	size_t len;
	char *text = shipped(&len);
	struct reading r = reading_of(text, len);
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		struct buf out;
		buf_init(&out, 4096);
		replies_fill(r.replies, keys[k], values, sizeof values / sizeof *values, &out);
		struct sms_size size = sms_measure(out.data);
		if (size.coding != SMS_GSM7 || size.parts != 1 || strpbrk(out.data, "{}") != NULL)
			fail_msg("%s: %s (%d units)", keys[k], out.data, size.units);
		buf_free(&out);
	}
	reading_end(&r);
	free(text);
}

static void placeholders_are_filled_wherever_they_stand(void **state)
{
	(void)state;
	size_t len;
	char *text = shipped(&len);
	struct reading r = reading_of(text, len);
	struct buf out;
	buf_init(&out, 4096);
	const struct reply_value values[] = {{"no", "7"}, {"a", "Petung"}, {"b", "Waru"}, {"jam", "x"}};
	replies_fill(r.replies, "ask_place_choice", values, 4, &out);
	assert_string_equal(out.data,
	                    "Laporan 7: apakah lokasinya di Petung (balas 1) atau Waru (balas 2)? Terima kasih.");
	buf_free(&out);
	reading_end(&r);
	free(text);
}

static void each_fault_is_named_with_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *fault;
	} cases[] = {
	        {"ask_type\t", "ask_kind\t", "replies.tsv:6: unknown text \"ask_kind\""},
	        {"ask_type\t", "ask_kind\t", "text \"ask_type\" is missing"},
	        {"ask_type\t", "ask_place\t", "replies.tsv:6: text \"ask_place\" stands here a second time"},
	        {"{jam} WITA dan", "{jma} WITA dan", "replies.tsv:2: text \"ack_auto\": unknown placeholder {jma}"},
	        {"{jam} WITA dan", "{jam WITA dan", "replies.tsv:2: text \"ack_auto\": a brace without its pair"},
	        {"{jam} WITA dan", "jam} WITA dan", "replies.tsv:2: text \"ack_auto\": a brace without its pair"},
	        {"siaga 24 jam.", "siaga 24 jam \xe2\x80\x94 selalu.", "outside the GSM-7 alphabet"},
	        {"\t127\n", "\t161\n", "column 4 is its length"},
	        {"\t127\n", "\n", "4 columns separated by tabs"},
	        {"\t127\n", "\t127\tx\n", "more than 4 columns"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = changed(cases[i].from, cases[i].to);
		struct reading r = reading_of(text, strlen(text));
		assert_null(r.replies);
		if (strstr(r.faults.data, cases[i].fault) == NULL)
			fail_msg("case %zu: wanted %s, got %s", i, cases[i].fault, r.faults.data);
		reading_end(&r);
		free(text);
	}
}

static void comments_and_carriage_returns_are_no_faults(void **state)
{
	(void)state;
	char *text = changed("\t127\n", "\t127\r\n# catatan\r\n\n");
	struct reading r = reading_of(text, strlen(text));
	assert_string_equal(r.faults.data, "");
	assert_non_null(r.replies);
	reading_end(&r);
	free(text);
}

static void text_with_nul_bytes_or_endless_lines_is_refused(void **state)
{
	(void)state;
	struct reading r = reading_of("key\0text", 8);
	assert_null(r.replies);
	assert_non_null(strstr(r.faults.data, "replies.tsv:1: not a line of text"));
	reading_end(&r);
}

static void placeholders_of_a_key_are_known_without_a_table(void **state)
{
	(void)state;
	assert_string_equal(replies_placeholders("ack_auto"), "no jam");
	assert_string_equal(replies_placeholders("nonreport"), "");
	assert_null(replies_placeholders("no_such_text"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(shipped_table_has_every_text_and_no_fault),
	        cmocka_unit_test(every_text_filled_in_is_one_gsm7_part),
	        cmocka_unit_test(placeholders_are_filled_wherever_they_stand),
	        cmocka_unit_test(each_fault_is_named_with_its_line),
	        cmocka_unit_test(comments_and_carriage_returns_are_no_faults),
	        cmocka_unit_test(text_with_nul_bytes_or_endless_lines_is_refused),
	        cmocka_unit_test(placeholders_of_a_key_are_known_without_a_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
