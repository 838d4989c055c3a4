/* replies: the texts sent to citizens, partners and people on duty (config/replies/replies.tsv), with {placeholders}. */
#ifndef SIGAP_CORE_REPLIES_H
#define SIGAP_CORE_REPLIES_H
#include <stdbool.h>
#include <stddef.h>

#include "../../protocol/buf.h"
#include "../base/arena.h"
struct replies;
/* The placeholders that text `key` may use, space separated ("no jam"), or NULL when no text has that key. */
const char *replies_placeholders(const char *key);
/* Parses the table (key, text, english, septets filled in; a line starting with # is a comment). NULL with one line per fault in faults: missing key of the known set, unknown placeholder for its key, not GSM-7, longer
 * than one SMS when filled in. */
struct replies *replies_read(struct arena *a, const char *file, const char *text, size_t len, struct buf *faults);
struct reply_value {
	const char *name, *value;
};
/* Fills text `key`; every placeholder of the text must be among values (assert); values that the text does not use are ignored. Cut to one SMS part is NOT done here. */
void replies_fill(const struct replies *r, const char *key, const struct reply_value *values, size_t n,
                  struct buf *out);
/* When text holds our own texts, filled in, what somebody wrote before and behind them ("" : nothing); NULL when it holds none. What stands before counts from so many
 * words on: a machine puts its "Re:" there. */
const char *replies_without_echo(const struct replies *r, struct arena *a, const char *text, int words_before);
/* Is there nothing in it but blanks and the marks of a quotation? */
bool replies_is_blank(const char *text);
#endif
