/* gazetteer_search: places for people who look them up: by the beginning or a part of a name, and by what lies below what. One pass over all names, folded
 * when the gazetteer is built: some milliseconds with all 83,763 villages loaded. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gazetteer_parts.h"

enum { FOLDED_MAX = 128 };

/* Lower case; what is no letter or figure parts words, one space between two. */
static size_t fold(const char *name, char ret[FOLDED_MAX])
{
	size_t len = 0;
	bool parted = false;
	for (const char *p = name; *p != '\0' && len + 2 < FOLDED_MAX; p++) {
		unsigned char c = (unsigned char)*p;
		if (c == '\'')
			continue;
		if (c >= 128 || !isalnum(c)) {
			parted = len > 0;
			continue;
		}
		if (parted)
			ret[len++] = ' ';
		parted = false;
		ret[len++] = (char)tolower(c);
	}
	ret[len] = '\0';
	return len;
}

void gazetteer_fold_names(struct gazetteer *g)
{
	g->folded = arena_array(g->arena, const char *, g->count + 1);
	for (size_t i = 0; i < g->count; i++) {
		char folded[FOLDED_MAX];
		fold(g->by_code[i].name, folded);
		g->folded[i] = arena_strdup(g->arena, folded);
	}
}

enum match { MATCH_BEGINS, MATCH_WORD_BEGINS, MATCH_WITHIN, MATCHES };

/* Does name, from here on, say what was typed? Spaces count in neither: "nipahnipah" finds "nipah nipah". */
static bool says(const char *name, const char *typed)
{
	for (;; name++, typed++) {
		while (*name == ' ')
			name++;
		while (*typed == ' ')
			typed++;
		if (*typed == '\0')
			return true;
		if (*name != *typed)
			return false;
	}
}

/* MATCHES: it does not hold it. */
static enum match match_of(const char *name, const char *typed)
{
	enum match best = MATCHES;
	for (const char *p = name; *p != '\0'; p++) {
		if (*p != *typed || !says(p, typed))
			continue;
		if (p == name)
			return MATCH_BEGINS;
		enum match here = p[-1] == ' ' ? MATCH_WORD_BEGINS : MATCH_WITHIN;
		best = here < best ? here : best;
	}
	return best;
}

/* The best so far, best first; of equals the one that came first stays before. */
struct hits {
	const struct region **regions;
	int rank[GAZETTEER_HITS_MAX];
	size_t count, max;
};

static void keep(struct hits *h, const struct region *r, int rank)
{
	if (h->count == h->max && h->rank[h->count - 1] <= rank)
		return;
	size_t at = h->count < h->max ? h->count++ : h->count - 1;
	for (; at > 0 && h->rank[at - 1] > rank; at--) {
		h->rank[at] = h->rank[at - 1];
		h->regions[at] = h->regions[at - 1];
	}
	h->rank[at] = rank;
	h->regions[at] = r;
}

/* Codes below `under` stand together. */
static bool is_below(const struct gazetteer *g, size_t i, const char *under)
{
	return i < g->count && strncmp(g->by_code[i].code, under, strlen(under)) == 0;
}

size_t gazetteer_search(const struct gazetteer *g, const char *under, const char *q, const struct region **ret,
                        size_t max)
{
	char typed[FOLDED_MAX];
	struct hits hits = {.regions = ret, .max = max < GAZETTEER_HITS_MAX ? max : GAZETTEER_HITS_MAX};
	if (fold(q, typed) == 0 || max == 0)
		return 0;
	for (size_t i = gazetteer_lower_bound(g, under); is_below(g, i, under); i++) {
		const struct region *r = &g->by_code[i];
		enum match match = match_of(g->folded[i], typed);
		if (match != MATCHES && region_code_within(r->code, under) && strcmp(r->code, under) != 0)
			keep(&hits, r, (int)(REGION_LEVELS - region_code_level(r->code)) * MATCHES + (int)match);
	}
	return hits.count;
}

size_t gazetteer_children(const struct gazetteer *g, const char *under, const struct region **ret, size_t max)
{
	enum region_level level = under[0] == '\0' ? LEVEL_PROVINCE : region_code_level(under) + 1;
	size_t n = 0;
	for (size_t i = gazetteer_lower_bound(g, under); is_below(g, i, under) && n < max; i++)
		if (region_code_level(g->by_code[i].code) == level && region_code_within(g->by_code[i].code, under))
			ret[n++] = &g->by_code[i];
	return n;
}

static const char *short_name(const struct region *r)
{
	static const char title[] = "Kabupaten ";
	return strncmp(r->name, title, sizeof title - 1) == 0 ? r->name + sizeof title - 1 : r->name;
}

const char *gazetteer_within(const struct gazetteer *g, struct arena *a, const char *code)
{
	char above[REGION_CODE_MAX];
	const char *said = "", *dot;
	snprintf(above, sizeof above, "%s", code);
	while ((dot = strrchr(above, '.')) != NULL) {
		above[dot - above] = '\0';
		const struct region *r = gazetteer_by_code(g, above);
		if (r != NULL)
			said = said[0] == '\0' ? short_name(r) : arena_printf(a, "%s, %s", said, short_name(r));
		if (region_code_level(above) <= LEVEL_REGENCY)
			break;
	}
	return said;
}
