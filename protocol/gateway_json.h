/* gateway_json: JSON as gateways bring it. What the API's strict reader (json.h) refuses for one bad byte in one text would here cost a citizen's report. */
#ifndef SIGAP_PROTOCOL_GATEWAY_JSON_H
#define SIGAP_PROTOCOL_GATEWAY_JSON_H
#include <stdbool.h>
#include <stddef.h>

#include "json.h"

/* Reads text and returns its tree, which the caller frees with cJSON_Delete; NULL with ret_fault->detail filled when it is no JSON. Unlike json_parse:
 * - what no text can hold becomes U+FFFD: a lone surrogate (an SMS cut inside an emoji), \u0000, bytes that are no UTF-8; *ret_repaired tells;
 * - control characters and a byte order mark are let through;
 * - numbers come as strings, with their digits as they were written: ids beyond 2^53 stay what they are. */
cJSON *gateway_json_parse(const char *text, size_t len, bool *ret_repaired, struct json_fault *ret_fault);
#endif
