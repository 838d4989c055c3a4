/* incoming: one message of a citizen, a partner or a person on duty, on its way from a gateway. gateway.c makes it of what a call brought (parts.c: of the parts of a long one),
 * partner.c takes what is an answer of somebody known, conversation.c all the rest. */
#ifndef SIGAP_FLOW_INCOMING_H
#define SIGAP_FLOW_INCOMING_H
#include "../../protocol/phone.h"
#include "flow.h"

enum { ADDRESS_MAX = 80 };
struct incoming {
	struct flow *flow;
	struct arena *arena; /* lives until done has returned */
	const struct conf_gateway *gateway;
	const char *external_id;   /* the key of idempotency, with the gateway's name */
	const char *text;          /* UTF-8, valid */
	char phone[PHONE_MAX];     /* E.164; "" when the sender is no telephone */
	char address[ADDRESS_MAX]; /* where an answer goes: the telephone, "GATEWAY:HANDLE", or "" when there is nobody to answer (short codes, "TELKOMSEL") */
	const char *name;          /* what the sender calls himself there; NULL: unknown */
	bool has_position;
	double lat, lon;
	bool truncated; /* parts of it never came */
	const void *raw; /* as received, without our token */
	size_t raw_len;
	const char *content_type; /* may be NULL */
	uint8_t fingerprint[32];
	struct mono received;
	/* Called once, from the loop: is it on disk (also: was it there already)? After that the message is gone. */
	void (*done)(struct incoming *in, bool kept);
	void *ctx;
};
#endif
