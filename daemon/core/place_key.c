/* place_key: see place_key.h. */
#include "place_key.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct pair {
	const char *from, *to;
};
/* Abbreviations of words that Indonesian place names are made of, and numerals. */
static const struct pair short_words[] = {
        {"gn", "gunung"},
        {"gng", "gunung"},
        {"tj", "tanjung"},
        {"tjg", "tanjung"},
        {"tg", "tanjung"},
        {"tjung", "tanjung"},
        {"kp", "kampung"},
        {"kmp", "kampung"},
        {"kpg", "kampung"},
        {"kmpg", "kampung"},
        {"kampong", "kampung"},
        {"sei", "sungai"},
        {"sungei", "sungai"},
        {"sg", "sungai"},
        {"sgi", "sungai"},
        {"bkt", "bukit"},
        {"tlk", "teluk"},
        {"pl", "pulau"},
        {"br", "baru"},
        {"brt", "barat"},
        {"tmr", "timur"},
        {"utr", "utara"},
        {"slt", "selatan"},
        {"tgh", "tengah"},
        {"tngh", "tengah"},
        {"drt", "darat"},
        {"satu", "1"},
        {"dua", "2"},
        {"tiga", "3"},
        {"empat", "4"},
        {"lima", "5"},
        {"i", "1"},
        {"ii", "2"},
        {"iii", "3"},
        {"iv", "4"},
        {"v", "5"},
};

const char *place_key_in_full(const char *word)
{
	for (size_t i = 0; i < COUNT(short_words); i++)
		if (word[0] == short_words[i].from[0] && word[1] == short_words[i].from[1] &&
		    strcmp(short_words[i].from, word) == 0)
			return short_words[i].to;
	return word;
}

void place_key_undouble(const char *word, char ret[PLACE_WORD_MAX])
{
	size_t len = strlen(word);
	if (len >= 6 && len % 2 == 0 && len / 2 < PLACE_WORD_MAX - 1 && memcmp(word, word + len / 2, len / 2) == 0)
		snprintf(ret, PLACE_WORD_MAX, "%.*s2", (int)(len / 2), word);
	else
		snprintf(ret, PLACE_WORD_MAX, "%s", word);
}

bool place_key_add(char key[PLACE_KEY_MAX], const char *last, const char *word)
{
	size_t len = strlen(key);
	const char *add = last != NULL && strcmp(last, word) == 0 ? "2" : word;
	if (len + strlen(add) >= PLACE_KEY_MAX)
		return false;
	memcpy(key + len, add, strlen(add) + 1);
	return true;
}

size_t place_key_split(const char *name, char ret[PLACE_SPLIT_MAX][PLACE_WORD_MAX])
{
	size_t n = 0, len = 0;
	for (const char *p = name;; p++) {
		unsigned char c = (unsigned char)*p;
		if (c < 128 && isalnum(c) && n < PLACE_SPLIT_MAX) {
			if (len < PLACE_WORD_MAX - 1)
				ret[n][len++] = (char)tolower(c);
			continue;
		}
		if (c == '"' || c == '\'')
			continue;
		if (len > 0) {
			ret[n++][len] = '\0';
			len = 0;
		}
		if (c == '\0')
			return n;
	}
}

void place_key_sound(const char *key, char ret[PLACE_KEY_MAX])
{
	static const struct pair sounds[] = {
	        {"oe", "u"}, {"dj", "j"}, {"tj", "c"}, {"kh", "k"}, {"ch", "c"}, {"sy", "s"},
	        {"q", "k"},  {"c", "k"},  {"v", "p"},  {"f", "p"},  {"z", "s"},  {"y", "i"},
	};
	size_t n = 0;
	while (*key != '\0' && n < PLACE_KEY_MAX - 1) {
		const char *to = NULL;
		size_t used = 1;
		for (size_t s = 0; s < COUNT(sounds) && to == NULL; s++) {
			const char *from = sounds[s].from;
			if (from[0] != key[0] || (from[1] != '\0' && from[1] != key[1]))
				continue;
			to = sounds[s].to;
			used = from[1] != '\0' ? 2 : 1;
		}
		char c = to != NULL ? *to : *key;
		if (n == 0 || ret[n - 1] != c)
			ret[n++] = c;
		key += used;
	}
	ret[n] = '\0';
}
