/* gate: an SMS gateway as this daemon sees it: its slots, its breaker, its pace, what it has cost today. By name, so that a reload changes the settings and nothing else. */
#ifndef SIGAP_FLOW_GATE_H
#define SIGAP_FLOW_GATE_H
#include "../core/breaker.h"
#include "../core/gateway_choice.h"
#include "../core/pace.h"
#include "flow.h"

struct gate {
	struct gate *next;
	const char *name;
	int in_flight;
	struct breaker breaker;
	struct mono blocked_until; /* it asked for patience (Retry-After) */
	struct mono failing_since; /* no attempt has succeeded since; us 0: the last one did */
	struct mono full_since;    /* since then no slot was free; us 0: one is */
	struct pace pace;
	int day;           /* days since 1970, in the policy's time zone */
	int64_t spent;     /* on it, as the database said last */
	int64_t unsettled; /* what is under way, or not yet in the database */
};
struct gates {
	struct gate *all;
};

/* Made when it is new. name lives as long as the program (conf's does). */
struct gate *gate_of(struct gates *g, const char *name);
void gates_free(struct gates *g);
/* What every gateway of the configuration is like now: ret[conf->gateway_count], in its order. today: days since 1970; what was spent on another day does not
 * count. */
void gates_facts(struct gates *g, const struct conf *conf, struct mono now, int today, struct gateway_facts *ret);
/* Is the breaker of every gateway that reaches telephones open? No when there is none. */
bool gates_shut(struct gates *g, const struct conf *conf);

/* A notice leaves through it; it may cost that much. */
void gate_begin(struct gate *g, int slots, int64_t cost, struct mono now);
/* It came back. True when this opened the breaker. Raises and clears gateway_silent; logs. */
bool gate_end(struct flow *f, struct gate *g, const struct verdict *v, struct mono now);
#endif
