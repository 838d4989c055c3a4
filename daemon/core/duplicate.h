/* duplicate: does a report tell the same event as an incident that is known? Each report is boiled down once to facts that can be compared (no text, no number: hashes); a score of
 * 0 to 1 comes with its reasons. Whoever is wrongly taken for known is not helped, so what speaks against it always keeps a pair below "sure". Pure. */
#ifndef SIGAP_CORE_DUPLICATE_H
#define SIGAP_CORE_DUPLICATE_H
#include <stddef.h>
#include <stdint.h>

#include "../base/clock.h"
#include "policy.h"
#include "triage.h"

struct lexicon;
struct duplicate_report {
	const char *text;         /* may be NULL */
	const char *place_text;   /* as stated, may be NULL */
	const char *sender;       /* telephone or handle; NULL or "": unknown */
	const char *village_name; /* of the triage's place, may be NULL: its words are the place's, and counted there */
	const struct triage *triage;
	double type_threshold, place_threshold; /* below, type and place are not sure */
	bool has_position;
	double lat, lon;
	struct wall at;
};

enum { DUPLICATE_WORDS = 32, DUPLICATE_SPOTS = 6 };
struct duplicate_facts {
	struct wall at;
	uint64_t sender, text; /* hashes; 0: none */
	uint64_t signature;    /* a bit for each word: no bit in common, no word in common */
	double lat, lon;
	bool has_position;
	enum incident_type type;                                  /* TYPE_UNSURE unless sure */
	char village[REGION_CODE_MAX], district[REGION_CODE_MAX]; /* "" unless sure */
	uint32_t word[DUPLICATE_WORDS]; /* content words: ascending hashes of what they mean or how they are spelt … */
	uint8_t weight[DUPLICATE_WORDS]; /* … a word of the domain 2, any other known word 3, a rare one 4 */
	uint32_t spot[DUPLICATE_SPOTS];  /* landmarks */
	uint8_t words, spots;
	uint8_t persons, age; /* 0: not said */
	uint8_t sexes, ages;  /* bits: 1 male, 2 female; 1 child, 2 old, 4 grown up, 8 young */
	uint16_t rt, rw;      /* 0: not said */
	uint64_t numbers;     /* hash of all numbers in order */
	bool closes, another; /* it is over; it is expressly one more */
};
void duplicate_read(const struct lexicon *lexicon, const struct duplicate_report *in, struct duplicate_facts *ret);

enum { DUPLICATE_REASONS = 6, DUPLICATE_REASON_MAX = 96 };
struct duplicate_verdict {
	double score;
	bool sure;       /* nothing speaks against it, and what a sure one needs is there, apart from its score */
	bool same_words; /* the same, or nearly the same, of the same sender */
	char reasons[DUPLICATE_REASONS][DUPLICATE_REASON_MAX]; /* English: "same sender 4 min ago, same words" */
	size_t reason_count;
};
/* known[n]: the facts of the reports that an incident has, n at least 1. What contradicts one of them contradicts the incident. */
void duplicate_score(const struct duplicate_rules *rules, const struct duplicate_facts *fresh,
                     const struct duplicate_facts *known, size_t n, struct duplicate_verdict *ret);
/* Cannot reach suggest_at: not worth a comparison. */
bool duplicate_hopeless(const struct duplicate_rules *rules, const struct duplicate_facts *fresh,
                        const struct duplicate_facts *known);

enum duplicate_answer { DUPLICATE_NO, DUPLICATE_SUGGEST, DUPLICATE_ATTACH };
/* may_attach: false for what is only ever suggested. */
enum duplicate_answer duplicate_decide(const struct duplicate_rules *rules, const struct duplicate_verdict *v,
                                       bool may_attach);
#endif
