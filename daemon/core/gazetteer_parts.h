/* gazetteer_parts: what the four files of the gazetteer share: its index of names, and the mentions of a message; nobody else includes it. */
#ifndef SIGAP_CORE_GAZETTEER_PARTS_H
#define SIGAP_CORE_GAZETTEER_PARTS_H
#include <stdint.h>

#include "gazetteer.h"
#include "place_key.h"
#include "place_near.h"
#include "place_words.h"
#include "string_map.h"

enum { HOMES_MAX = 16 };

/* NAME_AREA: a district or regency that holds a part of the area searched. NAME_HOME: what holds all of it. */
enum name_kind { NAME_VILLAGE, NAME_AREA, NAME_LANDMARK, NAME_HOME, NAME_OUTSIDE };

struct name {
	const char *key, *sound, *first, *last; /* first, last: the outer words of a longer name, by their sound */
	const struct region *region;
	uint32_t next, next_skeleton, next_tail, next_head; /* another name with the same one, or STRING_MAP_NONE */
	uint8_t kind;
	bool one_word, part, blend,
	        doubtful; /* part: a telling word of a longer name; blend: its beginnings ("girpur") */
};
struct gazetteer {
	struct arena *arena;
	struct region *by_code;
	const char **folded; /* by by_code: its name for gazetteer_search */
	size_t count;
	const char *home[HOMES_MAX];
	size_t home_count;
	struct name *names;
	size_t name_count;
	struct string_map *keys, *parts, *skeletons, *tails, *heads; /* to names */
	struct string_map *neighbours; /* keys of villages of the same province outside the area searched */
	const char **sounds;           /* by name, for near */
	struct place_words *words;
	struct place_near *near;
};

enum { READ_MAX = 512, MENTIONS_MAX = 24 };
struct piece { /* a word of the message */
	char text[PLACE_WORD_MAX];
	uint32_t bits; /* enum place_word */
	uint32_t at;   /* in the words of the message */
	bool mark, taken;
};
struct mention {
	uint32_t name;
	size_t from, to; /* pieces */
	double score;    /* how sure the spelling is */
	bool glued;      /* written in one with "di" or "desa" */
	const char *how;
};
struct reading {
	const struct gazetteer *g;
	const char *const *raw;
	size_t n, count; /* pieces, mentions */
	struct piece piece[READ_MAX];
	struct mention mention[MENTIONS_MAX];
};
/* Reads the pieces and mentions of words, in the order of the message; r->g is set. */
void gazetteer_read(struct reading *r, const char *const *words, size_t n);
/* The word in the form of keys. */
uint32_t gazetteer_word(const struct gazetteer *g, const char *word, char ret[PLACE_WORD_MAX]);
/* The names of all regions in the form in which they are searched: g->folded. */
void gazetteer_fold_names(struct gazetteer *g);
/* The first region whose code is not before code, in by_code. */
size_t gazetteer_lower_bound(const struct gazetteer *g, const char *code);
/* Whether a code lies in the area searched. */
bool gazetteer_at_home(const struct gazetteer *g, const char *code);
#endif
