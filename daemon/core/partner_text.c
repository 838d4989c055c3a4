/* partner_text: see partner_text.h. */
#include "partner_text.h"

#include <string.h>

static bool is_of_a_machine(const struct said_words *words, const char *text)
{
	struct words read;
	struct said said;
	words_read(text, &read);
	said_read(words, &read, &said);
	return said.automatic;
}

bool partner_text_read(struct arena *a, const struct replies *r, const struct said_words *words, const char *text,
                       struct sms_answer *ret)
{
	const char *rest = replies_without_echo(r, a, text, 1), *own = rest != NULL ? rest : text;
	if (!sms_answer_read(own, ret))
		return false;
	bool easily_said = strcmp(ret->event, "accept") == 0 || strcmp(ret->event, "decline") == 0;
	return ret->number != 0 || !easily_said || !is_of_a_machine(words, own);
}
