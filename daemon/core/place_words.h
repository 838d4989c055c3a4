/* place_words: what the words around a name say: abbreviations in full, cues ("di", "asal", "pak"), ordinary words, names of places elsewhere. */
#ifndef SIGAP_CORE_PLACE_WORDS_H
#define SIGAP_CORE_PLACE_WORDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"

/* What a word is. CUE_NONE of them: a word unknown here, which may be a name. */
enum place_word {
	CUE_VILLAGE = 1 << 0,  /* desa X: X is a village whatever else it means */
	CUE_DISTRICT = 1 << 1, /* kec X */
	CUE_IN = 1 << 2,       /* di X */
	CUE_NEAR = 1 << 3,     /* dekat X */
	CUE_FROM = 1 << 4,     /* dari X */
	CUE_ORIGIN = 1 << 5,   /* warga X, asal X, ktp X: where somebody belongs, perhaps not where they are */
	CUE_TO = 1 << 6,       /* ke X, arah X */
	CUE_AWAY = 1 << 7,     /* dibawa ke X: where the subject goes */
	CUE_MOVED = 1 << 8,    /* pindah ke X: where the subject is now */
	CUE_OFFICE = 1 << 9,   /* rsud X: serves an area */
	CUE_PERSON = 1 << 10,  /* pak X */
	CUE_PLANT = 1 << 11,   /* pohon X */
	CUE_NOT = 1 << 12,     /* bukan X */
	CUE_NOW = 1 << 13,     /* sekarang di X, ditemukan di X */
	CUE_PAST = 1 << 14,    /* dulu di X */
	CUE_KIN = 1 << 15,     /* keluarganya di X */
	CUE_ME = 1 << 16,      /* saya di X */
	CUE_RT = 1 << 17,      /* rt 4 */
	CUE_REGENCY = 1 << 18, /* kab X, kota X */
	CUE_FOLK = 1 << 19,    /* orang X */
	CUE_REPORT = 1 << 20,  /* laporan dari X */
	CUE_ADDRESS = 1 << 21, /* X gang 3: what names a part of a village */
	CUE_SPOT = 1 << 22,    /* pasar X: what stands in the middle of a village */
	CUE_ROAD = 1 << 23,    /* poros X - Y */
	CUE_EARLIER = 1 << 24, /* tadi pagi di X */
	CUE_CORRECT = 1 << 25, /* maksudnya di X */
	CUE_FILLER = 1 << 26,  /* may stand between a cue and a name */
	WORD_ORDINARY = 1 << 27,
	WORD_DOUBTFUL = 1 << 28, /* a name that is also a tree, a person's name, a thing */
	WORD_OF_NAME = 1 << 29,  /* part of a name within the area searched */
	WORD_COMMON = 1 << 30    /* in so many names that it tells nothing alone */
};
enum { CUES = (CUE_FILLER << 1) - 1 };
#define WORD_BEGINS (UINT32_C(1) << 31) /* begins a name, anywhere, or is one written in one word */

/* What one rule alone asks of a word. */
enum place_rule {
	PLACE_RELATIVE = 1 << 0,      /* "ibu saya": "saya" is not where the writer is */
	PLACE_NOW_BEHIND = 1 << 1,    /* "di X sekarang" */
	PLACE_CLINIC = 1 << 2,        /* "puskesmas X" */
	PLACE_EITHER = 1 << 3,        /* "X apa Y" */
	PLACE_HOME_REGENCY = 1 << 4,  /* "kab ppu" */
	PLACE_THERE = 1 << 5,         /* "di pasar" */
	PLACE_NUMERAL = 1 << 6,       /* "rt dua" */
	PLACE_WHOLE = 1 << 7,         /* "gg intan": no part of a name abbreviated */
	PLACE_IN_FRONT = 1 << 8,      /* "dipetung" */
	PLACE_BEHIND = 1 << 9,        /* "petungmi" */
	PLACE_NUMBER_BEHIND = 1 << 10 /* "semoidua" */
};

/* Words and names are borrowed: they must live as long. */
struct place_words;
struct place_words *place_words_new(struct arena *a);
/* The words of from, to add to; none when it is NULL. The names elsewhere stay behind. */
struct place_words *place_words_copy(struct arena *a, const struct place_words *from);
/* One line each of config/lexicon/place_cues.tsv (what, words), place_forms.tsv (spelling, word), place_ordinary.tsv (words), place_elsewhere.tsv (name), cut
 * at its tabs; changes the fields. NULL, or what is wrong (static) and in *ret_value with what. */
const char *place_words_read_cues(struct place_words *w, char **field, const char **ret_value);
const char *place_words_read_form(struct place_words *w, char **field, const char **ret_value);
const char *place_words_read_ordinary(struct place_words *w, char **field, const char **ret_value);
const char *place_words_read_elsewhere(struct place_words *w, char **field, const char **ret_value);
/* Names of places that citizens mention and that are elsewhere. w may be NULL. */
const char *const *place_words_elsewhere(const struct place_words *w, size_t *ret_count);
/* What may be written in one with a name: the words of PLACE_IN_FRONT, PLACE_BEHIND or PLACE_NUMBER_BEHIND, in the order in which they are tried. */
struct place_affix {
	const char *text;
	uint8_t len;
};
const struct place_affix *place_words_affixes(const struct place_words *w, enum place_rule rule, size_t *ret_count);
/* The bits of a word in full, 0 when unknown. *ret_full: what an abbreviation or a numeral stands for, or word. */
uint32_t place_words_get(const struct place_words *w, const char *word, const char **ret_full);
/* Whether the rule knows the word, as it stands. */
bool place_words_say(const struct place_words *w, const char *word, enum place_rule rule);
void place_words_add(struct place_words *w, const char *word, uint32_t bits);
#endif
