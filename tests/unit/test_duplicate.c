/* layer: core */
/* duplicate: which reports tell the same event. Pairs as citizens write them, through the real lexicon and places; what is sure may be attached, so nothing that
 * could be somebody else may be sure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../daemon/core/duplicate.h"
#include "../../daemon/core/policy_duplicates.h"
#include "../../daemon/core/region_file.h"
#include "config_lexicon.h"

static struct arena *arena;
static struct lexicon *lexicon;
static struct gazetteer *gazetteer;
static const char alya[] = "+6281250000001", budi[] = "+6281250000002";

static char *read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(arena_printf(arena, "%s/%s", SOURCE_DIR, path), "rb");
	assert_non_null(f);
	char *text = arena_alloc(arena, 1 << 20);
	*ret_len = fread(text, 1, (1 << 20) - 1, f);
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
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct duplicate_facts facts_of(const char *text, const char *sender, int minute)
{
	struct triage t;
	struct duplicate_facts f;
	triage_text(lexicon, gazetteer, text, &t);
	const struct region *village = gazetteer_by_code(gazetteer, t.place.code);
	const struct duplicate_report in = {.text = text,
	                                    .village_name = village != NULL ? village->name : NULL,
	                                    .sender = sender,
	                                    .triage = &t,
	                                    .type_threshold = 0.6,
	                                    .place_threshold = 0.7,
	                                    .at = {(int64_t)1763700000 * 1000000 + (int64_t)minute * 60000000}};
	duplicate_read(lexicon, &in, &f);
	return f;
}

static const char *const answers[] = {
        [DUPLICATE_NO] = "no", [DUPLICATE_SUGGEST] = "suggest", [DUPLICATE_ATTACH] = "attach"};

struct pair {
	const char *known, *fresh;
	int minutes; /* between them */
	enum duplicate_answer least, most;
	const char *reason; /* that must be among the reasons; NULL: any */
};

static bool judge(const struct pair *p, const char *first, const char *second)
{
	struct duplicate_verdict v;
	const struct duplicate_rules rules = policy_duplicates_default();
	struct duplicate_facts known = facts_of(p->known, first, 0), fresh = facts_of(p->fresh, second, p->minutes);
	duplicate_score(&rules, &fresh, &known, 1, &v);
	enum duplicate_answer is = duplicate_decide(&rules, &v, true);
	const char *all = "";
	for (size_t i = 0; i < v.reason_count; i++)
		all = arena_printf(arena, "%s; %s", all, v.reasons[i]);
	bool ok = is >= p->least && is <= p->most && (p->reason == NULL || strstr(all, p->reason) != NULL) &&
	          !(v.sure && p->most < DUPLICATE_ATTACH); /* whatever a policy asks for */
	if (!ok)
		print_error("%s, %s%.3f%s, not %s to %s with \"%s\":\n\t%s [%s %s]\n\t%s [%s %s]\n", answers[is],
		            v.sure ? "sure, " : "", v.score, all, answers[p->least], answers[p->most],
		            p->reason != NULL ? p->reason : "", p->known, incident_type_names[known.type],
		            known.village, p->fresh, incident_type_names[fresh.type], fresh.village);
	return ok;
}

static void judge_all(const struct pair *pairs, size_t n, const char *first, const char *second)
{
	size_t right = 0;
	for (size_t i = 0; i < n; i++)
		right += judge(&pairs[i], first, second);
	assert_int_equal(right, n);
}
#define JUDGE(pairs, first, second) judge_all(pairs, sizeof(pairs) / sizeof *(pairs), first, second)

/* ---- the same sender ---- */

static void the_same_words_of_the_same_sender_are_sure(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
	        {"ada org dirantai di gudang blkg rumah, ds Labangka RT 4",
	         "ada org dirantai di gudang blkg rumah, ds Labangka RT 4", 4, DUPLICATE_ATTACH, DUPLICATE_ATTACH,
	         "same sender 4 min ago, same words"},
	        {"mayat d irigasi babulu drt!!! td anak2 mancing liat kakinya",
	         "MAYAT D IRIGASI BABULU DRT td anak2 mancing liat kakinya", 48 * 60, DUPLICATE_ATTACH,
	         DUPLICATE_ATTACH, "same sender 48 h ago, same words"},
	        {"tolong", "tolong", 1, DUPLICATE_ATTACH, DUPLICATE_ATTACH, NULL},
	        {"kakek linglung di depan pasar petung dari kemarin, tdk tau pulang kemana, bawa tas merah",
	         "pak, kakek linglung di depan pasar petung dari kemarin, tdk tau pulang kemana, bawa tas merah besar",
	         30, DUPLICATE_ATTACH, DUPLICATE_ATTACH, "nearly the same words"},
	};
	JUDGE(pairs, alya, alya);
}

static void after_the_window_nothing_is_compared(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
	        {"ada org dirantai di gudang, ds Labangka RT 4", "ada org dirantai di gudang, ds Labangka RT 4",
	         73 * 60, DUPLICATE_NO, DUPLICATE_NO, NULL},
	};
	JUDGE(pairs, alya, alya);
}

static void who_reports_by_a_template_reports_another_event_when_the_figures_differ(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
	        {"LAPOR#orang terlantar#kelurahan petung RT 03#kakek tanpa identitas di pos ronda",
	         "LAPOR#orang terlantar#kelurahan petung RT 07#kakek tanpa identitas di pos ronda", 60,
	         DUPLICATE_SUGGEST, DUPLICATE_SUGGEST, "different RT: 03 and 07"},
	        {"LAPOR#orang terlantar#kelurahan petung#kakek umur 70 tanpa identitas di pos ronda",
	         "LAPOR#orang terlantar#kelurahan petung#kakek umur 45 tanpa identitas di pos ronda", 60, DUPLICATE_NO,
	         DUPLICATE_SUGGEST, "different age"},
	        {"LAPOR#penemuan mayat#desa girimukti#kebun sawit blok 12, laki-laki tanpa identitas, kaos biru",
	         "LAPOR#penemuan mayat#desa girimukti#kebun sawit blok 14, laki-laki tanpa identitas, kaos biru", 60,
	         DUPLICATE_SUGGEST, DUPLICATE_SUGGEST, "other figures"},
	        /* a figure more is no other figure, but something new */
	        {"mayat di kebun sawit girimukti, laki-laki tanpa identitas, kaos biru",
	         "mayat di kebun sawit girimukti blok 12, laki-laki tanpa identitas, kaos biru", 5, DUPLICATE_ATTACH,
	         DUPLICATE_ATTACH, "content words"},
	        /* thanks are no end */
	        {"mayat di kebun sawit girimukti, laki-laki tanpa identitas, kaos biru",
	         "mayat di kebun sawit girimukti, laki-laki tanpa identitas, kaos biru, terima kasih", 5,
	         DUPLICATE_ATTACH, DUPLICATE_ATTACH, NULL},
	};
	JUDGE(pairs, alya, alya);
}

/* ---- another sender, the same event worded differently ---- */

static void another_senders_report_of_the_same_event_is_attached_or_suggested(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
	        {"ada mayat laki2 mengapung di bawah jembatan dekat pelabuhan speed kelurahan petung, pakai kaos biru",
	         "mayat lelaki ngambang di jembatan pelabuhan speed petung, kaos biru, mohon polisi", 12,
	         DUPLICATE_ATTACH, DUPLICATE_ATTACH, "same village and type"},
	        {"Ditemukan jenazah tanpa identitas di kebun sawit pak Rahman desa Girimukti RT 5",
	         "ada mayat tanpa identitas di kebun sawit milik pak rahman, girimukti rt 05", 25, DUPLICATE_ATTACH,
	         DUPLICATE_ATTACH, "same RT: 05"},
	        {"kakek linglung di depan masjid nurul iman kel petung, tdk tau rumahnya",
	         "di petung depan mesjid nurul iman ada bapak tua kebingungan tidak ingat alamat", 40,
	         DUPLICATE_SUGGEST, DUPLICATE_ATTACH, NULL},
	        {"pria dipasung keluarganya di gubuk blkg rumah, desa labangka rt 4",
	         "lapor, org gangguan jiwa dirantai di gubuk belakang rumah labangka RT 04", 90, DUPLICATE_SUGGEST,
	         DUPLICATE_ATTACH, "same RT: 04"},
	};
	JUDGE(pairs, alya, budi);
}

/* ---- another sender, another event worded alike ---- */

static void what_could_be_somebody_else_is_never_sure(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
	        /* two villages */
	        {"ada mayat laki2 mengapung di sungai desa babulu darat dekat jembatan kayu, kaos biru",
	         "ada mayat laki2 mengapung di sungai desa labangka dekat jembatan kayu, kaos biru", 20, DUPLICATE_NO,
	         DUPLICATE_NO, "different village"},
	        /* two RTs */
	        {"kakek dipasung di gudang belakang rumah keluarganya desa labangka RT 03",
	         "kakek dipasung di gudang belakang rumah keluarganya desa labangka RT 07", 20, DUPLICATE_NO,
	         DUPLICATE_SUGGEST, "different RT: 03 and 07"},
	        {"kakek dipasung di gudang belakang rumah keluarganya desa labangka RT 03 RW 01",
	         "kakek dipasung di gudang belakang rumah keluarganya desa labangka RT 03 RW 02", 20, DUPLICATE_NO,
	         DUPLICATE_SUGGEST, "different RW: 01 and 02"},
	        /* one of them is over */
	        {"kakek dipasung di gudang belakang rumah keluarganya desa labangka",
	         "kakek yang dipasung di gudang belakang rumah keluarganya desa labangka sudah dilepas", 20,
	         DUPLICATE_NO, DUPLICATE_SUGGEST, "one says that it is over"},
	        {"kakek dipasung di gudang belakang rumah keluarganya desa labangka",
	         "kakek yang dipasung di gudang belakang rumah keluarganya desa labangka sudah diamankan", 20,
	         DUPLICATE_NO, DUPLICATE_SUGGEST, "one says that it is over"},
	        /* two bodies */
	        {"ada mayat perempuan di pinggir pantai nipah-nipah, baju merah",
	         "ada mayat laki laki di pinggir pantai nipah-nipah, baju merah", 20, DUPLICATE_NO, DUPLICATE_SUGGEST,
	         "a man in one, a woman in the other"},
	        {"ditemukan satu mayat di kebun sawit girimukti dekat pos jaga",
	         "ditemukan dua mayat di kebun sawit girimukti dekat pos jaga", 20, DUPLICATE_NO, DUPLICATE_SUGGEST,
	         "different number of persons: 1 and 2"},
	        {"ada mayat di kebun sawit girimukti dekat pos jaga pagi ini",
	         "ada satu lagi mayat di kebun sawit girimukti dekat pos jaga pagi ini", 60, DUPLICATE_NO,
	         DUPLICATE_SUGGEST, "speaks of another one"},
	        /* a child and an old man */
	        {"bayi terlantar di depan masjid kelurahan petung, belum ada yg ambil, pakai selimut biru",
	         "kakek terlantar di depan masjid kelurahan petung, belum ada yg ambil, pakai selimut biru", 15,
	         DUPLICATE_NO, DUPLICATE_SUGGEST, "different age"},
	        {"kakek linglung di depan masjid nurul iman kel petung, tdk tau rumahnya",
	         "di depan masjid nurul iman petung ada ibu linglung tdk tau rumahnya", 40, DUPLICATE_NO,
	         DUPLICATE_SUGGEST, "a man in one, a woman in the other"},
	        /* another landmark */
	        {"orang gila telanjang di depan pasar kelurahan petung, bawa parang",
	         "orang gila telanjang di depan terminal kelurahan petung, bawa parang", 15, DUPLICATE_NO,
	         DUPLICATE_SUGGEST, "different landmarks"},
	        /* the next day */
	        {"ada mayat laki2 mengapung di bawah jembatan dekat pelabuhan speed kelurahan petung, pakai kaos biru",
	         "mayat lelaki ngambang di jembatan pelabuhan speed petung, kaos biru, mohon polisi", 24 * 60,
	         DUPLICATE_NO, DUPLICATE_SUGGEST, NULL},
	        /* the same place, another matter */
	        {"ada mayat di kebun sawit girimukti dekat pos jaga pagi ini",
	         "ada kakek dipasung di kebun sawit girimukti dekat pos jaga", 15, DUPLICATE_NO, DUPLICATE_NO,
	         "different type"},
	};
	JUDGE(pairs, alya, budi);
}

static void the_domains_words_with_the_villages_name_are_no_likeness(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
	        {"orang stres di Wono Sari kakinya digembok sm rantai motor",
	         "kami dr gereja minta bantuan, jemaat Wono Sari dikurung keluarganya pak, sakit jiwa sejak putus "
	         "sekolah",
	         5, DUPLICATE_NO, DUPLICATE_SUGGEST, NULL},
	        {"sy lg cari rumput nemu orang mati dlm parit Tanjung Tengah km 15 pak, gemeter saya. mukanya ga kenal",
	         "TOLONG ADA ORANG MENINGGAL DI ALUN ALUN Tanjung Tengah GAK ADA YG KENAL", 5, DUPLICATE_NO,
	         DUPLICATE_SUGGEST, NULL},
	        {"bu bidan suruh sy sms: di Giri Mukti ada pasien jiwa diikat tali di tiang rumah, putus obat 1 thn",
	         "orang stres di Giri Mukti kakinya digembok sm rantai motor", 5, DUPLICATE_NO, DUPLICATE_SUGGEST,
	         NULL},
	        {"orang stres di Giri Purwa kakinya digembok sm rantai motor",
	         "org sakit saraf diborgol di rumahnya Giri Purwa. borgolnya gak pernah dibuka", 5, DUPLICATE_NO,
	         DUPLICATE_SUGGEST, NULL},
	        /* few words say little */
	        {"ada mayat di petung", "ada mayat di petung", 15, DUPLICATE_NO, DUPLICATE_SUGGEST, NULL},
	        {"ada org dipasung di labangka", "ada org dipasung di labangka", 15, DUPLICATE_NO, DUPLICATE_SUGGEST,
	         NULL},
	};
	JUDGE(pairs, alya, budi);
}

static void what_contradicts_one_report_of_an_incident_contradicts_the_incident(void **state)
{
	(void)state;
	struct duplicate_verdict v;
	const struct duplicate_rules rules = policy_duplicates_default();
	const struct duplicate_facts known[] = {
	        facts_of("mayat di kebun sawit pak rahman girimukti RT 03, tanpa identitas, kaos biru", alya, 0),
	        facts_of("mayat di kebun sawit pak rahman girimukti, tanpa identitas, kaos biru", budi, 5)};
	struct duplicate_facts fresh =
	        facts_of("mayat di kebun sawit pak rahman girimukti RT 07, tanpa identitas, kaos biru", "+628", 10);
	duplicate_score(&rules, &fresh, known, 2, &v);
	assert_int_equal(duplicate_decide(&rules, &v, true), DUPLICATE_SUGGEST);
	const struct duplicate_facts turned[] = {known[1], known[0]};
	duplicate_score(&rules, &fresh, turned, 2, &v);
	assert_int_equal(duplicate_decide(&rules, &v, true), DUPLICATE_SUGGEST);
	fresh = facts_of("mayat di kebun sawit pak rahman girimukti, tanpa identitas, kaos biru", "+628", 10);
	duplicate_score(&rules, &fresh, known, 2, &v);
	assert_int_equal(duplicate_decide(&rules, &v, true), DUPLICATE_ATTACH);
}

static void positions_far_apart_contradict_and_near_ones_are_a_place(void **state)
{
	(void)state;
	static const char text[] = "mayat di kebun sawit pak rahman, tanpa identitas, kaos biru, girimukti";
	struct duplicate_verdict v;
	const struct duplicate_rules rules = policy_duplicates_default();
	struct duplicate_facts one = facts_of(text, alya, 0), other = facts_of(text, budi, 5);
	duplicate_score(&rules, &other, &one, 1, &v);
	assert_true(v.sure);
	one.has_position = other.has_position = true;
	one.lat = -1.28;
	one.lon = 116.60;
	other.lat = -1.28;
	other.lon = 116.63; /* 3.3 km */
	duplicate_score(&rules, &other, &one, 1, &v);
	assert_false(v.sure);
	assert_int_not_equal(duplicate_decide(&rules, &v, true), DUPLICATE_ATTACH);
	assert_string_equal(v.reasons[v.reason_count - 1], "positions 3.3 km apart");
	other.lon = 116.601;
	one.village[0] = other.village[0] = '\0';
	duplicate_score(&rules, &other, &one, 1, &v);
	assert_non_null(strstr(v.reasons[0], "same position"));
}

/* Every body is a body, every garden a garden: however many such words two reports share, they need not be one event. */
static void the_domains_words_alone_are_never_sure(void **state)
{
	(void)state;
	struct duplicate_verdict v;
	const struct duplicate_rules rules = policy_duplicates_default();
	struct duplicate_facts one =
	        facts_of("orang gangguan jiwa dipasung, dirantai dan dikurung keluarganya di labangka", alya, 0);
	struct duplicate_facts other =
	        facts_of("orang gangguan jiwa dipasung, dirantai dan dikurung keluarganya di labangka", budi, 5);
	duplicate_score(&rules, &other, &one, 1, &v);
	assert_false(v.sure);
}

static void what_may_not_be_attached_is_suggested(void **state)
{
	(void)state;
	struct duplicate_verdict v;
	const struct duplicate_rules rules = policy_duplicates_default();
	struct duplicate_facts one = facts_of("ada org dirantai di gudang blkg rumah, ds Labangka RT 4", alya, 0);
	duplicate_score(&rules, &one, &one, 1, &v);
	assert_int_equal(duplicate_decide(&rules, &v, false), DUPLICATE_SUGGEST);
	assert_true(v.score >= 1);
}

static void words_alone_without_sender_and_place_are_not_sure(void **state)
{
	(void)state;
	struct duplicate_verdict v;
	const struct duplicate_rules rules = policy_duplicates_default();
	struct duplicate_facts one = facts_of("tolong ada orang tua sendirian kelaparan tidak punya keluarga", NULL, 0),
	                       none;
	duplicate_score(&rules, &one, &one, 1, &v);
	assert_int_not_equal(duplicate_decide(&rules, &v, true), DUPLICATE_ATTACH);
	none = facts_of("", NULL, 0);
	duplicate_score(&rules, &none, &none, 1, &v);
	assert_int_equal(duplicate_decide(&rules, &v, true), DUPLICATE_NO);
}

static void the_quick_look_gives_up_on_nothing_that_is_worth_a_comparison(void **state)
{
	(void)state;
	static const char *const texts[] = {
	        "ada mayat laki2 mengapung di bawah jembatan dekat pelabuhan speed kelurahan petung",
	        "mayat lelaki ngambang di jembatan pelabuhan speed petung, kaos biru",
	        "kakek linglung di depan masjid nurul iman kel petung, tdk tau rumahnya",
	        "pria dipasung keluarganya di gubuk blkg rumah, desa labangka rt 4",
	        "lapor, org gangguan jiwa dirantai di gubuk belakang rumah labangka RT 04",
	        "bayi dibuang di depan puskesmas waru",
	        "tolong",
	        "orang terlantar di babulu darat"};
	const struct duplicate_rules rules = policy_duplicates_default();
	struct duplicate_verdict v;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
			struct duplicate_facts a = facts_of(texts[i], alya, 0),
			                       b = facts_of(texts[k], i % 2 ? alya : budi, 9);
			duplicate_score(&rules, &b, &a, 1, &v);
			if (duplicate_decide(&rules, &v, true) != DUPLICATE_NO)
				assert_false(duplicate_hopeless(&rules, &b, &a));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_same_words_of_the_same_sender_are_sure),
	        cmocka_unit_test(after_the_window_nothing_is_compared),
	        cmocka_unit_test(who_reports_by_a_template_reports_another_event_when_the_figures_differ),
	        cmocka_unit_test(another_senders_report_of_the_same_event_is_attached_or_suggested),
	        cmocka_unit_test(what_could_be_somebody_else_is_never_sure),
	        cmocka_unit_test(the_domains_words_with_the_villages_name_are_no_likeness),
	        cmocka_unit_test(what_contradicts_one_report_of_an_incident_contradicts_the_incident),
	        cmocka_unit_test(positions_far_apart_contradict_and_near_ones_are_a_place),
	        cmocka_unit_test(the_domains_words_alone_are_never_sure),
	        cmocka_unit_test(what_may_not_be_attached_is_suggested),
	        cmocka_unit_test(words_alone_without_sender_and_place_are_not_sure),
	        cmocka_unit_test(the_quick_look_gives_up_on_nothing_that_is_worth_a_comparison),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
