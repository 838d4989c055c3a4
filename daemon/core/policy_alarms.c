/* policy_alarms: see policy_alarms.h. */
#include "policy_alarms.h"

#include <stdio.h>
#include <string.h>

enum { REPEAT_S = 6 * 3600, PEOPLE_MOST = sizeof((struct alarm_rule *)0)->people / sizeof(const char *) };

const char *const alarm_kind_names[ALARM_KINDS] = {
        [ALARM_DATABASE_AWAY] = "database_away",
        [ALARM_GATEWAY_SILENT] = "gateway_silent",
        [ALARM_SPOOL_FILLING] = "spool_filling",
        [ALARM_AUDITOR_LATE] = "auditor_late",
        [ALARM_AUDITOR_REPAIRED] = "auditor_repaired",
        [ALARM_SHIFT_GAP] = "shift_gap",
        [ALARM_SHIFT_UNACCEPTED] = "shift_unaccepted",
        [ALARM_SHIFT_UNREACHABLE] = "shift_unreachable",
        [ALARM_CLOCK_STEP] = "clock_step",
        [ALARM_SPEND_NEAR] = "spend_cap_near",
        [ALARM_SPEND_USED] = "spend_cap_used",
};

struct reading {
	struct arena *arena;
	policy_fault *fault;
	void *ctx;
	const char *kind;
};

static void __attribute__((format(printf, 3, 4)))
fault(const struct reading *r, const char *below, const char *format, ...)
{
	char why[400];
	va_list ap;
	va_start(ap, format);
	vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	r->fault(r->ctx, arena_printf(r->arena, "/%s%s", r->kind, below), why);
}

static const char *names_of_kinds(struct arena *a)
{
	const char *list = alarm_kind_names[0];
	for (int k = 1; k < ALARM_KINDS; k++)
		list = arena_printf(a, "%s, %s", list, alarm_kind_names[k]);
	return list;
}

static bool is_person(const char *text)
{
	static const char prefix[] = "person:", letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t len = strlen(text), head = sizeof prefix - 1;
	return strncmp(text, prefix, head) == 0 && len > head && len <= head + 64 &&
	       strspn(text + head, letters) == len - head;
}

static void read_tell(const struct reading *r, const cJSON *list, struct alarm_rule *rule)
{
	int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0, people = 0, index = 0;
	*rule = (struct alarm_rule){.repeat_s = rule->repeat_s};
	if (n < 1) {
		fault(r, "/tell", "must be a list of at least one of duty and person:SLUG");
		return;
	}
	for (const cJSON *item = list->child; item != NULL; item = item->next, index++) {
		const char *text = cJSON_IsString(item) ? item->valuestring : "";
		const char *below = arena_printf(r->arena, "/tell/%d", index);
		if (strcmp(text, "duty") == 0)
			rule->duty = true;
		else if (!is_person(text))
			fault(r, below, "must be duty or person:SLUG");
		else if (people == PEOPLE_MOST)
			fault(r, below, "at most %d people may be named", PEOPLE_MOST);
		else
			rule->people[people++] = arena_strdup(r->arena, strchr(text, ':') + 1);
	}
}

static void read_rule(const struct reading *r, const cJSON *value, struct alarm_rule *rule)
{
	const cJSON *member;
	if (!cJSON_IsObject(value)) {
		fault(r, "", "must be an object");
		return;
	}
	cJSON_ArrayForEach(member, value)
	{
		int seconds;
		if (strcmp(member->string, "tell") == 0) {
			read_tell(r, member, rule);
		} else if (strcmp(member->string, "repeat") != 0) {
			fault(r, arena_printf(r->arena, "/%s", member->string),
			      "unknown member; here may stand: tell, repeat");
		} else {
			seconds = policy_duration(cJSON_IsString(member) ? member->valuestring : "");
			if (seconds == 0)
				fault(r, "/repeat", POLICY_DURATION_FAULT);
			else
				rule->repeat_s = seconds;
		}
	}
}

void policy_alarms_default(struct alarm_rule *ret)
{
	for (int k = 0; k < ALARM_KINDS; k++)
		ret[k] = (struct alarm_rule){.duty = true, .repeat_s = REPEAT_S};
}

void policy_alarms_read(struct arena *a, const cJSON *value, policy_fault *refuse, void *ctx, struct alarm_rule *ret)
{
	struct reading r = {.arena = a, .fault = refuse, .ctx = ctx};
	const cJSON *member;
	if (!cJSON_IsObject(value)) {
		refuse(ctx, "", "must be an object");
		return;
	}
	cJSON_ArrayForEach(member, value)
	{
		int kind = name_index(alarm_kind_names, ALARM_KINDS, member->string);
		r.kind = member->string;
		if (kind < 0)
			fault(&r, "", "unknown member; here may stand: %s", names_of_kinds(a));
		else
			read_rule(&r, member, &ret[kind]);
	}
}
