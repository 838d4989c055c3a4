/* phone: Indonesian telephone numbers -> E.164. Sources write 0812…, 62812…, +62 812-…, 0062812…; short codes (3-6 digits) and
 * alphanumeric senders ("TELKOMSEL") are no phones and are never answered. */
#ifndef SIGAP_PROTOCOL_PHONE_H
#define SIGAP_PROTOCOL_PHONE_H
#include <stdbool.h>
enum { PHONE_MAX = 20 };
/* Writes "+628123456789" to ret and returns true, or returns false (ret is then ""). Foreign numbers with + or 00 are kept as they are. */
bool phone_normalise(const char *text, char ret[PHONE_MAX]);
/* "+62812****789" for logs and screens. */
void phone_mask(const char *e164, char ret[PHONE_MAX]);
#endif
