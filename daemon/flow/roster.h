/* roster: the duty roster at work. Once a minute, by one of the daemons, the next day of it is looked at: who begins a shift is asked, who does not answer, cannot be reached, or
 * is missing altogether is an alarm, and who has begun is told how things stand. The decisions are core/shift_check.c's. */
#ifndef SIGAP_FLOW_ROSTER_H
#define SIGAP_FLOW_ROSTER_H
#include "flow.h"

/* Looks at start, after every reload of the rules, and once a minute. */
struct roster_watch *roster_watch_open(struct flow *f);
void roster_watch_close(struct roster_watch **w);
/* Something has changed (an answer): look within a second. */
void roster_watch_soon(struct roster_watch *w);

/* A moment as people read it: "22-11" and "18:00", in the policy's time. */
struct roster_time {
	char day[6], clock[6];
};
struct roster_time roster_time(const struct flow *f, struct wall at);
#endif
