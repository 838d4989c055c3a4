/* layer: core */
/* Who is on duty: rotations, single shifts, overrides, swaps, gaps; and a naive oracle, minute by minute, over random rosters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "../../daemon/core/directory.h"

static struct arena *arena;
enum { ANI, BUDI, CICI, DODO, EKA, PEOPLE };
static const struct person people[PEOPLE + 1] = {
        [ANI] = {"ani", "Ani", "+62811", "officer", "64.09", false},
        [BUDI] = {"budi", "Budi", "+62812", "coordinator", "64.09", false},
        [CICI] = {"cici", "Cici", NULL, "coordinator", "64.09.03", false},
        [DODO] = {"dodo", "Dodo", "+62814", "officer", "64.09.03", false},
        [EKA] = {"eka", "Eka", "+62815", "officer", "", false},
        [PEOPLE] = {"gone", "Gone", "+62816", "officer", "", true},
};
#define WHO(name)    (&people[name])
#define EVERYBODY    NULL
#define NOBODY       NULL
#define LEFT         (&people[PEOPLE])
#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { C_MINUTE = 60, WEEK = 7 * 24 * 60 };

/* Minutes after some moment that lies on no hour, day or week of any zone. */
static struct wall m(int64_t minutes)
{
	return (struct wall){(INT64_C(1795255547) + minutes * C_MINUTE) * 1000000};
}

static int64_t minutes(struct wall at)
{
	return (at.us - m(0).us) / (C_MINUTE * INT64_C(1000000));
}

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

/* ---- readable rosters and answers ---- */

static struct rotation turns(const struct person *const *who, size_t n, int64_t from, int64_t length)
{
	return (struct rotation){.slug = "piket",
	                         .role = "coordinator",
	                         .people = who,
	                         .count = n,
	                         .from = m(from),
	                         .shift_s = length * C_MINUTE};
}

static struct override instead(const struct person *person, const struct person *of, int64_t from, int64_t until)
{
	static int64_t made;
	return (struct override){.role = "coordinator",
	                         .from = m(from),
	                         .until = m(until),
	                         .made = {++made},
	                         .person = person,
	                         .instead_of = of};
}

static struct override traded(const struct person *person, const struct person *of, int64_t from, int64_t until)
{
	struct override o = instead(person, of, from, until);
	o.swap = true;
	return o;
}

/* "ani 0-60 rotation, budi 60-120 swap": role is added when it is not coordinator. */
static void assert_spans(const struct roster *r, int64_t from, int64_t until, const char *expected)
{
	struct duty_span spans[32];
	char got[1000] = "";
	size_t n = roster_spans(r, arena, m(from), m(until), spans, COUNT(spans));
	assert_in_range(n, 0, COUNT(spans));
	for (size_t i = 0; i < n; i++) {
		const struct duty_span *s = &spans[i];
		assert_true((strcmp(s->source, "rotation") == 0) == (s->rotation != NULL));
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s %lld-%lld %s%s", i > 0 ? ", " : "",
		         s->person->slug, (long long)minutes(s->from), (long long)minutes(s->until), s->source,
		         strcmp(s->role, "coordinator") == 0 ? "" : " officer");
	}
	assert_string_equal(got, expected);
}

static void assert_at(const struct roster *r, int64_t at, const char *expected)
{
	struct duty_span spans[8];
	char got[400] = "";
	size_t n = roster_at(r, m(at), spans, COUNT(spans));
	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s %lld-%lld", i > 0 ? ", " : "",
		         spans[i].person->slug, (long long)minutes(spans[i].from), (long long)minutes(spans[i].until));
	assert_string_equal(got, expected);
}

static void assert_gaps(const struct roster *r, const char *role, const char *code, int64_t until, const char *expected)
{
	struct duty_gap gaps[16];
	char got[400] = "";
	size_t n = roster_gaps(r, arena, role, code, m(0), m(until), gaps, COUNT(gaps));
	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%lld-%lld", i > 0 ? ", " : "",
		         (long long)minutes(gaps[i].from), (long long)minutes(gaps[i].until));
	assert_string_equal(got, expected);
}

/* ---- what each part does ---- */

static const struct person *const three[] = {WHO(ANI), WHO(BUDI), WHO(CICI)};

static void a_rotation_gives_each_a_turn_and_begins_anew(void **state)
{
	(void)state;
	struct rotation n = turns(three, 3, 0, 60);
	struct roster r = {.rotations = &n, .rotation_count = 1};
	assert_spans(&r, 0, 240,
	             "ani 0-60 rotation, budi 60-120 rotation, cici 120-180 rotation, ani 180-240 rotation");
	assert_spans(&r, -100, 30, "ani 0-30 rotation"); /* before its beginning nobody; the window cuts */
	assert_at(&r, 70, "budi 60-120");
	assert_at(&r, -1, "");
	n.until = m(90);
	assert_spans(&r, 0, 240, "ani 0-60 rotation, budi 60-90 rotation");
}

static void a_turn_is_a_shift_also_when_the_same_person_has_the_next(void **state)
{
	(void)state;
	struct rotation n = turns(three, 1, 0, 60);
	struct roster r = {.rotations = &n, .rotation_count = 1};
	assert_spans(&r, 30, 150, "ani 30-60 rotation, ani 60-120 rotation, ani 120-150 rotation");
}

static void a_span_holds_its_beginning_and_not_its_end(void **state)
{
	(void)state;
	struct single_shift s[] = {{WHO(ANI), "coordinator", m(10), m(20), {{0}}},
	                           {WHO(BUDI), "coordinator", m(20), m(30), {{0}}}};
	struct roster r = {.shifts = s, .shift_count = 2};
	struct duty_span found[2];
	assert_int_equal(roster_at(&r, (struct wall){m(10).us - 1}, found, 2), 0);
	assert_int_equal(roster_at(&r, m(10), found, 2), 1);
	assert_int_equal(roster_at(&r, (struct wall){m(20).us - 1}, found, 2), 1);
	assert_ptr_equal(found[0].person, WHO(ANI));
	assert_int_equal(roster_at(&r, m(20), found, 2), 1);
	assert_ptr_equal(found[0].person, WHO(BUDI));
	assert_int_equal(roster_at(&r, m(30), found, 2), 0);
	assert_spans(&r, 20, 20, "");
	assert_spans(&r, 0, 10, "");
	assert_spans(&r, 20, 30, "budi 20-30 shift");
}

static void coordinators_come_first_then_who_began_first(void **state)
{
	(void)state;
	struct single_shift s[] = {
	        {WHO(ANI), "officer", m(0), m(100), {{0}}},       {WHO(CICI), "coordinator", m(20), m(100), {{0}}},
	        {WHO(BUDI), "coordinator", m(10), m(100), {{0}}}, {WHO(DODO), "officer", m(-5), m(100), {{0}}},
	        {WHO(BUDI), "coordinator", m(15), m(90), {{0}}}, /* the same duty twice is one duty */
	};
	struct roster r = {.shifts = s, .shift_count = COUNT(s)};
	assert_at(&r, 50, "budi 10-100, cici 20-100, dodo -5-100, ani 0-100");
	struct duty_span two[2];
	assert_int_equal(roster_at(&r, m(50), two, 2), 2);
	assert_ptr_equal(two[0].person, WHO(BUDI));
	assert_ptr_equal(two[1].person, WHO(CICI));
	assert_int_equal(roster_at(&r, m(50), two, 0), 0);
}

static void assert_told(const struct roster *r, const char *code, size_t max, const char *expected)
{
	const struct person *told[8];
	char got[100] = "";
	size_t n = roster_people(r, m(50), code, told, max);
	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i > 0 ? " " : "", told[i]->slug);
	assert_string_equal(got, expected);
}

static void who_is_told_is_there_once_with_the_best_of_his_shifts(void **state)
{
	(void)state;
	struct single_shift s[] = {
	        {WHO(ANI), "officer", m(-60), m(100), {{0}}},     {WHO(EKA), "officer", m(-90), m(100), {{0}}},
	        {WHO(DODO), "officer", m(-80), m(100), {{0}}},    {WHO(BUDI), "officer", m(-70), m(100), {{0}}},
	        {WHO(CICI), "coordinator", m(0), m(100), {{0}}},  {WHO(ANI), "officer", m(-85), m(100), {{0}}},
	        {WHO(BUDI), "officer", m(-95), m(100), {{0}}},    {WHO(BUDI), "coordinator", m(10), m(100), {{0}}},
	        {WHO(BUDI), "coordinator", m(-5), m(100), {{0}}}, {LEFT, "coordinator", m(0), m(100), {{0}}},
	        {WHO(CICI), "officer", m(-99), m(100), {{0}}},
	};
	struct override o = instead(WHO(EKA), WHO(CICI), 20, 60);
	struct roster r = {.shifts = s, .shift_count = COUNT(s)};
	assert_told(&r, "64.09.03.2002", 8, "budi cici eka ani dodo");
	assert_told(&r, "64.09.01.1003", 8, "budi eka ani");
	assert_told(&r, "64.71", 8, "eka");
	assert_told(&r, "64.09.03.2002", 3, "budi cici eka");
	assert_told(&r, "64.09.03.2002", 1, "budi");
	assert_told(&r, "64.09.03.2002", 0, "");
	r.overrides = &o;
	r.override_count = 1;
	assert_told(&r, "64.09.03.2002", 8, "budi eka cici ani dodo"); /* Eka stands in for Cici since 20 */
}

static void an_override_moves_the_shifts_of_one_person_as_far_as_it_lasts(void **state)
{
	(void)state;
	struct rotation n = turns(three, 3, 0, 60);
	struct override o = instead(WHO(DODO), WHO(BUDI), 30, 100);
	struct roster r = {.rotations = &n, .rotation_count = 1, .overrides = &o, .override_count = 1};
	assert_spans(&r, 0, 180,
	             "ani 0-60 rotation, dodo 60-100 override, budi 100-120 rotation, cici 120-180 rotation");
	o.role = "officer"; /* another role is another duty */
	assert_spans(&r, 0, 120, "ani 0-60 rotation, budi 60-120 rotation");
}

static void an_override_without_a_person_leaves_a_gap(void **state)
{
	(void)state;
	struct rotation n = turns(three, 3, 0, 60);
	struct override o = instead(NOBODY, WHO(BUDI), 0, 100);
	struct roster r = {.rotations = &n, .rotation_count = 1, .overrides = &o, .override_count = 1};
	assert_spans(&r, 0, 180, "ani 0-60 rotation, budi 100-120 rotation, cici 120-180 rotation");
	assert_gaps(&r, "coordinator", "64.09", 120, "60-100");
}

static void an_override_of_everybody_also_fills_a_gap(void **state)
{
	(void)state;
	const struct person *const with_gap[] = {WHO(ANI), NULL};
	struct rotation n = turns(with_gap, 2, 0, 60);
	struct single_shift s = {WHO(BUDI), "coordinator", m(0), m(30), {{0}}};
	struct override o = instead(WHO(DODO), EVERYBODY, 20, 200);
	struct roster r = {&n, 1, &s, 1, &o, 1};
	assert_spans(&r, 0, 240, "ani 0-20 rotation, budi 0-20 shift, dodo 20-200 override");
	assert_gaps(&r, "coordinator", "64.09.03.2002", 240, "200-240");
	n.until = m(10); /* where there is no shift at all */
	assert_spans(&r, 10, 240, "budi 10-20 shift, dodo 20-200 override");
}

static void of_nested_overrides_the_one_made_last_counts(void **state)
{
	(void)state;
	struct rotation n = turns(three, 1, 0, 1000);
	struct override o[] = {instead(WHO(BUDI), WHO(ANI), 0, 100), instead(WHO(CICI), WHO(ANI), 20, 80),
	                       instead(WHO(DODO), WHO(CICI), 40, 60), instead(WHO(ANI), EVERYBODY, 45, 50)};
	struct roster r = {.rotations = &n, .rotation_count = 1, .overrides = o, .override_count = 4};
	assert_spans(&r, 0, 120,
	             "budi 0-20 override, cici 20-40 override, dodo 40-45 override, ani 45-50 override, "
	             "dodo 50-60 override, cici 60-80 override, budi 80-100 override, ani 100-120 rotation");
	struct override reverse[] = {o[1], o[0]}; /* the wider one made last hides the narrower */
	r.overrides = reverse;
	r.override_count = 2;
	assert_spans(&r, 0, 100, "budi 0-100 override");
}

static void a_swap_is_a_trade_that_later_leave_does_not_touch(void **state)
{
	(void)state;
	struct rotation n = turns(three, 2, 0, 60);
	struct override o[] = {traded(WHO(BUDI), WHO(ANI), 0, 60), traded(WHO(ANI), WHO(BUDI), 60, 120),
	                       instead(WHO(DODO), WHO(ANI), 0, 240)};
	struct roster r = {.rotations = &n, .rotation_count = 1, .overrides = o, .override_count = 2};
	assert_spans(&r, 0, 180, "budi 0-60 swap, ani 60-120 swap, ani 120-180 rotation");
	r.override_count = 3; /* Ani is away: Budi keeps what he took from her */
	assert_spans(&r, 0, 240, "budi 0-60 swap, dodo 60-180 override, budi 180-240 rotation");
}

static void who_left_is_never_on_duty_and_can_still_be_replaced(void **state)
{
	(void)state;
	const struct person *const with_left[] = {WHO(ANI), LEFT, NULL};
	struct rotation n = turns(with_left, 3, 0, 60);
	struct override o[] = {instead(WHO(BUDI), LEFT, 60, 90), instead(LEFT, WHO(ANI), 0, 30)};
	struct single_shift s[] = {{LEFT, "coordinator", m(0), m(200), {{0}}},
	                           {NULL, "coordinator", m(0), m(200), {{0}}}};
	struct roster r = {&n, 1, s, 2, o, 2};
	assert_spans(&r, 0, 180, "ani 30-60 rotation, budi 60-90 override");
	assert_gaps(&r, NULL, "64.09", 180, "0-30, 90-180");
}

static void a_whole_span_is_found_from_any_part_of_it(void **state)
{
	(void)state;
	struct rotation n = turns(three, 3, 0, 600);
	struct override o[] = {instead(WHO(DODO), WHO(ANI), 100, 200), instead(WHO(EKA), WHO(BUDI), 300, 400)};
	struct roster r = {.rotations = &n, .rotation_count = 1, .overrides = o, .override_count = 2};
	struct duty_span span;
	assert_int_equal(roster_spans(&r, arena, m(350), m(360), &span, 1), 1);
	assert_int_equal(minutes(span.from), 350);
	span = roster_whole(&r, &span);
	assert_int_equal(minutes(span.from), 200); /* across the boundaries of what concerns others */
	assert_int_equal(minutes(span.until), 600);
	struct duty_span nobody = {.person = WHO(CICI), .role = "coordinator", .from = m(1), .until = m(2)};
	assert_int_equal(minutes(roster_whole(&r, &nobody).from), 1);
	struct single_shift endless = {WHO(ANI), "officer", {INT64_MIN}, {INT64_MAX}, {{0}}};
	r = (struct roster){.shifts = &endless, .shift_count = 1};
	assert_int_equal(roster_spans(&r, arena, m(0), m(1), &span, 1), 1);
	span = roster_whole(&r, &span);
	assert_int_equal(minutes(span.from), -366 * 1440);
	assert_int_equal(minutes(span.until), 366 * 1440 + 1);
}

static void a_gap_is_where_nobody_who_covers_the_place_has_a_phone(void **state)
{
	(void)state;
	struct single_shift s[] = {{WHO(BUDI), "coordinator", m(0), m(60), {{0}}},
	                           {WHO(CICI), "coordinator", m(60), m(120), {{0}}}, /* no phone */
	                           {WHO(DODO), "officer", m(90), m(180), {{0}}}};    /* not everywhere */
	struct roster r = {.shifts = s, .shift_count = 3};
	assert_gaps(&r, "coordinator", "64.09.03.2002", 240, "60-240");
	assert_gaps(&r, NULL, "64.09.03.2002", 240, "60-90, 180-240");
	assert_gaps(&r, NULL, "64.09.01.1003", 240, "60-240");
	assert_gaps(&r, NULL, NULL, 240, "60-90, 180-240");
	assert_gaps(&r, "coordinator", "64.09", 60, "");
	struct duty_gap one;
	assert_int_equal(roster_gaps(&r, arena, NULL, "64.09.03.2002", m(0), m(240), &one, 1), 2);
	assert_int_equal(minutes(one.until), 90);
}

static void more_spans_than_room_are_counted(void **state)
{
	(void)state;
	struct rotation n = turns(three, 3, 0, 60);
	struct roster r = {.rotations = &n, .rotation_count = 1};
	struct duty_span two[2];
	assert_int_equal(roster_spans(&r, arena, m(0), m(600), two, 2), 10);
	assert_ptr_equal(two[1].person, WHO(BUDI));
	assert_int_equal(minutes(two[1].until), 120);
	assert_int_equal(roster_spans(&r, arena, m(0), m(600), NULL, 0), 10);
}

/* ---- a week, minute by minute, against an oracle that knows nothing of spans ---- */

enum { ROLES = 2, SEATS_MOST = 32 };
static const char *const roles[ROLES] = {"coordinator", "officer"};

struct seat {
	const struct person *owner, *holder;
};

static bool lasts(struct wall from, struct wall until, int64_t at)
{
	return minutes(from) <= at && (until.us == 0 || at < minutes(until));
}

/* on[p]: whether people[p] is on duty with that role in that minute. */
static void oracle(const struct roster *r, const char *role, int64_t at, bool on[PEOPLE])
{
	struct seat seats[SEATS_MOST];
	size_t n = 0;
	for (size_t i = 0; i < r->rotation_count; i++) {
		const struct rotation *x = &r->rotations[i];
		if (strcmp(x->role, role) == 0 && lasts(x->from, x->until, at)) {
			size_t turn = (size_t)((at - minutes(x->from)) / (x->shift_s / C_MINUTE)) % x->count;
			seats[n++] = (struct seat){x->people[turn], x->people[turn]};
		}
	}
	for (size_t i = 0; i < r->shift_count; i++)
		if (strcmp(r->shifts[i].role, role) == 0 && lasts(r->shifts[i].from, r->shifts[i].until, at))
			seats[n++] = (struct seat){r->shifts[i].person, r->shifts[i].person};
	for (size_t i = 0; i < r->override_count; i++) {
		const struct override *o = &r->overrides[i];
		if (strcmp(o->role, role) != 0 || !lasts(o->from, o->until, at))
			continue;
		for (size_t k = 0; k < n; k++)
			if (o->instead_of == NULL || o->instead_of == seats[k].owner ||
			    o->instead_of == seats[k].holder) {
				seats[k].holder = o->person;
				seats[k].owner = o->swap ? o->person : seats[k].owner;
			}
		if (o->instead_of == NULL)
			seats[n++] = (struct seat){o->person, o->person};
	}
	memset(on, 0, PEOPLE * sizeof *on);
	for (size_t k = 0; k < n; k++)
		for (int p = 0; p < PEOPLE; p++)
			on[p] = on[p] || seats[k].holder == &people[p];
}

static uint32_t seed;
static int64_t pick(int64_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (int64_t)((seed >> 8) % (uint32_t)n);
}

static const struct person *anybody(void)
{
	return &people[pick(PEOPLE + 1)];
}

static struct roster random_roster(void)
{
	struct rotation *rotations = arena_array(arena, struct rotation, 4);
	struct single_shift *shifts = arena_array(arena, struct single_shift, 6);
	struct override *overrides = arena_array(arena, struct override, 9);
	struct roster r = {rotations, (size_t)pick(4), shifts, (size_t)pick(7), overrides, (size_t)pick(10)};
	for (size_t i = 0; i < r.rotation_count; i++) {
		const struct person **who = arena_array(arena, const struct person *, 4);
		for (int k = 0; k < 4; k++)
			who[k] = pick(8) == 0 ? NULL : anybody();
		rotations[i] = turns(who, 1 + (size_t)pick(4), pick(WEEK) - WEEK / 2, 60 + pick(2000));
		rotations[i].role = roles[pick(ROLES)];
		if (pick(2) == 0)
			rotations[i].until = (struct wall){rotations[i].from.us + m(1 + pick(WEEK)).us - m(0).us};
	}
	for (size_t i = 0; i < r.shift_count; i++) {
		int64_t from = pick(WEEK * 2) - WEEK;
		shifts[i] =
		        (struct single_shift){anybody(), roles[pick(ROLES)], m(from), m(from + 1 + pick(3000)), {{0}}};
	}
	for (size_t i = 0; i < r.override_count; i++) {
		int64_t from = pick(WEEK);
		const struct person *of = pick(4) == 0 ? EVERYBODY : anybody();
		const struct person *person = of != NULL && pick(4) == 0 ? NOBODY : anybody();
		overrides[i] = instead(person, of, from, from + 1 + pick(4000));
		overrides[i].role = roles[pick(ROLES)];
		overrides[i].swap = of != NULL && person != NULL && pick(3) == 0;
	}
	return r;
}

/* The spans must say the same as the oracle at each minute, be in order, and never show one duty twice. */
static void compare_week(const struct roster *r, uint32_t from_seed)
{
	enum { MOST = 4000 };
	struct duty_span *spans = arena_array(arena, struct duty_span, MOST), now[16];
	size_t n = roster_spans(r, arena, m(0), m(WEEK), spans, MOST);
	assert_in_range(n, 0, MOST);
	int8_t(*on)[ROLES][PEOPLE] = arena_alloc(arena, sizeof(int8_t[ROLES][PEOPLE]) * WEEK);
	for (size_t i = 0; i < n; i++) {
		const struct duty_span *s = &spans[i];
		assert_true(i == 0 || spans[i - 1].from.us <= s->from.us);
		assert_true(m(0).us <= s->from.us && s->from.us < s->until.us && s->until.us <= m(WEEK).us);
		for (int64_t at = minutes(s->from); at < minutes(s->until); at++)
			on[at][name_index(roles, ROLES, s->role)][s->person - people]++;
		struct duty_span whole = roster_whole(r, s);
		assert_true(whole.from.us <= s->from.us && s->until.us <= whole.until.us);
		assert_true(s->from.us == m(0).us || whole.from.us == s->from.us);
		assert_true(s->until.us == m(WEEK).us || whole.until.us == s->until.us);
	}
	for (int64_t at = 0; at < WEEK; at++) {
		size_t expected = 0;
		for (int role = 0; role < ROLES; role++) {
			bool duty[PEOPLE];
			oracle(r, roles[role], at, duty);
			for (int p = 0; p < PEOPLE; p++) {
				expected += duty[p];
				if (on[at][role][p] != (int8_t)duty[p])
					fail_msg("seed %u: minute %lld, %s %s: oracle %d, spans %d", from_seed,
					         (long long)at, people[p].slug, roles[role], duty[p], on[at][role][p]);
			}
		}
		size_t found = roster_at(r, m(at), now, COUNT(now));
		if (found != expected)
			fail_msg("seed %u: minute %lld: oracle %zu on duty, roster_at %zu", from_seed, (long long)at,
			         expected, found);
		for (size_t i = 0; i < found; i++)
			assert_int_equal(on[at][name_index(roles, ROLES, now[i].role)][now[i].person - people], 1);
	}
}

static void each_minute_of_a_week_agrees_with_the_oracle(void **state)
{
	(void)state;
	const char *given = getenv("SEED");
	uint32_t first = given != NULL ? (uint32_t)strtoul(given, NULL, 10) : (uint32_t)time(NULL);
	print_message("seeds from %u (SEED=%u repeats)\n", first, first);
	for (uint32_t i = 0; i < 25; i++) {
		seed = first + i;
		arena_free(&arena);
		arena = arena_new();
		struct roster r = random_roster();
		compare_week(&r, first + i);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
	        TEST(a_rotation_gives_each_a_turn_and_begins_anew),
	        TEST(a_turn_is_a_shift_also_when_the_same_person_has_the_next),
	        TEST(a_span_holds_its_beginning_and_not_its_end),
	        TEST(coordinators_come_first_then_who_began_first),
	        TEST(who_is_told_is_there_once_with_the_best_of_his_shifts),
	        TEST(an_override_moves_the_shifts_of_one_person_as_far_as_it_lasts),
	        TEST(an_override_without_a_person_leaves_a_gap),
	        TEST(an_override_of_everybody_also_fills_a_gap),
	        TEST(of_nested_overrides_the_one_made_last_counts),
	        TEST(a_swap_is_a_trade_that_later_leave_does_not_touch),
	        TEST(who_left_is_never_on_duty_and_can_still_be_replaced),
	        TEST(a_whole_span_is_found_from_any_part_of_it),
	        TEST(a_gap_is_where_nobody_who_covers_the_place_has_a_phone),
	        TEST(more_spans_than_room_are_counted),
	        TEST(each_minute_of_a_week_agrees_with_the_oracle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
