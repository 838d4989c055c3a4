/* place_offer: the places between which a reporter is asked to choose, in the order offered. What asks and what reads the answer make it of the same triage. */
#ifndef SIGAP_CORE_PLACE_OFFER_H
#define SIGAP_CORE_PLACE_OFFER_H
#include "gazetteer.h"

enum { OFFERED_MAX = 2 };
struct place_offer {
	char code[OFFERED_MAX][REGION_CODE_MAX];
	size_t count; /* 0: the question is an open one */
};
/* Two villages, or a village and the district of the same name, of what triage found; else nothing. */
void place_offer_make(const struct gazetteer *g, const struct place_guess *place, struct place_offer *ret);
/* The text of replies.tsv that asks: "ask_place", "ask_place_choice" ({a}, {b}) or "ask_district" ({a}). */
const char *place_offer_key(const struct place_offer *o);
#endif
