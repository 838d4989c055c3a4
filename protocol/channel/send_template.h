/* send_template: the body of a send call as the operator wrote it, with {places} that are filled in: each value escaped for JSON or for a form. A brace that does
 * not open a place stands for itself. */
#ifndef SIGAP_PROTOCOL_SEND_TEMPLATE_H
#define SIGAP_PROTOCOL_SEND_TEMPLATE_H
#include <stdbool.h>
#include <stddef.h>

#include "../buf.h"

enum send_place { SEND_ID, SEND_TO, SEND_TO_DIGITS, SEND_FROM, SEND_TEXT, SEND_STATUS_URL, SEND_PLACES };
/* Appends the template; values[…] may be NULL for "". */
void send_template_fill(const char *text, bool json, const char *const values[SEND_PLACES], struct buf *out);
/* False with the reason in why when it names a place that there is not, lacks {text} or a receiver, or is no JSON once filled in. */
bool send_template_check(const char *text, bool json, char *why, size_t why_size);
#endif
