/* audit: the auditor. At most every [watch] audit_s, by whichever daemon claims it, everything open is compared with what its events say should be armed and sent; what is missing is
 * repaired, counted, and told to people (alarm auditor_repaired). It is itself watched: when no daemon's auditor has come to its end for three times as long, people are told
 * (auditor_late), and [watch] heartbeat_url, fetched after each run, lets somebody outside see it. The whole history's hashes are sigapctl audit verify's. */
#ifndef SIGAP_FLOW_AUDIT_H
#define SIGAP_FLOW_AUDIT_H
#include "flow.h"
struct audit *audit_open(struct flow *f);
/* After push and store have ended: their last callbacks come here. */
void audit_close(struct audit **a);
/* Seconds since any daemon's auditor last came to its end, as far as this daemon knows; -1: never. */
int audit_age_s(const struct audit *a);
#endif
