/* policy_alarms: the member "alarms" of a policy, read for policy_read.c: who is told when the machine itself is in trouble. */
#ifndef SIGAP_CORE_POLICY_ALARMS_H
#define SIGAP_CORE_POLICY_ALARMS_H
#include "../../protocol/json.h"
#include "policy.h"

/* The number of seconds that "90s", "15m", "2h" or "3d" says, 0 when it is none from "1s" to "90d". */
int policy_duration(const char *text);
#define POLICY_DURATION_FAULT "must be a duration from \"1s\" to \"90d\": a whole number and s, m, h or d"

/* pointer: JSON pointer from the member on ("/shift_gap/tell/0"), "" for itself. */
typedef void policy_fault(void *ctx, const char *pointer, const char *why);
/* What is not named: duty is told, every 6 hours. */
void policy_alarms_default(struct alarm_rule *ret);
/* Reads into ret[ALARM_KINDS], which holds the defaults. */
void policy_alarms_read(struct arena *a, const cJSON *value, policy_fault *fault, void *ctx, struct alarm_rule *ret);
#endif
