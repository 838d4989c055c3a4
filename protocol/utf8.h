/* utf8: well-formed UTF-8 (Unicode 15, table 3-7) as PostgreSQL's text accepts it: no surrogates, no overlong forms, no U+0000. */
#ifndef SIGAP_PROTOCOL_UTF8_H
#define SIGAP_PROTOCOL_UTF8_H
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* The length of the well-formed sequence at bytes (left > 0 of them). When there is none, *ret_ok is false and the length is that of the
 * malformed part to replace by one U+FFFD (at least 1). U+0000 counts as well-formed here. */
size_t utf8_sequence(const char *bytes, size_t left, bool *ret_ok);
/* True when the bytes are well-formed UTF-8 without U+0000 (PostgreSQL's text accepts exactly these). */
bool utf8_valid(const char *bytes, size_t len);
/* Copies into out, replacing each malformed sequence and U+0000 by U+FFFD. */
void utf8_repair(const char *bytes, size_t len, struct buf *out);
/* Characters (code points) of well-formed text. */
size_t utf8_length(const char *text);
/* The length of the longest beginning that a JSON string may hold as it stands: well-formed UTF-8 without quote, backslash and
 * characters below U+0020. */
size_t utf8_json_run(const char *bytes, size_t len);
/* Drops a sequence at the end that was cut in the middle. */
void utf8_trim(char *text);
#endif
