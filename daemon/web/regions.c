/* regions: see regions.h. */
#include "regions.h"

#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../flow/rules.h"

enum { CHILDREN_MAX = 500, LIMIT_DEFAULT = 20, Q_MAX = 100 };

struct question {
	const char *under, *q; /* q NULL: what lies right below */
	size_t limit;
};

/* What is wrong with the query, or NULL. */
static const char *read_question(const struct form *form, struct question *ret)
{
	const char *under = form_given(form, "under");
	int64_t limit;
	*ret = (struct question){.under = under != NULL ? under : "", .q = form_given(form, "q")};
	int64_t most = ret->q != NULL ? GAZETTEER_HITS_MAX : CHILDREN_MAX;
	if (ret->under[0] != '\0' && region_code_level(ret->under) == LEVEL_NONE)
		return "under must be a Kemendagri code, such as 64.09";
	if (ret->q != NULL && strlen(ret->q) > Q_MAX)
		return "q is a part of a name, at most 100 bytes";
	if (!form_number(form, "limit", &limit) || limit > most)
		return "limit must be from 1 to 50, without q to 500";
	ret->limit = limit > 0 ? (size_t)limit : ret->q != NULL ? LIMIT_DEFAULT : CHILDREN_MAX;
	return NULL;
}

static void reply(struct http_request *r, const struct gazetteer *g, const struct question *q)
{
	const struct region *found[CHILDREN_MAX];
	size_t n = q->q != NULL ? gazetteer_search(g, q->under, q->q, found, q->limit)
	                        : gazetteer_children(g, q->under, found, q->limit);
	struct buf body;
	struct json_out j;
	buf_init(&body, 256 * 1024);
	json_out_init(&j, &body);
	json_begin_object(&j);
	json_key(&j, "regions");
	json_begin_array(&j);
	for (size_t i = 0; i < n; i++) {
		json_begin_object(&j);
		json_member_string(&j, "code", found[i]->code);
		json_member_string(&j, "name", found[i]->name);
		json_member_string(&j, "within", gazetteer_within(g, r->arena, found[i]->code));
		json_member_string(&j, "level", region_level_names[region_code_level(found[i]->code)]);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	http_reply_buf(r, 200, "application/json", &body);
	buf_free(&body);
}

void regions_get(void *ctx, struct http_request *r)
{
	const struct flow *f = ctx;
	struct form form;
	struct question q;
	bool readable = form_parse(r->query, r->query_len, &form);
	const char *fault = readable ? read_question(&form, &q) : "the query could not be read";
	if (fault != NULL)
		http_reply_fault(r, 400, "malformed-query", "%s", fault);
	else
		reply(r, f->rules->gazetteer, &q);
	form_free(&form);
}
