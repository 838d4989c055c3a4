/* spend: what gateways cost a day. Kept in the table gateway_day in the policy's time zone, added to by the statement that records attempts, whose answer says what all daemons
 * together have spent; read besides at the start and every ten seconds where there is a cap. So several daemons stay within a cap but for what each has under way before it
 * hears of the others: at most slots × price × 3 parts for each daemon. */
#ifndef SIGAP_FLOW_SPEND_H
#define SIGAP_FLOW_SPEND_H
#include "gate.h"

struct spend;
/* known(ctx) runs when what was spent before this daemon is known for the first time. */
struct spend *spend_open(struct flow *f, struct gates *gates, void (*known)(void *ctx), void *ctx);
void spend_close(struct spend **s);
/* Is it known what was spent before this daemon? No SMS leaves before. True where no gateway has a cap. */
bool spend_is_known(const struct spend *s);
/* Reads when it is time to, tells the database about a configuration that is new. Looks by itself every second. */
void spend_look(struct spend *s);
/* The day it is, as the caps count: days since 1970; and when the next one begins. */
int spend_today(const struct spend *s);
struct mono spend_midnight(const struct spend *s);
/* An attempt that was to cost so much has ended. It did not cost anything: it failed. */
void spend_forgo(struct spend *s, struct gate *g, int64_t cost);
/* It is on record: the database says what the day has cost now. */
void spend_settle(struct spend *s, struct gate *g, int64_t cost, int day, int64_t day_cost);
#endif
