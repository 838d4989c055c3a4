/* ladder: see ladder.h. */
#include "ladder.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"

enum {
	RUNGS_MAX = 32,
	WAIT_MAX_S = 366 * 86400,
	REPEAT_LEAST_S = 1, /* whatever was stored: an ended ladder never becomes a busy loop */
};

/* A member that is a whole number of seconds, at least least. */
static bool read_seconds(const cJSON *object, const char *key, int least, int *ret)
{
	const cJSON *v = json_member(object, key);
	if (!cJSON_IsNumber(v) || v->valuedouble < least || v->valuedouble > WAIT_MAX_S)
		return false;
	*ret = (int)v->valuedouble;
	return *ret == v->valuedouble;
}

static bool read_rung(struct arena *a, const cJSON *item, struct rung *ret)
{
	const char *to = json_string(item, "to");
	int target = to == NULL ? -1 : name_index(rung_target_names, RUNG_TARGETS, to);
	if (target < 0)
		return false;
	ret->target = (enum rung_target)target;
	ret->slug = arena_strdup(a, json_string(item, "slug"));
	if (ret->slug == NULL && (target == RUNG_AGENCY || target == RUNG_PERSON))
		return false;
	const cJSON *with_next = json_member(item, "with_next");
	if (with_next != NULL && !cJSON_IsBool(with_next))
		return false;
	ret->with_next = cJSON_IsTrue(with_next);
	return read_seconds(item, "wait_s", 0, &ret->wait_s);
}

static bool read_ladder(struct arena *a, const cJSON *tree, const char *name, int repeat_s, struct ladder *ret)
{
	const cJSON *list = json_member(tree, name);
	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > RUNGS_MAX)
		return false;
	size_t n = 0;
	struct rung *rungs = arena_array(a, struct rung, (size_t)cJSON_GetArraySize(list));
	for (const cJSON *item = list->child; item != NULL; item = item->next)
		if (!read_rung(a, item, &rungs[n++]))
			return false;
	*ret = (struct ladder){.name = name, .rungs = rungs, .count = n, .repeat_s = repeat_s};
	return true;
}

bool ladders_parse(struct arena *a, const char *json, struct stored_ladders *ret)
{
	struct json_fault fault;
	int repeat_s = 0;
	cJSON *tree = json_parse(json, strlen(json), &fault);
	bool ok = tree != NULL && read_seconds(tree, "repeat_s", REPEAT_LEAST_S, &repeat_s) &&
	          read_ladder(a, tree, "accept", repeat_s, &ret->accept) &&
	          read_ladder(a, tree, "late", repeat_s, &ret->late);
	cJSON_Delete(tree);
	return ok;
}

/* Why nothing can be done on a rung now; NULL when something can. */
static const char *obstacle(const struct rung *r, bool skip_again, const struct ladder_view *v)
{
	switch (r->target) {
	case RUNG_AGAIN:
		if (skip_again)
			return "the agency has said no";
		return v->has_contacts ? NULL : "no contact to tell again";
	case RUNG_DUTY:
		return v->on_duty > 0 ? NULL : "nobody on duty";
	case RUNG_UP:
		if (r->slug == NULL)
			return "no wider agency";
		/* fallthrough */
	case RUNG_AGENCY:
		return v->agency_usable != NULL && v->agency_usable(v->ctx, r->slug)
		               ? NULL
		               : "unknown, retired or already dispatched";
	case RUNG_PERSON:
		return v->person_usable != NULL && v->person_usable(v->ctx, r->slug) ? NULL : "cannot be reached";
	case RUNG_TARGETS:
		break;
	}
	assert(!"rung target out of range");
	return "unknown target";
}

/* Appends "step 1 (duty): nobody on duty; "; an entry that has no room is left out whole. Steps are numbered as stored, from 0. */
static void note_skipped(struct ladder_act *act, int step, const struct rung *r, const char *why)
{
	size_t used = strlen(act->skipped), room = sizeof act->skipped - used;
	const char *colon = r->slug != NULL ? ":" : "", *slug = r->slug != NULL ? r->slug : "";
	int len = snprintf(act->skipped + used, room, "step %d (%s%s%s): %s; ", step, rung_target_names[r->target],
	                   colon, slug, why);
	if (len < 0 || (size_t)len >= room)
		act->skipped[used] = '\0';
}

/* Is the agency that this rung would dispatch dispatched by one that acts with it already? */
static bool named_before(const struct ladder_act *act, const struct rung *r)
{
	for (size_t i = 0; i < act->count; i++) {
		const struct rung *o = act->rungs[i];
		bool both = (o->target == RUNG_UP || o->target == RUNG_AGENCY) &&
		            (r->target == RUNG_UP || r->target == RUNG_AGENCY);
		if (both && strcmp(o->slug, r->slug) == 0)
			return true;
	}
	return false;
}

/* Walks the group that begins at i: whoever can act is taken into act, the others are named. Returns the index behind it. */
static int walk_group(const struct ladder *l, int i, bool skip_again, const struct ladder_view *view,
                      struct ladder_act *act)
{
	bool more = true;
	for (; more && i < (int)l->count; i++) {
		const struct rung *r = &l->rungs[i];
		const char *why = act->count == LADDER_GROUP_MAX ? "too many at once" : obstacle(r, skip_again, view);
		if (why == NULL && named_before(act, r))
			why = "already dispatched by this step";
		if (why != NULL) {
			note_skipped(act, i, r, why);
		} else {
			if (act->count == 0)
				act->step = i;
			act->rungs[act->count++] = r;
		}
		act->wait_s = r->wait_s;
		more = r->with_next;
	}
	return i;
}

struct ladder_act ladder_walk(const struct ladder *l, int step, bool skip_again, const struct ladder_view *view)
{
	struct ladder_act act = {0};
	int count = (int)l->count, i = step < 0 ? 0 : step;
	while (i < count && act.count == 0)
		i = walk_group(l, i, skip_again, view, &act);
	act.next_step = act.count > 0 ? i : count;
	if (act.count > 0)
		return act;
	act.repeat = true;
	act.step = count;
	act.wait_s = l->repeat_s < REPEAT_LEAST_S ? REPEAT_LEAST_S : l->repeat_s;
	return act;
}

struct ladder_act ladder_act(const struct stored_ladders *l, enum clock clock, int step, const struct ladder_view *view)
{
	assert(clock == CLOCK_ACCEPT || clock == CLOCK_REPLACE || clock == CLOCK_ARRIVE || clock == CLOCK_COMPLETE);
	bool unanswered = clock == CLOCK_ACCEPT || clock == CLOCK_REPLACE;
	return ladder_walk(unanswered ? &l->accept : &l->late, step, clock == CLOCK_REPLACE, view);
}
