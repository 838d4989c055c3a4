/* daemons: several daemons on one database, none of them the leader. Each is registered and holds an advisory lock as long as its session lives; whoever finds a lock free
 * at a look makes what the dead one had leased due at once. One that is only paused keeps its lock: its leases end by time. */
#ifndef SIGAP_FLOW_DAEMONS_H
#define SIGAP_FLOW_DAEMONS_H
#include "flow.h"
struct daemons *daemons_open(struct flow *f);
void daemons_close(struct daemons **d);
/* The database is there (again), over new sessions: registers and takes the lock. What was taken over from us meanwhile is dropped from memory. */
void daemons_register(struct daemons *d);
/* What a look at the queues has found: is our registration there, is there another daemon, is another one dead? */
void daemons_looked(struct daemons *d, bool registered, bool others, bool another_is_dead);
/* As far as the last look knew there is no other. */
bool daemons_is_alone(const struct daemons *d);
#endif
