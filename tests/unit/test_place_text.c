/* layer: core */
/* test_place_text: what a partner is shown to find the spot, roads, numbers and landmarks as they were written; and the village of many labelled messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../daemon/core/region_file.h"
#include "../../daemon/core/triage.h"
#include "../../protocol/json.h"
#include "config_lexicon.h"

static struct arena *arena;
static struct lexicon *lexicon;
static struct gazetteer *gazetteer;

static char *read_file(const char *path, size_t *ret_len)
{
	enum { ROOM = 1 << 19 };
	char full[512];
	snprintf(full, sizeof full, "%s/%s", SOURCE_DIR, path);
	FILE *f = fopen(full, "rb");
	assert_non_null(f);
	char *text = arena_alloc(arena, ROOM);
	*ret_len = fread(text, 1, ROOM - 1, f);
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
	lexicon = config_lexicon_read(arena, "slang.tsv learned.tsv signs.tsv ");
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

static void shows(const char *text, const char *spot)
{
	struct triage t;
	triage_text(lexicon, gazetteer, text, &t);
	if (strcmp(t.place_text, spot) != 0)
		fail_msg("'%s' -> '%s', expected '%s'", text, t.place_text, spot);
}

static void a_number_ends_what_it_belongs_to(void **state)
{
	(void)state;
	shows("ibu dipukul di penajam gang 3 adek di rumah", "gang 3");
	shows("orang sakit rt 6 ada anaknya", "rt 6");
	shows("mayat di km 3,5 sisi laut", "km 3,5");
	shows("jatuh dari motor jl poros km 12 cpet kirim ambulan", "jl poros km 12");
	shows("jatuh dekat km 12 cpet kirim ambulan", "dekat km 12");
}

static void the_name_of_the_village_stays_with_the_spot(void **state)
{
	(void)state;
	shows("bule tidur di mushola sei parit ga bisa bahasa", "mushola sei parit");
	shows("jatuh dari tower bangun mulya", "tower bangun mulya");
	shows("kakek ditaruh dpan kantor lurah gng steleng trs ditinggal", "dpan kantor lurah gng steleng");
}

static void the_words_that_follow_a_spot_are_its_name_or_left_out(void **state)
{
	(void)state;
	shows("dikurung dekat masjid at taqwa ada kakak", "dekat masjid at taqwa");
	shows("di argo mulyo blkg balai adat kakak sendiri", "blkg balai adat");
	shows("LEWAT BAWAH JEMBATAN PULAU BALANG TADI PAGI", "BAWAH JEMBATAN PULAU BALANG");
}

static void a_spot_counts_alone_where_somebody_is_said_to_be(void **state)
{
	(void)state;
	shows("anak disuruh jaga warung", "");
	shows("polsek sudah datang", "");
	shows("kakek tidur di terminal", "terminal");
}

/* -- labelled messages -------------------------------------------------------------------------------------------------- */

struct figures {
	int named, right, asked, unnamed, wrong;
};

static void count(struct figures *f, const char *wanted, const struct place_guess *place)
{
	bool sure = place->code[0] != '\0' && place->confidence >= 0.7, among = false;
	for (size_t i = 0; i < place->candidate_count; i++)
		among = among || (wanted != NULL && strcmp(place->candidates[i].code, wanted) == 0);
	if (wanted == NULL)
		f->unnamed++;
	else
		f->named++;
	if (!sure)
		f->asked += wanted != NULL && among;
	else if (wanted != NULL && strcmp(place->code, wanted) == 0)
		f->right++;
	else
		f->wrong++;
}

static void the_village_of_hard_messages_is_right_or_a_question(void **state)
{
	struct figures f = {0};
	size_t len;
	(void)state;
	char *save = NULL, *text = read_file("tests/data/place_challenge.jsonl", &len);
	for (char *one = strtok_r(text, "\n", &save); one != NULL; one = strtok_r(NULL, "\n", &save)) {
		struct json_fault fault;
		struct triage t;
		cJSON *line = json_parse(one, strlen(one), &fault);
		triage_text(lexicon, gazetteer, json_string(line, "text"), &t);
		count(&f, json_string(line, "village_code"), &t.place);
		cJSON_Delete(line);
	}
	print_message("village named in %d, right %d, asked with it %d; not in %d; wrong %d\n", f.named, f.right,
	              f.asked, f.unnamed, f.wrong);
	assert_true(f.named > 300);
	assert_true(f.right >= 0.92 * f.named);
	assert_true(f.right + f.asked >= 0.97 * f.named);
	assert_true(f.wrong <= 0.013 * (f.named + f.unnamed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_number_ends_what_it_belongs_to),
	        cmocka_unit_test(the_name_of_the_village_stays_with_the_spot),
	        cmocka_unit_test(the_words_that_follow_a_spot_are_its_name_or_left_out),
	        cmocka_unit_test(a_spot_counts_alone_where_somebody_is_said_to_be),
	        cmocka_unit_test(the_village_of_hard_messages_is_right_or_a_question),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
