/* stream_parts: what the files of stream share; nobody else includes it.
 *
 * stream.c       listeners: who they are, what each is sent, how long
 * stream_look.c  the looks at the database: what is new since the last one, and the rows of the board that belong to it */
#ifndef SIGAP_FLOW_STREAM_PARTS_H
#define SIGAP_FLOW_STREAM_PARTS_H
#include <sys/queue.h>
#include <uthash.h>

#include "../flow/look.h"
#include "../flow/rules.h"
#include "stream.h"

enum {
	STREAM_POLL_MS = 200,
	STREAM_OVERLAP_US = 10 * 1000000, /* longer than any transaction of ours lasts */
};

struct listener {
	LIST_ENTRY(listener) all;
	struct stream *stream;
	struct http_request *request;
	const struct identity *who;
	bool greeted; /* hello was sent */
	bool asked;   /* the look under way is for this one, too */
	bool lost;    /* what happened since its cursor cannot be told any more: it must load the board again */
	struct stream_check *check; /* is it still who it was? NULL: nobody asks */
	struct wall since; /* its cursor, until a look has told what was missing; us 0: it only wants what is new */
};

/* A row of the board. */
struct stream_row {
	struct uuid incident;
	const char *doc, *region, *last_event;
	const struct listener *told; /* the last one who was sent it from this batch */
	UT_hash_handle hh;
};
/* An event, or something that changed a row without one. */
struct happening {
	struct uuid incident;
	int number; /* of the event; 0: none */
	struct wall at;
	bool moves;      /* an event that may have changed the incident's area */
	bool fresh;      /* nobody who has joined was told */
	const char *doc; /* of the event; NULL: none */
};
/* What one look found. */
struct stream_batch {
	struct arena *arena;
	struct wall now;  /* of the look */
	struct wall from; /* of the one before, us 0: this is the first */
	bool full;        /* it reached back over the whole overlap */
	struct happening *list;
	int count;
	struct stream_row *rows; /* by incident; those that nobody wants are not there */
};

struct stream {
	struct flow *flow;
	LIST_HEAD(, listener) listeners;
	int count;
	struct event *tick;
	int ticks;
	/* stream_look.c */
	struct look look;
	bool looking, again; /* again: something was committed meanwhile */
	bool away;           /* the last look had no answer */
	struct wall cursor;  /* the database's time at the last look; us 0: none since somebody listens */
	struct mono begun, ended, full;
	int64_t took_us;
	struct stream_seen *seen;
	struct stream_batch *batch; /* while its rows are read */
};

/* stream_look.c */
void stream_look_open(struct stream *s);
void stream_look_close(struct stream *s);
/* A look within that time, but not before the last one has rested. */
void stream_look_soon(struct stream *s, int64_t after_ms);
/* Nobody listens any more. */
void stream_look_rest(struct stream *s);

/* stream.c: every listener that was asked for is told what it wants of the batch. */
void stream_tell(struct stream *s, const struct stream_batch *b);
/* Does a listener want this happening, whatever its area? */
bool stream_wants(const struct listener *l, const struct happening *h);
#endif
