/* directory: partner agencies, their contacts and jurisdictions; people and the duty roster. Immutable snapshot of what the database holds. */
#ifndef SIGAP_CORE_DIRECTORY_H
#define SIGAP_CORE_DIRECTORY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../protocol/buf.h"
#include "../../protocol/json.h"
#include "../base/arena.h"
#include "../base/clock.h"
#include "../base/id.h"
#include "roster.h"
#include "types.h"

struct contact {
	struct uuid id;
	enum channel_kind channel;
	const char *address; /* URL or E.164 */
	const char *secret;  /* webhook; NULL for sms */
	bool allow_private;  /* webhook may go to a private or loopback address */
	const struct agency *agency;
};
struct agency {
	const char *slug, *name;
	enum agency_kind kind;
	const char *const *jurisdiction; /* code prefixes */
	size_t jurisdiction_count;
	const struct contact *contacts; /* in the order of preference; all are told at first */
	size_t contact_count;
	bool retired;
};
struct person {
	const char *slug, *name, *phone; /* E.164, may be NULL */
	const char *role;                /* "coordinator", "officer" */
	const char *scope;               /* code prefix */
	bool left;                       /* not among the directory's people any more; the roster still names him */
};

struct directory {
	const struct agency *agencies;
	size_t agency_count;
	const struct person *people;
	size_t person_count;
	struct roster roster;
	const struct directory_index *index; /* made by directory_index(); every look-up below needs it */
};
/* Builds the indexes over agencies and people into the arena and sets d->index. Called once, when everything is loaded; nothing may change after it. */
void directory_index(struct arena *a, struct directory *d);
/* Reads agencies.json into the arena; every fault is one line "agencies[3].contacts[0].phone: ..." appended to faults.
 * ids are left nil: the database gives them. Returns false when there was a fault. Members "note" are for people and skipped. */
bool directory_read_agencies(struct arena *a, const char *text, size_t len, const struct agency **ret,
                             size_t *ret_count, struct buf *faults);
/* One entry of it, as people change it, with faults like "contacts[0].phone: ...". before: the entry that is in force, NULL for a new one: a webhook contact that says no
 * secret keeps the one that before's contact has (named by "id", else the one with its address); its secret is NULL then, and its id that contact's. */
bool directory_read_entry(struct arena *a, const cJSON *entry, const struct agency *before, struct agency *ret,
                          struct buf *faults);
/* a-z, 0-9 and single hyphens between them, at most 64. */
bool directory_slug_valid(const char *slug);
const struct agency *directory_agency(const struct directory *d, const char *slug);
const struct person *directory_person(const struct directory *d, const char *slug);
const struct contact *directory_contact(const struct directory *d, struct uuid id);
/* The active agency of that kind whose jurisdiction has the longest prefix matching code; level bounds how narrow the jurisdiction may be considered:
 * only jurisdictions at that level or wider are taken (LEVEL_VILLAGE: any). Several of the same length: all are returned (at most max), in directory order. "" as a jurisdiction is the whole country. */
size_t directory_route(const struct directory *d, enum agency_kind kind, const char *code, enum region_level level,
                       const struct agency **ret, size_t max);
/* Same kind, active, next wider jurisdiction than from's match for code; NULL when there is none. */
const struct agency *directory_wider(const struct directory *d, const struct agency *from, const char *code);
/* The sms contacts with that phone, also those of retired agencies: an answer to an open dispatch still counts. */
size_t directory_contacts_by_phone(const struct directory *d, const char *e164, const struct contact **ret, size_t max);
const struct person *directory_person_by_phone(const struct directory *d, const char *e164);
/* Who is on duty at that moment with a scope that covers code: those with the role "coordinator" first, then in the order of their shifts' beginning; each once, at most max people. */
size_t directory_on_duty(const struct directory *d, struct wall at, const char *code, const struct person **ret,
                         size_t max);
#endif
