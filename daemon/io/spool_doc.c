/* spool_doc: see spool_doc.h. One table of fields for each struct is writer and reader at once. */
#include "spool_doc.h"

#include <assert.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"

enum { VERSION = 1 };

enum field_kind { TEXT, WORD, INT, BIGINT, REAL, FLAG, ID };
struct field {
	const char *name;
	enum field_kind kind;
	size_t at;
	const char *const *words; /* of an enumeration */
	int word_count;
};
static_assert(sizeof(enum incident_type) == sizeof(int), "words are read and written as int");

#define R(name, kind)                                                                                                  \
	{                                                                                                              \
#name, kind, offsetof(struct store_report, name), NULL, 0                                              \
	}
static const struct field report_fields[] = {
        R(id, ID),
        R(gateway, TEXT),
        R(external_id, TEXT),
        R(content_type, TEXT),
        R(source, TEXT),
        R(text, TEXT),
        R(place_text, TEXT),
        R(phone, TEXT),
        R(name, TEXT),
        {"type", WORD, offsetof(struct store_report, type), incident_type_names, INCIDENT_TYPES},
        {"urgency", WORD, offsetof(struct store_report, urgency), urgency_names, URGENCIES},
        R(has_position, FLAG),
        R(lat, REAL),
        R(lon, REAL),
        R(anonymous, FLAG),
        R(has_occurred_at, FLAG),
        {"occurred_at", BIGINT, offsetof(struct store_report, occurred_at.us), NULL, 0},
        {"received_at", BIGINT, offsetof(struct store_report, received.us), NULL, 0},
        R(triage, TEXT),
        R(opened, TEXT),
        R(relation, TEXT),
        R(asks, TEXT),
        R(answers, ID),
        {NULL, TEXT, 0, NULL, 0},
};
#define P(name, kind)                                                                                                  \
	{                                                                                                              \
#name, kind, offsetof(struct plan, name), NULL, 0                                                      \
	}
static const struct field plan_fields[] = {
        P(incident, ID),
        P(number, BIGINT),
        P(state, TEXT),
        {"type", WORD, offsetof(struct plan, type), incident_type_names, INCIDENT_TYPES},
        {"urgency", WORD, offsetof(struct plan, urgency), urgency_names, URGENCIES},
        P(summary, TEXT),
        {NULL, TEXT, 0, NULL, 0},
};
#define D(name, kind)                                                                                                  \
	{                                                                                                              \
#name, kind, offsetof(struct plan_dispatch, name), NULL, 0                                             \
	}
static const struct field dispatch_fields[] = {
        D(id, ID),        D(role, TEXT),      D(task, TEXT),    D(for_dispatch, ID), D(accept_s, INT),
        D(arrive_s, INT), D(complete_s, INT), D(ladders, TEXT), D(why, TEXT),        {NULL, TEXT, 0, NULL, 0},
};
#define N(name, kind)                                                                                                  \
	{                                                                                                              \
#name, kind, offsetof(struct plan_notice, name), NULL, 0                                               \
	}
static const struct field notice_fields[] = {
        N(id, ID),        {"kind", WORD, offsetof(struct plan_notice, kind), notice_kind_names, NOTICE_KINDS},
        N(priority, INT), {"channel", WORD, offsetof(struct plan_notice, channel), channel_kind_names, CHANNELS},
        N(about, ID),     N(address, TEXT),
        N(via, TEXT),     N(dispatch, INT),
        N(body, TEXT),    {NULL, TEXT, 0, NULL, 0},
};
#define L(name, kind)                                                                                                  \
	{                                                                                                              \
#name, kind, offsetof(struct plan_deadline, name), NULL, 0                                             \
	}
static const struct field deadline_fields[] = {
        L(subject, ID),
        {"clock", WORD, offsetof(struct plan_deadline, clock), clock_names, CLOCKS},
        L(step, INT),
        L(after_s, INT),
        {NULL, TEXT, 0, NULL, 0},
};

/* ---- writing ---- */

static void put_id(struct json_out *j, const char *key, struct uuid id)
{
	char text[UUID_TEXT];
	uuid_format(id, text);
	json_member_string(j, key, uuid_is_nil(id) ? NULL : text);
}

static void put_fields(struct json_out *j, const struct field *fields, const void *from)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		const void *at = (const char *)from + f->at;
		switch (f->kind) {
		case TEXT:
			json_member_string(j, f->name, *(const char *const *)at);
			break;
		case WORD:
			json_member_string(j, f->name, f->words[*(const int *)at]);
			break;
		case INT:
			json_member_int(j, f->name, *(const int *)at);
			break;
		case BIGINT: /* as text: a double would round it */
			json_key(j, f->name);
			char digits[24];
			snprintf(digits, sizeof digits, "%lld", (long long)*(const int64_t *)at);
			json_put_string(j, digits);
			break;
		case REAL:
			json_member_double(j, f->name, *(const double *)at);
			break;
		case FLAG:
			json_member_bool(j, f->name, *(const bool *)at);
			break;
		case ID:
			put_id(j, f->name, *(const struct uuid *)at);
			break;
		}
	}
}

static void put_plan(struct json_out *j, const struct plan *p, const bool *leased)
{
	json_begin_object(j);
	put_fields(j, plan_fields, p);
	json_member_string(j, "region", p->region);
	json_key(j, "dispatches");
	json_begin_array(j);
	for (size_t i = 0; i < p->dispatch_count; i++) {
		json_begin_object(j);
		put_fields(j, dispatch_fields, &p->dispatches[i]);
		json_member_string(j, "agency", p->dispatches[i].agency->slug);
		json_end_object(j);
	}
	json_end_array(j);
	json_key(j, "notices");
	json_begin_array(j);
	for (size_t i = 0; i < p->notice_count; i++) {
		const struct plan_notice *m = &p->notices[i];
		json_begin_object(j);
		put_fields(j, notice_fields, m);
		put_id(j, "contact", m->contact != NULL ? m->contact->id : (struct uuid){{0}});
		json_member_bool(j, "leased", leased[i]);
		json_end_object(j);
	}
	json_end_array(j);
	json_key(j, "deadlines");
	json_begin_array(j);
	for (size_t i = 0; i < p->deadline_count; i++) {
		json_begin_object(j);
		put_fields(j, deadline_fields, &p->deadlines[i]);
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
}

void spool_doc_write(const struct store_report *r, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_int(&j, "version", VERSION);
	json_key(&j, "report");
	json_begin_object(&j);
	put_fields(&j, report_fields, r);
	json_member_base64(&j, "fingerprint", r->fingerprint, sizeof r->fingerprint);
	json_member_base64(&j, "raw", r->raw, r->raw_len);
	json_end_object(&j);
	json_key(&j, "plan");
	put_plan(&j, r->plan, r->leased);
	json_end_object(&j);
}

/* ---- reading ---- */

struct reader {
	struct arena *arena;
	const char *why; /* NULL: nothing is wrong so far */
};

static void wrong(struct reader *d, const char *name, const char *what)
{
	if (d->why == NULL)
		d->why = arena_printf(d->arena, "%s: %s", name, what);
}

static const cJSON *member(struct reader *d, const cJSON *object, const char *name)
{
	const cJSON *item = json_member(object, name);
	if (item == NULL)
		wrong(d, name, "is missing");
	return item;
}

/* NULL for null too. */
static const char *text_of(struct reader *d, const cJSON *object, const char *name)
{
	const cJSON *item = member(d, object, name);
	if (item == NULL || cJSON_IsNull(item))
		return NULL;
	if (!cJSON_IsString(item)) {
		wrong(d, name, "is no text");
		return NULL;
	}
	return arena_strdup(d->arena, item->valuestring);
}

static struct uuid id_of(struct reader *d, const cJSON *object, const char *name)
{
	struct uuid id = {{0}};
	const char *text = text_of(d, object, name);
	if (text != NULL && !uuid_parse(text, &id))
		wrong(d, name, "is no UUID");
	return id;
}

static int word_of(struct reader *d, const cJSON *object, const struct field *f)
{
	const char *text = text_of(d, object, f->name);
	int i = text == NULL ? -1 : name_index(f->words, f->word_count, text);
	if (i < 0)
		wrong(d, f->name, "is no known word");
	return i < 0 ? 0 : i;
}

static double number_of(struct reader *d, const cJSON *object, const char *name)
{
	const cJSON *item = member(d, object, name);
	if (item == NULL)
		return 0;
	if (!cJSON_IsNumber(item)) {
		wrong(d, name, "is no number");
		return 0;
	}
	return item->valuedouble;
}

static int int_of(struct reader *d, const cJSON *object, const char *name)
{
	double value = number_of(d, object, name);
	if (value < INT_MIN || value > INT_MAX || value != (double)(int)value) {
		wrong(d, name, "is no whole number");
		return 0;
	}
	return (int)value;
}

static int64_t bigint_of(struct reader *d, const cJSON *object, const char *name)
{
	const char *text = text_of(d, object, name);
	char *end = NULL;
	long long value = text != NULL ? strtoll(text, &end, 10) : 0;
	if (end == NULL || end == text || *end != '\0')
		wrong(d, name, "is no whole number");
	return value;
}

static bool flag_of(struct reader *d, const cJSON *object, const char *name)
{
	const cJSON *item = member(d, object, name);
	if (item != NULL && !cJSON_IsBool(item))
		wrong(d, name, "is neither true nor false");
	return cJSON_IsTrue(item);
}

static void get_fields(struct reader *d, const cJSON *object, const struct field *fields, void *to)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		void *at = (char *)to + f->at;
		switch (f->kind) {
		case TEXT:
			*(const char **)at = text_of(d, object, f->name);
			break;
		case WORD:
			*(int *)at = word_of(d, object, f);
			break;
		case INT:
			*(int *)at = int_of(d, object, f->name);
			break;
		case BIGINT:
			*(int64_t *)at = bigint_of(d, object, f->name);
			break;
		case REAL:
			*(double *)at = number_of(d, object, f->name);
			break;
		case FLAG:
			*(bool *)at = flag_of(d, object, f->name);
			break;
		case ID:
			*(struct uuid *)at = id_of(d, object, f->name);
			break;
		}
	}
}

static const void *bytes_of(struct reader *d, const cJSON *object, const char *name, size_t *ret_len)
{
	const char *text = text_of(d, object, name);
	uint8_t *bytes = arena_alloc(d->arena, text != NULL ? strlen(text) + 1 : 1);
	*ret_len = 0;
	if (text == NULL || !json_base64_read(text, bytes, ret_len))
		wrong(d, name, "is no base64");
	return bytes;
}

/* The first item of an array with at most so many; NULL: it has none. */
static const cJSON *items_of(struct reader *d, const cJSON *object, const char *name, size_t most)
{
	const cJSON *array = member(d, object, name);
	if (array != NULL && (!cJSON_IsArray(array) || (size_t)cJSON_GetArraySize(array) > most))
		wrong(d, name, "is no array, or has too many items");
	return array != NULL && d->why == NULL ? array->child : NULL;
}

static void get_dispatches(struct reader *d, const cJSON *object, struct plan *p)
{
	const cJSON *item = items_of(d, object, "dispatches", PLAN_DISPATCHES);
	for (; item != NULL; item = item->next) {
		struct plan_dispatch *to = &p->dispatches[p->dispatch_count++];
		struct agency *agency = arena_new_of(d->arena, struct agency);
		get_fields(d, item, dispatch_fields, to);
		agency->slug = text_of(d, item, "agency");
		to->agency = agency;
	}
}

static void get_notices(struct reader *d, const cJSON *object, struct plan *p, bool *leased)
{
	const cJSON *item = items_of(d, object, "notices", PLAN_NOTICES);
	for (; item != NULL; item = item->next) {
		struct plan_notice *m = &p->notices[p->notice_count];
		get_fields(d, item, notice_fields, m);
		m->body_len = m->body != NULL ? strlen(m->body) : 0;
		struct uuid contact = id_of(d, item, "contact");
		if (!uuid_is_nil(contact)) {
			struct contact *c = arena_new_of(d->arena, struct contact);
			c->id = contact;
			m->contact = c;
		}
		leased[p->notice_count++] = flag_of(d, item, "leased");
	}
}

static void get_plan(struct reader *d, const cJSON *object, struct plan *p, bool *leased)
{
	get_fields(d, object, plan_fields, p);
	const char *region = text_of(d, object, "region");
	snprintf(p->region, sizeof p->region, "%s", region != NULL ? region : "");
	get_dispatches(d, object, p);
	get_notices(d, object, p, leased);
	const cJSON *item = items_of(d, object, "deadlines", PLAN_DEADLINES);
	for (; item != NULL; item = item->next)
		get_fields(d, item, deadline_fields, &p->deadlines[p->deadline_count++]);
}

static struct store_report *read_tree(struct reader *d, const cJSON *tree)
{
	struct store_report *r = arena_new_of(d->arena, struct store_report);
	struct plan *plan = arena_new_of(d->arena, struct plan);
	const cJSON *report = member(d, tree, "report");
	size_t len = 0;
	bool *leased = arena_array(d->arena, bool, PLAN_NOTICES);
	if (int_of(d, tree, "version") != VERSION)
		wrong(d, "version", "is not one that is known here");
	get_fields(d, report, report_fields, r);
	const void *fingerprint = bytes_of(d, report, "fingerprint", &len);
	if (len == sizeof r->fingerprint)
		memcpy(r->fingerprint, fingerprint, len);
	else
		wrong(d, "fingerprint", "has another length");
	r->raw = bytes_of(d, report, "raw", &r->raw_len);
	get_plan(d, member(d, tree, "plan"), plan, leased);
	r->plan = plan;
	r->leased = leased;
	return r;
}

struct store_report *spool_doc_read(struct arena *a, const char *doc, size_t len, const char **ret_why)
{
	struct json_fault fault;
	struct reader d = {.arena = a};
	cJSON *tree = json_parse(doc, len, &fault);
	if (tree == NULL) {
		*ret_why = arena_printf(a, "line %d, column %d: %s", fault.line, fault.column, fault.detail);
		return NULL;
	}
	struct store_report *r = read_tree(&d, tree);
	cJSON_Delete(tree);
	*ret_why = d.why;
	return d.why == NULL ? r : NULL;
}
