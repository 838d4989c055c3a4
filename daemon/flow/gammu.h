/* gammu: gateways of kind gammu that name a database: SMSD's tables are read and written directly. inbox is looked at every poll_ms (the RunOnReceive script is faster: it brings the message itself, under the same key);
 * a row counts as taken only when its message is on disk here. Several daemons may look at one inbox: the key of a message is the same for all. */
#ifndef SIGAP_FLOW_GAMMU_H
#define SIGAP_FLOW_GAMMU_H
#include "send.h"

struct gammu;
struct gammu *gammu_open(struct flow *f);
/* Lets go of the databases; what was handed over ends, and what came in and is not on disk stays untaken. Then gammu_close. */
void gammu_stop(struct gammu *g);
void gammu_close(struct gammu **g);
/* Hands a notice to SMSD of gateway: the way to send of its kind (send.h). A notice that is there already, as its attempt had an unknown end, is not handed over again. */
send_way gammu_send;
#endif
