/* people: see people.h. */
#include "people.h"

#include <string.h>

#include "../../protocol/person_request.h"
#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/rules.h"
#include "entry.h"
#include "query.h"

struct asked {
	struct entry *entry;
	struct person changed;
	bool keeps_phone;
};

static struct asked *asked_new(void *ctx, struct http_request *r)
{
	struct asked *q = arena_new_of(r->arena, struct asked);
	q->entry = entry_new(ctx, r, SQL_READ_PERSON, true);
	return q;
}

void people_get_all(void *ctx, struct http_request *r)
{
	query_list(ctx, r, SQL_READ_PEOPLE);
}

void people_get(void *ctx, struct http_request *r)
{
	entry_reply(asked_new(ctx, r)->entry);
}

void people_get_changes(void *ctx, struct http_request *r)
{
	entry_reply_changes(asked_new(ctx, r)->entry, arena_printf(r->arena, "person:%s", r->segments[0]));
}

/* The directory in force without that person, and with another one in his place (NULL: nobody). The roster is not changed by it: a hole is where no person of the directory could be told. */
static void directory_with(struct entry *e, const struct person *changed, struct directory *ret)
{
	const struct directory *d = &e->flow->rules->directory;
	struct person *all = arena_array(e->request->arena, struct person, d->person_count + 1);
	*ret = *d;
	ret->person_count = 0;
	for (size_t i = 0; i < d->person_count; i++)
		if (strcmp(d->people[i].slug, e->slug) != 0)
			all[ret->person_count++] = d->people[i];
	if (changed != NULL)
		all[ret->person_count++] = *changed;
	ret->people = all;
	directory_index(e->request->arena, ret);
}

/* ---- a change ---- */

static void on_put_rules(void *ctx, const char *why)
{
	struct asked *q = ctx;
	struct entry *e = q->entry;
	struct person *changed = &q->changed;
	struct directory after;
	if (why != NULL) {
		busy_reply(e->request, why);
		return;
	}
	const struct person *before = directory_person(&e->flow->rules->directory, e->slug);
	const char *phone = changed->phone;
	if (q->keeps_phone && before != NULL)
		changed->phone = before->phone;
	directory_with(e, changed, &after);
	if (entry_tears(e, &after))
		return;
	struct pg_params *p = store_params(e->flow->store);
	pg_param_text(p, e->slug);
	pg_param_int(p, e->version);
	pg_param_text(p, changed->name);
	pg_param_text(p, phone);
	pg_param_bool(p, q->keeps_phone);
	pg_param_text(p, changed->role);
	pg_param_text(p, changed->scope);
	pg_param_text(p, access_actor(e->request));
	store_query(e->flow->store, SQL_PUT_PERSON, p, entry_on_changed, e);
}

static void check_slug(const struct entry *e, const struct person_request *b, struct problem *ret)
{
	problem_init(ret, 422, "invalid-entry", NULL);
	if (!directory_slug_valid(e->slug))
		problem_error(ret, "#/slug",
		              "in the path: may have only a-z, 0-9 and single - between them, 64 at most");
	else if (b->slug != NULL && strcmp(b->slug, e->slug) != 0)
		problem_error(ret, "#/slug", "must be that of the path: an entry cannot be renamed");
}

void people_put(void *ctx, struct http_request *r)
{
	struct asked *q = asked_new(ctx, r);
	struct entry *e = q->entry;
	struct person_request b;
	struct problem problem;
	if (!person_request_read(r->body, r->body_len, &b, &problem)) {
		http_reply_problem(r, &problem);
		return;
	}
	check_slug(e, &b, &problem);
	e->version = b.version;
	e->force = b.force;
	q->keeps_phone = b.keeps_phone;
	q->changed = (struct person){.slug = e->slug,
	                             .name = arena_strdup(r->arena, b.name),
	                             .phone = b.phone[0] != '\0' ? arena_strdup(r->arena, b.phone) : NULL,
	                             .role = arena_strdup(r->arena, b.role),
	                             .scope = arena_strdup(r->arena, b.scope)};
	person_request_free(&b);
	if (problem.error_count > 0)
		http_reply_problem(r, &problem);
	else
		rules_current(e->flow, on_put_rules, q);
}

/* ---- his leave ---- */

static void on_retire_rules(void *ctx, const char *why)
{
	struct entry *e = ctx;
	struct directory after;
	if (why != NULL) {
		busy_reply(e->request, why);
		return;
	}
	directory_with(e, NULL, &after);
	if (!entry_tears(e, &after))
		entry_retire(e, SQL_RETIRE_PERSON);
}

void people_post_retire(void *ctx, struct http_request *r)
{
	struct entry *e = asked_new(ctx, r)->entry;
	if (entry_read_retire(e))
		rules_current(e->flow, on_retire_rules, e);
}
