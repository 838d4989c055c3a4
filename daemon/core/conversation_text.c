/* conversation_text: see conversation_text.h. What follows from lists of words (config/lexicon/conversation.tsv); the words are those of words.h: lower case,
 * without punctuation. */
#include "conversation_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "string_map.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { LOOKED_AT = 60, JOINED_MAX = LOOKED_AT * (WORD_MAX + 1) + 2 };
enum { SAID_ROOM = 512, PHRASE_WORDS = 8, CHOICES_MOST = 9 };

/* What a word is by itself: a bit of entry.lists. */
enum list {
	LIST_YES = 1 << 0,
	LIST_FILLER = 1 << 1,
	LIST_TYPE_FILLER = 1 << 2,
	LIST_DENIAL = 1 << 3,
	LIST_INSTEAD = 1 << 4,
	LIST_THANKS = 1 << 5,
	LIST_THANKS_PHRASE = 1 << 6, /* a word of one */
	LIST_THANKS_FILLER = 1 << 7,
	LIST_REPORT_NUMBER = 1 << 8,
	LIST_REFERS = 1 << 9
};
enum phrases {
	PHRASES_NONE,
	PHRASES_THANKS,
	PHRASES_AUTOMATIC,
	PHRASES_WITHDRAWAL,
	PHRASES_ANOTHER,
	PHRASES_STATUS,
	PHRASES_EMERGENCY,
	PHRASES
};

/* What a line says of its words. */
static const struct meaning {
	const char *name;
	unsigned list;
	enum phrases phrases;
	enum emergency emergency;
} meanings[] = {
        {.name = "yes", .list = LIST_YES},
        {.name = "filler", .list = LIST_FILLER},
        {.name = "type_filler", .list = LIST_TYPE_FILLER},
        {.name = "denial", .list = LIST_DENIAL},
        {.name = "instead", .list = LIST_INSTEAD},
        {.name = "thanks", .list = LIST_THANKS},
        {.name = "thanks_phrase", .list = LIST_THANKS_PHRASE, .phrases = PHRASES_THANKS},
        {.name = "thanks_filler", .list = LIST_THANKS_FILLER},
        {.name = "report_number", .list = LIST_REPORT_NUMBER},
        {.name = "refers", .list = LIST_REFERS},
        {.name = "automatic", .phrases = PHRASES_AUTOMATIC},
        {.name = "withdrawal", .phrases = PHRASES_WITHDRAWAL},
        {.name = "another", .phrases = PHRASES_ANOTHER},
        {.name = "status", .phrases = PHRASES_STATUS},
        {.name = "emergency_fire", .phrases = PHRASES_EMERGENCY, .emergency = EMERGENCY_FIRE},
        {.name = "emergency_water", .phrases = PHRASES_EMERGENCY, .emergency = EMERGENCY_WATER},
        {.name = "emergency_medical", .phrases = PHRASES_EMERGENCY, .emergency = EMERGENCY_MEDICAL},
        {.name = "emergency_police", .phrases = PHRASES_EMERGENCY, .emergency = EMERGENCY_POLICE},
};

struct entry {
	unsigned lists;
	int choice;              /* 0: none */
	enum incident_type type; /* TYPE_UNSURE: none */
};
struct phrase {
	const char *text; /* words between single spaces */
	enum emergency emergency;
	struct phrase *next;
};
struct said_words {
	struct arena *arena;
	struct string_map *map;
	struct entry *entries;
	size_t count, room;
	struct phrase *first[PHRASES], **last[PHRASES]; /* in the order of the file */
};

/* ---- the data file ---- */

struct said_words *said_words_new(struct arena *a)
{
	struct said_words *s = arena_new_of(a, struct said_words);
	s->arena = a;
	s->map = string_map_new(a, SAID_ROOM);
	s->room = SAID_ROOM;
	s->entries = arena_array(a, struct entry, s->room);
	for (int i = 0; i < PHRASES; i++)
		s->last[i] = &s->first[i];
	return s;
}

static struct entry *entry_of(struct said_words *s, const char *word)
{
	uint32_t *at = string_map_at(s->map, word);
	if (*at == STRING_MAP_NONE) {
		if (s->count == s->room) {
			struct entry *old = s->entries;
			s->room *= 2;
			s->entries = arena_array(s->arena, struct entry, s->room);
			memcpy(s->entries, old, s->count * sizeof *old);
		}
		*at = (uint32_t)s->count++;
		s->entries[*at] = (struct entry){.type = TYPE_UNSURE};
	}
	return &s->entries[*at];
}

static const char unwritten[] =
        "no word of a message is written so: small letters and digits, no letter three times in a row";

/* "tidak_jadi" */
static const char *add_phrase(struct said_words *s, const struct meaning *m, char *text)
{
	struct phrase *p = arena_new_of(s->arena, struct phrase);
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '_' ? ' ' : *c;
	if (!words_are_plain(text, PHRASE_WORDS))
		return unwritten;
	*p = (struct phrase){.text = arena_strdup(s->arena, text), .emergency = m->emergency};
	*s->last[m->phrases] = p;
	s->last[m->phrases] = &p->next;
	char *save = NULL;
	for (char *word = m->list != 0 ? strtok_r(text, " ", &save) : NULL; word != NULL;
	     word = strtok_r(NULL, " ", &save))
		entry_of(s, word)->lists |= m->list;
	return NULL;
}

/* choice: "2"; type: the name of one. */
static const char *add_answer(struct said_words *s, const char *word, int choice, enum incident_type type)
{
	struct entry *e = entry_of(s, word);
	if ((choice != 0 && e->choice != 0 && e->choice != choice) ||
	    (type != TYPE_UNSURE && e->type != TYPE_UNSURE && e->type != type))
		return "this word is another answer already";
	e->choice = choice != 0 ? choice : e->choice;
	e->type = type != TYPE_UNSURE ? type : e->type;
	return NULL;
}

/* "choice_2" -> 2, else 0. */
static int choice_named(const char *name)
{
	static const char begin[] = "choice_";
	const char *digit = name + sizeof begin - 1;
	bool is = strncmp(name, begin, sizeof begin - 1) == 0 && digit[0] >= '1' && digit[0] <= '0' + CHOICES_MOST &&
	          digit[1] == '\0';
	return is ? digit[0] - '0' : 0;
}

const char *said_words_read(struct said_words *s, char **field, const char **ret_value)
{
	const struct meaning *m = NULL;
	for (size_t i = 0; i < COUNT(meanings); i++)
		if (strcmp(meanings[i].name, field[0]) == 0)
			m = &meanings[i];
	int choice = choice_named(field[0]), type = name_index(incident_type_names, INCIDENT_TYPES, field[0]);
	*ret_value = field[0];
	if (m == NULL && choice == 0 && type <= TYPE_UNSURE)
		return "unknown name";
	char *save = NULL;
	const char *wrong = NULL;
	for (char *word = strtok_r(field[1], " ", &save); word != NULL && wrong == NULL;
	     word = strtok_r(NULL, " ", &save)) {
		bool mark = m != NULL && m->list == LIST_INSTEAD && (strcmp(word, ",") == 0 || strcmp(word, ".") == 0);
		*ret_value = word;
		if (m != NULL && m->phrases != PHRASES_NONE)
			wrong = add_phrase(s, m, word);
		else if (!mark && !words_are_plain(word, 1))
			wrong = unwritten;
		else if (m == NULL)
			wrong = add_answer(s, word, choice, type > 0 ? (enum incident_type)type : TYPE_UNSURE);
		else
			entry_of(s, word)->lists |= m->list;
	}
	return wrong;
}

/* ---- what a text says ---- */

static const struct entry *entry_at(const struct said_words *s, const char *word)
{
	static const struct entry none = {.type = TYPE_UNSURE};
	uint32_t at = string_map_get(s->map, word);
	return at == STRING_MAP_NONE ? &none : &s->entries[at];
}

static bool is_one_of(const struct said_words *s, unsigned lists, const char *word)
{
	return (entry_at(s, word)->lists & lists) != 0;
}

static bool is_mark(const char *word)
{
	return strchr(".,?#%", word[0]) != NULL;
}

/* The first words in one line, each between spaces, without punctuation. */
static void join(const struct words *w, char ret[JOINED_MAX])
{
	size_t len = 1, n = 0;
	ret[0] = ' ';
	for (size_t i = 0; i < w->count && n < LOOKED_AT; i++) {
		if (is_mark(w->word[i].text))
			continue;
		len += (size_t)snprintf(ret + len, JOINED_MAX - len, "%s ", w->word[i].text);
		n++;
	}
	ret[len] = '\0';
}

static bool says(const char *joined, const char *phrase)
{
	size_t len = strlen(phrase);
	for (const char *at = strstr(joined, phrase); at != NULL; at = strstr(at + 1, phrase))
		if (at[-1] == ' ' && at[len] == ' ')
			return true;
	return false;
}

/* The first phrase of the list that is said, NULL: none. */
static const struct phrase *phrase_in(const struct said_words *s, enum phrases list, const char *joined)
{
	const struct phrase *p = s->first[list];
	while (p != NULL && !says(joined, p->text))
		p = p->next;
	return p;
}

/* The one choice of a text that holds nothing else. "1 atau 2" is none. */
static int choice_of(const struct said_words *s, const struct words *w)
{
	int choice = 0;
	for (size_t i = 0; i < w->count; i++) {
		const char *word = w->word[i].text;
		int is = entry_at(s, word)->choice;
		if (is != 0 && choice != 0 && is != choice)
			return 0;
		if (is == 0 && !is_mark(word) && !is_one_of(s, LIST_FILLER, word))
			return 0;
		choice = is != 0 ? is : choice;
	}
	return choice;
}

/* Every word is of one of the two lists, and at least one of the first. */
static bool only(const struct said_words *s, const struct words *w, unsigned needed, unsigned allowed)
{
	bool any = false;
	for (size_t i = 0; i < w->count; i++) {
		const char *word = w->word[i].text;
		if (is_mark(word) && word[0] != '?')
			continue;
		unsigned is = entry_at(s, word)->lists;
		if ((is & (needed | allowed)) == 0)
			return false;
		any |= (is & needed) != 0;
	}
	return any;
}

static void read_numbers(const struct said_words *s, const struct words *w, struct said *ret)
{
	enum { DIGITS_LEAST = 3, DIGITS_MOST = 9 };
	const char *before = "";
	for (size_t i = 0; i < w->count; i++) {
		const char *word = w->word[i].text;
		size_t len = strlen(word);
		bool number = word[0] != '0' && strspn(word, "0123456789") == len && len >= DIGITS_LEAST &&
		              len <= DIGITS_MOST;
		if (number && ret->number_count < SAID_NUMBERS) {
			int64_t value = strtoll(word, NULL, 10);
			ret->numbers[ret->number_count++] = value;
			if (ret->named == 0 && (is_one_of(s, LIST_REPORT_NUMBER, before) || before[0] == '#'))
				ret->named = value;
		}
		if (!is_mark(word) || word[0] == '#')
			before = word;
	}
}

/* A few words that name exactly one type. */
static enum incident_type type_of(const struct said_words *s, const struct words *w)
{
	enum { WORDS_FEW = 5 };
	enum incident_type type = TYPE_UNSURE;
	for (size_t i = 0, n = 0; i < w->count; i++) {
		const char *word = w->word[i].text;
		enum incident_type is = entry_at(s, word)->type;
		bool other = is == TYPE_UNSURE && !is_mark(word) && !is_one_of(s, LIST_TYPE_FILLER, word);
		n += !is_mark(word);
		if (other || n > WORDS_FEW || (is != TYPE_UNSURE && type != TYPE_UNSURE && is != type))
			return TYPE_UNSURE;
		type = is != TYPE_UNSURE ? is : type;
	}
	return type;
}

void said_read(const struct said_words *s, const struct words *w, struct said *ret)
{
	enum { AUTOMATIC_WORDS = 50, WITHDRAWAL_WORDS = 25 };
	char joined[JOINED_MAX];
	join(w, joined);
	const struct phrase *emergency = phrase_in(s, PHRASES_EMERGENCY, joined);
	*ret = (struct said){.choice = choice_of(s, w),
	                     .type = type_of(s, w),
	                     .emergency = emergency != NULL ? emergency->emergency : EMERGENCY_NONE};
	for (size_t i = 0; i < w->count; i++) {
		ret->words += !is_mark(w->word[i].text);
		ret->refers |= is_one_of(s, LIST_REFERS, w->word[i].text);
		ret->denies |= is_one_of(s, LIST_DENIAL, w->word[i].text);
	}
	ret->yes = only(s, w, LIST_YES, LIST_FILLER);
	bool thanked =
	        phrase_in(s, PHRASES_THANKS, joined) != NULL && only(s, w, LIST_THANKS_PHRASE, LIST_THANKS_FILLER);
	ret->thanks = thanked || only(s, w, LIST_THANKS, LIST_THANKS_FILLER);
	ret->automatic = ret->words <= AUTOMATIC_WORDS && phrase_in(s, PHRASES_AUTOMATIC, joined) != NULL;
	ret->withdraws = ret->words <= WITHDRAWAL_WORDS && phrase_in(s, PHRASES_WITHDRAWAL, joined) != NULL;
	ret->another = phrase_in(s, PHRASES_ANOTHER, joined) != NULL;
	ret->status = phrase_in(s, PHRASES_STATUS, joined) != NULL;
	read_numbers(s, w, ret);
}

void said_after_denial(const struct said_words *s, const struct words *w, size_t *ret_from, size_t *ret_count)
{
	size_t denied = 0, from = w->count;
	while (denied < w->count && !is_one_of(s, LIST_DENIAL, w->word[denied].text))
		denied++;
	/* the last word that begins something else, and not at once: "bukan di X, di Y" */
	for (size_t i = denied + 2; i < w->count; i++)
		if (is_one_of(s, LIST_INSTEAD, w->word[i].text))
			from = i + 1;
	*ret_from = from;
	*ret_count = from < w->count ? w->count - from : 0;
}
