/* late: what leaves late says so. Bodies are stored as they were made; the mark is put on when one leaves. */
#ifndef SIGAP_FLOW_LATE_H
#define SIGAP_FLOW_LATE_H
#include "lane.h"

/* Does it ask for something, so that an answer makes it void and lateness matters? New dispatches, reminders, messages to people on duty. */
bool late_asks(const struct job *j);
/* Is the job, which leaves now (j->started), older than the policy lets pass without a word? Then its body, marked, is in ret. The caller frees ret in any case. */
bool late_mark(const struct job *j, struct buf *ret);
#endif
