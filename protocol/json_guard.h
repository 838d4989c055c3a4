/* json_guard: refuses what json.h does not want to see, before cJSON sees it. One scan over the text. */
#ifndef SIGAP_PROTOCOL_JSON_GUARD_H
#define SIGAP_PROTOCOL_JSON_GUARD_H
#include "json.h"

/* True when text is one acceptable JSON document. Otherwise *ret_fault has offset, pointer and detail; line and column stay as they are. */
bool json_guard(const char *text, size_t len, struct json_fault *ret_fault);
#endif
