/* layer: core */
/* test_conversation: what a text is in what went before. Tables of dialogues; what may never be answered; loops that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/core/conversation.h"
#include "../../daemon/core/region_file.h"
#include "config_lexicon.h"
#include "config_replies.h"

enum { REPLIES_MOST = 5, HOUR = 3600 };
static const char labangka[] = "64.09.03.2002", babulu_laut[] = "64.09.03.2003", babulu[] = "64.09.03";
static struct arena *arena;
static struct lexicon *lexicon;
static struct gazetteer *gazetteer;
static struct replies *replies;

static char *read_file(const char *path, size_t *ret_len)
{
	char full[512];
	snprintf(full, sizeof full, "%s/%s", SOURCE_DIR, path);
	FILE *f = fopen(full, "rb");
	assert_non_null(f);
	char *text = arena_alloc(arena, 1 << 19);
	*ret_len = fread(text, 1, (1 << 19) - 1, f);
	fclose(f);
	return text;
}

static int set_up(void **state)
{
	struct region *regions;
	struct region_alias *aliases;
	size_t len, n, alias_count;
	(void)state;
	arena = arena_new();
	lexicon = config_lexicon_read(arena, "learned.tsv signs.tsv ");
	char *text = read_file("config/regions/kaltim.csv", &len);
	assert_true(regions_parse(arena, text, len, &regions, &n));
	text = read_file("config/regions/ppu_aliases.csv", &len);
	assert_true(aliases_parse(arena, text, len, &aliases, &alias_count));
	gazetteer = gazetteer_build(arena, lexicon_place_words(lexicon), regions, n, aliases, alias_count, "64.09");
	replies = config_replies_read(arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* ---- a sender ---- */

static const struct wall now = {(int64_t)1000 * HOUR * 1000000};
static const char asked_place_text[] = "ada nenek terlantar tidur di emperan";
static const char asked_type_text[] = "tolong pak ada orang di labangka";

static struct wall ago(int seconds)
{
	return (struct wall){now.us - (int64_t)seconds * 1000000};
}

static struct earlier earlier_report(int64_t number, enum incident_state state, int seconds_ago)
{
	return (struct earlier){
	        .report = {{1, (uint8_t)number}},
	        .incident = {{2, (uint8_t)number}},
	        .number = number,
	        .at = ago(seconds_ago),
	        .incident_type = TYPE_ABANDONED_PERSON,
	        .state = state,
	        .region = "64.09.03.2002",
	};
}

/* Asked for the village a minute ago; nothing offered. */
static struct known_sender asked_for_place(void)
{
	struct known_sender s = {.earlier_count = 1, .earlier = {earlier_report(1042, INCIDENT_OPEN, 60)}};
	s.earlier[0].region = "64.09";
	s.earlier[0].asks = ASKED_PLACE;
	return s;
}

static struct known_sender offered_two(void)
{
	struct known_sender s = asked_for_place();
	struct place_offer *o = &s.earlier[0].offer;
	snprintf(o->code[0], REGION_CODE_MAX, "%s", labangka);
	snprintf(o->code[1], REGION_CODE_MAX, "%s", babulu_laut);
	o->count = 2;
	return s;
}

static struct known_sender asked_for_type(void)
{
	struct known_sender s = asked_for_place();
	s.earlier[0].asks = ASKED_TYPE;
	s.earlier[0].incident_type = TYPE_UNSURE;
	return s;
}

static struct known_sender with_incident(enum incident_state state, int seconds_ago)
{
	return (struct known_sender){.earlier_count = 1, .earlier = {earlier_report(1042, state, seconds_ago)}};
}

static struct turn turn_of(const struct known_sender *s, const char *text)
{
	struct triage t, together;
	struct turn turn;
	int open = conversation_open_question(s, now);
	const char *rest = replies_without_echo(replies, arena, text, 2);
	const char *said = rest != NULL ? rest : text;
	triage_text(lexicon, gazetteer, said, &t);
	together = t;
	if (open >= 0) {
		const char *about = s->earlier[open].asks == ASKED_TYPE ? asked_type_text : asked_place_text;
		triage_text(lexicon, gazetteer, arena_printf(arena, "%s. %s", about, said), &together);
	}
	const struct conversation c = {
	        .words = lexicon_said_words(lexicon),
	        .sender = s,
	        .gazetteer = gazetteer,
	        .text = said,
	        .triage = &t,
	        .together = open >= 0 ? &together : NULL,
	        .type_enough = 0.6,
	        .place_enough = 0.7,
	        .replies_most = REPLIES_MOST,
	        .now = now,
	        .echo = rest != NULL && replies_is_blank(rest),
	};
	conversation_decide(&c, &turn);
	return turn;
}

static struct turn is(const struct known_sender *s, const char *text, enum turn_kind kind)
{
	struct turn t = turn_of(s, text);
	if (t.kind != kind)
		fail_msg("\"%s\" is %s (%s), not %s", text, turn_names[t.kind], t.reason, turn_names[kind]);
	return t;
}

static void answers(const struct known_sender *s, const char *text, const char *village)
{
	struct turn t = is(s, text, TURN_ANSWER_PLACE);
	if (strcmp(t.village, village) != 0)
		fail_msg("\"%s\" means %s, not %s (%s)", text, t.village, village, t.reason);
	assert_true(t.applies);
	assert_int_equal(t.about, 0);
}

/* ---- answers ---- */

static void a_choice_is_understood_however_it_is_written(void **state)
{
	static const struct {
		const char *text;
		int choice;
	} said[] = {
	        {"1", 1},
	        {"2", 2},
	        {"1.", 1},
	        {" 2 ", 2},
	        {"no 2", 2},
	        {"No. 1 pak", 1},
	        {"nomor dua", 2},
	        {"yang pertama", 1},
	        {"yg kedua pak", 2},
	        {"pilihan 2", 2},
	        {"pilih 1 ya", 1},
	        {"satu", 1},
	        {"DUA", 2},
	        {"2 pak makasih", 2},
	        {"yg ke 2", 2},
	        {"opsi 1", 1},
	        {"jawaban nya 2", 2},
	        {"(2)", 2},
	        {"yg no 1 bu", 1},
	        {"ke2", 2},
	};
	struct known_sender s = offered_two();
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		answers(&s, said[i].text, said[i].choice == 1 ? labangka : babulu_laut);
}

static void a_choice_that_was_not_offered_is_asked_again(void **state)
{
	struct known_sender two = offered_two(), open = asked_for_place();
	(void)state;
	assert_int_equal(is(&two, "3", TURN_ANSWER_UNCLEAR).asks, ASKED_PLACE);
	assert_int_equal(is(&open, "2", TURN_ANSWER_UNCLEAR).asks, ASKED_PLACE);
	is(&two, "1 atau 2 pak", TURN_ANSWER_UNCLEAR);
	is(&two, "iya", TURN_ANSWER_UNCLEAR);
	/* numbers of other things are no choice */
	is(&two, "rt 2", TURN_ANSWER_UNCLEAR);
}

static void a_village_is_understood_alone_and_in_a_sentence(void **state)
{
	static const char *const said[] = {
	        "babulu laut",
	        "Babulu Laut",
	        "di desa babulu laut pak",
	        "lokasinya di babulu laut rt 5 dekat dermaga",
	        "BABULU LAUT",
	        "desa babulu laut kec babulu",
	        "pak nenek itu ada di babulu laut sekarang",
	};
	struct known_sender open = asked_for_place(), two = offered_two();
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		answers(&open, said[i], babulu_laut);
		answers(&two, said[i], babulu_laut);
	}
}

static void what_is_denied_is_not_the_answer(void **state)
{
	struct known_sender open = asked_for_place(), two = offered_two();
	(void)state;
	answers(&open, "bukan di labangka, di babulu laut", babulu_laut);
	answers(&two, "bukan labangka tapi babulu laut", babulu_laut);
	answers(&two, "bukan, di gunung makmur", "64.09.03.2005");
	answers(&two, "bukan labangka", babulu_laut); /* of two the other */
	is(&two, "bukan dua duanya pak", TURN_ANSWER_UNCLEAR);
}

static void it_is_asked_once_more_in_other_words_and_then_left_to_a_person(void **state)
{
	struct known_sender s = asked_for_place();
	(void)state;
	struct turn t = is(&s, "dekat masjid pak yang ada warungnya", TURN_ANSWER_UNCLEAR);
	assert_string_equal(t.reply_key, "ask_place_again");
	assert_true(t.reply);
	s.earlier[0].asks_again = true;
	t = is(&s, "dekat masjid pak yang ada warungnya", TURN_FOLLOWUP);
	assert_string_equal(t.reply_key, "followup_ok");
	assert_int_equal(t.asks, ASKED_NOTHING);
}

static void a_question_is_open_for_three_days(void **state)
{
	struct known_sender s = offered_two();
	(void)state;
	s.earlier[0].at = ago(72 * HOUR - 1);
	answers(&s, "2", babulu_laut);
	s.earlier[0].at = ago(72 * HOUR + 1);
	is(&s, "2", TURN_NOTHING);
}

static void an_answer_counts_for_its_own_question_only(void **state)
{
	struct known_sender s = offered_two();
	(void)state;
	/* a younger report of his, about which nothing was asked */
	s.earlier[1] = s.earlier[0];
	s.earlier[0] = earlier_report(1050, INCIDENT_TRIAGED, 10);
	s.earlier_count = 2;
	struct turn t = is(&s, "2", TURN_ANSWER_PLACE);
	assert_int_equal(t.about, 1);
	struct known_sender none = with_incident(INCIDENT_TRIAGED, 60);
	assert_false(is(&none, "2", TURN_NOTHING).reply);
}

static void an_answer_after_a_person_has_decided_changes_nothing(void **state)
{
	struct known_sender s = offered_two();
	(void)state;
	s.earlier[0].state = INCIDENT_TRIAGED;
	s.earlier[0].region = babulu_laut;
	struct turn t = is(&s, "2", TURN_ANSWER_PLACE);
	assert_false(t.applies);
	assert_null(t.duty_words);
	t = is(&s, "1", TURN_ANSWER_PLACE); /* he says something else than was decided: a person hears of it */
	assert_false(t.applies);
	assert_non_null(t.duty_words);
}

static void another_event_while_a_question_is_open_is_a_new_report(void **state)
{
	struct known_sender s = asked_for_place();
	(void)state;
	is(&s, "ditemukan mayat laki laki tanpa identitas mengapung di pantai nipah nipah", TURN_REPORT);
	is(&s, "ada lagi pak nenek terlantar tidak punya keluarga tidur di pasar waru", TURN_REPORT);
	s.earlier[0].region = babulu;
	is(&s, "ada kakek terlantar tidak punya keluarga tidur di emperan toko desa bukit raya sepaku", TURN_REPORT);
}

static void the_type_is_understood_in_a_word_and_in_a_sentence(void **state)
{
	static const struct {
		const char *text;
		enum incident_type type;
	} said[] = {
	        {"mayat", TYPE_UNCLAIMED_BODY},
	        {"orang terlantar pak", TYPE_ABANDONED_PERSON},
	        {"dipasung", TYPE_SHACKLED_PATIENT},
	        {"orangnya dirantai keluarganya di gudang", TYPE_SHACKLED_PATIENT},
	        {"nenek tua terlantar ga punya keluarga tidur di emperan", TYPE_ABANDONED_PERSON},
	};
	struct known_sender s = asked_for_type();
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct turn t = is(&s, said[i].text, TURN_ANSWER_TYPE);
		assert_int_equal(t.type, said[i].type);
		assert_true(t.applies);
	}
	is(&s, "ya begitu lah pak", TURN_ANSWER_UNCLEAR);
}

static void after_the_type_the_place_is_asked_for_when_it_is_missing(void **state)
{
	struct known_sender s = asked_for_type();
	(void)state;
	struct turn t = is(&s, "orangnya dirantai keluarganya di gudang", TURN_ANSWER_TYPE);
	assert_string_equal(t.village, labangka); /* the first text named it */
	assert_int_equal(t.asks, ASKED_NOTHING);
	t = is(&s, "mayat di babulu laut", TURN_ANSWER_TYPE);
	assert_int_equal(t.asks, ASKED_NOTHING);
}

/* ---- not answers ---- */

static void thanks_are_kept_and_not_answered(void **state)
{
	static const char *const said[] = {
	        "makasih",
	        "Terima kasih pak",
	        "ok",
	        "oke siap",
	        "makasih banyak pak atas bantuannya",
	        "siap",
	        "trims ya bu",
	        "alhamdulillah terima kasih",
	        "baik pak ditunggu",
	        "matur suwun",
	        "sip mantap",
	        "tks",
	};
	struct known_sender senders[] = {
	        {.replies = 0}, asked_for_place(), with_incident(INCIDENT_IN_PROGRESS, 60), asked_for_type()};
	(void)state;
	for (size_t s = 0; s < sizeof senders / sizeof *senders; s++)
		for (size_t i = 0; i < sizeof said / sizeof *said; i++)
			assert_false(is(&senders[s], said[i], TURN_THANKS).reply);
}

static const char *const automatic_texts[] = {
        "Maaf saya sedang rapat, nanti saya hubungi kembali",
        "sdg rapat",
        "Saya sedang mengemudi. Nanti saya telepon.",
        "I'm driving right now, call you later",
        "Can't talk now, in a meeting",
        "[Auto Reply] Terima kasih telah menghubungi Toko Berkah, pesan Anda akan kami balas pada jam kerja",
        "Ini adalah balasan otomatis, mohon tidak membalas SMS ini",
        "Message delivered to +6281250000001",
        "SMS ke 081250000001 gagal terkirim",
        "Undeliverable: your message could not be sent",
        "Sisa pulsa Anda Rp1.250 berlaku sampai 12/12. Isi ulang di *123#",
        "Masa aktif kartu Anda berakhir 3 hari lagi",
        "Kuota internet Anda tinggal 10%",
        "Terima kasih atas pesan Anda. Kami akan segera membalas.",
        "nomor yang anda tuju sedang tidak aktif",
};
enum { AUTOMATIC_TEXTS = sizeof automatic_texts / sizeof *automatic_texts };

static void a_machines_answer_is_never_answered(void **state)
{
	struct known_sender senders[] = {{.replies = 0},
	                                 asked_for_place(),
	                                 offered_two(),
	                                 with_incident(INCIDENT_IN_PROGRESS, 60),
	                                 asked_for_type()};
	(void)state;
	for (size_t s = 0; s < sizeof senders / sizeof *senders; s++)
		for (size_t i = 0; i < AUTOMATIC_TEXTS; i++)
			assert_false(is(&senders[s], automatic_texts[i], TURN_AUTOMATIC).reply);
}

static void a_report_is_one_even_with_a_machines_words(void **state)
{
	struct known_sender s = {.replies = 0};
	(void)state;
	is(&s, "waktu kami sedang rapat rt ditemukan mayat tanpa identitas di pinggir sungai labangka", TURN_REPORT);
}

static void our_own_text_that_comes_back_is_not_answered(void **state)
{
	static const char *const keys[] = {"ack_auto",    "ask_place",     "ask_place_choice", "ask_type",
	                                   "nonreport",   "status_open",   "emergency",        "pasung_advice",
	                                   "followup_ok", "withdraw_noted"};
	static const struct reply_value values[] = {{"no", "1042"},       {"jam", "03:15"},      {"a", "Labangka"},
	                                            {"b", "Babulu Laut"}, {"status", "selesai"}, {"tgl", "2/3"}};
	struct known_sender s = offered_two();
	(void)state;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		struct buf text;
		buf_init(&text, 1024);
		replies_fill(replies, keys[k], values, 6, &text);
		assert_false(is(&s, text.data, TURN_AUTOMATIC).reply);
		assert_false(is(&s, arena_printf(arena, "[3] Re: %s", text.data), TURN_AUTOMATIC).reply);
		/* with an answer before it or behind it, the answer counts */
		if (strcmp(keys[k], "ask_place_choice") == 0)
			answers(&s, arena_printf(arena, "di babulu laut pak\n> %s", text.data), babulu_laut);
		buf_adds(&text, " 2");
		if (strcmp(keys[k], "ask_place_choice") == 0)
			answers(&s, text.data, babulu_laut);
		buf_free(&text);
	}
}

static void no_sequence_of_texts_makes_more_than_so_many_replies(void **state)
{
	static const char *const others[] = {"2",
	                                     "babulu laut",
	                                     "status laporan 1042",
	                                     "halo",
	                                     "apa kabar",
	                                     "dekat masjid pak",
	                                     "terima kasih",
	                                     "pinjaman cepat cair hub 0812",
	                                     "laporan 1042 gimana",
	                                     "orangnya pakai baju merah",
	                                     "kebakaran di sebelah rumah saya tolong"};
	enum { TURNS_PLAYED = 4000, STEP_S = 7, OTHERS = sizeof others / sizeof *others };
	static int64_t replied[TURNS_PLAYED];
	unsigned seed = 20261122;
	size_t replied_count = 0, first = 0;
	(void)state;
	for (int i = 0; i < TURNS_PLAYED; i++) {
		int64_t at = (int64_t)i * STEP_S;
		seed = seed * 1103515245u + 12345u;
		size_t pick = (seed >> 8) % (AUTOMATIC_TEXTS + OTHERS);
		while (first < replied_count && replied[first] <= at - HOUR)
			first++;
		struct known_sender s = (seed >> 20) % 2 ? offered_two() : with_incident(INCIDENT_TRIAGED, 60);
		s.replies = (int)(replied_count - first);
		const char *text = pick < AUTOMATIC_TEXTS ? automatic_texts[pick] : others[pick - AUTOMATIC_TEXTS];
		struct turn t = turn_of(&s, text);
		if (pick < AUTOMATIC_TEXTS)
			assert_false(t.reply);
		if (t.reply)
			replied[replied_count++] = at;
		assert_true(replied_count - first <= REPLIES_MOST);
	}
	assert_true(replied_count > REPLIES_MOST);
}

static void the_same_text_again_gets_no_second_reply(void **state)
{
	struct known_sender s = {.repeated = true};
	(void)state;
	assert_false(turn_of(&s, "halo dinsos").reply);
	assert_false(
	        is(&s, "ada nenek terlantar tidak punya keluarga tidur di emperan desa labangka", TURN_REPORT).reply);
	struct known_sender two = offered_two();
	two.repeated = true; /* "2" to another question before: this one is answered */
	assert_true(is(&two, "2", TURN_ANSWER_PLACE).reply);
}

/* ---- status, follow-ups, withdrawals ---- */

static void a_status_question_is_answered_about_his_own_report(void **state)
{
	struct known_sender s = with_incident(INCIDENT_IN_PROGRESS, HOUR);
	struct known_sender nobody = {.replies = 0};
	(void)state;
	struct turn t = is(&s, "status laporan 1042", TURN_STATUS);
	assert_int_equal(t.about, 0);
	assert_string_equal(t.reply_key, "status_open");
	assert_int_equal(is(&s, "pak laporan saya kemarin sudah sampai mana?", TURN_STATUS).about, 0);
	/* of somebody else: the same words whether it exists or not */
	t = is(&s, "status laporan 2077", TURN_STATUS);
	assert_int_equal(t.about, -1);
	assert_string_equal(t.reply_key, "status_other_phone");
	assert_int_equal(is(&s, "1042 gimana status laporan", TURN_STATUS).about,
	                 0); /* a number in front of all words */
	assert_string_equal(is(&nobody, "status laporan 1042", TURN_STATUS).reply_key, "status_other_phone");
	assert_string_equal(is(&nobody, "pak laporan saya kemarin sudah sampai mana?", TURN_STATUS).reply_key,
	                    "status_unknown");
}

static void a_status_question_goes_before_an_open_question(void **state)
{
	struct known_sender s = asked_for_place();
	(void)state;
	is(&s, "status laporan 1042", TURN_STATUS);
}

static void more_about_a_report_belongs_to_it(void **state)
{
	struct known_sender s = with_incident(INCIDENT_IN_PROGRESS, HOUR);
	(void)state;
	assert_int_equal(is(&s, "laporan 1042: orangnya pindah ke depan pasar", TURN_FOLLOWUP).about, 0);
	assert_int_equal(is(&s, "dia pakai baju merah pak", TURN_FOLLOWUP).about, 0);
	is(&s, "promo pinjaman cepat cair bunga rendah hub 081299998888", TURN_NOTHING);
	struct known_sender ended = with_incident(INCIDENT_CLOSED, 10 * HOUR);
	struct turn t = is(&ended, "laporan 1042 orangnya balik lagi ke sini", TURN_FOLLOWUP);
	assert_string_equal(t.duty_key, "duty_followup");
}

static void a_withdrawal_is_for_a_person_to_decide(void **state)
{
	static const char *const said[] = {"BATAL",
	                                   "batal pak",
	                                   "tidak jadi pak orangnya sudah pulang",
	                                   "orangnya sdh pulang",
	                                   "maaf salah lapor",
	                                   "laporan 1042 dibatalkan saja"};
	struct known_sender s = with_incident(INCIDENT_TRIAGED, HOUR), asked = asked_for_place();
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct turn t = is(&s, said[i], TURN_WITHDRAW);
		assert_string_equal(t.reply_key, "withdraw_noted");
		assert_non_null(t.duty_words);
		is(&asked, said[i], TURN_WITHDRAW);
	}
	struct known_sender none = {.replies = 0};
	assert_true(turn_of(&none, "BATAL").kind != TURN_WITHDRAW);
}

/* ---- senders and emergencies ---- */

static void a_blocked_sender_gets_nothing_but_what_is_critical_is_shown(void **state)
{
	struct known_sender s = {.marks = {[MARK_BLOCKED] = true}};
	(void)state;
	struct turn t = is(&s, "ada nenek terlantar tidur di emperan desa labangka", TURN_BLOCKED);
	assert_false(t.reply);
	assert_string_equal(t.duty_key, "");
	t = is(&s, "tolong ada bayi dibuang di semak labangka masih hidup berdarah", TURN_BLOCKED);
	assert_false(t.reply);
	assert_string_equal(t.duty_key, "duty_blocked");
}

static void a_machine_is_never_answered_but_its_alarm_is_a_report(void **state)
{
	struct known_sender s = {.marks = {[MARK_AUTOMATIC] = true}};
	(void)state;
	is(&s, "halo dinsos", TURN_AUTOMATIC);
	assert_false(is(&s, "ada mayat tanpa identitas di pantai labangka", TURN_REPORT).reply);
}

static void others_emergencies_are_told_whom_to_call(void **state)
{
	static const struct {
		const char *text, *key;
	} said[] = {
	        {"tolong ada kebakaran rumah di gunung makmur api besar", "emergency_fire"},
	        {"TOLONG anak tenggelam di sungai belum ketemu", "emergency_water"},
	};
	struct known_sender s = {.replies = 0};
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct turn t = turn_of(&s, said[i].text);
		if (t.reply_key == NULL || strcmp(t.reply_key, said[i].key) != 0)
			fail_msg("\"%s\" is %s (%s)", said[i].text, turn_names[t.kind], t.reason);
		assert_true(t.reply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_choice_is_understood_however_it_is_written),
	        cmocka_unit_test(a_choice_that_was_not_offered_is_asked_again),
	        cmocka_unit_test(a_village_is_understood_alone_and_in_a_sentence),
	        cmocka_unit_test(what_is_denied_is_not_the_answer),
	        cmocka_unit_test(it_is_asked_once_more_in_other_words_and_then_left_to_a_person),
	        cmocka_unit_test(a_question_is_open_for_three_days),
	        cmocka_unit_test(an_answer_counts_for_its_own_question_only),
	        cmocka_unit_test(an_answer_after_a_person_has_decided_changes_nothing),
	        cmocka_unit_test(another_event_while_a_question_is_open_is_a_new_report),
	        cmocka_unit_test(the_type_is_understood_in_a_word_and_in_a_sentence),
	        cmocka_unit_test(after_the_type_the_place_is_asked_for_when_it_is_missing),
	        cmocka_unit_test(thanks_are_kept_and_not_answered),
	        cmocka_unit_test(a_machines_answer_is_never_answered),
	        cmocka_unit_test(a_report_is_one_even_with_a_machines_words),
	        cmocka_unit_test(our_own_text_that_comes_back_is_not_answered),
	        cmocka_unit_test(no_sequence_of_texts_makes_more_than_so_many_replies),
	        cmocka_unit_test(the_same_text_again_gets_no_second_reply),
	        cmocka_unit_test(a_status_question_is_answered_about_his_own_report),
	        cmocka_unit_test(a_status_question_goes_before_an_open_question),
	        cmocka_unit_test(more_about_a_report_belongs_to_it),
	        cmocka_unit_test(a_withdrawal_is_for_a_person_to_decide),
	        cmocka_unit_test(a_blocked_sender_gets_nothing_but_what_is_critical_is_shown),
	        cmocka_unit_test(a_machine_is_never_answered_but_its_alarm_is_a_report),
	        cmocka_unit_test(others_emergencies_are_told_whom_to_call),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
