/* replan: a plan made again for an incident that exists, because more is known of it: what it has brought already stays and is left out. */
#ifndef SIGAP_FLOW_REPLAN_H
#define SIGAP_FLOW_REPLAN_H
#include "../core/plan.h"
#include "incident_row.h"

/* Has the agency a dispatch among rows[n] that was not taken back? */
bool replan_is_told(const struct dispatch_row *rows, int n, const struct agency *a);
/* The plan for what is known now (t). place_text: as shown to partners from now on, may be NULL. No receipts: nobody has written. Lives in the arena. */
struct plan *replan_make(struct arena *a, const struct plan_setting *s, const struct incident_row *i,
                         const struct dispatch_row *rows, int n, const struct triage *t, const char *place_text);
/* To agencies at work (open rows of rows[n]): what is known of the incident now. Notices are appended to the plan. */
void replan_tell(struct arena *a, const struct plan_setting *s, const struct plan_extra_input *now,
                 const struct dispatch_row *rows, int n, struct plan *to);
#endif
