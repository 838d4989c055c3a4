/* lexicon_lookup: from a spelling to the entry it stands for, also when it is misspelt, run together with others or in disguise. */
#include <string.h>

#include "inflect.h"
#include "lexicon_parts.h"

const struct entry *lexicon_entry(const struct lexicon *lex, const char *word)
{
	uint32_t id = string_map_get(lex->entry_ids, word);
	return id == STRING_MAP_NONE ? NULL : &lex->entries[id];
}

const char *lexicon_undoubled(const char *written, char bare[WORD_MAX])
{
	size_t len = strlen(written);
	if (len < 3 || written[len - 1] != '2' || written[0] < 'a')
		return written;
	memcpy(bare, written, len - 1);
	bare[len - 1] = '\0';
	return bare;
}

/* A single-word formal spelling, or the word itself. */
const char *lexicon_formal(const struct lexicon *lex, const char *word)
{
	uint32_t id = string_map_get(lex->expansion_ids, word);
	return id == STRING_MAP_NONE || lex->expansions[id].count != 1 ? word : lex->expansions[id].word[0];
}

static const struct entry *entry_without_clitics(const struct lexicon *lex, const char *word, int depth)
{
	char shorter[WORD_MAX];
	for (int nth = 0; inflect_strip_clitic(word, nth, shorter); nth++) {
		const struct entry *e = lexicon_entry(lex, lexicon_formal(lex, shorter));
		if (e == NULL && depth > 0)
			e = entry_without_clitics(lex, shorter, depth - 1);
		if (e != NULL)
			return e;
	}
	return NULL;
}

const struct entry *lexicon_entry_bare(const struct lexicon *lex, const char *word)
{
	return entry_without_clitics(lex, word, 1);
}

/* The known word whose letters sound the same: "jenasah", "dipasong". */
static const struct entry *entry_of_sound(const struct lexicon *lex, const char *word)
{
	char sound[WORD_MAX];
	word_sound(word, sound, sizeof sound);
	uint32_t id = strlen(sound) < SOUND_MIN ? STRING_MAP_NONE : string_map_get(lex->sounds, sound);
	return id == STRING_MAP_NONE ? NULL : lexicon_entry(lex, lex->spelled[id]);
}

/* A word nobody listed: misspelt, or written without vowels. */
const struct entry *lexicon_entry_guessed(const struct lexicon *lex, const char *word)
{
	char skeleton[WORD_MAX];
	size_t len = strlen(word);
	if (word[0] < 'a' || word[0] > 'z' || len < 3)
		return NULL;
	long found = spelling_find(lex->spelling, word);
	if (found >= 0)
		return lexicon_entry(lex, lex->spelled[found]);
	const struct entry *sounds = entry_of_sound(lex, word);
	if (sounds != NULL)
		return sounds;
	word_skeleton(word, skeleton, sizeof skeleton);
	uint32_t full = strlen(skeleton) < 3 ? STRING_MAP_NONE : string_map_get(lex->skeletons, skeleton);
	if (full == STRING_MAP_NONE || !word_is_skeleton_of(word, lex->spelled[full]))
		return NULL;
	return lexicon_entry(lex, lex->spelled[full]);
}

/* -- words run together --------------------------------------------------------------------------------------------- */

static bool has(const struct entry *e, uint16_t concept)
{
	for (uint8_t i = 0; e != NULL && i < e->count; i++)
		if (e->concepts[i] == concept)
			return true;
	return false;
}

static bool weighs(const struct lexicon *lex, const struct entry *e)
{
	for (uint8_t i = 0; e != NULL && i < e->count; i++)
		if (lex->corrected[e->concepts[i]])
			return true;
	return false;
}

struct splitter {
	const struct lexicon *lex;
	const char *text;
	size_t len;
	struct piece *pieces;
	bool dead[WORD_MAX + 1]; /* nothing can follow from there */
};

/* Whether text[from, from + n) can stand in a compound: a word of four letters and more, or one of the short ones that people glue. */
static bool is_piece(struct splitter *s, size_t from, size_t n, struct piece ret[PIECES_MAX])
{
	memcpy(ret->text, s->text + from, n);
	ret->text[n] = '\0';
	const struct entry *e = lexicon_entry(s->lex, ret->text);
	if (n < PIECE_MIN)
		return has(e, s->lex->glue);
	if (e != NULL || string_map_get(s->lex->expansion_ids, ret->text) != STRING_MAP_NONE)
		return true;
	return lexicon_entry_bare(s->lex, ret->text) != NULL;
}

static size_t split_from(struct splitter *s, size_t from, size_t nth)
{
	if (from == s->len)
		return nth;
	if (nth == PIECES_MAX || s->dead[from])
		return 0;
	size_t most = s->len - from < PIECE_MOST ? s->len - from : PIECE_MOST;
	for (size_t n = most; n >= 2; n--) {
		size_t total = is_piece(s, from, n, &s->pieces[nth]) ? split_from(s, from + n, nth + 1) : 0;
		if (total > 0) {
			is_piece(s, from, n, &s->pieces[nth]); /* a try further on wrote over it */
			return total;
		}
	}
	s->dead[from] = true;
	return 0;
}

size_t lexicon_split(const struct lexicon *lex, const char *word, struct piece ret[PIECES_MAX])
{
	struct splitter s = {.lex = lex, .text = word, .len = strlen(word), .pieces = ret};
	if (s.len < 2 * PIECE_MIN || word[0] < 'a' || word[0] > 'z')
		return 0;
	size_t n = split_from(&s, 0, 0);
	bool matters = n >= 4; /* so many do not fit by chance */
	for (size_t i = 0; i < n; i++)
		matters |= weighs(lex, lexicon_entry(lex, lexicon_formal(lex, ret[i].text)));
	return n > 1 && matters ? n : 0;
}

/* -- digits for letters ------------------------------------------------------------------------------------------- */

size_t lexicon_undisguise(const struct lexicon *lex, const struct words *words, size_t at, char ret[WORD_MAX])
{
	static const char letters[] = "oi?eas?tbg";
	size_t n = 0, len = 0, shaped = 0;
	for (; at + n < words->count && words->word[at + n].start == words->word[at].start &&
	       words->word[at + n].end == words->word[at].end;
	     n++) {
		for (const char *c = words->word[at + n].text; *c != '\0' && len + 1 < WORD_MAX; c++) {
			bool digit = *c >= '0' && *c <= '9';
			shaped += digit;
			ret[len++] = digit ? letters[*c - '0'] : *c;
		}
	}
	ret[len] = '\0';
	bool letter = len >= 4 && shaped < len && strchr(ret, '?') == NULL;
	if (n < 2 || !letter || (ret[0] == 'r' && (ret[1] == 't' || ret[1] == 'w')))
		return 1;
	const struct entry *e = lexicon_entry(lex, lexicon_formal(lex, ret));
	return e != NULL || lexicon_entry_bare(lex, ret) != NULL ? n : 1;
}
