/* incoming: see incoming.h. */
#include "incoming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "conversation.h"
#include "partner.h"

TAILQ_HEAD(incoming_list, incoming);
/* One whose message is under way, and what he wrote since. */
struct sender {
	char address[ADDRESS_MAX];
	struct incoming_list waiting;
	UT_hash_handle hh;
};
struct incomings {
	struct sender *senders;
	struct incoming_list ready; /* whose turn has come */
	struct event *soon;
	bool stopped;
};

/* ---- one message ---- */

static void fill_address(struct incoming *in, const char *from)
{
	const struct conf_gateway *g = in->gateway;
	/* a handle of digits alone is no telephone, whatever it looks like */
	if (!g->channel->handles || *from == '+')
		phone_normalise(from, in->phone);
	if (g->channel->handles && *from != '\0')
		snprintf(in->address, sizeof in->address, "%s:%s", g->name, from);
	else
		snprintf(in->address, sizeof in->address, "%s", in->phone);
}

struct incoming *incoming_new(struct flow *f, const struct conf_gateway *gateway, const struct inbound_message *m)
{
	struct arena *a = arena_new();
	struct incoming *in = arena_new_of(a, struct incoming);
	in->flow = f;
	in->arena = a;
	in->gateway = gateway;
	in->external_id = arena_strdup(a, m->external_id);
	in->text = arena_strndup(a, m->text.data, m->text.len);
	in->from = arena_strdup(a, m->from);
	in->part_ref = m->part_ref;
	in->part_number = m->part_number;
	in->part_total = m->part_total;
	in->name = m->name[0] != '\0' ? arena_strdup(a, m->name) : NULL;
	in->has_position = m->has_position;
	in->lat = m->lat;
	in->lon = m->lon;
	in->truncated = m->truncated;
	in->received = mono_now();
	fill_address(in, m->from);
	const char *both = arena_printf(a, "%s\n%s", in->phone, in->text);
	sha256(both, strlen(both), in->fingerprint);
	return in;
}

const struct conf_gateway *incoming_gateway(struct arena *a, const struct flow *f, const char *name)
{
	const struct conf_gateway *there = conf_gateway_named(f->conf, name);
	if (there != NULL)
		return there;
	struct conf_gateway *gone = arena_new_of(a, struct conf_gateway);
	gone->name = arena_strdup(a, name);
	gone->channel = &channel_webhook;
	gone->parts_wait_s = PARTS_WAIT_S;
	return gone;
}

void incoming_free(struct incoming **in)
{
	struct arena *a = (*in)->arena;
	*in = NULL;
	arena_free(&a);
}

const char *incoming_hash_key(struct arena *a, const void *bytes, size_t len)
{
	uint8_t print[32];
	struct buf hex;
	sha256(bytes, len, print);
	buf_init(&hex, 80);
	buf_adds(&hex, "sha256:");
	for (size_t i = 0; i < 16; i++)
		buf_addf(&hex, "%02x", print[i]);
	const char *key = arena_strndup(a, hex.data, hex.len);
	buf_free(&hex);
	return key;
}

/* ---- kept, but no report ---- */

struct keeping {
	struct incoming *in;
	void (*kept)(struct incoming *in, bool is_new, bool available);
};

static void on_kept(void *ctx, const struct pg_result *r)
{
	struct keeping *k = ctx;
	bool available = r->status == PG_OK;
	k->kept(k->in, available && pg_bool(r, 0, 0), available);
}

void incoming_keep(struct incoming *in, void (*kept)(struct incoming *in, bool is_new, bool available))
{
	struct keeping *k = arena_new_of(in->arena, struct keeping);
	*k = (struct keeping){.in = in, .kept = kept};
	struct pg_params *p = store_params(in->flow->store);
	pg_param_uuid(p, uuid_make());
	pg_param_text(p, in->gateway->name);
	pg_param_text(p, in->external_id);
	pg_param_bytes(p, in->fingerprint, sizeof in->fingerprint);
	pg_param_text(p, in->content_type);
	pg_param_bytes(p, in->raw, in->raw_len);
	store_query(in->flow->store, SQL_KEEP_INBOUND, p, on_kept, k);
}

/* ---- one after the other ---- */

static void begin(struct incoming *in)
{
	if (!partner_take(in))
		conversation_take(in);
}

/* The next message of the same sender begins in the loop's next turn: never from inside what has just ended. */
static void release(struct incomings *all, struct sender *s)
{
	struct incoming *next = TAILQ_FIRST(&s->waiting);
	if (next == NULL) {
		HASH_DEL(all->senders, s);
		free(s);
		return;
	}
	TAILQ_REMOVE(&s->waiting, next, link);
	TAILQ_INSERT_TAIL(&all->ready, next, link);
	event_active(all->soon, 0, 0);
}

static void on_done(struct incoming *in, bool kept)
{
	if (in->sender != NULL)
		release(in->flow->incomings, in->sender);
	in->then(in, kept);
}

static void on_soon(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct incomings *all = ctx;
	for (size_t turn = 0; turn < 64 && !TAILQ_EMPTY(&all->ready); turn++) {
		struct incoming *in = TAILQ_FIRST(&all->ready);
		TAILQ_REMOVE(&all->ready, in, link);
		begin(in);
	}
	if (!TAILQ_EMPTY(&all->ready))
		event_active(all->soon, 0, 0);
}

void incoming_take(struct incoming *in)
{
	struct incomings *all = in->flow->incomings;
	const char *key = in->phone[0] != '\0' ? in->phone : in->address;
	struct sender *s = NULL;
	in->then = in->done;
	in->done = on_done;
	if (all->stopped) {
		on_done(in, false);
		return;
	}
	if (key[0] != '\0') {
		HASH_FIND_STR(all->senders, key, s);
		in->sender = s;
		if (s != NULL) {
			TAILQ_INSERT_TAIL(&s->waiting, in, link);
			return;
		}
		s = calloc(1, sizeof *s);
		if (s == NULL)
			abort();
		snprintf(s->address, sizeof s->address, "%s", key);
		TAILQ_INIT(&s->waiting);
		HASH_ADD_STR(all->senders, address, s);
		in->sender = s;
	}
	begin(in);
}

/* ---- life ---- */

struct incomings *incomings_open(struct flow *f)
{
	struct incomings *all = calloc(1, sizeof *all);
	if (all == NULL)
		abort();
	TAILQ_INIT(&all->ready);
	all->soon = event_new(f->base, -1, 0, on_soon, all);
	return all;
}

void incomings_stop(struct incomings *all)
{
	struct sender *s, *next;
	struct incoming *in;
	all->stopped = true;
	HASH_ITER(hh, all->senders, s, next)
	{
		TAILQ_CONCAT(&all->ready, &s->waiting, link);
	}
	while ((in = TAILQ_FIRST(&all->ready)) != NULL) {
		TAILQ_REMOVE(&all->ready, in, link);
		in->sender = NULL; /* nobody comes after it */
		in->done(in, false);
	}
}

void incomings_close(struct incomings **all)
{
	struct sender *s, *next;
	if (*all == NULL)
		return;
	HASH_ITER(hh, (*all)->senders, s, next)
	{
		HASH_DEL((*all)->senders, s);
		free(s);
	}
	event_free((*all)->soon);
	free(*all);
	*all = NULL;
}
