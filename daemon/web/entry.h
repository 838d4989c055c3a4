/* entry: an entry of the directory (an agency, a person) as people change it: what both have in common. One admin after the other: whoever changes an entry names the version
 * that he saw, and whoever comes second is told how it is now. */
#ifndef SIGAP_FLOW_ENTRY_H
#define SIGAP_FLOW_ENTRY_H
#include "../../protocol/json.h"
#include "../core/directory.h"
#include "../flow/flow.h"

enum { ENTRY_BODY_MAX = 64 * 1024 /* bytes */ };

struct entry {
	struct flow *flow;
	struct http_request *request;
	const char *slug; /* of the path */
	enum sql shows;   /* the statement that shows an entry: $1 its slug and, for a person, $2 who reads it */
	bool reader;      /* it has $2 */
	cJSON *tree;      /* the body, without the two below; NULL: none was read */
	int version;      /* that was seen; 0: none, -1: retire whatever its version is */
	bool force;       /* also when somebody is not reached any more */
	bool retires;     /* so one that never was is no other version, but unknown */
};
/* For the request; from its memory. */
struct entry *entry_new(void *ctx, struct http_request *r, enum sql shows, bool reader);
/* Reads the body of a PUT: any object, from which "version" and "force" are taken; "slug" is the path's, or absent. False: replied. */
bool entry_read_put(struct entry *e);
/* Reads the body of a POST …/retire, which may be empty: {version?, force?}; no tree is left. False: replied. */
bool entry_read_retire(struct entry *e);
/* The body's tree is not needed any more. */
void entry_free_body(struct entry *e);
/* 422 with the fault lines of directory_read_entry() ("contacts[0].phone: ...") as JSON pointers. */
void entry_reply_faults(struct entry *e, char *faults);
/* True, replied: with the directory `after`, somebody is not reached who is reached now, and no force was asked for. */
bool entry_tears(struct entry *e, const struct directory *after);
/* A pg_done of the statement that changes it: a row, and it is done; none, and its version was another one. Replies 200 with the entry, or 409 with it as "current". */
void entry_on_changed(void *ctx, const struct pg_result *r);
/* Retires the entry, when it has the version that was seen. statement: $1 its slug, $2 that version (null: any), $3 who does it. Replies as above, 404 when there is none. */
void entry_retire(struct entry *e, enum sql statement);
/* Replies with the entry, 404 when there is none. */
void entry_reply(struct entry *e);
/* Replies with its history. object: "agency:SLUG". */
void entry_reply_changes(struct entry *e, const char *object);
#endif
