/* incident_row: see incident_row.h. */
#include "incident_row.h"

#include "../base/log.h"

static const char *copy(struct arena *a, const struct pg_result *r, int row, int column)
{
	return pg_is_null(r, row, column) ? NULL : arena_strndup(a, pg_text(r, row, column), pg_length(r, row, column));
}

bool incident_row_read(struct arena *a, const struct pg_result *r, int row, int column, struct incident_row *ret)
{
	int state = name_index(incident_state_names, INCIDENT_STATES, pg_text(r, row, column + 3));
	int type = name_index(incident_type_names, INCIDENT_TYPES, pg_text(r, row, column + 4));
	int urgency = name_index(urgency_names, URGENCIES, pg_text(r, row, column + 5));
	if (state < 0 || type < 0 || urgency < 0)
		return false;
	*ret = (struct incident_row){
	        .id = pg_uuid(r, row, column),
	        .number = pg_bigint(r, row, column + 1),
	        .version = pg_int(r, row, column + 2),
	        .state = (enum incident_state)state,
	        .type = (enum incident_type)type,
	        .urgency = (enum urgency)urgency,
	        .region = copy(a, r, row, column + 6),
	        .place_text = copy(a, r, row, column + 7),
	        .has_position = !pg_is_null(r, row, column + 8),
	        .lat = pg_double(r, row, column + 8),
	        .lon = pg_double(r, row, column + 9),
	        .summary = copy(a, r, row, column + 10),
	};
	return true;
}

enum { COLUMN_DISPATCH = 12, COLUMN_MERGED_INTO = 21, COLUMN_TOLD = 23, COLUMN_REPORTS, COLUMN_TRIAGED };

static bool dispatch_read(struct arena *a, const struct pg_result *r, int row, struct dispatch_row *ret)
{
	const int c = COLUMN_DISPATCH;
	int state =
	        pg_is_null(r, row, c) ? -1 : name_index(dispatch_state_names, DISPATCH_STATES, pg_text(r, row, c + 4));
	if (state < 0)
		return false;
	*ret = (struct dispatch_row){
	        .id = pg_uuid(r, row, c),
	        .agency = copy(a, r, row, c + 1),
	        .role = copy(a, r, row, c + 2),
	        .task = copy(a, r, row, c + 3),
	        .state = (enum dispatch_state)state,
	        .version = pg_int(r, row, c + 5),
	        .accept_by = pg_time(r, row, c + 6),
	        .arrive_by = pg_time(r, row, c + 7),
	};
	if (!pg_is_null(r, row, c + 8))
		ret->for_dispatch = pg_uuid(r, row, c + 8);
	return true;
}

int incident_rows_read(struct arena *a, const struct pg_result *r, struct incident_row *ret, struct dispatch_row *rows,
                       int max, const char **ret_told)
{
	if (r->rows == 0 || !incident_row_read(a, r, 0, 0, ret))
		return -1;
	if (!pg_is_null(r, 0, COLUMN_MERGED_INTO)) {
		ret->merged_into = pg_uuid(r, 0, COLUMN_MERGED_INTO);
		ret->merged_into_number = pg_bigint(r, 0, COLUMN_MERGED_INTO + 1);
	}
	*ret_told = pg_is_null(r, 0, COLUMN_TOLD) ? "" : copy(a, r, 0, COLUMN_TOLD);
	ret->report_count = pg_int(r, 0, COLUMN_REPORTS);
	ret->triaged_by_a_person = pg_bool(r, 0, COLUMN_TRIAGED);
	int n = 0;
	for (int row = 0; row < r->rows && n < max; row++)
		n += dispatch_read(a, r, row, &rows[n]);
	if (max > 0 && n == max && r->rows > max)
		log_error("incident.too_many_dispatches", "incident=%lld most=%d", (long long)ret->number, max);
	return n;
}

struct plan_extra_input incident_row_extra(const struct incident_row *i)
{
	return (struct plan_extra_input){
	        .incident = i->id,
	        .number = i->number,
	        .incident_version = i->version + 1, /* as it will be with the event under way */
	        .type = i->type,
	        .urgency = i->urgency,
	        .region = i->region,
	        .place_text = i->place_text,
	        .summary = i->summary,
	        .has_position = i->has_position,
	        .lat = i->lat,
	        .lon = i->lon,
	};
}

struct plan_dispatch_view dispatch_row_view(const struct dispatch_row *d, const struct agency *agency)
{
	return (struct plan_dispatch_view){
	        .id = d->id,
	        .agency = agency,
	        .role = d->role,
	        .task = d->task,
	        .state = dispatch_state_names[d->state],
	        .version = d->version,
	        .accept_by_us = d->accept_by.us,
	        .arrive_by_us = d->arrive_by.us,
	        .accept_s = d->accept_s,
	};
}
