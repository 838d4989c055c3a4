/* json_pointer: values of a JSON document by their place (RFC 6901), for what an operator maps. Debian's libcjson-dev comes without cJSON_Utils. */
#ifndef SIGAP_PROTOCOL_JSON_POINTER_H
#define SIGAP_PROTOCOL_JSON_POINTER_H
#include <cjson/cJSON.h>
#include <stdbool.h>

/* "" or "/data/0/a~1b": every reference token behind a slash, "~" only as "~0" or "~1". */
bool json_pointer_valid(const char *pointer);
/* The value at pointer, the document itself for "", or NULL when there is none. */
const cJSON *json_pointer_find(const cJSON *document, const char *pointer);
#endif
