/* outage: the database is away. People cannot be told through the outbox then, so they are told directly, through the first SMS gateway that takes it, from the snapshot in memory:
 * once when it has lasted for [watch] database_away_s, again as the policy says. What happened is written into the table alarm when the database is back. */
#ifndef SIGAP_FLOW_OUTAGE_H
#define SIGAP_FLOW_OUTAGE_H
#include "flow.h"
struct outage *outage_open(struct flow *f);
/* After push and store have ended: their last callbacks come here. */
void outage_close(struct outage **o);
#endif
