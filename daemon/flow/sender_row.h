/* sender_row: what sql/load_sender.sql says of a sender, as structs. */
#ifndef SIGAP_FLOW_SENDER_ROW_H
#define SIGAP_FLOW_SENDER_ROW_H
#include "../core/conversation.h"
#include "flow.h"

/* How far the dispatches of an incident are: the one that is furthest. */
enum progress { PROGRESS_NONE, PROGRESS_ACCEPTED, PROGRESS_EN_ROUTE, PROGRESS_ON_SCENE };
/* Beside each earlier report: what no decision needs. */
struct earlier_more {
	const char *said; /* the words that its open question is about; "" */
	struct wall changed_at;
	const char *disposition; /* "" */
	enum progress progress;
};
struct sender_more {
	struct earlier_more earlier[EARLIER_MAX];
};
/* Texts live in the arena. Returns the database's time. */
struct wall sender_rows_read(struct arena *a, const struct pg_result *r, const struct gazetteer *g,
                             struct known_sender *ret, struct sender_more *ret_more);
#endif
