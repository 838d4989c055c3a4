/* row_reply: the answer that the database wrote itself. */
#ifndef SIGAP_FLOW_ROW_REPLY_H
#define SIGAP_FLOW_ROW_REPLY_H
#include "../io/http.h"
#include "../io/pg.h"
/* Answers with the JSON of the first cell; 503 when the database is away or was too slow; 404 when nothing is there, missing says of what. */
void row_reply(struct http_request *r, const struct pg_result *result, const char *missing);
#endif
