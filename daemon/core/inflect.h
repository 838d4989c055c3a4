/* inflect: the forms a stem takes in informal Indonesian, with Banjar and Javanese affixes. Pure word building, no dictionary. */
#ifndef SIGAP_CORE_INFLECT_H
#define SIGAP_CORE_INFLECT_H
#include <stdbool.h>
#include <stddef.h>

enum form_class {
	FORM_BARE,    /* rantai, rantaikan, pasungan */
	FORM_ACTIVE,  /* merantai, ngerantai, mamasung */
	FORM_PASSIVE, /* dirantai, terikat, ketali */
	FORM_NOUN,    /* pemasungan */
};
enum { INFLECT_MAX = 64 };
/* Calls each(ctx, form, class, common) for every form; common: one that people write every day, worth correcting typos of. */
void inflect_verb(const char *stem, void (*each)(void *ctx, const char *form, enum form_class class, bool common),
                  void *ctx);
/* Takes one enclitic off the end of word (nya, ku, lah, kah, mi, ji, e, ne, ...) into ret (at least strlen(word) bytes).
 * nth counts the possibilities from 0; false when there is no nth. At least three letters stay. */
bool inflect_strip_clitic(const char *word, int nth, char *ret);
#endif
