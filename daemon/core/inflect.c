/* inflect: see inflect.h. Rules: meN- assimilation (Sneddon, Indonesian Reference Grammar, 1.5-1.9), colloquial N- and nge-, -in; Banjar ma-, ba-, ta-; Javanese ke-, -ake. */
#include "inflect.h"

#include <stdio.h>
#include <string.h>

/* What the nasal prefix does to the first letter of a stem. */
static const struct nasal {
	const char *first, *nasal;
	bool drops;
} nasals[] = {
        {"p", "m", true},         {"t", "n", true},    {"s", "ny", true},    {"k", "ng", true},
        {"aiueogh", "ng", false}, {"bfv", "m", false}, {"dcjz", "n", false}, {"c", "ny", true},
        {"lrmnwy", "", false},    {"p", "m", false},   {"t", "n", false},    {"k", "ng", false},
};
static const struct affix {
	const char *text;
	enum form_class class;
	bool common;
} plain[] =
        {
                {"", FORM_BARE, true},       {"di", FORM_PASSIVE, true},  {"ter", FORM_PASSIVE, true},
                {"ta", FORM_PASSIVE, false}, {"te", FORM_PASSIVE, false}, {"ke", FORM_PASSIVE, false},
                {"ka", FORM_PASSIVE, false}, {"ba", FORM_ACTIVE, false},  {"be", FORM_ACTIVE, false},
                {"ber", FORM_ACTIVE, false}, {"nge", FORM_ACTIVE, false}, {"pe", FORM_NOUN, false},
                {"ku", FORM_ACTIVE, false},  {"tak", FORM_ACTIVE, false}, {"na", FORM_ACTIVE, false},
                {"pa", FORM_NOUN, false},    {"nga", FORM_ACTIVE, false},
},
  nasalised[] = {
          {"", FORM_ACTIVE, false},
          {"me", FORM_ACTIVE, true},
          {"ma", FORM_ACTIVE, false},
          {"pe", FORM_NOUN, false},
};
static const struct affix suffixes[] = {
        {"", FORM_BARE, true},   {"kan", FORM_BARE, true},   {"an", FORM_BARE, true},   {"i", FORM_BARE, true},
        {"in", FORM_BARE, true}, {"akan", FORM_BARE, false}, {"ake", FORM_BARE, false},
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static void suffixed(const struct affix *prefix, const char *nasal, const char *stem,
                     void (*each)(void *, const char *, enum form_class, bool), void *ctx)
{
	for (size_t s = 0; s < COUNT(suffixes); s++) {
		char form[INFLECT_MAX];
		int len = snprintf(form, sizeof form, "%s%s%s%s", prefix->text, nasal, stem, suffixes[s].text);
		if (len > 0 && (size_t)len < sizeof form)
			each(ctx, form, prefix->class, prefix->common && suffixes[s].common);
	}
}

void inflect_verb(const char *stem, void (*each)(void *ctx, const char *form, enum form_class class, bool common),
                  void *ctx)
{
	for (size_t p = 0; p < COUNT(plain); p++)
		suffixed(&plain[p], "", stem, each, ctx);
	for (size_t n = 0; n < COUNT(nasals); n++) {
		if (strchr(nasals[n].first, stem[0]) == NULL)
			continue;
		const char *rest = stem + (nasals[n].drops ? 1 : 0);
		bool changed = nasals[n].nasal[0] != '\0';
		for (size_t p = changed ? 0 : 1; p < COUNT(nasalised); p++)
			suffixed(&nasalised[p], nasals[n].nasal, rest, each, ctx);
	}
}

static const char *const clitics[] = {
        "nya", "ny", "x", "ku", "mu", "lah", "kah", "pun", "mi", "ji", "ki", "pang", "tah", "ne", "e", "i",
};

bool inflect_strip_clitic(const char *word, int nth, char *ret)
{
	size_t len = strlen(word);
	for (size_t c = 0; c < COUNT(clitics); c++) {
		size_t tail = strlen(clitics[c]);
		if (len < tail + (tail == 1 ? 4 : 3) || strcmp(word + len - tail, clitics[c]) != 0 || nth-- > 0)
			continue;
		memcpy(ret, word, len - tail);
		ret[len - tail] = '\0';
		return true;
	}
	return false;
}
