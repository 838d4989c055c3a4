/* sms_reply: short SMS outside any plan: what a partner who answered by SMS is told. */
#ifndef SIGAP_FLOW_SMS_REPLY_H
#define SIGAP_FLOW_SMS_REPLY_H
#include "flow.h"
/* key: partner_recorded, partner_conflict ({no}, {status}) or partner_which. state: a dispatch state name. Failure to queue it is logged, nothing else: the answer itself is on disk. */
void sms_reply_partner(struct flow *f, const char *phone, const char *key, int64_t number, const char *state);
#endif
