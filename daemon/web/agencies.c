/* agencies: see agencies.h. */
#include "agencies.h"

#include <string.h>

#include "../flow/access.h"
#include "../flow/busy.h"
#include "../flow/rules.h"
#include "entry.h"
#include "query.h"

static struct entry *entry_of(void *ctx, struct http_request *r)
{
	return entry_new(ctx, r, SQL_READ_AGENCY, false);
}

void agencies_get_all(void *ctx, struct http_request *r)
{
	query_list(ctx, r, SQL_READ_AGENCIES);
}

void agencies_get(void *ctx, struct http_request *r)
{
	entry_reply(entry_of(ctx, r));
}

void agencies_get_changes(void *ctx, struct http_request *r)
{
	entry_reply_changes(entry_of(ctx, r), arena_printf(r->arena, "agency:%s", r->segments[0]));
}

/* The directory in force with one agency in the place of the one of the same name, or beside the others. */
static void directory_with(struct entry *e, const struct agency *changed, struct directory *ret)
{
	const struct directory *d = &e->flow->rules->directory;
	struct agency *all = arena_array(e->request->arena, struct agency, d->agency_count + 1);
	size_t at = 0;
	*ret = *d;
	for (size_t i = 0; i < d->agency_count; i++)
		all[i] = d->agencies[i];
	while (at < d->agency_count && strcmp(all[at].slug, changed->slug) != 0)
		at++;
	all[at] = *changed;
	ret->agencies = all;
	ret->agency_count = at < d->agency_count ? d->agency_count : at + 1;
	directory_index(e->request->arena, ret);
}

/* ---- a change ---- */

static void put_jurisdiction(struct json_out *j, const struct agency *a)
{
	json_key(j, "jurisdiction");
	json_begin_array(j);
	for (size_t i = 0; i < a->jurisdiction_count; i++)
		json_put_string(j, a->jurisdiction[i]);
	json_end_array(j);
}

/* As it is shown afterwards, for the history: without secrets, but with the fact that one was set. */
static void put_after(struct json_out *j, const struct agency *a, int version)
{
	json_begin_object(j);
	json_member_string(j, "slug", a->slug);
	json_member_string(j, "name", a->name);
	json_member_string(j, "kind", agency_kind_names[a->kind]);
	put_jurisdiction(j, a);
	json_member_bool(j, "retired", false);
	json_member_int(j, "version", version);
	json_key(j, "contacts");
	json_begin_array(j);
	for (size_t i = 0; i < a->contact_count; i++) {
		const struct contact *c = &a->contacts[i];
		json_begin_object(j);
		json_member_string(j, "channel", channel_kind_names[c->channel]);
		json_member_string(j, "address", c->address);
		json_member_bool(j, "allow_private", c->allow_private);
		json_member_bool(j, "has_secret", c->channel == CHANNEL_WEBHOOK);
		json_member_bool(j, "secret_set", c->secret != NULL);
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
}

static void add_contacts(struct pg_params *p, const struct agency *a)
{
	struct pg_array *columns[] = {pg_array_new(PG_TEXT), pg_array_new(PG_TEXT), pg_array_new(PG_TEXT),
	                              pg_array_new(PG_BOOL), pg_array_new(PG_UUID)};
	for (size_t i = 0; i < a->contact_count; i++) {
		const struct contact *c = &a->contacts[i];
		pg_array_text(columns[0], channel_kind_names[c->channel]);
		pg_array_text(columns[1], c->address);
		pg_array_text(columns[2], c->secret);
		pg_array_bool(columns[3], c->allow_private);
		pg_array_uuid(columns[4], c->id);
	}
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		pg_param_array(p, columns[i]);
		pg_array_free(&columns[i]);
	}
}

static void store_agency(struct entry *e, const struct agency *a)
{
	struct buf after;
	struct json_out j;
	struct pg_array *codes = pg_array_new(PG_TEXT);
	for (size_t i = 0; i < a->jurisdiction_count; i++)
		pg_array_text(codes, a->jurisdiction[i]);
	buf_init(&after, 1024 * 1024);
	json_out_init(&j, &after);
	put_after(&j, a, e->version + 1);
	struct pg_params *p = store_params(e->flow->store);
	pg_param_text(p, a->slug);
	pg_param_int(p, e->version);
	pg_param_text(p, a->name);
	pg_param_text(p, agency_kind_names[a->kind]);
	pg_param_array(p, codes);
	pg_array_free(&codes);
	add_contacts(p, a);
	pg_param_text(p, access_actor(e->request));
	pg_param_text(p, after.data);
	buf_free(&after);
	store_query(e->flow->store, SQL_PUT_AGENCY, p, entry_on_changed, e);
}

static void on_put_rules(void *ctx, const char *why)
{
	struct entry *e = ctx;
	struct agency changed;
	struct directory after;
	struct buf faults;
	if (why != NULL) {
		entry_free_body(e);
		busy_reply(e->request, why);
		return;
	}
	buf_init(&faults, 64 * 1024);
	const struct agency *before = directory_agency(&e->flow->rules->directory, e->slug);
	bool read = directory_read_entry(e->request->arena, e->tree, before, &changed, &faults);
	entry_free_body(e);
	if (read) {
		directory_with(e, &changed, &after);
		if (!entry_tears(e, &after))
			store_agency(e, &changed);
	} else {
		entry_reply_faults(e, faults.data);
	}
	buf_free(&faults);
}

void agencies_put(void *ctx, struct http_request *r)
{
	struct entry *e = entry_of(ctx, r);
	if (entry_read_put(e))
		rules_current(e->flow, on_put_rules, e);
}

/* ---- its end ---- */

static void on_retire_rules(void *ctx, const char *why)
{
	struct entry *e = ctx;
	if (why != NULL) {
		busy_reply(e->request, why);
		return;
	}
	const struct agency *before = directory_agency(&e->flow->rules->directory, e->slug);
	if (before != NULL) {
		struct agency changed = *before;
		struct directory after;
		changed.retired = true;
		directory_with(e, &changed, &after);
		if (entry_tears(e, &after))
			return;
	}
	entry_retire(e, SQL_RETIRE_AGENCY);
}

void agencies_post_retire(void *ctx, struct http_request *r)
{
	struct entry *e = entry_of(ctx, r);
	if (entry_read_retire(e))
		rules_current(e->flow, on_retire_rules, e);
}
