/* sms_way: how an SMS leaves: the facts about all gateways put before core/gateway_choice, and its text as a telephone gets it. */
#ifndef SIGAP_FLOW_SMS_WAY_H
#define SIGAP_FLOW_SMS_WAY_H
#include "lane.h"
#include "spend.h"

/* All gateways as they are at one moment. */
struct sms_ways {
	const struct conf *conf;
	struct gateway_facts facts[CONF_GATEWAYS];
	struct mono now, midnight;
};
void sms_ways_look(struct sms_ways *w, const struct flow *f, struct gates *gates, const struct spend *spend);
/* The way of one notice. tried: see struct job. */
struct gateway_choice sms_way(const struct sms_ways *w, const struct gateway_wish *wish, const char *tried);
struct gateway_wish sms_wish(const struct job *j);
/* After an attempt through gateway used (an index) that ended so and may be made again: milliseconds until then, -2 when no gateway is left, -1 when nothing but time helps
 * and backoff says how long. The next gateway, where this one failed, is tried at once. */
enum { SMS_GIVE_UP = -2, SMS_BACK_OFF = -1 };
int sms_next(const struct sms_ways *w, const struct gateway_wish *wish, const char *tried, int used,
             const struct verdict *v);
/* Did its last attempt end with waiting for money? */
bool sms_was_held(const char *tried);
/* The address that the gateway is given, and the text: prepared for telephones, as it is for handles. */
const char *sms_address(const struct conf_gateway *g, const char *address);
void sms_text(const struct conf_gateway *g, const char *body, size_t len, struct buf *ret);
/* Index of that name in the configuration, -1: it has left it. */
int sms_gateway_index(const struct conf *c, const char *name);
#endif
