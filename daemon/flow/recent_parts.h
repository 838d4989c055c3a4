/* recent_parts: what the files of recent share; nobody else includes it. */
#ifndef SIGAP_FLOW_RECENT_PARTS_H
#define SIGAP_FLOW_RECENT_PARTS_H
#include <uthash.h>

#include "look.h"
#include "recent.h"

enum { KNOWN_MOST = 5000, FACTS_MOST = 4, WAITING_MOST = 256, SUGGESTED_MOST = 20, WINDOW_H = 72 };

struct bucket;
/* A known incident's place in one bucket. */
struct place {
	TAILQ_ENTRY(place) link;
	struct bucket *bucket; /* NULL: in none */
	struct known *known;
};
TAILQ_HEAD(place_list, place);
struct bucket {
	uint64_t key;
	struct place_list places; /* newest first */
	UT_hash_handle hh;
};
enum { PLACE_EXACT, PLACE_WITHIN, PLACE_SENDER, PLACES = PLACE_SENDER + FACTS_MOST };
struct known {
	struct uuid incident, report;  /* report: one of its, nil when it is not needed */
	struct duplicate_facts *facts; /* of its reports: FACTS_MOST at most, the last one is replaced by a newer one */
	size_t facts_count;
	bool in_flight, ended;
	int suggested; /* how often it was suggested already as the older one */
	struct place places[PLACES];
	STAILQ_HEAD(, recent_waiter) waiters;
	TAILQ_ENTRY(known) age; /* newest first */
	UT_hash_handle hh;
};
struct suggestion {
	struct uuid incident, other, report;
	double score;
	char *reasons;
};
struct recent {
	struct flow *flow;
	struct known *by_incident;
	struct bucket *buckets;
	TAILQ_HEAD(known_list, known) all;
	size_t count;
	/* suggestions that are not written yet */
	struct suggestion waiting[WAITING_MOST];
	int waiting_count;
	struct look flush;
	struct pg_array *arrays[5];
	/* what other daemons bring */
	struct uuid seen;   /* up to here everything was read */
	struct uuid newest; /* the newest of all reports, as the last look saw it */
	struct mono moved;  /* when that changed */
	bool loaded, reading;
	void (*ready)(void *ctx);
	void *ctx;
};

struct known *recent_known(const struct recent *r, struct uuid incident);
/* newest: by what was reported before it (a report that comes in), or behind all others (read from the past). */
struct known *recent_add(struct recent *r, struct uuid incident, const struct duplicate_facts *facts, bool newest);
void recent_add_facts(struct recent *r, struct known *k, const struct duplicate_facts *facts);
/* The same, leaving out one incident (nil: none). */
void recent_find_but(struct recent *r, const struct duplicate_facts *fresh, bool may_attach, struct uuid but,
                     struct recent_match *ret);
void recent_read_row(struct recent *r, const char *text, const char *place_text, const char *sender,
                     const struct triage *t, bool has_position, double lat, double lon, struct wall at,
                     struct duplicate_facts *ret);
void recent_flush_open(struct recent *r);
void recent_flush_close(struct recent *r);
#endif
