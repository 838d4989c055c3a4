/* layer: core */
/* test_place_near: names that sound almost like what is written: what is found is what a comparison of all names finds; and what a spelling costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/core/place_key.h"
#include "../../daemon/core/place_near.h"

enum { NAMES = 3000, ASKED = 1500, SOUND_MAX = 16, VARIANTS_MAX = 200, FAR = 1000 };

/* ---- the oracle: every name, every variant ---- */

struct variants {
	char text[VARIANTS_MAX][SOUND_MAX];
	size_t count;
};

/* The sound and what is left of it without so many letters, whichever they are, the first among them. */
static void vary(struct variants *v, const char *sound, int edits)
{
	snprintf(v->text[v->count++], SOUND_MAX, "%s", sound);
	for (size_t i = 0; edits > 0 && sound[i] != '\0'; i++) {
		char less[SOUND_MAX];
		snprintf(less, sizeof less, "%.*s%s", (int)i, sound, sound + i + 1);
		vary(v, less, edits - 1);
	}
}

static bool share(const struct variants *a, const struct variants *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (strcmp(a->text[i], b->text[j]) == 0)
				return true;
	return false;
}

/* As place_near.h says: by the length of the name, and of what was asked. */
static int edits_of_name(size_t len)
{
	return len < 5 ? 0 : len < 8 ? 1 : 2;
}

static int edits_of_asked(size_t len)
{
	return len < 4 ? 0 : len < 6 ? 1 : 2;
}

static int distance(const char *a, const char *b)
{
	return place_sound_distance(a, strlen(a), b, strlen(b), FAR);
}

/* The distance of the nearest name that shares a variant and is near enough for its length; FAR: none. within: how many are no farther than that. */
static int nearest_of_all(const char *const *names, size_t n, const char *asked, int within, size_t *ret_within)
{
	static const int most[] = {0, 0, 0, 0, 0, 6, 9, 10, 12, 14, 15};
	static struct variants of_asked, of_name;
	int nearest = FAR;
	*ret_within = 0;
	of_asked.count = 0;
	vary(&of_asked, asked, edits_of_asked(strlen(asked)));
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);
		int d = distance(asked, names[i]);
		if (names[i][0] != asked[0] || d > (len < sizeof most / sizeof *most ? most[len] : 18))
			continue;
		of_name.count = 0;
		vary(&of_name, names[i], edits_of_name(len));
		if (!share(&of_asked, &of_name))
			continue;
		*ret_within += d <= within;
		nearest = d < nearest ? d : nearest;
	}
	return nearest;
}

/* ---- sounds by chance, always the same ---- */

static uint32_t state = 20261122;

static uint32_t chance(uint32_t below)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

/* Consonants and vowels in turn, as sounds are: no letter twice in a row. */
static void make_sound(char ret[SOUND_MAX])
{
	static const char consonants[] = "bdgklmnprst", vowels[] = "aiue";
	size_t len = 3 + chance(8);
	for (size_t i = 0; i < len; i++)
		ret[i] = i % 2 == 0 ? consonants[chance(sizeof consonants - 1)] : vowels[chance(sizeof vowels - 1)];
	ret[len] = '\0';
}

/* Another letter, one more, one less, or two changed places; not the first. */
static void misspell(const char *name, char ret[SOUND_MAX])
{
	size_t len = strlen(name), at = 1 + chance((uint32_t)len - 1);
	char letter = "aiuebdgklmnprst"[chance(15)];
	switch (chance(4)) {
	case 0:
		snprintf(ret, SOUND_MAX, "%.*s%c%s", (int)at, name, letter, name + at + 1);
		break;
	case 1:
		snprintf(ret, SOUND_MAX, "%.*s%c%s", (int)at, name, letter, name + at);
		break;
	case 2:
		snprintf(ret, SOUND_MAX, "%.*s%s", (int)at, name, name + at + 1);
		break;
	default:
		snprintf(ret, SOUND_MAX, "%s", name);
		if (at + 1 < len) {
			ret[at] = name[at + 1];
			ret[at + 1] = name[at];
		}
	}
}

struct fixture {
	struct arena *arena;
	char text[NAMES][SOUND_MAX];
	const char *names[NAMES];
	struct place_near *near;
};

static int open_fixture(void **ret)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	f->arena = arena_new();
	for (size_t i = 0; i < NAMES; i++) {
		make_sound(f->text[i]);
		f->names[i] = f->text[i];
	}
	f->near = place_near_new(f->arena, f->names, NAMES);
	*ret = f;
	return 0;
}

static int close_fixture(void **ret)
{
	struct fixture *f = *ret;
	arena_free(&f->arena);
	free(f);
	return 0;
}

/* ---- what is found ---- */

static void check(const struct fixture *f, const char *asked, int most)
{
	struct place_hit hits[PLACE_HITS];
	size_t n = place_near_find(f->near, asked, strlen(asked), most, hits), within;
	int nearest = nearest_of_all(f->names, NAMES, asked, most + PLACE_RIVAL, &within);
	assert_int_equal(n, nearest > most ? 0 : within < PLACE_HITS ? within : PLACE_HITS);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(hits[i].distance, distance(asked, f->names[hits[i].name]));
		assert_true(i == 0 ? hits[i].distance == nearest : hits[i].distance >= hits[i - 1].distance);
		for (size_t j = 0; j < i; j++)
			assert_true(hits[i].name != hits[j].name);
	}
}

static void what_is_found_is_what_a_comparison_of_all_names_finds(void **state_)
{
	static const int mosts[] = {0, 3, 5, 6, FAR};
	const struct fixture *f = *state_;
	char asked[SOUND_MAX];
	for (int i = 0; i < ASKED; i++) {
		const char *name = f->names[chance(NAMES)];
		if (i % 3 == 0)
			make_sound(asked);
		else if (i % 3 == 1)
			misspell(name, asked);
		else
			snprintf(asked, sizeof asked, "%s", name);
		check(f, asked, mosts[i % 5]);
	}
}

static void where_only_the_same_sound_will_do_a_misspelt_one_finds_nothing(void **state_)
{
	(void)state_;
	static const char *const names[] = {"labangka", "labangki", "petung"};
	struct arena *a = arena_new();
	struct place_near *near = place_near_new(a, names, 3);
	struct place_hit hits[PLACE_HITS];
	assert_int_equal(place_near_find(near, "labamgka", 8, 2, hits), 0);
	assert_int_equal(place_near_find(near, "labamgka", 8, 6, hits), 1);
	assert_int_equal(place_near_find(near, "petung", 6, 0, hits), 1);
	assert_int_equal(hits[0].name, 2);
	arena_free(&a);
}

/* ---- what a spelling costs ---- */

static void letters_cost_what_ears_make_of_them_whichever_is_written(void **state_)
{
	(void)state_;
	static const struct {
		const char *one, *other;
		int cost;
	} pairs[] = {
	        {"kaba", "kapa", 6},  {"kada", "kata", 6},    {"raga", "raka", 6},  {"kala", "kara", 6},
	        {"kama", "kana", 6},  {"kasa", "kata", 10},   {"kati", "kate", 3},  {"kata", "katu", 3},
	        {"kati", "kata", 5},  {"kat2", "kat4", 30},   {"kate", "kat", 3},   {"kata", "kat", 5},
	        {"katak", "kata", 4}, {"labang", "laban", 4}, {"kawat", "kaat", 4}, {"katar", "kata", 9},
	        {"kat2", "kat", 30},  {"karta", "katra", 7},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_int_equal(distance(pairs[i].one, pairs[i].other), pairs[i].cost);
		assert_int_equal(distance(pairs[i].other, pairs[i].one), pairs[i].cost);
	}
	/* j beside a vowel or a hiss: by what stands first */
	assert_int_equal(distance("kaja", "kaia"), 3);
	assert_int_equal(distance("kaja", "kasa"), 3);
	assert_int_equal(distance("kasa", "kaja"), 6);
	assert_int_equal(distance("kaja", "kaka"), 3);
	assert_int_equal(distance("kaka", "kaja"), 6);
	assert_int_equal(distance("kaua", "kawa"), 3);
}

static void different_sounds_are_never_nearer_than_the_least(void **state_)
{
	const struct fixture *f = *state_;
	char asked[SOUND_MAX];
	for (size_t i = 0; i < NAMES; i++) {
		misspell(f->names[i], asked);
		int d = distance(asked, f->names[i]);
		assert_true(strcmp(asked, f->names[i]) == 0 ? d == 0 : d >= PLACE_SOUND_LEAST);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_found_is_what_a_comparison_of_all_names_finds),
	        cmocka_unit_test(where_only_the_same_sound_will_do_a_misspelt_one_finds_nothing),
	        cmocka_unit_test(letters_cost_what_ears_make_of_them_whichever_is_written),
	        cmocka_unit_test(different_sounds_are_never_nearer_than_the_least),
	};
	return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
