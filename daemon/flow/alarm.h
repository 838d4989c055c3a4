/* alarm: the machine itself is in trouble and people must know. Level-triggered: whoever sees the trouble raises it as often as he sees it; the first time people are told,
 * then again every repeat_s while it lasts; cleared when it is over. Kept in the table alarm, so that several daemons tell once and the board shows it. */
#ifndef SIGAP_FLOW_ALARM_H
#define SIGAP_FLOW_ALARM_H
#include "../core/policy.h"
#include "flow.h"

/* detail: Indonesian, for a telephone and the board, without personal data, at most 120 characters. key tells alarms of one kind apart ("" when there is only one), at most 100.
 * May be called at any time: what the database cannot take now is kept and written when it is back. */
void alarm_raise(struct flow *f, enum alarm_kind kind, const char *key, const char *detail);
/* Over, also when another daemon raised it. Costs nothing when there is no such alarm. */
void alarm_clear(struct flow *f, enum alarm_kind kind, const char *key);
/* Of this kind only those with these keys last: the others are over. For whoever looks at all of them at once. */
void alarm_clear_others(struct flow *f, enum alarm_kind kind, const char *const *keys, size_t n);
/* Does this daemon know of such an alarm that lasts? What others raised and cleared is known after some seconds. */
bool alarm_lasts(const struct flow *f, enum alarm_kind kind, const char *key);
/* For how many seconds; -1 when there is none. */
int alarm_age_s(const struct flow *f, enum alarm_kind kind, const char *key);

struct alarms *alarm_open(struct flow *f);
void alarm_close(struct alarms **a);

/* Who is told of such alarms now, each with a phone, and what; for those that must be told without the database. At most max people. */
enum { ALARM_PEOPLE = 8 };
size_t alarm_people(const struct flow *f, enum alarm_kind kind, const struct person **ret, size_t max);
void alarm_text(const struct flow *f, const char *detail, struct buf *out);
#endif
