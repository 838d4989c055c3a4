/* kannel_call: one call of Kannel, given by its pieces, through the channel's read(). For test_kannel and fuzz_kannel. */
#ifndef SIGAP_TESTS_KANNEL_CALL_H
#define SIGAP_TESTS_KANNEL_CALL_H
#include "../../protocol/channel/kinds.h"

static inline enum inbound_end kannel_call(enum door door, const char *query, size_t query_len, const char *body,
                                           size_t body_len, const char *content_type,
                                           const char *(*header)(void *ctx, const char *name), void *ctx,
                                           struct inbound *ret, char *why, size_t why_size)
{
	static const struct gateway gateway = {.name = "kannel"};
	const struct inbound_request r = {.method = "GET",
	                                  .url = "",
	                                  .query = query,
	                                  .query_len = query_len,
	                                  .body = body,
	                                  .body_len = body_len,
	                                  .content_type = content_type,
	                                  .header = header,
	                                  .ctx = ctx};
	return channel_kannel.read(&gateway, door, &r, ret, why, why_size);
}

/* The one message of a call; the caller frees it. */
static inline bool kannel_read_inbound(const char *query, size_t query_len, const char *body, size_t body_len,
                                       const char *content_type, const char *(*header)(void *ctx, const char *name),
                                       void *ctx, struct inbound_message *ret, char *why, size_t why_size)
{
	struct inbound all;
	inbound_init(&all);
	bool taken = kannel_call(DOOR_INBOUND, query, query_len, body, body_len, content_type, header, ctx, &all, why,
	                         why_size) == INBOUND_TAKEN;
	if (all.message_count == 1) {
		inbound_message_free(ret);
		*ret = all.messages[0];
		all.message_count = 0;
	}
	inbound_free(&all);
	return taken;
}

static inline bool kannel_read_status(const char *query, size_t query_len, struct delivery_report *ret, char *why,
                                      size_t why_size)
{
	struct inbound all;
	inbound_init(&all);
	bool taken = kannel_call(DOOR_STATUS, query, query_len, "", 0, NULL, NULL, NULL, &all, why, why_size) ==
	             INBOUND_TAKEN;
	if (taken)
		*ret = all.reports[0];
	inbound_free(&all);
	return taken;
}
#endif
