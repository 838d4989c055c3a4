/* conversation_text: what a citizen's text is by itself, without knowing what went before: a choice, thanks, a machine's answer, a withdrawal. Pure. */
#ifndef SIGAP_CORE_CONVERSATION_TEXT_H
#define SIGAP_CORE_CONVERSATION_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "types.h"
#include "words.h"

/* Emergencies of others: who has to be called. */
enum emergency { EMERGENCY_NONE, EMERGENCY_FIRE, EMERGENCY_WATER, EMERGENCY_MEDICAL, EMERGENCY_POLICE, EMERGENCIES };

enum { SAID_NUMBERS = 4 };
struct said {
	size_t words;   /* without punctuation */
	int choice;     /* 1, 2 …: the text is nothing but a choice ("2", "no 2 pak", "yang kedua"); else 0 */
	bool yes;       /* nothing but "iya", "betul pak" */
	bool thanks;    /* nothing but thanks or an "ok" */
	bool automatic; /* the words of a machine: an absent person's, an operator's, a gateway's */
	bool withdraws; /* "batal", "tidak jadi", "orangnya sudah pulang" */
	bool denies;    /* "bukan …" */
	bool another;   /* "ada lagi", "satu lagi": of another event */
	bool refers;    /* "dia", "orangnya": to somebody who was spoken of before */
	bool status;    /* asks how it stands with a report, in so many words */
	enum incident_type
	        type; /* a few words that name a type ("mayat", "orang dipasung"); TYPE_UNSURE: none, or several */
	enum emergency emergency;      /* the first kind that it speaks of */
	int64_t named;                 /* "laporan 1042", "no. 1042": a report's number said to be one, 0: none */
	int64_t numbers[SAID_NUMBERS]; /* all numbers that could be a report's */
	size_t number_count;
};
/* The lists of words that decide it. Words are borrowed: they must live as long. */
struct said_words;
struct said_words *said_words_new(struct arena *a);
/* One line of config/lexicon/conversation.tsv (what, words), cut at its tab; changes the fields. NULL, or what is wrong (static) and in *ret_value with what. */
const char *said_words_read(struct said_words *s, char **field, const char **ret_value);
void said_read(const struct said_words *s, const struct words *words, struct said *ret);
/* "bukan di Labangka, di Babulu Laut": the words after what is denied; count 0 when there are none. */
void said_after_denial(const struct said_words *s, const struct words *words, size_t *ret_from, size_t *ret_count);
#endif
