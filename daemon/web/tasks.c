/* tasks: see tasks.h. Each row leads to the page that the notice's link leads to (link.c). */
#include "tasks.h"

#include <string.h>

#include "../core/dispatch_state.h"
#include "../core/incident_state.h"
#include "../flow/access.h"
#include "page.h"

struct look {
	struct flow *flow;
	struct http_request *request;
};

/* The words that the database has no part in, and the link while it leads to something. */
static void fill_in(const struct look *l, cJSON *task)
{
	struct arena *a = l->request->arena;
	const struct rules *rules = l->flow->rules;
	const char *region = cJSON_GetStringValue(json_member(task, "region"));
	const char *ended = cJSON_GetStringValue(json_member(task, "incident_state"));
	const char *state = cJSON_GetStringValue(json_member(task, "state"));
	int type = name_index(incident_type_names, INCIDENT_TYPES, cJSON_GetStringValue(json_member(task, "type")));
	int incident = name_index(incident_state_names, INCIDENT_STATES, ended);
	struct uuid id;
	char token[LINK_TOKEN_TEXT];
	if (type >= 0)
		cJSON_AddStringToObject(task, "what", page_type(rules->policy, (enum incident_type)type, l->request));
	cJSON_AddStringToObject(task, "place", page_place(a, rules->gazetteer, region));
	bool leads = incident >= 0 && incident_is_open((enum incident_state)incident) &&
	             strcmp(state, dispatch_state_names[DISPATCH_CANCELLED]) != 0;
	if (leads && uuid_parse(cJSON_GetStringValue(json_member(task, "id")), &id)) {
		link_token_make(rules->link_key, id, token);
		cJSON_AddStringToObject(task, "link", token);
	}
}

static void on_tasks(void *ctx, const struct pg_result *rows)
{
	struct look *l = ctx;
	struct json_fault fault;
	bool there = rows->status == PG_OK && rows->rows > 0;
	cJSON *view = there ? json_parse(pg_text(rows, 0, 0), pg_length(rows, 0, 0), &fault) : NULL;
	if (view == NULL) {
		page_reply_busy(l->request);
		return;
	}
	for (cJSON *list = view->child; list != NULL; list = list->next)
		for (cJSON *task = list->child; task != NULL; task = task->next)
			fill_in(l, task);
	cJSON_AddBoolToObject(view, "has_open", cJSON_GetArraySize(json_member(view, "open")) > 0);
	cJSON_AddBoolToObject(view, "has_ended", cJSON_GetArraySize(json_member(view, "ended")) > 0);
	const char *slug = access_identity(l->request)->agency;
	const struct agency *agency = directory_agency(&l->flow->rules->directory, slug);
	cJSON_AddStringToObject(view, "agency", agency != NULL ? agency->name : slug);
	cJSON_AddStringToObject(view, "csrf", access_csrf(l->request));
	page_reply(l->request, 200, "tasks", view, PAGE_CHECKED, NULL);
}

void tasks_get_page(void *ctx, struct http_request *r)
{
	struct look *l = arena_new_of(r->arena, struct look);
	l->flow = ctx;
	l->request = r;
	struct pg_params *p = store_params(l->flow->store);
	pg_param_text(p, access_identity(r)->agency);
	pg_param_int(p, l->flow->rules->policy->utc_offset_s);
	store_read(l->flow->store, SQL_READ_TASKS, p, on_tasks, l);
}
