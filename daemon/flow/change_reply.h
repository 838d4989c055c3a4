/* change_reply: the answer to a change of what decisions are made on (roster, directory, policy). It comes when this daemon decides by it: whoever reads or acts next finds his
 * change in force. Other daemons follow within a second. */
#ifndef SIGAP_FLOW_CHANGE_REPLY_H
#define SIGAP_FLOW_CHANGE_REPLY_H
#include "flow.h"
/* Replies with body (JSON; copied) as soon as f->rules hold what the database does. When they cannot be read anew it replies all the same: the change is committed. */
void change_reply(struct flow *f, struct http_request *r, int status, const struct buf *body);
#endif
