/* spelling: see spelling.h. Symmetric deletion: two words are one edit apart only if they share the word or one of its one-letter deletions. */
#include "spelling.h"

#include <stdint.h>
#include <string.h>

#include "string_map.h"

enum { LONGEST = 31 };
struct slot {
	uint32_t hash, word; /* word: index + 1, 0 is empty */
};
struct spelling {
	const char *const *words;
	struct slot *slots;
	size_t size;
};

/* The hash of word without its letter number skip; skip == len leaves it whole. */
static uint32_t hash_without(const char *word, size_t len, size_t skip)
{
	char rest[LONGEST + 1];
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		if (i != skip)
			rest[n++] = word[i];
	return text_hash(rest, n);
}

static bool one_edit(const char *a, size_t la, const char *b, size_t lb)
{
	if (la < lb)
		return one_edit(b, lb, a, la);
	size_t i = 0;
	while (i < lb && a[i] == b[i])
		i++;
	if (la == lb + 1)
		return memcmp(a + i + 1, b + i, lb - i) == 0;
	if (la != lb || i == la)
		return la == lb;
	if (memcmp(a + i + 1, b + i + 1, la - i - 1) == 0)
		return true;
	return i + 1 < la && a[i] == b[i + 1] && a[i + 1] == b[i] && memcmp(a + i + 2, b + i + 2, la - i - 2) == 0;
}

static void insert(struct spelling *s, uint32_t hash, size_t word)
{
	size_t i = hash & (s->size - 1);
	while (s->slots[i].word != 0)
		i = (i + 1) & (s->size - 1);
	s->slots[i] = (struct slot){hash, (uint32_t)word + 1};
}

static bool indexed(size_t len)
{
	return len >= SPELLING_MIN && len <= LONGEST;
}

struct spelling *spelling_new(struct arena *a, const char *const *words, size_t n)
{
	struct spelling *s = arena_new_of(a, struct spelling);
	size_t entries = 0;
	for (size_t i = 0; i < n; i++)
		entries += indexed(strlen(words[i])) ? strlen(words[i]) + 1 : 0;
	s->words = words;
	s->size = 16;
	while (s->size < entries * 2)
		s->size *= 2;
	s->slots = arena_array(a, struct slot, s->size);
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);
		for (size_t skip = 0; indexed(len) && skip <= len; skip++)
			insert(s, hash_without(words[i], len, skip), i);
	}
	return s;
}

long spelling_find(const struct spelling *s, const char *word)
{
	size_t len = strlen(word);
	long best = -1;
	if (len < SPELLING_MIN - 1 || len > LONGEST)
		return -1;
	for (size_t skip = 0; skip <= len; skip++) {
		uint32_t hash = hash_without(word, len, skip);
		for (size_t i = hash & (s->size - 1); s->slots[i].word != 0; i = (i + 1) & (s->size - 1)) {
			long found = (long)s->slots[i].word - 1;
			const char *known = s->words[found];
			if (s->slots[i].hash == hash && (best < 0 || found < best) && known[0] == word[0] &&
			    one_edit(word, len, known, strlen(known)))
				best = found;
		}
	}
	return best;
}

static bool is_vowel(char c)
{
	return strchr("aiueo", c) != NULL;
}

/* Pairs of letters that are one sound in old or careless spelling. */
static const struct {
	char pair[3], sound;
} digraphs[] = {
        {"dj", 'j'}, {"tj", 'c'}, {"oe", 'u'}, {"dh", 'd'}, {"th", 't'}, {"kh", 'k'}, {"ch", 'c'}, {"sy", 's'},
        {"ph", 'p'}, {"gh", 'g'}, {"bh", 'b'}, {"ae", 'a'}, {"ou", 'u'}, {"ks", 's'}, {"nk", 'g'}, {"ng", 'g'},
};

static char sound_of(char c)
{
	switch (c) {
	case 'f':
	case 'v':
		return 'p';
	case 'z':
	case 'x':
		return 's';
	case 'q':
		return 'k';
	case 'o':
		return 'u';
	case 'e':
	case 'y':
		return 'i';
	default:
		return c;
	}
}

void word_sound(const char *word, char *ret, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; word[i] != '\0' && n + 1 < size; i++) {
		char c = sound_of(word[i]);
		for (size_t d = 0; d < sizeof digraphs / sizeof *digraphs; d++)
			if (word[i] == digraphs[d].pair[0] && word[i + 1] == digraphs[d].pair[1]) {
				c = digraphs[d].sound;
				i++;
				break;
			}
		if (n == 0 || ret[n - 1] != c)
			ret[n++] = c;
	}
	ret[n] = '\0';
}

void word_skeleton(const char *word, char *ret, size_t size)
{
	size_t n = 0;
	for (; *word != '\0' && n + 1 < size; word++)
		if (!is_vowel(*word) && (n == 0 || ret[n - 1] != *word))
			ret[n++] = *word;
	ret[n] = '\0';
}

bool word_is_skeleton_of(const char *word, const char *full)
{
	char mine[LONGEST + 1], theirs[LONGEST + 1];
	size_t vowels = 0, len = strlen(word);
	for (const char *p = word; *p != '\0'; p++)
		vowels += is_vowel(*p);
	if (vowels * 3 > len || word[0] != full[0])
		return false;
	word_skeleton(word, mine, sizeof mine);
	word_skeleton(full, theirs, sizeof theirs);
	if (strcmp(mine, theirs) != 0)
		return false;
	for (; *full != '\0' && *word != '\0'; full++)
		if (*full == *word)
			word++;
	return *word == '\0';
}
