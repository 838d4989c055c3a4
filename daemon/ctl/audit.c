/* audit: is the history whole? Asked of the database (view audit_fault) and recomputed here from the documented form of an event's hash;
 * both must name the same faults, so that neither a wrong function in the database nor a wrong program goes unseen. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/buf.h"
#include "commands.h"
#include "table.h"

enum { FAULTS, EVENTS };
static const struct pg_statement sql[] = {
        [FAULTS] = {"faults", "select incident, event, fault from audit_fault where $1::bigint is null or "
                              "incident = $1::bigint order by incident, event"},
        [EVENTS] = {"events", "select i.id, i.number, i.version, encode(i.head, 'hex'), e.number, "
                              "(extract(epoch from e.at) * 1000000)::bigint, e.actor, e.kind, e.data::text, "
                              "encode(e.hash, 'hex') from incident i left join event e on e.incident_id = i.id "
                              "where $1::bigint is null or i.number = $1::bigint order by i.number, e.number"},
};
enum { ID, INCIDENT, VERSION, HEAD, EVENT, AT, ACTOR, KIND, DATA, HASH };

static const struct column columns[] = {
        {"incident", CELL_NUMBER}, {"event", CELL_NUMBER}, {"fault", CELL_TEXT}, {"found_by", CELL_TEXT}};

enum { HASH_BYTES = 32, HEX = 2 * HASH_BYTES + 1, EVENT_MOST = 64 * 1024 * 1024 };
/* timestamptz counts microseconds from 2000-01-01 UTC; this is that moment in Unix time. */
static const int64_t postgres_epoch_us = 946684800000000;

struct found {
	struct found *next;
	int64_t incident, event;
	const char *fault;
};
struct check {
	struct ctl *ctl;
	struct buf form; /* what the hash is made over */
	size_t events, incidents;
	/* the incident under way */
	int64_t incident, version, last;
	char head[HEX], before[HEX];
	const char *fault; /* of its last event read */
	struct found *found, **end;
};

static void add_be(struct buf *b, uint64_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		buf_addc(b, (char)(value >> (8 * i) & 0xff));
}

/* SHA-256 over the hash before (none for the first), incident (16 bytes), number (int4, network order), at (int8, microseconds since
 * 2000-01-01 UTC), and actor, kind, data in UTF-8 separated by U+001F: schema/0001_initial.sql, event_hash(). */
static void hash_event(struct check *k, const PGresult *r, char ret[HEX])
{
	uint8_t before[HASH_BYTES], hash[HASH_BYTES];
	size_t len = 0;
	struct uuid id = db_uuid(PQgetvalue(r, 0, ID));
	sodium_hex2bin(before, sizeof before, k->before, strlen(k->before), NULL, &len, NULL);
	buf_reset(&k->form);
	buf_add(&k->form, before, len);
	buf_add(&k->form, id.b, sizeof id.b);
	add_be(&k->form, (uint64_t)strtoll(PQgetvalue(r, 0, EVENT), NULL, 10), 4);
	add_be(&k->form, (uint64_t)(strtoll(PQgetvalue(r, 0, AT), NULL, 10) - postgres_epoch_us), 8);
	buf_addf(&k->form, "%s\x1f%s\x1f%s", PQgetvalue(r, 0, ACTOR), PQgetvalue(r, 0, KIND), PQgetvalue(r, 0, DATA));
	if (k->form.failed)
		ctl_die("an event of incident %s is too large", PQgetvalue(r, 0, INCIDENT));
	sha256(k->form.data, k->form.len, hash);
	sodium_bin2hex(ret, HEX, hash, sizeof hash);
}

static void note_fault(struct check *k, int64_t event, const char *fault)
{
	struct found *f = arena_new_of(k->ctl->arena, struct found);
	*f = (struct found){.incident = k->incident, .event = event, .fault = fault};
	*k->end = f;
	k->end = &f->next;
}

/* The last event read is judged when it is known whether another one follows. */
static void end_event(struct check *k, bool last_one)
{
	if (k->last == 0)
		return;
	if (k->fault == NULL && last_one && (k->version != k->last || strcmp(k->head, k->before) != 0))
		k->fault = "the incident does not end with this event";
	if (k->fault != NULL)
		note_fault(k, k->last, k->fault);
	k->fault = NULL;
}

static void begin_incident(struct check *k, const PGresult *r)
{
	end_event(k, true);
	k->incidents++;
	k->incident = strtoll(PQgetvalue(r, 0, INCIDENT), NULL, 10);
	k->version = strtoll(PQgetvalue(r, 0, VERSION), NULL, 10);
	k->last = 0;
	k->before[0] = '\0';
	snprintf(k->head, HEX, "%s", PQgetvalue(r, 0, HEAD));
}

static void read_event(void *ctx, const PGresult *r)
{
	struct check *k = ctx;
	if (PQntuples(r) == 0)
		return;
	if (k->incidents == 0 || strtoll(PQgetvalue(r, 0, INCIDENT), NULL, 10) != k->incident)
		begin_incident(k, r);
	if (PQgetisnull(r, 0, EVENT)) {
		note_fault(k, 0, "the incident has no events");
		return;
	}
	end_event(k, false);
	int64_t number = strtoll(PQgetvalue(r, 0, EVENT), NULL, 10);
	char hash[HEX];
	hash_event(k, r, hash);
	k->events++;
	k->fault = number != k->last + 1                       ? "an event is missing before this one"
	           : strcmp(hash, PQgetvalue(r, 0, HASH)) != 0 ? "content or hash was changed"
	                                                       : NULL;
	k->last = number;
	snprintf(k->before, HEX, "%s", PQgetvalue(r, 0, HASH)); /* as it stands: a fault is named once */
}

static void add_fault(struct ctl *c, struct table *t, int64_t incident, int64_t event, const char *fault,
                      const char *by)
{
	table_add(t, (const char *[]){arena_printf(c->arena, "%lld", (long long)incident),
	                              arena_printf(c->arena, "%lld", (long long)event), fault, by});
}

/* Merges the two lists, both in order of incident and event. */
static void compare(struct ctl *c, const struct rows *theirs, const struct found *ours, struct table *t)
{
	int i = 0;
	while (i < theirs->count || ours != NULL) {
		int64_t incident = 0, event = 0;
		int order = i == theirs->count ? 1 : -1;
		if (i < theirs->count) {
			incident = strtoll(db_cell(theirs, i, 0), NULL, 10);
			event = strtoll(db_cell(theirs, i, 1), NULL, 10);
		}
		if (i < theirs->count && ours != NULL)
			order = incident != ours->incident ? (incident < ours->incident ? -1 : 1)
			        : event != ours->event     ? (event < ours->event ? -1 : 1)
			                                   : 0;
		if (order > 0)
			add_fault(c, t, ours->incident, ours->event, ours->fault, "program only");
		else
			add_fault(c, t, incident, event, db_cell(theirs, i, 2), order == 0 ? "both" : "database only");
		ours = order >= 0 ? ours->next : ours;
		i += order <= 0;
	}
}

int command_audit_verify(struct ctl *c)
{
	const char *incident = ctl_option(c, "incident");
	ctl_number(c, "incident", 1, 999999999999, 0);
	struct check k = {.ctl = c, .end = &k.found};
	buf_init(&k.form, EVENT_MOST);
	db_begin_reading(c);
	db_each(c, &sql[EVENTS], DB_WITH(incident), read_event, &k);
	end_event(&k, true);
	const struct rows *theirs = db_query(c, &sql[FAULTS], DB_WITH(incident));
	db_commit(c);
	buf_free(&k.form);
	if (incident != NULL && k.incidents == 0)
		ctl_die("there is no incident %s", incident);
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	compare(c, theirs, k.found, t);
	bool whole = theirs->count == 0 && k.found == NULL;
	if (c->json || !whole)
		table_print(t, "");
	fprintf(c->json ? stderr : stdout, "%zu events of %zu incidents checked: %s\n", k.events, k.incidents,
	        whole ? "the history is whole" : "the history has faults");
	return whole ? CTL_OK : CTL_FAULT;
}
