/* conversation: what a citizen's message is in what went before: a report, the answer to our question, a question about an earlier report, more about it, thanks, a machine's
 * automatic answer. Decided in core/conversation.c, done here. Calls in->done. */
#ifndef SIGAP_FLOW_CONVERSATION_H
#define SIGAP_FLOW_CONVERSATION_H
#include "incoming.h"

void conversation_take(struct incoming *in);
#endif
