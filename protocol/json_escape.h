/* json_escape: what the escapes in a JSON string stand for (RFC 8259, section 7). For the guard. */
#ifndef SIGAP_PROTOCOL_JSON_ESCAPE_H
#define SIGAP_PROTOCOL_JSON_ESCAPE_H
#include <stddef.h>

/* Four hexadecimal digits at s; -1 when they are not. */
int json_escape_hex4(const char *s, const char *end);
/* What the character after a backslash stands for; 0 when there is no such escape. */
char json_escape_simple(char c);
/* Decodes the escapes of a string that the guard accepted into out, which has room for len bytes: the result is never longer. Returns its length. */
size_t json_escape_decode(const char *s, size_t len, char *out);
#endif
