/* sender_row: see sender_row.h. */
#include "sender_row.h"

#include <string.h>

#include "../../protocol/json.h"

enum column {
	MARKS,
	REPLIES,
	REPEATED,
	NOW,
	REPORT,
	NUMBER,
	AT,
	INCIDENT,
	TYPE,
	STATE,
	REGION,
	ASKS,
	ASKS_AGAIN,
	TRIAGE,
	SAID,
	CHANGED_AT,
	DISPOSITION,
	PROGRESS
};

/* The candidates of a stored triage, as they were offered. */
static void read_offer(const char *triage, const struct gazetteer *g, struct place_offer *ret)
{
	struct json_fault fault;
	struct place_guess place = {.confidence = 0};
	cJSON *tree = json_parse(triage, strlen(triage), &fault);
	const cJSON *list = tree == NULL ? NULL : json_member(tree, "candidates");
	for (const cJSON *one = list == NULL ? NULL : list->child; one != NULL; one = one->next) {
		const char *code = json_string(one, "village_code");
		if (code == NULL || place.candidate_count == PLACE_CANDIDATES)
			continue;
		snprintf(place.candidates[place.candidate_count++].code, REGION_CODE_MAX, "%s", code);
	}
	cJSON_Delete(tree);
	place_offer_make(g, &place, ret);
}

static void read_marks(const char *marks, struct known_sender *ret)
{
	for (int m = 0; m < SENDER_MARKS; m++)
		ret->marks[m] = strstr(marks, sender_mark_names[m]) != NULL;
}

static void read_row(struct arena *a, const struct pg_result *r, int row, const struct gazetteer *g, struct earlier *e,
                     struct earlier_more *more)
{
	int state = name_index(incident_state_names, INCIDENT_STATES, pg_text(r, row, STATE));
	int type = name_index(incident_type_names, INCIDENT_TYPES, pg_text(r, row, TYPE));
	const char *asks = pg_text(r, row, ASKS);
	*e = (struct earlier){
	        .report = pg_uuid(r, row, REPORT),
	        .number = pg_bigint(r, row, NUMBER),
	        .at = pg_time(r, row, AT),
	        .region = arena_strdup(a, pg_text(r, row, REGION)),
	        .incident_type = type < 0 ? TYPE_UNSURE : (enum incident_type)type,
	        .asks_again = pg_bool(r, row, ASKS_AGAIN),
	        .asks = strcmp(asks, "place") == 0  ? ASKED_PLACE
	                : strcmp(asks, "type") == 0 ? ASKED_TYPE
	                                            : ASKED_NOTHING,
	};
	if (state >= 0) {
		e->incident = pg_uuid(r, row, INCIDENT);
		e->state = (enum incident_state)state;
	}
	if (e->asks == ASKED_PLACE)
		read_offer(pg_text(r, row, TRIAGE), g, &e->offer);
	int progress = pg_int(r, row, PROGRESS);
	*more = (struct earlier_more){
	        .said = arena_strdup(a, pg_text(r, row, SAID)),
	        .changed_at = pg_time(r, row, CHANGED_AT),
	        .disposition = arena_strdup(a, pg_text(r, row, DISPOSITION)),
	        .progress = progress > PROGRESS_ON_SCENE ? PROGRESS_NONE : (enum progress)progress,
	};
}

struct wall sender_rows_read(struct arena *a, const struct pg_result *r, const struct gazetteer *g,
                             struct known_sender *ret, struct sender_more *ret_more)
{
	*ret = (struct known_sender){.replies = (int)pg_bigint(r, 0, REPLIES), .repeated = pg_bool(r, 0, REPEATED)};
	read_marks(pg_text(r, 0, MARKS), ret);
	for (int row = 0; row < r->rows && ret->earlier_count < EARLIER_MAX; row++)
		if (!pg_is_null(r, row, REPORT)) {
			size_t i = ret->earlier_count++;
			read_row(a, r, row, g, &ret->earlier[i], &ret_more->earlier[i]);
		}
	return pg_time(r, 0, NOW);
}
