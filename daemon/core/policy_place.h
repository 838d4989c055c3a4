/* policy_place: where in a commented JSON text the value of a JSON pointer stands, so that a fault names its line. */
#ifndef SIGAP_CORE_POLICY_PLACE_H
#define SIGAP_CORE_POLICY_PLACE_H
#include <stddef.h>

struct text_place {
	int line, column; /* both from 1 */
};
/* The key of a member, the value of a list item. text must have passed json_parse_commented(). When pointer (RFC 6901) leads nowhere, its nearest ancestor that exists. */
struct text_place policy_place(const char *text, size_t len, const char *pointer);
#endif
