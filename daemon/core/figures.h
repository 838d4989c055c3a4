/* figures: the numbers of a period: how many, how fast, how often a clock ran out; for all and for groups, as JSON and as CSV. Pure: what was counted -> text. */
#ifndef SIGAP_CORE_FIGURES_H
#define SIGAP_CORE_FIGURES_H
#include <stdint.h>

#include "../../protocol/buf.h"
#include "../base/clock.h"
#include "directory.h"
#include "gazetteer.h"
#include "policy.h"

/* What the groups are: nothing, types, districts, agencies, days. */
enum figures_by { BY_NONE, BY_TYPE, BY_REGION, BY_AGENCY, BY_DAY, BY_KINDS };
extern const char *const figures_by_names[BY_KINDS]; /* "none", "type", ... */

/* The field's intervals of a dispatch: received → notified → accepted → en route → on scene, and received → on scene. */
enum measure { MEASURE_PROCESSING, MEASURE_ACCEPTANCE, MEASURE_TURNOUT, MEASURE_TRAVEL, MEASURE_RESPONSE, MEASURES };
enum breach { BREACH_ACCEPT, BREACH_ARRIVE, BREACH_COMPLETE, BREACH_TRIAGE, BREACHES };

struct figure {
	int64_t n;       /* dispatches with both stamps, in their order; the others' are missing */
	double p50, p90; /* seconds, exact fractiles; meaningless when n is 0 */
};
struct figures {
	const char *key; /* of the group: a type, a code, a slug, "2026-11-22"; "" for all */
	int64_t incidents, reports, dispatches;
	struct figure measures[MEASURES];
	int64_t breaches[BREACHES]; /* clocks that ran out before their answer */
};
struct figures_table {
	struct wall from, until;
	enum figures_by by;
	struct figures total;
	const struct figures *groups;
	size_t group_count;
};
/* What keys are called. */
struct figures_words {
	const struct gazetteer *gazetteer;
	const struct directory *directory;
	const struct policy *policy;
};
/* The answer of GET /v1/numbers. */
void figures_render_json(const struct figures_table *t, const struct figures_words *w, struct buf *out);
/* The same as CSV: a header, then one line for each group and measure; those of the whole come first and are "total". */
void figures_render_csv(const struct figures_table *t, const struct figures_words *w, struct buf *out);
#endif
