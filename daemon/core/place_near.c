/* place_near: see place_near.h. Hashes are polynomials modulo 2^64, so that the hash of a text without some letters follows from those of its beginnings. */
#include "place_near.h"

#include <stdlib.h>
#include <string.h>

#include "place_key.h"

enum { LONGEST = 31, MANY_NAMES = 10000, BIT_SHIFT = 3 };
static const uint64_t base = 0x9E3779B97F4A7C15u;

struct slot {
	uint32_t check, name; /* name: index + 1, 0 is empty */
};
struct place_near {
	const char *const *sounds;
	const unsigned char *lens; /* by name */
	struct slot *slots;
	uint64_t *bits;
	size_t size;           /* of slots, a power of two; bits are 2^BIT_SHIFT times as many */
	uint32_t lengths[256]; /* by first letter: a bit for each length of a name */
	uint64_t powers[LONGEST + 1];
	int edits_most;
};

/* The hashes of the beginnings of a text. */
struct prefixes {
	uint64_t of[LONGEST + 1];
	size_t len;
};

static void read_prefixes(const char *text, size_t len, struct prefixes *ret)
{
	ret->len = len;
	ret->of[0] = 0;
	for (size_t i = 0; i < len; i++)
		ret->of[i + 1] = ret->of[i] * base + (unsigned char)text[i];
}

/* The hash of the letters from..to in front of which stands what hashes to before. */
static uint64_t append(const struct place_near *p, const struct prefixes *x, uint64_t before, size_t from, size_t to)
{
	return before * p->powers[to - from] + x->of[to] - x->of[from] * p->powers[to - from];
}

static uint64_t mixed(uint64_t hash)
{
	hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9u;
	return hash ^ (hash >> 32);
}

static int edits_of(const struct place_near *p, size_t len)
{
	int edits = len < 5 ? 0 : len < 8 ? 1 : 2;
	return edits < p->edits_most ? edits : p->edits_most;
}

/* Calls each with the hash of the text and of what is left of it without one or two letters; never without the first: so what shares a hash
 * begins alike. */
static void each_hash(const struct place_near *p, const struct prefixes *x, int edits,
                      void (*each)(void *ctx, uint64_t hash), void *ctx)
{
	each(ctx, mixed(x->of[x->len]));
	for (size_t i = 1; edits > 0 && i < x->len; i++) {
		each(ctx, mixed(append(p, x, x->of[i], i + 1, x->len)));
		for (size_t j = i + 1; edits > 1 && j < x->len; j++)
			each(ctx, mixed(append(p, x, append(p, x, x->of[i], i + 1, j), j + 1, x->len)));
	}
}

struct insertion {
	struct place_near *p;
	uint32_t name;
};

static void insert(void *ctx, uint64_t hash)
{
	const struct insertion *in = ctx;
	struct place_near *p = in->p;
	size_t bit = hash & ((p->size << BIT_SHIFT) - 1);
	p->bits[bit / 64] |= UINT64_C(1) << bit % 64;
	size_t i = hash & (p->size - 1);
	while (p->slots[i].name != 0)
		i = (i + 1) & (p->size - 1);
	p->slots[i] = (struct slot){(uint32_t)(hash >> 32), in->name + 1};
}

static size_t count_hashes(const struct place_near *p, const char *const *sounds, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(sounds[i]);
		int edits = edits_of(p, len);
		count += 1 + (edits > 0 ? len - 1 : 0) + (edits > 1 ? (len - 1) * (len - 2) / 2 : 0);
	}
	return count;
}

struct place_near *place_near_new(struct arena *a, const char *const *sounds, size_t n)
{
	struct place_near *p = arena_new_of(a, struct place_near);
	p->sounds = sounds;
	p->edits_most = n > MANY_NAMES ? 1 : 2;
	unsigned char *lens = arena_array(a, unsigned char, n + 1);
	p->lens = lens;
	p->powers[0] = 1;
	for (size_t i = 1; i <= LONGEST; i++)
		p->powers[i] = p->powers[i - 1] * base;
	p->size = 64;
	while (p->size < count_hashes(p, sounds, n) * 2)
		p->size *= 2;
	p->slots = arena_array(a, struct slot, p->size);
	p->bits = arena_array(a, uint64_t, (p->size << BIT_SHIFT) / 64);
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(sounds[i]);
		struct prefixes x;
		if (len == 0 || len > LONGEST)
			continue;
		lens[i] = (unsigned char)len;
		p->lengths[(unsigned char)sounds[i][0]] |= UINT32_C(1) << len;
		read_prefixes(sounds[i], len, &x);
		each_hash(p, &x, edits_of(p, len), insert, &(struct insertion){p, (uint32_t)i});
	}
	return p;
}

struct search {
	const struct place_near *p;
	const char *sound;
	size_t len, count;
	int most; /* farther ones are not even rivals */
	struct place_hit *hits;
};

/* How far a spelling may be from a name, in the units of place_sound_distance. */
static int distance_most(size_t len)
{
	static const int most[] = {0, 0, 0, 0, 0, 6, 9, 10, 12, 14, 15};
	return len < sizeof most / sizeof *most ? most[len] : 18;
}

static void keep(struct search *s, uint32_t name)
{
	const size_t len = s->p->lens[name];
	for (size_t i = 0; i < s->count; i++)
		if (s->hits[i].name == name)
			return;
	int most = distance_most(len) < s->most ? distance_most(len) : s->most;
	int longer = abs((int)len - (int)s->len), distance; /* each letter more costs something */
	if (longer * PLACE_SOUND_LEAST > most ||
	    (distance = place_sound_distance(s->sound, s->len, s->p->sounds[name], len, most)) > most)
		return;
	size_t at = s->count < PLACE_HITS ? s->count++ : PLACE_HITS;
	if (at == PLACE_HITS && s->hits[--at].distance <= distance)
		return;
	for (; at > 0 && s->hits[at - 1].distance > distance; at--)
		s->hits[at] = s->hits[at - 1];
	s->hits[at] = (struct place_hit){name, distance};
}

static void look_up(void *ctx, uint64_t hash)
{
	struct search *s = ctx;
	const struct place_near *p = s->p;
	size_t bit = hash & ((p->size << BIT_SHIFT) - 1);
	if ((p->bits[bit / 64] >> bit % 64 & 1) == 0)
		return;
	for (size_t i = hash & (p->size - 1); p->slots[i].name != 0; i = (i + 1) & (p->size - 1))
		if (p->slots[i].check == (uint32_t)(hash >> 32))
			keep(s, p->slots[i].name - 1);
}

size_t place_near_find(const struct place_near *p, const char *sound, size_t len, int most,
                       struct place_hit ret[PLACE_HITS])
{
	struct search s = {p, sound, len, 0, most + PLACE_RIVAL, ret};
	struct prefixes x;
	if (len < 3 || len > LONGEST)
		return 0;
	uint32_t wanted = 0; /* lengths that a name may have */
	for (size_t l = len > 2 ? len - 2 : 1; l <= len + 2 && l <= LONGEST; l++)
		wanted |= UINT32_C(1) << l;
	if ((p->lengths[(unsigned char)sound[0]] & wanted) == 0)
		return 0;
	read_prefixes(sound, len, &x);
	if (most < PLACE_SOUND_LEAST) { /* only the same sound will do: mostly there is none */
		each_hash(p, &x, 0, look_up, &s);
		if (s.count == 0 || ret[0].distance > most)
			return 0;
	}
	int edits = len < 4 ? 0 : len < 6 ? 1 : 2;
	each_hash(p, &x, edits < p->edits_most ? edits : p->edits_most, look_up, &s);
	return s.count > 0 && ret[0].distance <= most ? s.count : 0;
}
