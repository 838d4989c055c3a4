/* policy_duplicates: the member "duplicates" of a policy, read for policy_read.c: when a report counts as one that is known already. */
#ifndef SIGAP_CORE_POLICY_DUPLICATES_H
#define SIGAP_CORE_POLICY_DUPLICATES_H
#include "policy_alarms.h"

struct duplicate_rules policy_duplicates_default(void);
/* Reads over the defaults in *ret. */
void policy_duplicates_read(struct arena *a, const cJSON *value, policy_fault *fault, void *ctx,
                            struct duplicate_rules *ret);
#endif
