/* entry: see entry.h. */
#include "entry.h"

#include <limits.h>
#include <string.h>

#include "../core/policy_check.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/row_reply.h"
#include "../flow/rules.h"
#include "holes.h"

static const char fault_type[] = "invalid-entry";

struct entry *entry_new(void *ctx, struct http_request *r, enum sql shows, bool reader)
{
	struct entry *e = arena_new_of(r->arena, struct entry);
	e->flow = ctx;
	e->request = r;
	e->slug = r->segments[0];
	e->shows = shows;
	e->reader = reader;
	return e;
}

/* ---- bodies ---- */

static bool parse(struct entry *e)
{
	struct http_request *r = e->request;
	struct json_fault fault;
	struct problem p;
	e->tree = json_parse(r->body, r->body_len, &fault);
	if (e->tree == NULL) {
		char pointer[sizeof fault.pointer + 1];
		problem_init(&p, 400, "malformed-json", NULL);
		snprintf(p.detail, sizeof p.detail, "line %d, column %d: %s", fault.line, fault.column, fault.detail);
		snprintf(pointer, sizeof pointer, "%s%s", fault.pointer[0] != '\0' ? "#" : "", fault.pointer);
		problem_error(&p, pointer, "%s", fault.detail);
		http_reply_problem(r, &p);
		return false;
	}
	if (cJSON_IsObject(e->tree))
		return true;
	entry_free_body(e);
	problem_init(&p, 422, fault_type, NULL);
	problem_error(&p, "", "must be an object");
	http_reply_problem(r, &p);
	return false;
}

/* Takes the member out; NULL when it is absent or null. */
static cJSON *take(struct entry *e, const char *name)
{
	cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(e->tree, name);
	if (!cJSON_IsNull(item))
		return item;
	cJSON_Delete(item);
	return NULL;
}

/* "version" and "force": faults are added. */
static void take_terms(struct entry *e, struct problem *p)
{
	cJSON *version = take(e, "version"), *force = take(e, "force");
	double n = cJSON_IsNumber(version) ? version->valuedouble : -1;
	if (version != NULL && (n < 0 || n > INT_MAX || n != (double)(int)n))
		problem_error(p, "#/version", "must be the version that was seen, 0 for an entry that is new");
	else if (version != NULL)
		e->version = (int)n;
	if (force != NULL && !cJSON_IsBool(force))
		problem_error(p, "#/force", "must be true or false");
	e->force = cJSON_IsTrue(force);
	cJSON_Delete(version);
	cJSON_Delete(force);
}

static bool end_of_reading(struct entry *e, const struct problem *p)
{
	if (p->error_count == 0)
		return true;
	entry_free_body(e);
	http_reply_problem(e->request, p);
	return false;
}

bool entry_read_put(struct entry *e)
{
	struct problem p;
	if (!parse(e))
		return false;
	problem_init(&p, 422, fault_type, NULL);
	take_terms(e, &p);
	cJSON *slug = take(e, "slug");
	if (!directory_slug_valid(e->slug))
		problem_error(&p, "#/slug",
		              "in the path: may have only a-z, 0-9 and single - between them, 64 at most");
	else if (slug != NULL && (!cJSON_IsString(slug) || strcmp(slug->valuestring, e->slug) != 0))
		problem_error(&p, "#/slug", "must be that of the path: an entry cannot be renamed");
	cJSON_Delete(slug);
	cJSON_AddStringToObject(e->tree, "slug", e->slug);
	return end_of_reading(e, &p);
}

bool entry_read_retire(struct entry *e)
{
	struct problem p;
	e->version = -1;
	if (e->request->body_len == 0)
		return true;
	if (!parse(e))
		return false;
	problem_init(&p, 422, fault_type, NULL);
	take_terms(e, &p);
	if (e->tree->child != NULL)
		problem_error(&p, arena_printf(e->request->arena, "#/%.40s", e->tree->child->string),
		              "unknown member; here may stand: version, force");
	if (!end_of_reading(e, &p))
		return false;
	entry_free_body(e);
	return true;
}

void entry_free_body(struct entry *e)
{
	cJSON_Delete(e->tree);
	e->tree = NULL;
}

/* "contacts[0].phone" -> "#/contacts/0/phone" */
static const char *pointer_of(struct arena *a, const char *path)
{
	if (*path == '\0')
		return "";
	char *pointer = arena_alloc(a, strlen(path) + 3), *to = pointer;
	*to++ = '#';
	*to++ = '/';
	for (const char *p = path; *p != '\0'; p++)
		if (*p == '.' || *p == '[')
			*to++ = '/';
		else if (*p != ']')
			*to++ = *p;
	return pointer;
}

void entry_reply_faults(struct entry *e, char *faults)
{
	struct problem p;
	char *rest = NULL;
	problem_init(&p, 422, fault_type, NULL);
	for (char *line = strtok_r(faults, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		char *colon = strstr(line, ": ");
		*colon = '\0';
		problem_error(&p, pointer_of(e->request->arena, line), "%s", colon + 2);
	}
	http_reply_problem(e->request, &p);
}

bool entry_tears(struct entry *e, const struct directory *after)
{
	const struct rules *rules = e->flow->rules;
	const char *const *holes;
	if (e->force)
		return false;
	size_t n = policy_check_torn(e->request->arena, rules->policy, &rules->directory, after, rules->gazetteer,
	                             db_clock_now(&e->flow->clock), &holes);
	if (n > 0)
		holes_reply(e->request,
		            "after this change somebody would not be reached who is reached now; \"force\": true does "
		            "it all the same",
		            holes, n);
	return n > 0;
}

/* ---- replies ---- */

static void show(struct entry *e, pg_done *done)
{
	struct pg_params *p = store_params(e->flow->store);
	pg_param_text(p, e->slug);
	if (e->reader)
		pg_param_text(p, access_actor(e->request));
	store_query(e->flow->store, e->shows, p, done, e);
}

static const char unknown[] = "nothing with this name is in the directory";

static void on_shown(void *ctx, const struct pg_result *r)
{
	struct entry *e = ctx;
	row_reply(e->request, r, unknown);
}

void entry_reply(struct entry *e)
{
	if (directory_slug_valid(e->slug))
		show(e, on_shown);
	else
		http_reply_fault(e->request, 404, "not-found", unknown);
}

static void on_current(void *ctx, const struct pg_result *r)
{
	struct entry *e = ctx;
	struct problem p;
	struct buf body;
	if (r->status != PG_OK) {
		busy_reply(e->request, "the database is away");
		return;
	}
	if (r->rows == 0 && e->retires) {
		http_reply_fault(e->request, 404, "not-found", unknown);
		return;
	}
	problem_init(&p, 409, "changed-meanwhile",
	             "this is not the version in force, or it is retired already: look at \"current\", and put your "
	             "change on top of it");
	p.extension = arena_printf(e->request->arena, "\"current\":%s", r->rows > 0 ? pg_text(r, 0, 0) : "null");
	buf_init(&body, 1024 * 1024);
	problem_render(&p, &body);
	http_reply_buf(e->request, 409, "application/problem+json", &body);
	buf_free(&body);
}

/* As change_reply() does: why does not matter, the change is committed. */
static void on_changed_rules(void *ctx, const char *why)
{
	(void)why;
	show(ctx, on_shown);
}

void entry_on_changed(void *ctx, const struct pg_result *r)
{
	struct entry *e = ctx;
	if (r->status != PG_OK)
		busy_reply(e->request,
		           "the database is away: nothing is known to have changed, look before you repeat");
	else if (r->rows > 0)
		rules_current(e->flow, on_changed_rules, e);
	else
		show(e, on_current);
}

void entry_retire(struct entry *e, enum sql statement)
{
	struct pg_params *p = store_params(e->flow->store);
	e->retires = true;
	pg_param_text(p, e->slug);
	if (e->version >= 0)
		pg_param_int(p, e->version);
	else
		pg_param_null(p);
	pg_param_text(p, access_actor(e->request));
	store_query(e->flow->store, statement, p, entry_on_changed, e);
}

void entry_reply_changes(struct entry *e, const char *object)
{
	struct pg_params *p = store_params(e->flow->store);
	if (!directory_slug_valid(e->slug)) {
		http_reply_fault(e->request, 404, "not-found", unknown);
		return;
	}
	pg_param_text(p, object);
	store_read(e->flow->store, SQL_READ_DIRECTORY_CHANGES, p, on_shown, e);
}
