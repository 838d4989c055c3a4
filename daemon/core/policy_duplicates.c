/* policy_duplicates: see policy_duplicates.h. */
#include "policy_duplicates.h"

#include <math.h>
#include <string.h>

enum { HOURS_MOST = 72, HOUR_S = 3600 }; /* what is remembered reaches back 72 hours */

struct duplicate_rules policy_duplicates_default(void)
{
	return (struct duplicate_rules){.window_s = 72 * HOUR_S,
	                                .near_s = 6 * HOUR_S,
	                                .attach_at = 0.8,
	                                .suggest_at = 0.55,
	                                .http_attaches = false};
}

static const char *read_hours(const cJSON *value, int *into)
{
	double hours = cJSON_IsNumber(value) ? value->valuedouble : 0;
	if (hours < 1 || hours > HOURS_MOST || hours != floor(hours))
		return "must be whole hours, 1 to 72";
	*into = (int)hours * HOUR_S;
	return NULL;
}

static const char *read_score(const cJSON *value, double *into)
{
	double score = cJSON_IsNumber(value) ? value->valuedouble : 0;
	if (!(score >= 0.3 && score <= 1))
		return "must be a number from 0.3 to 1";
	*into = score;
	return NULL;
}

static const char *read_http(const cJSON *value, bool *into)
{
	const char *word = cJSON_IsString(value) ? value->valuestring : "";
	*into = strcmp(word, "attach") == 0;
	return *into || strcmp(word, "suggest") == 0 ? NULL : "must be \"suggest\" or \"attach\"";
}

static const char *read_member(const cJSON *m, struct duplicate_rules *ret)
{
	if (strcmp(m->string, "window_h") == 0)
		return read_hours(m, &ret->window_s);
	if (strcmp(m->string, "near_h") == 0)
		return read_hours(m, &ret->near_s);
	if (strcmp(m->string, "attach_at") == 0)
		return read_score(m, &ret->attach_at);
	if (strcmp(m->string, "suggest_at") == 0)
		return read_score(m, &ret->suggest_at);
	if (strcmp(m->string, "http") == 0)
		return read_http(m, &ret->http_attaches);
	return "unknown member; here may stand: window_h, near_h, attach_at, suggest_at, http";
}

void policy_duplicates_read(struct arena *a, const cJSON *value, policy_fault *fault, void *ctx,
                            struct duplicate_rules *ret)
{
	const cJSON *member;
	if (!cJSON_IsObject(value)) {
		fault(ctx, "", "must be an object");
		return;
	}
	cJSON_ArrayForEach(member, value)
	{
		const char *why = read_member(member, ret);
		if (why != NULL)
			fault(ctx, arena_printf(a, "/%s", member->string), why);
	}
	if (ret->suggest_at > ret->attach_at)
		fault(ctx, "/suggest_at", "must not be above attach_at: what is sure was likely before");
}
