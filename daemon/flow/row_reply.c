/* row_reply: see row_reply.h. */
#include "row_reply.h"

#include "busy.h"

void row_reply(struct http_request *r, const struct pg_result *result, const char *missing)
{
	if (result->status != PG_OK)
		busy_reply_unanswered(r, result);
	else if (result->rows == 0 || pg_is_null(result, 0, 0))
		http_reply_fault(r, 404, "not-found", missing);
	else
		http_reply(r, 200, "application/json", pg_text(result, 0, 0), pg_length(result, 0, 0), NULL);
}
