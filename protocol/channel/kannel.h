/* kannel: Kannel 1.4 smsbox (get-url / post-url, dlr-url, sendsms). Facts: Kannel user guide 1.4.5, tables 7-7 to 7-17, and runs of Debian's 1.4.5-12. */
#ifndef SIGAP_PROTOCOL_KANNEL_H
#define SIGAP_PROTOCOL_KANNEL_H
#include "channel.h"

/* An incoming SMS. GET: everything in the query (from=%p to=%P ts=%T id=%I smsc=%i coding=%c charset=%C udh=%u text=%b, or hex=%e).
 * POST: body is the message in the charset of content_type, the X-Kannel-* headers come through header(ctx, name) -> value or NULL, id and ts in the query.
 * Returns false with a reason in why (missing id, missing sender, undecodable); *ret (initialised) may be partly filled. */
bool kannel_read_inbound(const char *query, size_t query_len, const char *body, size_t body_len,
                         const char *content_type, const char *(*header)(void *ctx, const char *name), void *ctx,
                         struct inbound_message *ret, char *why, size_t why_size);
/* A delivery report: ref, type=%d (1 delivered, 2 failed, 4 queued, 8 sent, 16 failed), reply=%A. */
bool kannel_read_status(const char *query, size_t query_len, struct delivery_report *ret, char *why, size_t why_size);
#endif
