/* partner_text: what a known telephone's SMS says, of an agency or of a person on duty: an answer, or none. A clock stops by it, so it must be a person's own words: our own that come back,
 * and a machine's, are none. Pure. */
#ifndef SIGAP_CORE_PARTNER_TEXT_H
#define SIGAP_CORE_PARTNER_TEXT_H
#include "../../protocol/sms_answer.h"
#include "conversation_text.h"
#include "replies.h"

/* False when text is no answer; else ret as sms_answer_read() fills it. An answer that names its incident counts whatever stands beside it: no machine
 * knows the number; so does "meluncur", which no machine says. */
bool partner_text_read(struct arena *a, const struct replies *r, const struct said_words *words, const char *text,
                       struct sms_answer *ret);
#endif
