/* form: application/x-www-form-urlencoded, as query or body, byte exact.
 * Our own because evhttp_parse_query_str() loses values with %00 and gives up on a pair without "=". */
#ifndef SIGAP_PROTOCOL_FORM_H
#define SIGAP_PROTOCOL_FORM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FORM_MAX_FIELDS = 128 };

struct form_field {
	char *name;  /* decoded, NUL terminated */
	char *value; /* decoded, NUL terminated, but may hold NUL bytes: see value_len */
	size_t value_len;
};
struct form {
	struct form_field fields[FORM_MAX_FIELDS];
	size_t count;
	char *memory; /* all names and values */
};

/* Decodes text ("a=1&b=x+y%20z"). A pair without "=" has an empty value, empty pairs are skipped, "%zz" stays as written.
 * Returns false when there are more than FORM_MAX_FIELDS fields or memory runs out; *ret is then empty. The caller frees with form_free. */
bool form_parse(const char *text, size_t len, struct form *ret);
void form_free(struct form *f);
/* The first field of that name, or NULL. */
const struct form_field *form_field(const struct form *f, const char *name);
/* Its value as C string (cut at a NUL byte), or NULL when absent. */
const char *form_value(const struct form *f, const char *name);

/* What a query may say and need not: absent or empty is no fault. */
/* The value, or NULL when absent or empty. */
const char *form_given(const struct form *f, const char *name);
/* A whole number from 1 on, digits only. *ret is 0 when absent. False for anything else. */
bool form_number(const struct form *f, const char *name, int64_t *ret);
/* An RFC 3339 time -> Unix microseconds. *ret_us stays as it is when absent. False for anything else. */
bool form_time(const struct form *f, const char *name, int64_t *ret_us);

struct buf;
/* Appends bytes percent-encoded for a query value: unreserved characters of RFC 3986 as they are, all others as %XX. */
void form_encode(struct buf *out, const char *bytes, size_t len);
/* Appends "name=value" with the value encoded, preceded by & when out does not end in ? or is not empty. */
void form_add(struct buf *out, const char *name, const char *value);
#endif
