/* incoming: one message of a citizen, a partner or a person on duty, on its way from a gateway. gateway.c makes it of what a call brought (parts.c: of the parts of a long one),
 * partner.c takes what is an answer of somebody known, conversation.c all the rest. What one sender writes is worked on in the order in which it came, one after the other. */
#ifndef SIGAP_FLOW_INCOMING_H
#define SIGAP_FLOW_INCOMING_H
#include <sys/queue.h>

#include "../../protocol/phone.h"
#include "flow.h"

enum { ADDRESS_MAX = 80, PARTS_WAIT_S = 1800 /* of a gateway that has no settings any more */ };
struct incoming {
	struct flow *flow;
	struct arena *arena; /* lives until done has returned */
	const struct conf_gateway *gateway;
	const char *external_id; /* the key of idempotency, with the gateway's name */
	const char *text;        /* UTF-8, valid */
	char phone[PHONE_MAX];   /* E.164; "" when the sender is no telephone */
	char address
	        [ADDRESS_MAX]; /* where an answer goes: the telephone, "GATEWAY:HANDLE", or "" when there is nobody to answer (short codes, "TELKOMSEL") */
	const char *from;      /* as the gateway wrote it */
	const char *name;      /* what the sender calls himself there; NULL: unknown */
	bool has_position;
	double lat, lon;
	bool truncated;                        /* parts of it never came */
	int part_ref, part_number, part_total; /* of a part, as in struct inbound_message */
	const void *raw;                       /* as received, without our token */
	size_t raw_len;
	const char *content_type; /* may be NULL */
	uint8_t fingerprint[32];
	struct mono received;
	struct wall spooled; /* it waited on disk since; us 0: it did not */
	bool refused;        /* not kept because the database will never take it */
	/* Called once, from the loop: is it on disk (also: was it there already)? After that the message is gone. */
	void (*done)(struct incoming *in, bool kept);
	void *ctx;
	void *taker; /* for whoever takes it: its own notes */
	/* incoming.c's own */
	void (*then)(struct incoming *in, bool kept);
	struct sender *sender;
	TAILQ_ENTRY(incoming) link;
};

/* A message in an arena of its own; whoever sets done frees it there. Of m everything is copied; external_id is m's, or "" when it has none. raw,
 * raw_len, content_type, done, ctx (and external_id when "") are the caller's to fill; raw must live in the arena, or until done. */
struct incoming *incoming_new(struct flow *f, const struct conf_gateway *gateway, const struct inbound_message *m);
/* The gateway of that name. It may have gone from the settings since: what it brought is taken all the same, and a stand-in for it lives in the arena. */
const struct conf_gateway *incoming_gateway(struct arena *a, const struct flow *f, const char *name);
/* Frees it with its arena; sets *in to NULL. */
void incoming_free(struct incoming **in);
/* Partner, person on duty or citizen: it is taken as what it is. Ends in done. */
void incoming_take(struct incoming *in);
/* For whoever takes it: keeps a message that is no report. kept(in, is_new, available) once, from the loop. */
void incoming_keep(struct incoming *in, void (*kept)(struct incoming *in, bool is_new, bool available));
/* "sha256:…" of bytes: the key of what the gateway gave none. */
const char *incoming_hash_key(struct arena *a, const void *bytes, size_t len);

/* Senders whose messages are under way. */
struct incomings *incomings_open(struct flow *f);
/* What still waits for its turn ends unkept; after that, before its memory goes, nothing new is begun. */
void incomings_stop(struct incomings *all);
void incomings_close(struct incomings **all);
#endif
