/* layer: core */
/* policy: the shipped rules are valid and leave no hole; every fault is named with its line; holes are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "../../daemon/core/policy.h"
#include "../../daemon/core/policy_place.h"

static struct arena *arena;
static struct buf out;

static int start(void **state)
{
	(void)state;
	arena = arena_new();
	buf_init(&out, 1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	buf_free(&out);
	arena_free(&arena);
	return 0;
}

static char *file_text(const char *name)
{
	enum { MOST = 200000 };
	char *text = arena_alloc(arena, MOST + 1);
	FILE *f = fopen(name, "rb");
	assert_non_null(f);
	assert_true(fread(text, 1, MOST, f) > 0);
	fclose(f);
	return text;
}

static char *shipped(void)
{
	return file_text(SOURCE_DIR "/config/policy.jsonc");
}

static const struct policy *read_policy(const char *text)
{
	return policy_read(arena, "policy.jsonc", text, strlen(text), &out);
}

static char *changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	assert_non_null(at);
	return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static int line_of(const char *text, const char *at)
{
	int line = 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* ---- reading ---- */

static void shipped_policy_is_valid(void **state)
{
	(void)state;
	const struct policy *p = read_policy(shipped());
	assert_string_equal(out.data, "");
	assert_non_null(p);
	assert_string_equal(p->regency, "64.09");
	assert_int_equal(p->utc_offset_s, 28800);
	assert_int_equal(p->attempt_limit_s, 259200);
	assert_int_equal(p->triage_s[URGENCY_CRITICAL], 300);
	assert_int_equal(p->triage_s[URGENCY_NORMAL], 1800);
	assert_true(p->type_threshold > 0.59 && p->place_threshold < 0.71);
	for (int t = TYPE_ABANDONED_PERSON; t <= TYPE_OTHER_SOCIAL; t++)
		assert_true(p->types[t].defined);
	assert_false(p->types[TYPE_NOT_A_REPORT].defined);
	const struct dispatch_rule *police = &p->types[TYPE_ABANDONED_PERSON].rules[0];
	assert_int_equal(police->kind, KIND_POLICE);
	assert_int_equal(police->accept_s[URGENCY_HIGH], 900);
	assert_string_equal(police->ladder->name, "standard");
	assert_int_equal(police->ladder->count, 3);
	assert_int_equal(police->ladder->rungs[2].target, RUNG_UP);
	assert_int_equal(police->ladder->repeat_s, 1800);
	assert_string_equal(police->late->name, "late");
}

static void defaults_fill_what_may_be_left_out(void **state)
{
	(void)state;
	char *text = changed(shipped(), "\"sms_per_number_hour\": 4,", "");
	text = changed(text, "\"attempt_limit\": \"3d\",", "");
	text = changed(text, "\"accept_within\": \"5m\",",
	               "\"accept_within\": { \"critical\": \"1s\", \"high\": \"90s\", \"normal\": \"2h\" },");
	const struct policy *p = read_policy(text);
	assert_non_null(p);
	assert_int_equal(p->sms_per_number_hour, 4);
	assert_int_equal(p->attempt_limit_s, 259200);
	const struct dispatch_rule *police = &p->types[TYPE_SHACKLED_PATIENT].rules[2];
	assert_int_equal(police->accept_s[URGENCY_CRITICAL], 1);
	assert_int_equal(police->accept_s[URGENCY_HIGH], 90);
	assert_int_equal(police->accept_s[URGENCY_NORMAL], 7200);
}

static void targets_in_a_list_act_together(void **state)
{
	(void)state;
	const struct policy *p = read_policy(shipped());
	const struct ladder *l = p->types[TYPE_UNCLAIMED_BODY].rules[0].ladder;
	assert_string_equal(l->name, "urgent");
	assert_int_equal(l->count, 3);
	assert_false(l->rungs[0].with_next);
	assert_int_equal(l->rungs[1].target, RUNG_DUTY);
	assert_true(l->rungs[1].with_next);
	assert_int_equal(l->rungs[2].target, RUNG_UP);
	assert_false(l->rungs[2].with_next);
	assert_int_equal(l->rungs[1].wait_s, 300);
	assert_int_equal(l->rungs[2].wait_s, 300);
	char *text = changed(shipped(), "{ \"to\": [\"duty\", \"up\"], \"wait\": \"5m\" }",
	                     "{ \"to\": [\"again\", \"duty\", \"up\", \"agency:a\"], \"wait\": \"5m\" },"
	                     "{ \"to\": [\"again\", \"duty\", \"up\", \"agency:b\"], \"wait\": \"5m\" },"
	                     "{ \"to\": [\"again\", \"duty\", \"up\", \"agency:c\"], \"wait\": \"5m\" },"
	                     "{ \"to\": [\"again\", \"duty\", \"up\", \"agency:d\"], \"wait\": \"5m\" }");
	buf_reset(&out);
	assert_null(read_policy(text));
	assert_non_null(strstr(out.data, "/ladders/urgent/rungs/4: a ladder may have at most 16 targets"));
}

/* from -> to makes one fault, which stands on the line of the first `marker` after the change. */
static const struct {
	const char *from, *to, *marker, *fault;
} mistakes[] = {
        {"\"thresholds\"", "\"treshold\"", "\"treshold\"", "/treshold: unknown member"},
        {"\"thresholds\"", "\"treshold\"", "{\n", "/: member \"thresholds\" is missing"},
        {"\"type\": 0.6", "\"type\": 6", "\"type\": 6", "/thresholds/type: must be a number from 0 to 1"},
        {"\"64.09\"", "\"64.9\"", "\"64.9\"", "/regency: must be a regency's code"},
        {"\"+08:00\"", "\"WITA\"", "\"WITA\"", "/utc_offset: must be an offset"},
        {"\"normal\": \"30m\" }", "\"normal\": \"30 min\" }", "\"30 min\"",
         "/triage/within/normal: must be a duration"},
        {"\"normal\": \"30m\" }", "\"normal\": \"0m\" }", "\"0m\"", "/triage/within/normal: must be a duration"},
        {"\"normal\": \"30m\" }", "\"normal\": \"91d\" }", "\"91d\"", "/triage/within/normal: must be a duration"},
        {", \"normal\": \"30m\" }", " }", "\"within\"", "/triage/within: member \"normal\" is missing"},
        {"\"ladder\": \"triage\"", "\"ladder\": \"standard\"", "\"ladder\": \"standard\"",
         "/triage/ladder: ladder \"standard\" has a rung \"again\""},
        {"\"to\": \"duty\", \"wait\": \"3m\"", "\"to\": \"agency\", \"wait\": \"3m\"", "\"to\": \"agency\"",
         "/ladders/standard/rungs/1/to: must be again, duty, up, agency:SLUG or person:SLUG"},
        {"\"to\": \"duty\", \"wait\": \"3m\"", "\"to\": \"up:x\", \"wait\": \"3m\"", "\"up:x\"",
         "/ladders/standard/rungs/1/to: must be"},
        {"[\"duty\", \"up\"], \"wait\"", "[\"duty\", \"mayor\"], \"wait\"", "\"mayor\"",
         "/ladders/urgent/rungs/1/to/1: must be again, duty, up"},
        {"[\"duty\", \"up\"], \"wait\"", "[\"duty\", \"up\", \"duty\"], \"wait\"", "\"duty\", \"up\", \"duty\"",
         "/ladders/urgent/rungs/1/to/2: stands twice"},
        {"[\"duty\", \"up\"], \"wait\"", "[], \"wait\"", "\"to\": []",
         "/ladders/urgent/rungs/1/to: must be a target or a list of 1 to 4"},
        {"[\"duty\", \"up\"], \"wait\"", "[\"duty\", \"up\", \"again\", \"agency:a\", \"agency:b\"], \"wait\"",
         "\"agency:b\"", "/ladders/urgent/rungs/1/to: must be a target or a list of 1 to 4"},
        {"[\"duty\", \"up\"], \"wait\"", "[[\"duty\"]], \"wait\"", "[[\"duty\"]]",
         "/ladders/urgent/rungs/1/to/0: must be again"},
        {"\"to\": \"duty\", \"wait\": \"3m\"", "\"to\": \"duty\"", "{ \"to\": \"duty\" }",
         "/ladders/standard/rungs/1: member \"wait\" is missing"},
        {"\"abandoned_person\": {", "\"abandoned\": {", "\"abandoned\": {", "/types/abandoned: unknown member"},
        {"\"kind\": \"police\"", "\"kind\": \"polisi\"", "\"polisi\"",
         "/types/abandoned_person/dispatch/0/kind: must be one of: police, disaster_agency"},
        {"\"level\": \"district\"", "\"level\": \"none\"", "\"level\": \"none\"",
         "/dispatch/0/level: must be one of: province"},
        {"\"task\": \"pengamanan & identifikasi\"",
         "\"task\": \"pengamanan dan identifikasi bersama polisi dan warga\"", "bersama polisi dan warga",
         "/dispatch/0/task: goes into an SMS: at most 40"},
        {"\"id\": \"Orang terlantar\"", "\"id\": \"Orang terlantar \xe2\x80\x93\"", "\"label\"",
         "/label/id: goes into an SMS"},
        {"\"flags\": [\"injured\", \"pregnant\"], \"any\": true", "\"any\": true", "\"when\": { \"urgency\"",
         "/types/abandoned_person/dispatch/2/when: \"any\": true joins"},
        {"[\"injured\", \"pregnant\"]", "[\"injured\", \"sick\"]", "\"sick\"", "/when/flags/1: must be one of: child"},
        {"[\"injured\", \"pregnant\"]", "[]", "\"flags\": []", "/when/flags: must be a list of at least one"},
        {"\"ladder\": \"standard\"", "\"ladder\": \"strandard\"", "\"strandard\"",
         "/dispatch/0/ladder: must be the name"},
        {"\"receipt\": \"body_advice\"", "\"receipt\": \"body\"", "\"body\"",
         "/types/unclaimed_body/receipt: must be the key"},
        {"\"receipt\": \"body_advice\"", "\"receipt\": \"partner_request\"", "\"receipt\": \"partner",
         "receipt: must be the key"},
        {"\"attempt_limit\": \"3d\"", "\"attempt_limit\": 3", "\"attempt_limit\": 3",
         "/attempt_limit: must be a duration"},
        {"\"sms_per_number_hour\": 4", "\"sms_per_number_hour\": 1.5", "1.5", "/sms_per_number_hour: must be a whole"},
        {"\"name\": \"Dinsos", "\"name\": 7, \"x\": \"Dinsos", "\"name\": 7", "/name: must be a text"},
};

static void each_mistake_is_named_with_line_and_pointer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		char *text = changed(shipped(), mistakes[i].from, mistakes[i].to);
		buf_reset(&out);
		assert_null(read_policy(text));
		char place[64];
		snprintf(place, sizeof place, "policy.jsonc:%d:", line_of(text, strstr(text, mistakes[i].marker)));
		const char *fault = strstr(out.data, mistakes[i].fault), *line = fault;
		if (fault == NULL)
			fail_msg("mistake %zu: wanted \"%s\", got %s", i, mistakes[i].fault, out.data);
		while (line > out.data && line[-1] != '\n')
			line--;
		if (strncmp(line, place, strlen(place)) != 0)
			fail_msg("mistake %zu: wanted %s, got %.60s", i, place, line);
	}
}

static void broken_syntax_is_named_with_line_and_column(void **state)
{
	(void)state;
	assert_null(read_policy("{\n\t\"name\": oops\n}"));
	assert_non_null(strstr(out.data, "policy.jsonc:2:10: "));
}

static void all_faults_are_told_at_once_but_not_without_end(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 100000);
	buf_adds(&text, "{");
	for (int i = 0; i < 300; i++)
		buf_addf(&text, "%s\"m%d\":1", i > 0 ? "," : "", i);
	buf_adds(&text, "}");
	assert_null(read_policy(text.data));
	assert_non_null(strstr(out.data, "/m98: unknown member"));
	assert_null(strstr(out.data, "/m101: unknown member"));
	assert_non_null(strstr(out.data, "further faults are not shown"));
	buf_free(&text);
}

static void place_is_found_behind_comments_strings_and_brackets(void **state)
{
	(void)state;
	static const char text[] = "// { \"a\": 0 }\n"
	                           "{ /* \"a\" */ \"x\\\"}\": [1, {\"b\": \"]\"}],\n"
	                           "  \"a\": { \"b\": [\n"
	                           "    10, // twenty\n"
	                           "    {\"c~/\": -2.5e3 , },\n"
	                           "    true ] } }\n";
	static const struct {
		const char *pointer;
		int line, column;
	} cases[] = {
	        {"", 2, 1},         {"/a", 3, 3},
	        {"/a/b", 3, 10},    {"/a/b/0", 4, 5},
	        {"/a/b/1", 5, 5},   {"/a/b/1/c~0~1", 5, 6},
	        {"/a/b/2", 6, 5},   {"/a/b/9", 3, 10},
	        {"/nowhere", 2, 1}, {"/a/b/1/nowhere", 5, 5},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text_place place = policy_place(text, strlen(text), cases[i].pointer);
		if (place.line != cases[i].line || place.column != cases[i].column)
			fail_msg("%s: %d:%d", cases[i].pointer, place.line, place.column);
	}
}

static void conditions_are_and_unless_any(void **state)
{
	(void)state;
	const unsigned all = (1u << URGENCIES) - 1, critical = 1u << URGENCY_CRITICAL;
	static const unsigned none = 0;
	struct dispatch_rule rule = {.urgencies = critical};
	assert_true(policy_rule_applies(&rule, URGENCY_CRITICAL, none));
	assert_false(policy_rule_applies(&rule, URGENCY_NORMAL, FLAG_INJURED));
	rule = (struct dispatch_rule){.urgencies = all, .flags_any = FLAG_DANGER | FLAG_WEAPON};
	assert_true(policy_rule_applies(&rule, URGENCY_NORMAL, FLAG_WEAPON | FLAG_CHILD));
	assert_false(policy_rule_applies(&rule, URGENCY_CRITICAL, FLAG_CHILD));
	rule = (struct dispatch_rule){.urgencies = critical, .flags_any = FLAG_INJURED};
	assert_false(policy_rule_applies(&rule, URGENCY_CRITICAL, none));
	assert_false(policy_rule_applies(&rule, URGENCY_NORMAL, FLAG_INJURED));
	assert_true(policy_rule_applies(&rule, URGENCY_CRITICAL, FLAG_INJURED));
	rule.or_flags = true;
	assert_true(policy_rule_applies(&rule, URGENCY_CRITICAL, none));
	assert_true(policy_rule_applies(&rule, URGENCY_NORMAL, FLAG_INJURED));
	assert_false(policy_rule_applies(&rule, URGENCY_NORMAL, FLAG_CHILD));
}

/* ---- holes ---- */

static const struct region regions[] = {
        {"64", "Kalimantan Timur"},    {"64.09", "Penajam Paser Utara"}, {"64.09.01", "Penajam"},
        {"64.09.03", "Babulu"},        {"64.09.04", "Sepaku"},           {"64.09.01.1003", "Petung"},
        {"64.09.03.2002", "Labangka"}, {"64.09.04.2002", "Bukit Raya"},  {"64.71.01.1001", "Elsewhere"},
};
static const struct person coordinator = {"piket", "Piket", "+628000000900", "coordinator", "64.09", false};

/* The coordinator's turns have no end, and he changes with himself. */
static const struct person *const turns[] = {&coordinator};
static const struct rotation rotation = {"piket", "coordinator", turns, 1, {1}, {0}, 43200};
static const struct wall now = {INT64_C(1000000000)};

static struct directory sample(void)
{
	struct directory d = {
	        .people = &coordinator, .person_count = 1, .roster = {.rotations = &rotation, .rotation_count = 1}};
	char *text = file_text(SOURCE_DIR "/config/agencies.json");
	assert_true(directory_read_agencies(arena, text, strlen(text), &d.agencies, &d.agency_count, &out));
	directory_index(arena, &d);
	return d;
}

static size_t holes_of(const char *policy_text, struct directory d, size_t *cases)
{
	const struct policy *p = read_policy(policy_text);
	assert_non_null(p);
	struct gazetteer *g = gazetteer_build(arena, NULL, regions, sizeof regions / sizeof *regions, NULL, 0, "64.09");
	buf_reset(&out);
	return policy_holes(p, &d, g, now, &out, cases);
}

static void sample_reaches_an_agency_and_a_human_everywhere(void **state)
{
	(void)state;
	size_t cases = 0, holes = holes_of(shipped(), sample(), &cases);
	assert_string_equal(out.data, "");
	assert_int_equal(holes, 0);
	assert_int_equal(cases, 4 * 3 * (3 + 1)); /* types, urgencies, villages of this regency and itself */
}

static void village_without_any_agency_is_a_hole_with_its_urgencies(void **state)
{
	(void)state;
	struct directory d = sample();
	/* nobody but the village office of Labangka and the regency's BPBD is left */
	struct agency *left = arena_array(arena, struct agency, 2);
	left[0] = *directory_agency(&d, "desa-labangka");
	left[1] = *directory_agency(&d, "bpbd-ppu");
	d.agencies = left;
	d.agency_count = 2;
	directory_index(arena, &d);
	assert_int_equal(holes_of(shipped(), d, NULL), (2 + 1) * 3);
	assert_non_null(strstr(out.data, "abandoned_person (critical, high, normal), 64.09.01.1003 Petung: no agency"));
	assert_null(strstr(out.data, "Labangka"));
	assert_null(strstr(out.data, "unclaimed_body"));
}

static void agency_without_contact_reaches_nobody(void **state)
{
	(void)state;
	struct directory d = sample();
	struct agency *mute = arena_array(arena, struct agency, d.agency_count);
	memcpy(mute, d.agencies, d.agency_count * sizeof *mute);
	for (size_t i = 0; i < d.agency_count; i++)
		mute[i].contact_count = 0;
	d.agencies = mute;
	directory_index(arena, &d);
	assert_int_equal(holes_of(shipped(), d, NULL), 4 * (3 + 1));
}

static void area_that_no_human_covers_is_a_hole(void **state)
{
	(void)state;
	struct directory d = sample();
	struct person babulu = coordinator;
	babulu.scope = "64.09.03";
	d.people = &babulu;
	directory_index(arena, &d);
	assert_int_equal(holes_of(shipped(), d, NULL), (2 + 1) * 4);
	assert_non_null(strstr(out.data, "64.09.01.1003 Petung: nobody with a phone is planned"));
	assert_non_null(strstr(out.data, "64.09 Penajam Paser Utara: nobody with a phone is planned"));
	assert_null(strstr(out.data, "Labangka"));
	babulu.scope = "64.09";
	babulu.phone = NULL;
	directory_index(arena, &d);
	assert_int_equal(holes_of(shipped(), d, NULL), (3 + 1) * 4);
}

/* Whoever stands in the directory and on no roster is never told. */
static void somebody_who_is_never_planned_is_no_human(void **state)
{
	(void)state;
	struct directory d = sample();
	const size_t all = (3 + 1) * 4;
	struct rotation over = rotation;
	struct single_shift shift = {&coordinator, "coordinator", {now.us + 1}, {now.us + 2}, {{0}}};
	struct person other = {"ani", "Ani", NULL, "officer", "64.09", false};
	struct override stands_in = {.role = "officer", .from = {1}, .until = {now.us + 9}, .person = &coordinator};
	d.roster = (struct roster){.rotations = NULL};
	assert_int_equal(holes_of(shipped(), d, NULL), all);
	assert_non_null(strstr(out.data, "(critical, high, normal), 64.09.01.1003 Petung: nobody with a phone is "
	                                 "planned, and no ladder names one\n"));
	over.until = now;
	d.roster = (struct roster){.rotations = &over, .rotation_count = 1};
	assert_int_equal(holes_of(shipped(), d, NULL), all);
	over.until.us++;
	assert_int_equal(holes_of(shipped(), d, NULL), 0);
	d.roster = (struct roster){.shifts = &shift, .shift_count = 1};
	assert_int_equal(holes_of(shipped(), d, NULL), 0); /* later is soon enough: gaps have an alarm of their own */
	shift.until = now;
	assert_int_equal(holes_of(shipped(), d, NULL), all);
	shift = (struct single_shift){&other, "officer", {1}, {now.us + 9}, {{0}}};
	assert_int_equal(holes_of(shipped(), d, NULL), all); /* planned, but not among the directory's people */
	d.roster.overrides = &stands_in;
	d.roster.override_count = 1;
	assert_int_equal(holes_of(shipped(), d, NULL), 0);
	stands_in.instead_of = &coordinator;
	assert_int_equal(holes_of(shipped(), d, NULL), all); /* there is no shift that he could take over */
	stands_in.instead_of = &other;
	assert_int_equal(holes_of(shipped(), d, NULL), 0);
}

/* A change that is tried has people of its own; the roster still points to those before. */
static void the_roster_tells_people_as_the_directory_has_them(void **state)
{
	(void)state;
	struct directory d = sample();
	struct person mute = coordinator;
	mute.phone = NULL;
	d.people = &mute;
	directory_index(arena, &d);
	assert_true(holes_of(shipped(), d, NULL) > 0);
}

static void regency_that_only_districts_serve_is_a_hole(void **state)
{
	(void)state;
	struct directory d = sample();
	static const char *const districts[] = {"64.09.01", "64.09.03", "64.09.04"};
	struct agency *split = arena_array(arena, struct agency, d.agency_count);
	memcpy(split, d.agencies, d.agency_count * sizeof *split);
	for (size_t i = 0; i < d.agency_count; i++) {
		split[i].jurisdiction = districts;
		split[i].jurisdiction_count = 3;
	}
	d.agencies = split;
	directory_index(arena, &d);
	assert_int_equal(holes_of(shipped(), d, NULL), 4);
	assert_non_null(strstr(out.data,
	                       "unclaimed_body (critical, high, normal), 64.09 Penajam Paser Utara: no agency "
	                       "with a contact is reached\n"));
	assert_null(strstr(out.data, "Labangka"));
}

static void person_of_a_ladder_is_a_human_and_an_unknown_one_a_hole(void **state)
{
	(void)state;
	char *text = changed(shipped(), "{ \"to\": \"duty\", \"wait\": \"5m\" }",
	                     "{ \"to\": \"duty\", \"wait\": \"5m\" }, { \"to\": \"person:kabid\", \"wait\": \"5m\" }");
	struct directory d = sample();
	struct person kabid = {"kabid", "Kabid", "+628000000901", "officer", "64.71", false};
	d.people = &kabid; /* covers nothing here: reached by name only */
	directory_index(arena, &d);
	assert_int_equal(holes_of(text, d, NULL), 0);
	kabid.phone = NULL;
	directory_index(arena, &d);
	assert_true(holes_of(text, d, NULL) > 1);
	assert_non_null(strstr(out.data, "ladder triage, rung 2: person:kabid has no phone\n"));
	d.people = &coordinator;
	directory_index(arena, &d);
	assert_int_equal(holes_of(text, d, NULL), 1);
	assert_string_equal(out.data, "ladder triage, rung 2: person:kabid is not in the directory\n");
}

static void person_of_one_ladder_is_a_human_for_the_types_that_climb_it(void **state)
{
	(void)state;
	char *text = changed(shipped(), "{ \"to\": \"up\", \"wait\": \"5m\" }",
	                     "{ \"to\": \"person:kabid\", \"wait\": \"5m\" }");
	struct directory d = sample();
	struct person kabid = {"kabid", "Kabid", "+628000000901", "officer", "64.71", false};
	d.people = &kabid;
	directory_index(arena, &d);
	assert_int_equal(
	        holes_of(text, d, NULL),
	        2 * 3 + 3); /* "unhurried" and "urgent" alone never reach a person, nor the regency of a third type */
	assert_non_null(
	        strstr(out.data, "other_social (critical, high, normal), 64.09.03.2002 Labangka: nobody with a phone"));
	assert_null(strstr(out.data, "abandoned_person"));
}

static void unknown_agency_of_a_ladder_is_a_hole(void **state)
{
	(void)state;
	char *text = changed(shipped(), "{ \"to\": \"up\", \"wait\": \"5m\" }",
	                     "{ \"to\": \"agency:kodim\", \"wait\": \"5m\" }");
	assert_int_equal(holes_of(text, sample(), NULL), 1);
	assert_string_equal(out.data, "ladder standard, rung 3: agency:kodim is not in the directory\n");
}

static void regency_without_villages_is_a_hole(void **state)
{
	(void)state;
	char *text = changed(shipped(), "\"64.09\"", "\"64.10\"");
	assert_int_equal(holes_of(text, sample(), NULL), 1);
	assert_non_null(strstr(out.data, "regency 64.10: no village is loaded"));
}

/* ---- who is told when the machine is in trouble ---- */

static const struct policy *with_alarms(const char *alarms)
{
	const char *text = shipped(), *begin = strstr(text, "\t\"alarms\": {"), *end = strstr(begin, "\n\t},");
	assert_non_null(end);
	buf_reset(&out);
	return read_policy(arena_printf(arena, "%.*s\t%s%s", (int)(begin - text), text, alarms, end + 4));
}

static void an_alarm_that_is_not_named_tells_duty_every_six_hours(void **state)
{
	(void)state;
	const struct policy *p = with_alarms("");
	assert_string_equal(out.data, "");
	for (int k = 0; k < ALARM_KINDS; k++) {
		assert_true(p->alarms[k].duty);
		assert_null(p->alarms[k].people[0]);
		assert_int_equal(p->alarms[k].repeat_s, 6 * 3600);
	}
}

static void an_alarm_tells_whom_it_names_and_nobody_else(void **state)
{
	(void)state;
	const struct policy *p =
	        with_alarms("\"alarms\": {\"shift_gap\": {\"tell\": [\"duty\", \"person:kabid\"], \"repeat\": \"1h\"}, "
	                    "\"clock_step\": {\"tell\": [\"person:a\", \"person:b\"]}},");
	assert_string_equal(out.data, "");
	assert_true(p->alarms[ALARM_SHIFT_GAP].duty);
	assert_string_equal(p->alarms[ALARM_SHIFT_GAP].people[0], "kabid");
	assert_null(p->alarms[ALARM_SHIFT_GAP].people[1]);
	assert_int_equal(p->alarms[ALARM_SHIFT_GAP].repeat_s, 3600);
	assert_false(p->alarms[ALARM_CLOCK_STEP].duty);
	assert_string_equal(p->alarms[ALARM_CLOCK_STEP].people[1], "b");
	assert_int_equal(p->alarms[ALARM_CLOCK_STEP].repeat_s, 6 * 3600);
}

static void an_unknown_person_of_an_alarm_is_a_hole(void **state)
{
	(void)state;
	char *text = changed(shipped(), "\"spool_filling\": { \"tell\": [\"duty\"]",
	                     "\"spool_filling\": { \"tell\": [\"person:kabid\"]");
	assert_int_equal(holes_of(text, sample(), NULL), 1);
	assert_string_equal(out.data, "alarm spool_filling: person:kabid is not in the directory\n");
}

static void a_fault_in_an_alarm_is_named_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *alarms, *says;
	} cases[] = {
	        {"\"alarms\": 7,", ": /alarms: must be an object"},
	        {"\"alarms\": {\"shift_gab\": {}},",
	         ": /alarms/shift_gab: unknown member; here may stand: database_away,"},
	        {"\"alarms\": {\"shift_gap\": []},", ": /alarms/shift_gap: must be an object"},
	        {"\"alarms\": {\"shift_gap\": {\"tel\": []}},",
	         ": /alarms/shift_gap/tel: unknown member; here may stand: tell, repeat"},
	        {"\"alarms\": {\"shift_gap\": {\"tell\": []}},",
	         ": /alarms/shift_gap/tell: must be a list of at least one"},
	        {"\"alarms\": {\"shift_gap\": {\"tell\": [\"duty\", \"agency:x\"]}},",
	         ": /alarms/shift_gap/tell/1: must be duty or person:SLUG"},
	        {"\"alarms\": {\"shift_gap\": {\"tell\": "
	         "[\"person:a\",\"person:b\",\"person:c\",\"person:d\",\"person:e\"]}},",
	         ": /alarms/shift_gap/tell/4: at most 4 people may be named"},
	        {"\"alarms\": {\"shift_gap\": {\"repeat\": \"soon\"}},",
	         ": /alarms/shift_gap/repeat: must be a duration"},
	};
	const char *text = shipped();
	int line = line_of(text, strstr(text, "\t\"alarms\": {"));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(with_alarms(cases[i].alarms));
		char place[40];
		snprintf(place, sizeof place, "policy.jsonc:%d:", line);
		if (strncmp(out.data, place, strlen(place)) != 0 || strstr(out.data, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].alarms, out.data);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
	        TEST(shipped_policy_is_valid),
	        TEST(defaults_fill_what_may_be_left_out),
	        TEST(targets_in_a_list_act_together),
	        TEST(each_mistake_is_named_with_line_and_pointer),
	        TEST(broken_syntax_is_named_with_line_and_column),
	        TEST(all_faults_are_told_at_once_but_not_without_end),
	        TEST(place_is_found_behind_comments_strings_and_brackets),
	        TEST(conditions_are_and_unless_any),
	        TEST(sample_reaches_an_agency_and_a_human_everywhere),
	        TEST(village_without_any_agency_is_a_hole_with_its_urgencies),
	        TEST(agency_without_contact_reaches_nobody),
	        TEST(area_that_no_human_covers_is_a_hole),
	        TEST(somebody_who_is_never_planned_is_no_human),
	        TEST(the_roster_tells_people_as_the_directory_has_them),
	        TEST(regency_that_only_districts_serve_is_a_hole),
	        TEST(person_of_a_ladder_is_a_human_and_an_unknown_one_a_hole),
	        TEST(person_of_one_ladder_is_a_human_for_the_types_that_climb_it),
	        TEST(unknown_agency_of_a_ladder_is_a_hole),
	        TEST(regency_without_villages_is_a_hole),
	        TEST(an_alarm_that_is_not_named_tells_duty_every_six_hours),
	        TEST(an_alarm_tells_whom_it_names_and_nobody_else),
	        TEST(an_unknown_person_of_an_alarm_is_a_hole),
	        TEST(a_fault_in_an_alarm_is_named_with_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
