/* deliver: notices leave, webhooks each over its contact's lane, SMS through the gateway that is right when they leave (sms_way). From memory right after the commit that made them (already leased), or claimed from the outbox; retried by core/backoff, held back by core/breaker,
 * finished or given up in the database. A slow partner holds only its own slots. What waited is looked up again before it leaves, and what leaves late says so. */
#ifndef SIGAP_FLOW_DELIVER_H
#define SIGAP_FLOW_DELIVER_H
#include "../core/plan.h"
#include "flow.h"

struct gate;
struct deliver *deliver_open(struct flow *f);
/* Stops claiming; what is in flight ends. */
void deliver_drain(struct deliver *d);
void deliver_close(struct deliver **d);
/* Calls under way. */
int deliver_busy(const struct deliver *d);
/* Notices in this daemon's hands: waiting for a slot or under way. */
int deliver_held(const struct deliver *d);

/* Before a commit: for each notice of the plan, may this daemon send it itself, at once? Fills leased[notice_count] and keeps room for them. */
void deliver_reserve(struct deliver *d, const struct plan *p, bool *leased);
/* After it: committed → the leased notices go out (their content is copied) and the others are claimed soon; otherwise the room is given back. */
void deliver_release(struct deliver *d, const struct rules *r, const struct plan *p, const bool *leased,
                     bool committed);
/* The same after the report was kept on disk, as the database is away: the leased notices go out. */
void deliver_release_spooled(struct deliver *d, const struct rules *r, const struct plan *p, const bool *leased);
/* A dispatch was answered or stood down: what still waits here to tell of it must not leave any more. */
void deliver_void(struct deliver *d, struct uuid dispatch);
/* What waits here was taken over by another daemon: drops it, but for what the database does not know yet. */
void deliver_forget(struct deliver *d);
/* Does this daemon, as far as it knows, reach a contact of that agency? No when the breaker of each is open; that of an SMS contact is when those of all gateways are. */
bool deliver_reaches(struct deliver *d, const struct agency *a);
/* The gateway of that name in the configuration, as this daemon sees it. */
const struct gate *deliver_gate(struct deliver *d, const char *name);
/* A gateway's delivery report about that notice was kept. When the notice has finally failed by it, it counts as undeliverable: it stands on the list of the dead, and its
 * ladder climbs, once. */
void deliver_reported(struct deliver *d, struct uuid notice, enum delivery_state state);
/* Something may be due in the outbox: look within after_ms. */
void deliver_look(struct deliver *d, int64_t after_ms);
#endif
