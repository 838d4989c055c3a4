/* layer: core */
/* directory: what agencies.json may say, and who is found for an area, a phone, a moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "../../daemon/core/directory.h"
#include "../../protocol/phone.h"

static struct arena *arena;

static int start(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct directory sample(void)
{
	struct directory d = {0};
	struct buf faults;
	size_t len;
	char *text = arena_alloc(arena, 200000);
	FILE *f = fopen(SOURCE_DIR "/config/agencies.json", "rb");
	assert_non_null(f);
	len = fread(text, 1, 199999, f);
	fclose(f);
	buf_init(&faults, 10000);
	bool ok = directory_read_agencies(arena, text, len, &d.agencies, &d.agency_count, &faults);
	assert_string_equal(faults.data, "");
	assert_true(ok);
	buf_free(&faults);
	directory_index(arena, &d);
	return d;
}

static void assert_routed(const struct directory *d, enum agency_kind kind, const char *code, enum region_level level,
                          const char *slugs)
{
	const struct agency *found[8];
	char got[400] = "";
	size_t n = directory_route(d, kind, code, level, found, 8);
	for (size_t i = 0; i < n; i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(got, found[i]->slug);
	}
	assert_string_equal(got, slugs);
}

/* ---- the file ---- */

static void sample_serves_every_village_and_belongs_to_nobody(void **state)
{
	(void)state;
	struct directory d = sample();
	size_t villages = 0;
	for (size_t i = 0; i < d.agency_count; i++) {
		villages += d.agencies[i].kind == KIND_VILLAGE_OFFICE;
		for (size_t c = 0; c < d.agencies[i].contact_count; c++) {
			const struct contact *k = &d.agencies[i].contacts[c], *same[4];
			assert_ptr_equal(k->agency, &d.agencies[i]);
			if (k->channel == CHANNEL_WEBHOOK) {
				assert_memory_equal(k->address, "http://127.0.0.1:8089/agencies/", 31);
				assert_true(k->allow_private);
				continue;
			}
			assert_memory_equal(k->address, "+628000000", 10);
			assert_int_equal(directory_contacts_by_phone(&d, k->address, same, 4), 1);
		}
	}
	assert_int_equal(villages, 54);
}

static void each_fault_of_the_file_has_its_path(void **state)
{
	(void)state;
#define AGENCY(rest)  "{\"agencies\":[{\"slug\":\"a\",\"name\":\"A\"," rest "}]}"
#define CONTACT(rest) AGENCY("\"kind\":\"police\",\"jurisdiction\":[\"64\"],\"contacts\":[{\"channel\":" rest "}]")
	static const struct {
		const char *text, *fault;
	} cases[] = {
	        {"{\"agencies\":[}", "line 1, column 14"},
	        {"[]", "must be an object"},
	        {"{}", "agencies: must be a list"},
	        {"{\"agencies\":[],\"extra\":1}", "unknown member \"extra\""},
	        {"{\"agencies\":[7]}", "agencies[0]: must be an object"},
	        {AGENCY("\"kind\":\"firemen\",\"jurisdiction\":[\"64\"],\"contacts\":[]"),
	         "agencies[0].kind: must be one"},
	        {AGENCY("\"kind\":\"police\",\"jurisdiction\":[],\"contacts\":[]"),
	         "agencies[0].jurisdiction: must be"},
	        {AGENCY("\"kind\":\"police\",\"jurisdiction\":[\"64.9\"],\"contacts\":[]"),
	         "agencies[0].jurisdiction: must hold"},
	        {AGENCY("\"kind\":\"police\",\"jurisdiction\":[\"64\",\"64\"],\"contacts\":[]"), "names 64 twice"},
	        {AGENCY("\"kind\":\"police\",\"jurisdiction\":[\"64\"]"), "agencies[0].contacts: must be a list"},
	        {AGENCY("\"kind\":\"police\",\"jurisdiction\":[\"64\"],\"contact\":[]"),
	         "agencies[0]: unknown member \"contact\""},
	        {CONTACT("\"fax\""), "agencies[0].contacts[0].channel: must be"},
	        {CONTACT("\"sms\",\"phone\":\"TELKOMSEL\""), "agencies[0].contacts[0].phone: is no telephone number"},
	        {CONTACT("\"sms\",\"url\":\"http://a\""), "agencies[0].contacts[0]: unknown member \"url\""},
	        {CONTACT("\"webhook\",\"url\":\"ftp://a\",\"secret\":\"whsec_MDEyMzQ1Njc4OWFiY2RlZg==\""),
	         "contacts[0].url: must be"},
	        {CONTACT("\"webhook\",\"url\":\"http://u:p@a/\",\"secret\":\"whsec_MDEyMzQ1Njc4OWFiY2RlZg==\""),
	         "user name"},
	        {CONTACT("\"webhook\",\"url\":\"http://a.example/\",\"secret\":\"whsec_MDEyMzQ1Njc4OWFiY2RlZg==\""),
	         "contacts[0].url: must be https://"},
	        {CONTACT("\"webhook\",\"url\":\"https://10.1.2.3:8443/"
	                 "in\",\"secret\":\"whsec_MDEyMzQ1Njc4OWFiY2RlZg==\""),
	         "contacts[0].url: is an address of a private network"},
	        {CONTACT("\"webhook\",\"url\":\"https://"
	                 "[fd00::1]\",\"allow_private\":false,\"secret\":\"whsec_MDEyMzQ1Njc4OWFiY2RlZg==\""),
	         "contacts[0].url: is an address of a private network"},
	        {CONTACT("\"webhook\",\"url\":\"http://a/\",\"secret\":\"short\""), "contacts[0].secret: must be"},
	        {CONTACT("\"webhook\",\"url\":\"http://a/\""), "contacts[0].secret: must be"},
	        {CONTACT("\"webhook\",\"url\":\"http://a/\",\"allow_private\":1,\"secret\":\"x\""),
	         "allow_private: must be"},
	        {CONTACT("\"sms\",\"phone\":\"08123456789\"},{\"channel\":\"sms\",\"phone\":\"+628123456789\""),
	         "contacts[1]: the same address as in contacts[0]"},
	        {"{\"agencies\":[{\"slug\":\"a\",\"name\":\"A\",\"kind\":\"other\",\"jurisdiction\":[\"64\"],"
	         "\"contacts\":[]},"
	         "{\"slug\":\"a\",\"name\":\"B\",\"kind\":\"other\",\"jurisdiction\":[\"64\"],\"contacts\":[]}]}",
	         "agencies[1].slug: \"a\" is also the slug of agencies[0]"},
	        {"{\"agencies\":[{\"slug\":\"A "
	         "b\",\"name\":\"\",\"kind\":\"other\",\"jurisdiction\":[\"64\"],\"contacts\":[]}]}",
	         "agencies[0].slug: may have only"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct agency *agencies;
		size_t n;
		struct buf faults;
		buf_init(&faults, 10000);
		assert_false(
		        directory_read_agencies(arena, cases[i].text, strlen(cases[i].text), &agencies, &n, &faults));
		if (strstr(faults.data, cases[i].fault) == NULL)
			fail_msg("case %zu: wanted %s, got %s", i, cases[i].fault, faults.data);
		buf_free(&faults);
	}
}

static void a_fault_is_one_line_whatever_it_quotes_and_whatever_fits(void **state)
{
	(void)state;
	static const char text[] = AGENCY("\"kind\":\"other\",\"jurisdiction\":[\"64\",\"64\",\"64\",\"64\"],"
	                                  "\"a\\nb\":1,\"contacts\":[{\"channel\":\"fax\"}]");
	for (size_t room = 1; room < 400; room++) {
		const struct agency *agencies;
		struct buf faults;
		size_t n, lines = 0;
		char *rest = NULL;
		buf_init(&faults, room);
		assert_false(directory_read_agencies(arena, text, strlen(text), &agencies, &n, &faults));
		for (char *l = strtok_r(faults.data, "\n", &rest); l != NULL; l = strtok_r(NULL, "\n", &rest), lines++)
			if (strstr(l, ": ") == NULL)
				fail_msg("room for %zu: %s", room, l);
		assert_true(room < 399 || lines == 5); /* the member, three codes again, the channel */
		buf_free(&faults);
	}
}

static void phones_are_kept_as_e164(void **state)
{
	(void)state;
	static const char text[] =
	        "{\"agencies\":[{\"slug\":\"a\",\"name\":\"A\",\"kind\":\"other\",\"jurisdiction\":[\"64\"],"
	        "\"contacts\":[{\"channel\":\"sms\",\"phone\":\"0812-3456-789\"}]}]}";
	struct directory d = {0};
	struct buf faults;
	buf_init(&faults, 1000);
	assert_true(directory_read_agencies(arena, text, strlen(text), &d.agencies, &d.agency_count, &faults));
	assert_string_equal(d.agencies[0].contacts[0].address, "+628123456789");
	buf_free(&faults);
}

/* ---- one entry that is changed ---- */

static bool read_entry(const char *contact, const struct agency *before, struct agency *ret, struct buf *faults)
{
	struct json_fault fault;
	char text[1000];
	snprintf(text, sizeof text,
	         "{\"slug\":\"a\",\"name\":\"A\",\"kind\":\"other\",\"jurisdiction\":[\"64\"],\"contacts\":[%s]}",
	         contact);
	cJSON *tree = json_parse(text, strlen(text), &fault);
	assert_non_null(tree);
	buf_init(faults, 1000);
	bool read = directory_read_entry(arena, tree, before, ret, faults);
	cJSON_Delete(tree);
	return read;
}

static void a_secret_that_is_not_said_is_kept_only_by_who_has_it(void **state)
{
	static const struct contact known[] = {
	        {.id = {{1}}, .channel = CHANNEL_WEBHOOK, .address = "https://a.example/", .secret = "whsec_x"},
	        {.id = {{2}}, .channel = CHANNEL_SMS, .address = "+6281200000001"},
	};
	const struct agency before = {.slug = "a", .contacts = known, .contact_count = 2};
	static const struct {
		const char *contact, *fault; /* NULL: taken */
		uint8_t keeps;
	} cases[] = {
	        {"{\"channel\":\"webhook\",\"url\":\"https://a.example/\"}", NULL, 1},
	        {"{\"channel\":\"webhook\",\"url\":\"https://b.example/\"}", "contacts[0].secret: must be", 0},
	        {"{\"channel\":\"webhook\",\"url\":\"https://b.example/\","
	         "\"id\":\"01000000-0000-0000-0000-000000000000\"}",
	         NULL, 1},
	        {"{\"channel\":\"webhook\",\"url\":\"https://a.example/\","
	         "\"id\":\"02000000-0000-0000-0000-000000000000\"}",
	         "contacts[0].secret: must be", 0},
	        {"{\"channel\":\"webhook\",\"url\":\"https://a.example/\",\"id\":7}", "contacts[0].id: must be", 0},
	        {"{\"channel\":\"webhook\",\"url\":\"https://a.example/\",\"secret\":\"short\"}",
	         "contacts[0].secret: must be", 0},
	        {"{\"channel\":\"sms\",\"phone\":\"12\"}", "contacts[0].phone: is no", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct agency read;
		struct buf faults;
		bool taken = read_entry(cases[i].contact, &before, &read, &faults);
		if (taken != (cases[i].fault == NULL) ||
		    (!taken && strncmp(faults.data, cases[i].fault, strlen(cases[i].fault)) != 0))
			fail_msg("case %zu: %s", i, taken ? "taken" : faults.data);
		if (taken) {
			assert_null(read.contacts[0].secret);
			assert_int_equal(read.contacts[0].id.b[0], cases[i].keeps);
		}
		buf_free(&faults);
	}
	struct agency read;
	struct buf faults;
	assert_false(read_entry(cases[0].contact, NULL, &read, &faults)); /* new: there is none to keep */
	buf_free(&faults);
}

static void slugs_are_words_joined_by_single_hyphens(void **state)
{
	(void)state;
	assert_true(directory_slug_valid("polsek-babulu-2"));
	static const char *const bad[] = {"", "-a", "a-", "a--b", "A", "a b", "a_b"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(directory_slug_valid(bad[i]));
}

/* ---- areas ---- */

static void narrowest_jurisdiction_is_told(void **state)
{
	(void)state;
	struct directory d = sample();
	assert_routed(&d, KIND_POLICE, "64.09.03.2002", LEVEL_DISTRICT, "polsek-babulu");
	assert_routed(&d, KIND_VILLAGE_OFFICE, "64.09.03.2002", LEVEL_VILLAGE, "desa-labangka");
	assert_routed(&d, KIND_VILLAGE_OFFICE, "64.09.03.2012", LEVEL_VILLAGE, "desa-labangka-barat");
	assert_routed(&d, KIND_HEALTH_FACILITY, "64.09.03.2006", LEVEL_VILLAGE, "puskesmas-sebakung-jaya");
	assert_routed(&d, KIND_HEALTH_FACILITY, "64.09.03.2002", LEVEL_VILLAGE, "puskesmas-babulu");
}

static void level_bounds_how_narrow(void **state)
{
	(void)state;
	struct directory d = sample();
	assert_routed(&d, KIND_POLICE, "64.09.03.2002", LEVEL_REGENCY, "polres-ppu");
	assert_routed(&d, KIND_HEALTH_FACILITY, "64.09.03.2006", LEVEL_DISTRICT, "puskesmas-babulu");
	assert_routed(&d, KIND_HEALTH_FACILITY, "64.09.04.2002", LEVEL_REGENCY, "rsud-rapb");
	assert_routed(&d, KIND_POLICE, "64.09.03.2002", LEVEL_PROVINCE, "");
}

static void area_code_of_a_regency_finds_only_who_covers_all_of_it(void **state)
{
	(void)state;
	struct directory d = sample();
	assert_routed(&d, KIND_POLICE, "64.09", LEVEL_DISTRICT, "polres-ppu");
	assert_routed(&d, KIND_VILLAGE_OFFICE, "64.09", LEVEL_VILLAGE, "");
	assert_routed(&d, KIND_POLICE, "64.71.01.1001", LEVEL_VILLAGE, "");
	assert_routed(&d, KIND_POLICE, "64.0", LEVEL_VILLAGE, "");
	assert_routed(&d, KIND_POLICE, "", LEVEL_VILLAGE, "");
	assert_routed(&d, KIND_POLICE, "64.09.03.2002.9999.9999", LEVEL_VILLAGE, "");
}

static void wider_climbs_from_village_to_district_to_regency(void **state)
{
	(void)state;
	struct directory d = sample();
	const struct agency *g = directory_agency(&d, "puskesmas-sebakung-jaya");
	static const char *const expected[] = {"puskesmas-babulu", "rsud-rapb"};
	for (size_t i = 0; i < 2; i++) {
		g = directory_wider(&d, g, "64.09.03.2006");
		assert_non_null(g);
		assert_string_equal(g->slug, expected[i]);
	}
	assert_null(directory_wider(&d, g, "64.09.03.2006"));
	g = directory_wider(&d, directory_agency(&d, "puskesmas-maridan"), "64.09.04.1007");
	assert_string_equal(g->slug, "rsud-sepaku");
	/* from outside its jurisdiction there is nothing to climb from */
	assert_null(directory_wider(&d, directory_agency(&d, "polsek-waru"), "64.09.03.2006"));
}

static const char *const district[] = {"64.09.01"}, *const twice[] = {"64.09.01", "64.09.02"};

static void ties_are_all_told_and_retired_agencies_never(void **state)
{
	(void)state;
	const struct agency agencies[] = {
	        {.slug = "z", .kind = KIND_POLICE, .jurisdiction = district, .jurisdiction_count = 1},
	        {.slug = "gone",
	         .kind = KIND_POLICE,
	         .jurisdiction = district,
	         .jurisdiction_count = 1,
	         .retired = true},
	        {.slug = "a", .kind = KIND_POLICE, .jurisdiction = twice, .jurisdiction_count = 2},
	        {.slug = "other", .kind = KIND_SHELTER, .jurisdiction = district, .jurisdiction_count = 1},
	};
	struct directory d = {.agencies = agencies, .agency_count = 4};
	const struct agency *one;
	directory_index(arena, &d);
	assert_routed(&d, KIND_POLICE, "64.09.01.1001", LEVEL_VILLAGE, "z a");
	assert_routed(&d, KIND_POLICE, "64.09.02.1003", LEVEL_VILLAGE, "a");
	assert_int_equal(directory_route(&d, KIND_POLICE, "64.09.01", LEVEL_VILLAGE, &one, 1), 1);
	assert_string_equal(one->slug, "z");
	assert_non_null(directory_agency(&d, "gone"));
}

/* What the index answers is what a walk over everything answers. */
static size_t walk(const struct directory *d, enum agency_kind kind, const char *code, enum region_level level,
                   const struct agency **ret, size_t max)
{
	size_t n = 0, best = 0;
	for (size_t i = 0; i < d->agency_count; i++)
		for (size_t j = 0; j < d->agencies[i].jurisdiction_count; j++) {
			const char *prefix = d->agencies[i].jurisdiction[j];
			if (d->agencies[i].kind != kind || d->agencies[i].retired ||
			    !region_code_within(code, prefix) || region_code_level(prefix) > level ||
			    strlen(prefix) < best)
				continue;
			if (strlen(prefix) > best)
				n = 0;
			best = strlen(prefix);
			if (n < max)
				ret[n++] = &d->agencies[i];
		}
	return n;
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static const char *random_code(unsigned *seed)
{
	static const int lengths[] = {2, 5, 8, 13};
	unsigned r = next_random(seed);
	return arena_printf(arena, "%.*s", lengths[r & 3],
	                    arena_printf(arena, "%02u.%02u.%02u.%04u", 64 + (r >> 2) % 2, next_random(seed) % 5,
	                                 next_random(seed) % 6, 1001 + next_random(seed) % 9));
}

static void index_agrees_with_a_walk_over_all_agencies(void **state)
{
	(void)state;
	enum { AGENCIES = 600, ASKED = 2000, MAX = 12 };
	unsigned seed = 7;
	struct agency *agencies = arena_array(arena, struct agency, AGENCIES);
	for (size_t i = 0; i < AGENCIES; i++) {
		const char **code = arena_new_of(arena, const char *);
		*code = random_code(&seed);
		agencies[i] = (struct agency){.slug = arena_printf(arena, "a%zu", i),
		                              .kind = (enum agency_kind)(next_random(&seed) % AGENCY_KINDS),
		                              .jurisdiction = code,
		                              .jurisdiction_count = 1,
		                              .retired = next_random(&seed) % 8 == 0};
	}
	struct directory d = {.agencies = agencies, .agency_count = AGENCIES};
	directory_index(arena, &d);
	for (int i = 0; i < ASKED; i++) {
		const struct agency *expected[MAX], *got[MAX];
		const char *code = random_code(&seed);
		enum agency_kind kind = (enum agency_kind)(next_random(&seed) % AGENCY_KINDS);
		enum region_level level = (enum region_level)(1 + next_random(&seed) % 4);
		size_t n = walk(&d, kind, code, level, expected, MAX);
		assert_int_equal(directory_route(&d, kind, code, level, got, MAX), n);
		assert_memory_equal(got, expected, n * sizeof *got);
	}
}

/* ---- people ---- */

static const struct person people[] = {
        {"ani", "Ani", "+62811", "officer", "64.09", false},
        {"budi", "Budi", "+62812", "coordinator", "64.09", false},
        {"cici", "Cici", NULL, "coordinator", "64.09.03", false},
};

static struct directory with_shifts(void)
{
	static const struct single_shift shifts[] = {
	        {&people[2], "coordinator", {0}, {1000}, {{0}}},  {&people[0], "officer", {100}, {200}, {{0}}},
	        {&people[1], "coordinator", {150}, {200}, {{0}}}, {&people[1], "coordinator", {160}, {190}, {{0}}},
	        {&people[1], "coordinator", {300}, {400}, {{0}}}, {&people[1], "officer", {160}, {190}, {{0}}},
	};
	static const struct override override = {
	        .role = "coordinator", .from = {310}, .until = {320}, .person = &people[0], .instead_of = &people[1]};
	struct directory d = {.people = people,
	                      .person_count = 3,
	                      .roster = {.shifts = shifts,
	                                 .shift_count = sizeof shifts / sizeof *shifts,
	                                 .overrides = &override,
	                                 .override_count = 1}};
	directory_index(arena, &d);
	return d;
}

static void assert_on_duty(int64_t at, const char *code, const char *slugs)
{
	struct directory d = with_shifts();
	const struct person *found[8];
	char got[100] = "";
	size_t n = directory_on_duty(&d, (struct wall){at}, code, found, 8);
	for (size_t i = 0; i < n; i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(got, found[i]->slug);
	}
	assert_string_equal(got, slugs);
}

static void duty_is_who_is_on_shift_and_covers_the_area_coordinators_first(void **state)
{
	(void)state;
	assert_on_duty(170, "64.09.01.1003", "budi ani");
	assert_on_duty(170, "64.09.03.2002", "cici budi ani"); /* in the order of their beginning, each once */
	assert_on_duty(120, "64.09.01.1003", "ani");
	assert_on_duty(200, "64.09.01.1003", "");     /* a shift ends at `until` */
	assert_on_duty(300, "64.09.01.1003", "budi"); /* and begins at `from` */
	assert_on_duty(315, "64.09.01.1003", "ani");  /* an override */
	assert_on_duty(500, "64.09.03.2002", "cici"); /* a long shift behind many short ones */
	assert_on_duty(500, "64.09", "");
	assert_on_duty(-1, "64.09.03.2002", "");
}

static void phones_slugs_and_ids_are_found_exactly(void **state)
{
	(void)state;
	struct directory d = with_shifts();
	assert_string_equal(directory_person(&d, "ani")->name, "Ani");
	assert_null(directory_person(&d, "an"));
	assert_string_equal(directory_person_by_phone(&d, "+62812")->slug, "budi");
	assert_null(directory_person_by_phone(&d, "+628"));
	assert_null(directory_agency(&d, "ani"));
	char endless[400];
	memset(endless, 'a', sizeof endless - 1);
	endless[sizeof endless - 1] = '\0';
	assert_null(directory_agency(&d, endless));
}

static void one_phone_of_two_agencies_reaches_both_and_ids_one_contact(void **state)
{
	(void)state;
	struct agency agencies[2] = {{.slug = "x"}, {.slug = "y", .retired = true}};
	const struct contact contacts[] = {
	        {.id = {{1}}, .channel = CHANNEL_SMS, .address = "+62800", .agency = &agencies[0]},
	        {.id = {{2}}, .channel = CHANNEL_WEBHOOK, .address = "+62800", .agency = &agencies[0]},
	        {.channel = CHANNEL_SMS, .address = "+62800", .agency = &agencies[1]},
	};
	agencies[0].contacts = &contacts[0];
	agencies[0].contact_count = 2;
	agencies[1].contacts = &contacts[2];
	agencies[1].contact_count = 1;
	struct directory d = {.agencies = agencies, .agency_count = 2};
	directory_index(arena, &d);
	const struct contact *found[4];
	assert_int_equal(directory_contacts_by_phone(&d, "+62800", found, 4), 2);
	assert_ptr_equal(found[0], &contacts[0]);
	assert_ptr_equal(found[1], &contacts[2]);
	assert_ptr_equal(directory_contact(&d, (struct uuid){{2}}), &contacts[1]);
	assert_null(directory_contact(&d, (struct uuid){{0}})); /* not yet known to the database */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
	        TEST(sample_serves_every_village_and_belongs_to_nobody),
	        TEST(each_fault_of_the_file_has_its_path),
	        TEST(a_fault_is_one_line_whatever_it_quotes_and_whatever_fits),
	        TEST(phones_are_kept_as_e164),
	        TEST(a_secret_that_is_not_said_is_kept_only_by_who_has_it),
	        TEST(slugs_are_words_joined_by_single_hyphens),
	        TEST(narrowest_jurisdiction_is_told),
	        TEST(level_bounds_how_narrow),
	        TEST(area_code_of_a_regency_finds_only_who_covers_all_of_it),
	        TEST(wider_climbs_from_village_to_district_to_regency),
	        TEST(ties_are_all_told_and_retired_agencies_never),
	        TEST(index_agrees_with_a_walk_over_all_agencies),
	        TEST(duty_is_who_is_on_shift_and_covers_the_area_coordinators_first),
	        TEST(phones_slugs_and_ids_are_found_exactly),
	        TEST(one_phone_of_two_agencies_reaches_both_and_ids_one_contact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
