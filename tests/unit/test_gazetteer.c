/* layer: core */
/* test_gazetteer: villages by code and by the names that people write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/core/gazetteer.h"
#include "../../daemon/core/region_file.h"
#include "config_lexicon.h"

static struct arena *arena;
static const struct place_words *words_of_places;
static struct gazetteer *kaltim;

static char *read_file(const char *path, size_t *ret_len)
{
	char full[512];
	snprintf(full, sizeof full, "%s/%s", SOURCE_DIR, path);
	FILE *f = fopen(full, "rb");
	assert_non_null(f);
	char *text = arena_alloc(arena, 1 << 18);
	*ret_len = fread(text, 1, (1 << 18) - 1, f);
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
	words_of_places = lexicon_place_words(config_lexicon_read(arena, "learned.tsv signs.tsv "));
	char *text = read_file("config/regions/kaltim.csv", &len);
	assert_true(regions_parse(arena, text, len, &regions, &n));
	text = read_file("config/regions/ppu_aliases.csv", &len);
	assert_true(aliases_parse(arena, text, len, &aliases, &alias_count));
	kaltim = gazetteer_build(arena, words_of_places, regions, n, aliases, alias_count, "64.09");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* Words are separated by spaces. */
static struct place_guess find_in(const struct gazetteer *g, const char *text)
{
	char copy[512], *save = NULL;
	const char *words[64];
	size_t n = 0;
	snprintf(copy, sizeof copy, "%s", text);
	for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	struct place_guess guess;
	gazetteer_find(g, words, n, &guess);
	return guess;
}

static void names(const char *text, const char *code, double least)
{
	struct place_guess guess = find_in(kaltim, text);
	if (strcmp(guess.code, code) != 0 || guess.confidence < least)
		fail_msg("'%s' -> '%s' %.2f, expected %s", text, guess.code, guess.confidence, code);
}

static void every_region_of_the_province_is_found_by_its_code(void **state)
{
	(void)state;
	assert_int_equal(gazetteer_count(kaltim), 1154);
	assert_string_equal(gazetteer_by_code(kaltim, "64.09.03.2002")->name, "Labangka");
	assert_string_equal(gazetteer_by_code(kaltim, "64.09")->name, "Kabupaten Penajam Paser Utara");
	assert_string_equal(gazetteer_by_code(kaltim, "64.71")->name, "Kota Balikpapan");
	assert_null(gazetteer_by_code(kaltim, "64.09.03.2999"));
	assert_null(gazetteer_by_code(kaltim, ""));
}

struct walk {
	size_t n;
	char last[REGION_CODE_MAX];
};

static void step(void *ctx, const struct region *r)
{
	struct walk *w = ctx;
	assert_true(strcmp(w->last, r->code) < 0);
	snprintf(w->last, sizeof w->last, "%s", r->code);
	w->n++;
}

static void villages_within_a_prefix_come_once_and_in_code_order(void **state)
{
	(void)state;
	struct walk ppu = {0}, babulu = {0}, one = {0}, none = {0};
	gazetteer_each_village(kaltim, "64.09", step, &ppu);
	gazetteer_each_village(kaltim, "64.09.03", step, &babulu);
	gazetteer_each_village(kaltim, "64.09.03.2002", step, &one);
	gazetteer_each_village(kaltim, "64.0", step, &none);
	assert_int_equal(ppu.n, 54);
	assert_int_equal(babulu.n, 12);
	assert_int_equal(one.n, 1);
	assert_int_equal(none.n, 0);
}

static void every_village_of_the_regency_is_found_by_its_own_name(void **state)
{
	(void)state;
	static const char *const also_districts[] = {"64.09.01.1011", "64.09.02.1003", "64.09.04.1005"};
	struct region *all;
	size_t len, n, seen = 0;
	char *text = read_file("config/regions/kaltim.csv", &len);
	assert_true(regions_parse(arena, text, len, &all, &n));
	for (size_t i = 0; i < n; i++) {
		if (!region_code_within(all[i].code, "64.09") || region_code_level(all[i].code) != LEVEL_VILLAGE)
			continue;
		char lower[64];
		snprintf(lower, sizeof lower, "%s", all[i].name);
		for (char *p = lower; *p != '\0'; p++)
			*p = (char)(*p == '-' ? ' ' : *p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
		bool homonym = name_index(also_districts, 3, all[i].code) >= 0;
		names(lower, all[i].code, homonym ? 0.55 : 0.85);
		seen++;
	}
	assert_int_equal(seen, 54);
}

static void spellings_of_short_messages_are_understood(void **state)
{
	(void)state;
	names("di gn intan", "64.09.03.2004", 0.8);
	names("gng seteleng", "64.09.01.1012", 0.8);
	names("tj tengah", "64.09.01.1001", 0.8);
	names("kp baru", "64.09.01.1006", 0.8);
	names("sei parit", "64.09.01.1008", 0.8);
	names("bkt raya", "64.09.04.2002", 0.8);
	names("nipah2", "64.09.01.1009", 0.8);
	names("lawelawe", "64.09.01.1004", 0.8);
	names("api2", "64.09.02.2001", 0.8);
	names("semoi 2", "64.09.04.2010", 0.8);
	names("semoi ii", "64.09.04.2010", 0.8);
	names("girimukti", "64.09.01.2020", 0.8);
	names("bbl darat", "64.09.03.2001", 0.8);
	names("babulu drt", "64.09.03.2001", 0.8);
	names("lbngk", "64.09.03.2002", 0.7);
	names("dipetung", "64.09.01.1003", 0.8);
}

static void misspelt_and_shortened_names_are_found_with_less_confidence(void **state)
{
	(void)state;
	names("labanka", "64.09.03.2002", 0.7);
	names("sesullu", "64.09.02.2002", 0.7);
	names("rico", "64.09.01.1016", 0.7);
	names("gunung steleng", "64.09.01.1012", 0.8);
	names("sebakung", "64.09.03.2006", 0.7);
	names("wonosri", "64.09.04.2012", 0.6);
	assert_true(find_in(kaltim, "labanka").confidence < find_in(kaltim, "labangka").confidence);
}

static void the_longer_name_wins(void **state)
{
	(void)state;
	names("labangka barat rt 3", "64.09.03.2012", 0.85);
	names("labangka", "64.09.03.2002", 0.85);
}

static void a_name_that_is_also_a_district_stays_a_question(void **state)
{
	(void)state;
	struct place_guess guess = find_in(kaltim, "ada di waru depan spbu");
	assert_string_equal(guess.code, "64.09.02.1003");
	assert_true(guess.confidence < 0.7);
	assert_string_equal(guess.district, "64.09.02");
	names("kelurahan waru", "64.09.02.1003", 0.85);
	assert_string_equal(find_in(kaltim, "kecamatan waru").code, "");
	assert_string_equal(find_in(kaltim, "kec babulu").district, "64.09.03");
	assert_string_equal(find_in(kaltim, "di babulu").code, "");
}

static void the_first_of_two_villages_is_the_place_unless_it_is_only_passed(void **state)
{
	(void)state;
	names("di lawe lawe dekat petung", "64.09.01.1004", 0.7);
	names("asal sotek sekarang di petung", "64.09.01.1003", 0.7);
	assert_int_equal(find_in(kaltim, "di lawe lawe dekat petung").candidate_count, 2);
}

static void a_name_in_another_sense_is_no_place(void **state)
{
	(void)state;
	assert_true(find_in(kaltim, "laporan pak riko").confidence < 0.6);
	assert_true(find_in(kaltim, "rebung bambu petung").confidence < 0.6);
	assert_string_equal(find_in(kaltim, "di depan rsud sepaku").code, "");
	assert_string_equal(find_in(kaltim, "kampung baru balikpapan").code, "");
	assert_string_equal(find_in(kaltim, "anak smp di dekat sma").code, "");
	assert_string_equal(find_in(kaltim, "patung dekat sepatu").code, "");
	assert_true(find_in(kaltim, "siti maridan dikurung").confidence < 0.7);
	assert_true(find_in(kaltim, "orangnya kurus jenebira sakit sekali").confidence < 0.7);
	names("jenebira orang sakit", "64.09.01.1018", 0.7);
}

/* Unsure: a question, whatever the candidates are. */
static void asks(const char *text)
{
	struct place_guess guess = find_in(kaltim, text);
	if (guess.confidence >= 0.7)
		fail_msg("'%s' -> '%s' %.2f, expected a question", text, guess.code, guess.confidence);
}

static void a_landmark_names_its_village_unless_a_village_or_the_words_say_otherwise(void **state)
{
	(void)state;
	names("di tanjung jumlai", "64.09.01.1005", 0.7);
	names("kakek di pelabuhan klotok", "64.09.01.1011", 0.7);
	names("pasar petung", "64.09.01.1003", 0.9);
	names("di sotek dekat pelabuhan klotok", "64.09.01.1014", 0.7);
	asks("dibawa ke pelabuhan klotok");
	asks("mayat di km 9");
}

static void words_in_one_and_words_apart_are_one_name(void **state)
{
	(void)state;
	names("di grimukti", "64.09.01.2020", 0.7);
	names("dslabangka rt 3", "64.09.03.2002", 0.7);
	names("desarawamulia", "64.09.03.2007", 0.7);
	names("digiripurwa", "64.09.01.2023", 0.7);
	names("seiparit rt 2", "64.09.01.1008", 0.7);
	names("di jene bora", "64.09.01.1018", 0.7);
	names("di petungmi", "64.09.01.1003", 0.7);
	names("girpur rt 7", "64.09.01.2023", 0.7);
}

static void spellings_by_ear_and_of_old_are_the_same_sound(void **state)
{
	(void)state;
	names("di tandjoeng tengah", "64.09.01.1001", 0.7);
	names("di baboeloe laoet", "64.09.03.2003", 0.7);
	names("sebakung djaja", "64.09.03.2006", 0.7);
	names("di pedjala", "64.09.01.1005", 0.85);
	names("di fetung", "64.09.01.1003", 0.7);
	names("di sebakong jaya", "64.09.03.2006", 0.7);
	names("di arga mulya", "64.09.04.2009", 0.7);
	names("di pettung", "64.09.01.1003", 0.7);
	names("di jeneboar", "64.09.01.1018", 0.7);
	names("smber sari", "64.09.03.2009", 0.6);
}

static void outer_words_of_a_name_may_be_abbreviated(void **state)
{
	(void)state;
	names("di sbk jaya", "64.09.03.2006", 0.7);
	names("di p lango", "64.09.01.1019", 0.7);
	names("rw mulia rt 2", "64.09.03.2007", 0.7);
	names("lab barat rt 2", "64.09.03.2012", 0.7);
	names("kel . sei . parit", "64.09.01.1008", 0.7);
}

static void where_somebody_is_counts_not_where_they_come_from_go_or_were(void **state)
{
	(void)state;
	names("warga sotek ditemukan meninggal di petung", "64.09.01.1003", 0.7);
	names("ktp nya sotek orangnya di babulu darat", "64.09.03.2001", 0.7);
	names("dulu tinggal di gersik sekarang di sumber sari", "64.09.03.2009", 0.7);
	asks("kakek dulunya di gersik");
	names("bukan di petung tapi di nenang", "64.09.01.1010", 0.7);
	names("mayat di labangka dibawa ke rsud nipah nipah", "64.09.03.2002", 0.7);
	names("tadi pagi di sotek sekarang sudah di petung", "64.09.01.1003", 0.7);
	names("keluarganya di sotek dia sendiri terlantar di telemow", "64.09.04.2015", 0.7);
	names("sebelumnya di labangka pindah ke babulu darat", "64.09.03.2001", 0.7);
	asks("jenazah dari sepan");
	asks("dibawa ke petung");
	asks("di poros petung sotek");
}

static void two_places_as_likely_are_a_question(void **state)
{
	(void)state;
	asks("ada kakek di petung di sotek");
	asks("antara gunung intan dan gunung makmur");
	assert_int_equal(find_in(kaltim, "antara gunung intan dan gunung makmur").candidate_count, 2);
	names("di sotek ada kakek terlantar , bajunya biru , dari petung belok ke sotek", "64.09.01.1014", 0.7);
}

static void where_somebody_is_said_to_be_counts_more_than_a_name_beside_it(void **state)
{
	(void)state;
	names("nelayan jenebora nemu mayat di pantai lango tadi pagi", "64.09.01.1019", 0.7);
	names("keluarga pindah ke girimukti , anaknya ditinggal di sesulu", "64.09.02.2002", 0.7);
	names("desanya sukaraja , tetangga desa tengin baru", "64.09.04.2003", 0.7);
	names("desa tetangga kami gunung makmur , kami di gunung mulia", "64.09.03.2005", 0.7);
	names("antara gersik sama jenebora , dekat dermaga jenebora", "64.09.01.1018", 0.7);
	names("di desa kami riko", "64.09.01.1016", 0.7);
	asks("sidorejo dekat perbatasan bukit subur");
}

static void names_elsewhere_are_not_bent_into_a_village(void **state)
{
	(void)state;
	static const char *const texts[] = {
	        "di balikpapan",
	        "sukaraja bogor",
	        "di desa sidorejo kabupaten magetan",
	        "sumbersari jember",
	        "sukaraja bandar lampung",
	        "bukit raya tenggarong seberang",
	        "di gresik",
	        "di manggar",
	        "ktp sotek tapi tinggal di balikpapan",
	        "warga petung di balikpapan",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		asks(texts[i]);
	names("orang jawa terlantar di sotek", "64.09.01.1014", 0.8);
	asks("apa benar blt cair desember");
}

static void several_areas_may_be_home(void **state)
{
	struct region *all;
	struct region_alias none[1];
	size_t len, n;
	(void)state;
	char *text = read_file("config/regions/kaltim.csv", &len);
	assert_true(regions_parse(arena, text, len, &all, &n));
	struct gazetteer *two = gazetteer_build(arena, words_of_places, all, n, none, 0, "64.09,64.01");
	assert_string_equal(find_in(two, "di petung").code, "64.09.01.1003");
	assert_true(region_code_within(find_in(two, "kelurahan tanah grogot").code, "64.01"));
	struct gazetteer *everywhere = gazetteer_build(arena, words_of_places, all, n, none, 0, "");
	assert_string_equal(find_in(everywhere, "di jenebora").code, "64.09.01.1018");
	assert_true(find_in(everywhere, "di bukit raya").confidence < 0.7);
	assert_string_equal(find_in(everywhere, "bukit raya kecamatan sepaku").code, "64.09.04.2002");
}

static void homonyms_are_candidates_and_the_district_decides(void **state)
{
	(void)state;
	static const struct region regions[] = {
	        {"32.03", "Kabupaten Cianjur"}, {"32.03.01", "Cianjur"},        {"32.03.02", "Warungkondang"},
	        {"32.03.01.2001", "Sukamulya"}, {"32.03.02.2001", "Sukamulya"}, {"32.03.02.2002", "Bunikasih"},
	};
	struct gazetteer *g = gazetteer_build(arena, words_of_places, regions, 6, NULL, 0, "32.03");
	struct place_guess guess = find_in(g, "desa sukamulya");
	assert_int_equal(guess.candidate_count, 2);
	assert_true(guess.confidence < 0.6);
	guess = find_in(g, "desa sukamulya kec warungkondang");
	assert_string_equal(guess.code, "32.03.02.2001");
	assert_true(guess.confidence > 0.8);
}

static void an_empty_gazetteer_and_an_empty_message_find_nothing(void **state)
{
	(void)state;
	struct gazetteer *empty = gazetteer_build(arena, words_of_places, NULL, 0, NULL, 0, "64.09");
	assert_string_equal(find_in(empty, "labangka").code, "");
	assert_int_equal(gazetteer_count(empty), 0);
	assert_string_equal(find_in(kaltim, "").code, "");
}

static void villages_of_the_whole_country_do_not_enter_the_search(void **state)
{
	(void)state;
	enum { MANY = 83000 };
	struct region *all = arena_array(arena, struct region, MANY + 1);
	for (size_t i = 0; i < MANY; i++)
		all[i] = (struct region){arena_printf(arena, "%02zu.%02zu.%02zu.%04zu", 65 + i / 10000, i / 100 % 100,
		                                      i % 100, i % 9999),
		                         "Labangka"};
	all[MANY] = (struct region){"64.09.03.2002", "Labangka"};
	struct gazetteer *g = gazetteer_build(arena, words_of_places, all, MANY + 1, NULL, 0, "64.09");
	assert_non_null(gazetteer_by_code(g, "66.00.00.0001"));
	struct place_guess guess = find_in(g, "ds labangka");
	assert_string_equal(guess.code, "64.09.03.2002");
	assert_int_equal(guess.candidate_count, 1);
}

static void files_of_regions_are_read_in_both_shapes(void **state)
{
	(void)state;
	struct region *r;
	size_t n;
	static const char two[] = "code,name\r\n64,KALIMANTAN TIMUR\r\n# note\n\n64.09.04.2010,Semoi Dua\n";
	assert_true(regions_parse(arena, two, sizeof two - 1, &r, &n));
	assert_int_equal(n, 2);
	assert_string_equal(r[0].name, "Kalimantan Timur");
	static const char three[] =
	        "code,district_code,name\n35.13.15.2017,35.13.15,Soka\"an\n64.09.01.1009,64.09.01,Nipah-Nipah";
	assert_true(regions_parse(arena, three, sizeof three - 1, &r, &n));
	assert_string_equal(r[0].name, "Soka\"an");
	assert_string_equal(r[1].name, "Nipah-Nipah");
}

static void a_wrong_line_of_a_file_is_named(void **state)
{
	(void)state;
	struct region *r;
	struct region_alias *aliases;
	size_t n;
	static const char bad[] = "code,name\n64.09,Penajam\n64.9,Salah\n";
	assert_false(regions_parse(arena, bad, sizeof bad - 1, &r, &n));
	assert_int_equal(n, 3);
	static const char nameless[] = "code,name\n64.09,\n";
	assert_false(regions_parse(arena, nameless, sizeof nameless - 1, &r, &n));
	static const char alias[] =
	        "code,alias,kind,source\n64.09.01.1011,\"km 3,5\",landmark,\"x \"\"y\"\"\"\nPetung,x,y,z\n";
	assert_false(aliases_parse(arena, alias, sizeof alias - 1, &aliases, &n));
	assert_int_equal(n, 3);
	assert_string_equal(aliases[0].alias, "km 3,5");
	assert_string_equal(aliases[0].kind, "landmark");
}

/* The names of what is found, in order, with commas. */
static const char *found_by(const char *under, const char *q, size_t max)
{
	static char names[512];
	const struct region *ret[GAZETTEER_HITS_MAX];
	size_t n = gazetteer_search(kaltim, under, q, ret, max), len = 0;
	names[0] = '\0';
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i > 0 ? "," : "", ret[i]->name);
	return names;
}

static void places_are_looked_up_by_a_part_of_their_name_villages_first(void **state)
{
	(void)state;
	assert_string_equal(found_by("64.09", "laba", 20), "Labangka,Labangka Barat");
	assert_string_equal(found_by("64.09", "NIPAH nipah", 20), "Nipah-Nipah");
	assert_string_equal(found_by("64.09", "nipahnip", 20), "Nipah-Nipah");
	assert_string_equal(found_by("64.09", "penajam", 20), "Penajam,Penajam");
	assert_string_equal(found_by("64", "penajam", 20), "Penajam,Penajam,Kabupaten Penajam Paser Utara");
	assert_string_equal(found_by("64.09", "intan", 20), "Gunung Intan");
	assert_string_equal(found_by("64.09", "gunung", 3), "Gunung Seteleng,Gunung Intan,Gunung Makmur");
	assert_string_equal(found_by("64.09", "baru", 20), "Kampung Baru,Tengin Baru");
	assert_string_equal(found_by("64.09", "aru", 20), "Kampung Baru,Waru,Tengin Baru,Waru");
	assert_string_equal(found_by("64.09.03", "waru", 20), "");
	assert_string_equal(found_by("64.09", "", 20), "");
	assert_string_equal(found_by("64.09", " -!", 20), "");
	assert_string_equal(found_by("64.09", "xyz", 20), "");
	assert_string_equal(found_by("64.99", "a", 20), "");
	assert_string_equal(found_by("64.09", "a", 0), "");
}

static void the_best_stay_when_more_are_found_than_are_wanted(void **state)
{
	(void)state;
	const struct region *all[GAZETTEER_HITS_MAX], *some[5];
	assert_int_equal(gazetteer_search(kaltim, "", "a", all, 1000), GAZETTEER_HITS_MAX);
	assert_int_equal(gazetteer_search(kaltim, "", "a", some, 5), 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(some[i] == all[i] && all[i]->name[0] == 'A');
	for (size_t i = 0; i < GAZETTEER_HITS_MAX; i++)
		assert_int_equal(region_code_level(all[i]->code), LEVEL_VILLAGE);
}

static void what_lies_below_a_place_and_where_it_lies(void **state)
{
	(void)state;
	const struct region *ret[100];
	assert_int_equal(gazetteer_children(kaltim, "64.09", ret, 100), 4);
	assert_string_equal(ret[3]->name, "Sepaku");
	assert_int_equal(gazetteer_children(kaltim, "", ret, 100), 1);
	assert_int_equal(gazetteer_children(kaltim, "64.09.03", ret, 2), 2);
	assert_string_equal(ret[1]->code, "64.09.03.2002");
	assert_int_equal(gazetteer_children(kaltim, "64.09.03.2002", ret, 100), 0);
	assert_string_equal(gazetteer_within(kaltim, arena, "64.09.03.2002"), "Babulu, Penajam Paser Utara");
	assert_string_equal(gazetteer_within(kaltim, arena, "64.09.03"), "Penajam Paser Utara");
	assert_string_equal(gazetteer_within(kaltim, arena, "64.09"), "Kalimantan Timur");
	assert_string_equal(gazetteer_within(kaltim, arena, "64"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_region_of_the_province_is_found_by_its_code),
	        cmocka_unit_test(villages_within_a_prefix_come_once_and_in_code_order),
	        cmocka_unit_test(every_village_of_the_regency_is_found_by_its_own_name),
	        cmocka_unit_test(spellings_of_short_messages_are_understood),
	        cmocka_unit_test(misspelt_and_shortened_names_are_found_with_less_confidence),
	        cmocka_unit_test(the_longer_name_wins),
	        cmocka_unit_test(a_name_that_is_also_a_district_stays_a_question),
	        cmocka_unit_test(the_first_of_two_villages_is_the_place_unless_it_is_only_passed),
	        cmocka_unit_test(a_name_in_another_sense_is_no_place),
	        cmocka_unit_test(a_landmark_names_its_village_unless_a_village_or_the_words_say_otherwise),
	        cmocka_unit_test(words_in_one_and_words_apart_are_one_name),
	        cmocka_unit_test(spellings_by_ear_and_of_old_are_the_same_sound),
	        cmocka_unit_test(outer_words_of_a_name_may_be_abbreviated),
	        cmocka_unit_test(where_somebody_is_counts_not_where_they_come_from_go_or_were),
	        cmocka_unit_test(two_places_as_likely_are_a_question),
	        cmocka_unit_test(where_somebody_is_said_to_be_counts_more_than_a_name_beside_it),
	        cmocka_unit_test(names_elsewhere_are_not_bent_into_a_village),
	        cmocka_unit_test(several_areas_may_be_home),
	        cmocka_unit_test(homonyms_are_candidates_and_the_district_decides),
	        cmocka_unit_test(an_empty_gazetteer_and_an_empty_message_find_nothing),
	        cmocka_unit_test(villages_of_the_whole_country_do_not_enter_the_search),
	        cmocka_unit_test(files_of_regions_are_read_in_both_shapes),
	        cmocka_unit_test(a_wrong_line_of_a_file_is_named),
	        cmocka_unit_test(places_are_looked_up_by_a_part_of_their_name_villages_first),
	        cmocka_unit_test(the_best_stay_when_more_are_found_than_are_wanted),
	        cmocka_unit_test(what_lies_below_a_place_and_where_it_lies),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
