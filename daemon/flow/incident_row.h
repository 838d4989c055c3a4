/* incident_row: the columns that every load of an incident or dispatch shares, as structs. */
#ifndef SIGAP_FLOW_INCIDENT_ROW_H
#define SIGAP_FLOW_INCIDENT_ROW_H
#include "../core/dispatch_state.h"
#include "../core/incident_state.h"
#include "flow.h"
#include "rules.h"

struct incident_row {
	struct uuid id;
	int64_t number;
	int version;
	enum incident_state state;
	enum incident_type type;
	enum urgency urgency;
	const char *region, *place_text, *summary;
	bool has_position;
	double lat, lon;
	struct uuid merged_into; /* only by incident_rows_read: the incident that goes on, or nil */
	int64_t merged_into_number;
	int report_count;         /* only by incident_rows_read */
	bool triaged_by_a_person; /* only by incident_rows_read */
};
struct dispatch_row {
	struct uuid id;
	const char *agency, *role, *task;
	enum dispatch_state state;
	int version;
	int accept_s, arrive_s, complete_s;
	struct wall accept_by, arrive_by; /* us 0: none */
	struct uuid for_dispatch;         /* only by incident_rows_read: the dispatch it stands in for, or nil */
};
/* Reads the eleven columns id, number, version, state, type, urgency, region, place_text, lat, lon, summary beginning at column. False when a name is unknown to this program. */
bool incident_row_read(struct arena *a, const struct pg_result *r, int row, int column, struct incident_row *ret);
/* The result of sql/load_incident.sql: the incident, at most max of its dispatches, and the telephones of people who were told of it, separated by spaces.
 * Returns how many dispatches, -1 when there is no such incident or it is not readable. */
int incident_rows_read(struct arena *a, const struct pg_result *r, struct incident_row *ret, struct dispatch_row *rows,
                       int max, const char **ret_told);
/* What plans about an existing incident are made of. */
struct plan_extra_input incident_row_extra(const struct incident_row *i);
/* The view of a dispatch for a notice about it; agency NULL when it is in no directory any more. */
struct plan_dispatch_view dispatch_row_view(const struct dispatch_row *d, const struct agency *agency);
#endif
