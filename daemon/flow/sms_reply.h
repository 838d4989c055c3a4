/* sms_reply: short SMS outside any plan: what a partner or a person on duty who answered by SMS is told. */
#ifndef SIGAP_FLOW_SMS_REPLY_H
#define SIGAP_FLOW_SMS_REPLY_H
#include "../core/replies.h"
#include "flow.h"
/* Any text of replies.tsv, filled, to an address (a telephone, or GATEWAY:HANDLE). via: the gateway to try first, NULL: any. Failure to queue it is logged, nothing else:
 * the answer itself is on disk. */
void sms_reply_send(struct flow *f, const char *address, const char *via, const char *key,
                    const struct reply_value *values, size_t n);
/* key: partner_recorded, partner_conflict ({no}, {status}) or partner_which. state: a dispatch state name. */
void sms_reply_partner(struct flow *f, const char *address, const char *via, const char *key, int64_t number,
                       const char *state);
#endif
