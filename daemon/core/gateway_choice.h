/* gateway_choice: through which of several SMS gateways a notice leaves, or when to look again. The gateway that brought what it answers first, then those of the
 * configuration in their order; one that fails, is blocked or exhausted is passed over for the next. */
#ifndef SIGAP_CORE_GATEWAY_CHOICE_H
#define SIGAP_CORE_GATEWAY_CHOICE_H
#include <stdbool.h>
#include <stdint.h>

#include "../base/clock.h"

/* What has become of this notice at one gateway. */
struct gateway_trial {
	int failures; /* attempts that may succeed another time: no answer, trouble of its own */
	bool refused; /* it will never take this notice: its own trouble, so that another may */
};
struct gateway_facts {
	const char *name;
	bool handles;             /* takes handles of its own only, no telephones */
	struct mono closed_until; /* its breaker is open, or it asked for patience: not before */
	bool probing;             /* its breaker is half open and one notice is on its way to try */
	bool unproven;            /* its breaker lets one through to try: not what is critical while another is open */
	bool failing;             /* its last attempt failed, or all its slots have been held for long */
	int slots, in_flight;
	int per_minute, sent_in_minute; /* messages; per_minute 0: no limit */
	struct mono minute_frees;       /* when the oldest of them is a minute old */
	int price;                      /* of one part */
	int64_t spent, daily_cap;       /* today; daily_cap 0: no limit */
	int reserve;                    /* per cent of daily_cap for what is critical */
};
struct gateway_wish {
	const char *via;     /* the gateway to try first, or NULL */
	const char *address; /* telephone, or "GATEWAY:HANDLE" */
	bool critical;
	int parts;
};
enum gateway_end {
	GATEWAY_NOW,   /* through ret->gateway */
	GATEWAY_SLOT,  /* as soon as a slot is free */
	GATEWAY_LATER, /* not before ret->at */
	GATEWAY_NEVER, /* none will ever take it */
};
struct gateway_choice {
	enum gateway_end end;
	int gateway;    /* index; -1 unless GATEWAY_NOW */
	struct mono at; /* of GATEWAY_LATER */
	bool capped;    /* of GATEWAY_LATER: it waits for money, not for a door */
	char why[160]; /* English, without personal data: why this one and not those before it; why not now; "" for the first that was open */
};
/* trials[n] are this notice's own. midnight: when the next day of the caps begins. */
struct gateway_choice gateway_choose(const struct gateway_wish *wish, const struct gateway_facts *g,
                                     const struct gateway_trial *trials, int n, struct mono now, struct mono midnight);
/* What may be spent a day on what is critical or not. */
int64_t gateway_budget(int64_t daily_cap, int reserve, bool critical);
/* The handle in "GATEWAY:HANDLE" when it is one of the named gateway; NULL when it is another's, or a telephone. */
const char *gateway_handle(const char *address, const char *gateway);
#endif
