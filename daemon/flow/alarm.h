/* alarm: the machine itself is in trouble and people must know. Level-triggered: whoever sees the trouble raises it as often as he sees it; the first time people are told,
 * then again every repeat_s while it lasts; cleared when it is over. Kept in the table alarm, so that several daemons tell once and the board shows it. */
#ifndef SIGAP_FLOW_ALARM_H
#define SIGAP_FLOW_ALARM_H
#include "../core/policy.h"
#include "flow.h"

/* detail: Indonesian, for a telephone and the board, without personal data, at most 120 characters. key tells alarms of one kind apart ("" when there is only one). */
void alarm_raise(struct flow *f, enum alarm_kind kind, const char *key, const char *detail);
/* Over. Costs nothing when this daemon knows of no such alarm. */
void alarm_clear(struct flow *f, enum alarm_kind kind, const char *key);
#endif
