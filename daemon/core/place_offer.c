/* place_offer: see place_offer.h. */
#include "place_offer.h"

#include <stdio.h>
#include <string.h>

/* The district of a village, when both have one name ("Penajam"); else NULL. */
static const struct region *namesake_district(const struct gazetteer *g, const struct region *village)
{
	enum { DISTRICT_LEN = 8 };
	char code[REGION_CODE_MAX];
	snprintf(code, sizeof code, "%.*s", DISTRICT_LEN, village->code);
	const struct region *district = gazetteer_by_code(g, code);
	return district != NULL && strcmp(district->name, village->name) == 0 ? district : NULL;
}

void place_offer_make(const struct gazetteer *g, const struct place_guess *place, struct place_offer *ret)
{
	const struct region *one = NULL, *two = NULL;
	*ret = (struct place_offer){.count = 0};
	if (place->candidate_count >= 1 && place->candidate_count <= OFFERED_MAX)
		one = gazetteer_by_code(g, place->candidates[0].code);
	if (one == NULL || region_code_level(one->code) != LEVEL_VILLAGE)
		return;
	if (place->candidate_count == 1)
		two = namesake_district(g, one);
	else
		two = gazetteer_by_code(g, place->candidates[1].code);
	/* a choice between two equal names says nothing, but for a village and its district */
	if (two == NULL || (place->candidate_count == OFFERED_MAX && strcmp(one->name, two->name) == 0))
		return;
	snprintf(ret->code[0], REGION_CODE_MAX, "%s", one->code);
	snprintf(ret->code[1], REGION_CODE_MAX, "%s", two->code);
	ret->count = OFFERED_MAX;
}

const char *place_offer_key(const struct place_offer *o)
{
	if (o->count == 0)
		return "ask_place";
	return region_code_level(o->code[1]) == LEVEL_VILLAGE ? "ask_place_choice" : "ask_district";
}
