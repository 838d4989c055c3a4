/* place_key: see place_key.h. */
#include "place_key.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

void place_key_undouble(const char *word, char ret[PLACE_WORD_MAX])
{
	size_t len = strlen(word);
	if (len >= 6 && len % 2 == 0 && len / 2 < PLACE_WORD_MAX - 1 && memcmp(word, word + len / 2, len / 2) == 0) {
		len /= 2;
		memcpy(ret, word, len);
		memcpy(ret + len, "2", 2);
		return;
	}
	if (len > PLACE_WORD_MAX - 1)
		len = PLACE_WORD_MAX - 1;
	memcpy(ret, word, len);
	ret[len] = '\0';
}

bool place_key_add(char key[PLACE_KEY_MAX], const char *last, const char *word)
{
	size_t len = strlen(key);
	const char *add = last != NULL && strcmp(last, word) == 0 ? "2" : word;
	size_t more = strlen(add);
	if (len + more >= PLACE_KEY_MAX)
		return false;
	memcpy(key + len, add, more + 1);
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

/* Two letters for one sound, those of the spelling before 1972 among them. */
static char digraph(char a, char b)
{
	switch (a) {
	case 'o':
		return b == 'e' ? 'u' : '\0';
	case 'd':
		return b == 'j' ? 'j' : '\0';
	case 't':
	case 'c':
		return b == 'j' || (a == 'c' && b == 'k') ? 'k' : '\0';
	case 'n':
		return b == 'y' ? 'n' : '\0';
	case 's':
		return b == 'y' || b == 'j' ? 's' : '\0';
	default:
		return '\0';
	}
}

static const char one_sound[26] = {
        ['f' - 'a'] = 'p', ['v' - 'a'] = 'p', ['q' - 'a'] = 'k', ['c' - 'a'] = 'k',
        ['z' - 'a'] = 's', ['x' - 'a'] = 's', ['y' - 'a'] = 'i', ['o' - 'a'] = 'u',
};

size_t place_sound_add(char ret[PLACE_KEY_MAX], size_t len, const char *word)
{
	for (const char *p = word; *p != '\0' && len < PLACE_KEY_MAX - 1; p++) {
		char c = *p;
		char two = digraph(c, p[1]);
		if (two != '\0')
			p++;
		else if (c == 'h')
			continue;
		else if (c >= 'a' && c <= 'z' && one_sound[c - 'a'] != '\0')
			two = one_sound[c - 'a'];
		c = two != '\0' ? two : c;
		if (len == 0 || ret[len - 1] != c)
			ret[len++] = c;
	}
	ret[len] = '\0';
	return len;
}

static bool is_vowel(char c)
{
	return c == 'a' || c == 'i' || c == 'u' || c == 'e' || c == 'o';
}

void place_sound_skeleton(const char *sound, char ret[PLACE_KEY_MAX])
{
	size_t n = 0;
	for (; *sound != '\0' && n < PLACE_KEY_MAX - 1; sound++)
		if (!is_vowel(*sound) && (n == 0 || ret[n - 1] != *sound))
			ret[n++] = *sound;
	ret[n] = '\0';
}

bool place_sound_shortens(const char *written, const char *full)
{
	if (*written != *full || strlen(written) >= strlen(full))
		return false;
	for (; *full != '\0' && *written != '\0'; full++)
		if (*full == *written)
			written++;
	return *written == '\0';
}

/* -- distance ----------------------------------------------------------------------------------------------------------- */

#define LETTER(c) (UINT32_C(1) << ((c) - 'a'))
/* Letters that are easily taken for each other. */
static const uint32_t alike[26] = {
        ['b' - 'a'] = LETTER('p'),
        ['d' - 'a'] = LETTER('t'),
        ['e' - 'a'] = LETTER('i'),
        ['g' - 'a'] = LETTER('k'),
        ['i' - 'a'] = LETTER('j') | LETTER('e'),
        ['j' - 'a'] = LETTER('i') | LETTER('k') | LETTER('s'),
        ['k' - 'a'] = LETTER('g') | LETTER('j'),
        ['l' - 'a'] = LETTER('r'),
        ['m' - 'a'] = LETTER('n'),
        ['n' - 'a'] = LETTER('m'),
        ['p' - 'a'] = LETTER('b'),
        ['r' - 'a'] = LETTER('l'),
        ['s' - 'a'] = LETTER('j'),
        ['t' - 'a'] = LETTER('d'),
        ['u' - 'a'] = LETTER('w'),
        ['w' - 'a'] = LETTER('u'),
};

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static int substitution(char a, char b)
{
	if (a == b)
		return 0;
	if (isdigit((unsigned char)a) || isdigit((unsigned char)b))
		return 30;
	if ((a == 'a' && b == 'u') || (a == 'u' && b == 'a')) /* Javanese: mulya, mulyo */
		return 3;
	if (is_letter(a) && is_letter(b) && (alike[a - 'a'] & LETTER(b)) != 0)
		return is_vowel(a) || a == 'j' ? 3 : 6;
	return is_vowel(a) && is_vowel(b) ? 5 : 10;
}

/* The cost of a letter more or less; before: the letter that stands before it. */
static int deletion(char c, char before, bool last)
{
	if (isdigit((unsigned char)c))
		return 30;
	if (c == 'e')
		return 3;
	if (is_vowel(c))
		return 5;
	if ((last && (c == 'k' || c == 'g' || c == 'w')) || (c == 'g' && before == 'n') || c == 'w')
		return 4;
	return 9;
}

static int min3(int a, int b, int c)
{
	int m = a < b ? a : b;
	return m < c ? m : c;
}

int place_sound_distance(const char *a, size_t la, const char *b, size_t lb, int most)
{
	enum { LONGEST = 32 };
	int rows[3][LONGEST], without[LONGEST]; /* without: what it costs to leave that letter of b out */
	if (la >= LONGEST || lb >= LONGEST)
		return most + 1;
	int *before = rows[0], *above = rows[1], *row = rows[2];
	above[0] = 0;
	for (size_t j = 1; j <= lb; j++) {
		without[j] = deletion(b[j - 1], j > 1 ? b[j - 2] : '\0', j == lb);
		above[j] = above[j - 1] + without[j];
	}
	for (size_t i = 1; i <= la; i++) {
		int more = deletion(a[i - 1], i > 1 ? a[i - 2] : '\0', i == la);
		int least = row[0] = above[0] + more;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = min3(above[j - 1] + substitution(a[i - 1], b[j - 1]), above[j] + more,
			              row[j - 1] + without[j]);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 7 < row[j])
				row[j] = before[j - 2] + 7;
			least = row[j] < least ? row[j] : least;
		}
		if (least > most)
			return most + 1;
		int *spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[lb];
}
