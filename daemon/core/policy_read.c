/* policy_read: policy.jsonc -> struct policy. Tables name the members of each object; every fault carries line, column and JSON pointer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/sms_text.h"
#include "policy.h"
#include "policy_alarms.h"
#include "policy_duplicates.h"
#include "policy_place.h"
#include "replies.h"

enum { PATH_BYTES = 300, FAULTS_MAX = 100, LADDERS_MAX = 64, LABEL_SEPTETS = 24, TASK_SEPTETS = 40, TEXT_BYTES = 100 };
enum {
	DAY_S = 86400,
	DURATION_MAX_S = 90 * DAY_S,
	SMS_PER_HOUR = 4,
	FOLLOW_UP_S = 7 * DAY_S,
	EXPIRE_S = 3 * DAY_S,
	STALE_S = 600,
	ATTEMPT_LIMIT_S = 3 * DAY_S
};

const char *const rung_target_names[RUNG_TARGETS] = {
        [RUNG_AGAIN] = "again",   [RUNG_DUTY] = "duty",     [RUNG_UP] = "up",
        [RUNG_AGENCY] = "agency", [RUNG_PERSON] = "person",
};

struct reader {
	struct arena *arena;
	const char *file, *text;
	size_t len;
	struct buf *faults;
	int fault_count;
	char path[PATH_BYTES]; /* JSON pointer of the value being read */
	struct ladder *ladders;
	size_t ladder_count;
};
typedef void read_value(struct reader *r, const cJSON *value, void *into);
struct member {
	const char *name;
	read_value *read;
	size_t offset; /* in what the object describes */
	bool required;
};
#define COUNT(table) (sizeof(table) / sizeof *(table))

static void __attribute__((format(printf, 2, 3))) fault(struct reader *r, const char *format, ...)
{
	if (r->fault_count++ >= FAULTS_MAX)
		return;
	struct text_place place = policy_place(r->text, r->len, r->path);
	buf_addf(r->faults, "%s:%d:%d: %s: ", r->file, place.line, place.column, *r->path != '\0' ? r->path : "/");
	va_list ap;
	va_start(ap, format);
	buf_vaddf(r->faults, format, ap);
	va_end(ap);
	buf_adds(r->faults, r->fault_count == FAULTS_MAX ? "\nfurther faults are not shown\n" : "\n");
}

/* Appends "/name" to the path (escaped, cut when it does not fit) and returns the length to go back to. */
static size_t path_enter(struct reader *r, const char *name)
{
	size_t before = strlen(r->path), n = before;
	if (n + 1 < PATH_BYTES)
		r->path[n++] = '/';
	for (; *name != '\0' && n + 3 < PATH_BYTES; name++) {
		bool escape = *name == '~' || *name == '/';
		if (escape)
			r->path[n++] = '~';
		r->path[n++] = *name == '~' ? '0' : *name == '/' ? '1' : *name;
	}
	r->path[n] = '\0';
	return before;
}

static size_t path_enter_index(struct reader *r, size_t index)
{
	char name[24];
	snprintf(name, sizeof name, "%zu", index);
	return path_enter(r, name);
}

static void path_leave(struct reader *r, size_t before)
{
	r->path[before] = '\0';
}

static void refuse_unknown(struct reader *r, const cJSON *object, const struct member *members, size_t n)
{
	const cJSON *child;
	cJSON_ArrayForEach(child, object)
	{
		size_t m = 0;
		while (m < n && strcmp(members[m].name, child->string) != 0)
			m++;
		if (m < n)
			continue;
		char allowed[400] = "";
		for (m = 0; m < n; m++) {
			size_t used = strlen(allowed);
			snprintf(allowed + used, sizeof allowed - used, "%s%s", m > 0 ? ", " : "", members[m].name);
		}
		size_t before = path_enter(r, child->string);
		fault(r, "unknown member; here may stand: %s", allowed);
		path_leave(r, before);
	}
}

/* Reads the members in the order of the table into the struct at base. */
static void read_object(struct reader *r, const cJSON *object, const struct member *members, size_t n, void *base)
{
	if (!cJSON_IsObject(object)) {
		fault(r, "must be an object");
		return;
	}
	refuse_unknown(r, object, members, n);
	for (size_t m = 0; m < n; m++) {
		const cJSON *value = json_member(object, members[m].name);
		if (value == NULL) {
			if (members[m].required)
				fault(r, "member \"%s\" is missing", members[m].name);
			continue;
		}
		size_t before = path_enter(r, members[m].name);
		members[m].read(r, value, (char *)base + members[m].offset);
		path_leave(r, before);
	}
}

/* The value's text of 1..TEXT_BYTES bytes, or a fault and NULL. */
static const char *text_of(struct reader *r, const cJSON *value)
{
	if (!cJSON_IsString(value) || value->valuestring[0] == '\0' || strlen(value->valuestring) > TEXT_BYTES) {
		fault(r, "must be a text of 1 to %d bytes", TEXT_BYTES);
		return NULL;
	}
	return value->valuestring;
}

static void read_text(struct reader *r, const cJSON *value, void *into)
{
	*(const char **)into = arena_strdup(r->arena, text_of(r, value));
}

/* A text that goes into an SMS: GSM-7, at most max septets. */
static void read_sms_text(struct reader *r, const cJSON *value, void *into, int max)
{
	const char *text = text_of(r, value);
	if (text == NULL)
		return;
	struct sms_size size = sms_measure(text);
	if (size.coding != SMS_GSM7 || size.units > max)
		fault(r, "goes into an SMS: at most %d characters of the GSM-7 alphabet", max);
	else
		*(const char **)into = arena_strdup(r->arena, text);
}

static void read_label(struct reader *r, const cJSON *value, void *into)
{
	read_sms_text(r, value, into, LABEL_SEPTETS);
}

static void read_task(struct reader *r, const cJSON *value, void *into)
{
	read_sms_text(r, value, into, TASK_SEPTETS);
}

static void read_regency(struct reader *r, const cJSON *value, void *into)
{
	if (!cJSON_IsString(value) || region_code_level(value->valuestring) != LEVEL_REGENCY)
		fault(r, "must be a regency's code like \"64.09\"");
	else
		*(const char **)into = arena_strdup(r->arena, value->valuestring);
}

/* "+08:00" -> 28800 */
static void read_utc_offset(struct reader *r, const cJSON *value, void *into)
{
	const char *t = cJSON_IsString(value) ? value->valuestring : "";
	bool shaped = strlen(t) == 6 && (t[0] == '+' || t[0] == '-') && t[3] == ':' &&
	              strspn(t + 1, "0123456789") == 2 && strspn(t + 4, "0123456789") == 2;
	int hours = shaped ? atoi(t + 1) : 99, minutes = shaped ? atoi(t + 4) : 99;
	if (hours > 14 || minutes > 59)
		fault(r, "must be an offset from UTC like \"+08:00\" (WITA)");
	else
		*(int *)into = (t[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

static void read_fraction(struct reader *r, const cJSON *value, void *into)
{
	if (!cJSON_IsNumber(value) || value->valuedouble < 0 || value->valuedouble > 1)
		fault(r, "must be a number from 0 to 1");
	else
		*(double *)into = value->valuedouble;
}

static void read_count(struct reader *r, const cJSON *value, void *into)
{
	double n = cJSON_IsNumber(value) ? value->valuedouble : -1;
	if (n < 0 || n > 1000 || n != (double)(int)n)
		fault(r, "must be a whole number from 0 to 1000");
	else
		*(int *)into = (int)n;
}

/* "90s", "15m", "2h", "3d" -> seconds; 0 for anything else */
int policy_duration(const char *t)
{
	static const struct {
		char unit;
		int seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY_S}};
	size_t digits = strspn(t, "0123456789");
	if (digits >= 1 && digits <= 7 && t[digits] != '\0' && t[digits + 1] == '\0')
		for (size_t u = 0; u < COUNT(units); u++) {
			long long seconds = atoll(t) * units[u].seconds;
			if (units[u].unit == t[digits] && seconds >= 1 && seconds <= DURATION_MAX_S)
				return (int)seconds;
		}
	return 0;
}

static void read_duration(struct reader *r, const cJSON *value, void *into)
{
	int seconds = policy_duration(cJSON_IsString(value) ? value->valuestring : "");
	if (seconds == 0)
		fault(r, POLICY_DURATION_FAULT);
	else
		*(int *)into = seconds;
}

/* One duration for all urgencies, or an object with one for each. */
static void read_times(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"critical", read_duration, URGENCY_CRITICAL * sizeof(int), true},
	        {"high", read_duration, URGENCY_HIGH * sizeof(int), true},
	        {"normal", read_duration, URGENCY_NORMAL * sizeof(int), true},
	};
	int *times = into;
	if (cJSON_IsObject(value)) {
		read_object(r, value, members, COUNT(members), times);
		return;
	}
	read_duration(r, value, &times[0]);
	for (int u = 1; u < URGENCIES; u++)
		times[u] = times[0];
}

/* The index of the value's text among names, or a fault that lists them and -1. */
static int choice_of(struct reader *r, const cJSON *value, const char *const *names, int first, int n)
{
	int chosen = cJSON_IsString(value) ? name_index(names, n, value->valuestring) : -1;
	if (chosen >= first)
		return chosen;
	char list[300] = "";
	for (int i = first; i < n; i++) {
		size_t used = strlen(list);
		snprintf(list + used, sizeof list - used, "%s%s", i > first ? ", " : "", names[i]);
	}
	fault(r, "must be one of: %s", list);
	return -1;
}

static void read_urgency(struct reader *r, const cJSON *value, void *into)
{
	int u = choice_of(r, value, urgency_names, 0, URGENCIES);
	if (u >= 0)
		*(enum urgency *)into = (enum urgency)u;
}

static void read_kind(struct reader *r, const cJSON *value, void *into)
{
	int k = choice_of(r, value, agency_kind_names, 0, AGENCY_KINDS);
	if (k >= 0)
		*(enum agency_kind *)into = (enum agency_kind)k;
}

static void read_level(struct reader *r, const cJSON *value, void *into)
{
	int l = choice_of(r, value, region_level_names, LEVEL_PROVINCE, REGION_LEVELS);
	if (l >= 0)
		*(enum region_level *)into = (enum region_level)l;
}

/* A list of names -> one bit per name. An empty list is a mistake: it would never apply. */
static void read_bits(struct reader *r, const cJSON *value, unsigned *into, const char *const *names, int n)
{
	const cJSON *item;
	size_t i = 0;
	if (!cJSON_IsArray(value) || cJSON_GetArraySize(value) == 0) {
		fault(r, "must be a list of at least one name");
		return;
	}
	cJSON_ArrayForEach(item, value)
	{
		size_t before = path_enter_index(r, i++);
		int bit = choice_of(r, item, names, 0, n);
		if (bit >= 0)
			*into |= 1u << bit;
		path_leave(r, before);
	}
}

static void read_urgencies(struct reader *r, const cJSON *value, void *into)
{
	read_bits(r, value, into, urgency_names, URGENCIES);
}

static void read_flags(struct reader *r, const cJSON *value, void *into)
{
	read_bits(r, value, into, flag_names, FLAGS);
}

static void read_bool(struct reader *r, const cJSON *value, void *into)
{
	if (!cJSON_IsBool(value))
		fault(r, "must be true or false");
	*(bool *)into = cJSON_IsTrue(value);
}

/* A reply to a citizen that needs no more than the number and the time. */
static void read_receipt(struct reader *r, const cJSON *value, void *into)
{
	if (cJSON_IsNull(value))
		return;
	const char *key = text_of(r, value), *uses = key == NULL ? NULL : replies_placeholders(key);
	if (key == NULL)
		return;
	if (uses == NULL || (strcmp(uses, "no") != 0 && strcmp(uses, "no jam") != 0))
		fault(r, "must be the key of a reply text that uses {no} and {jam} only, such as \"ack_auto\"");
	else
		*(const char **)into = arena_strdup(r->arena, key);
}

/* ---- ladders ---- */

static bool is_slug(const char *text)
{
	size_t len = strlen(text);
	return len > 0 && len <= 64 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

/* Reads one target into rung; false, with a fault, when it is none. */
static bool read_target(struct reader *r, const cJSON *value, struct rung *rung)
{
	const char *text = cJSON_IsString(value) ? value->valuestring : "", *colon = strchr(text, ':');
	size_t len = colon == NULL ? strlen(text) : (size_t)(colon - text);
	for (int t = 0; t < RUNG_TARGETS; t++) {
		bool wants_slug = t == RUNG_AGENCY || t == RUNG_PERSON;
		if (strlen(rung_target_names[t]) != len || memcmp(rung_target_names[t], text, len) != 0)
			continue;
		if (wants_slug != (colon != NULL) || (wants_slug && !is_slug(colon + 1)))
			break;
		rung->target = (enum rung_target)t;
		rung->slug = wants_slug ? arena_strdup(r->arena, colon + 1) : NULL;
		return true;
	}
	fault(r, "must be again, duty, up, agency:SLUG or person:SLUG");
	return false;
}

/* One rung as written: the targets that act together, and the silence after them. */
struct written_rung {
	struct rung rungs[POLICY_GROUP_MAX];
	size_t count;
	int wait_s;
};

static bool same_target(const struct rung *a, const struct rung *b)
{
	bool named = a->slug != NULL && b->slug != NULL;
	return a->target == b->target && (!named || strcmp(a->slug, b->slug) == 0);
}

/* "duty", or ["duty", "up"]: all at once. */
static void read_targets(struct reader *r, const cJSON *value, void *into)
{
	struct written_rung *w = into;
	const cJSON *item;
	size_t i = 0;
	int n = cJSON_IsArray(value) ? cJSON_GetArraySize(value) : 1;
	if (n < 1 || n > POLICY_GROUP_MAX) {
		fault(r, "must be a target or a list of 1 to %d targets that act together", POLICY_GROUP_MAX);
		return;
	}
	if (!cJSON_IsArray(value)) {
		w->count = read_target(r, value, &w->rungs[0]);
		return;
	}
	cJSON_ArrayForEach(item, value)
	{
		size_t before = path_enter_index(r, i++);
		struct rung *rung = &w->rungs[w->count];
		if (read_target(r, item, rung)) {
			for (size_t k = 0; k < w->count; k++)
				if (same_target(&w->rungs[k], rung))
					fault(r, "stands twice among those that act together");
			w->count++;
		}
		path_leave(r, before);
	}
}

static void read_rungs(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"to", read_targets, 0, true},
	        {"wait", read_duration, offsetof(struct written_rung, wait_s), true},
	};
	struct ladder *ladder = into;
	const cJSON *item;
	size_t i = 0;
	int n = cJSON_IsArray(value) ? cJSON_GetArraySize(value) : 0;
	if (n < 1 || n > POLICY_RUNGS_MAX) {
		fault(r, "must be a list of 1 to %d rungs", POLICY_RUNGS_MAX);
		return;
	}
	struct rung *rungs = arena_array(r->arena, struct rung, POLICY_RUNGS_MAX);
	cJSON_ArrayForEach(item, value)
	{
		struct written_rung w = {0};
		size_t before = path_enter_index(r, i++);
		read_object(r, item, members, COUNT(members), &w);
		if (ladder->count + w.count > POLICY_RUNGS_MAX) {
			fault(r, "a ladder may have at most %d targets", POLICY_RUNGS_MAX);
			w.count = POLICY_RUNGS_MAX - ladder->count;
		}
		for (size_t k = 0; k < w.count; k++) {
			w.rungs[k].wait_s = w.wait_s;
			w.rungs[k].with_next = k + 1 < w.count;
			rungs[ladder->count++] = w.rungs[k];
		}
		path_leave(r, before);
	}
	ladder->rungs = rungs;
}

static void read_ladders(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"rungs", read_rungs, 0, true},
	        {"repeat", read_duration, offsetof(struct ladder, repeat_s), true},
	};
	struct policy *p = into;
	const cJSON *item;
	int n = cJSON_IsObject(value) ? cJSON_GetArraySize(value) : 0;
	if (n < 1 || n > LADDERS_MAX) {
		fault(r, "must be an object of 1 to %d ladders", LADDERS_MAX);
		return;
	}
	r->ladders = arena_array(r->arena, struct ladder, (size_t)n);
	cJSON_ArrayForEach(item, value)
	{
		size_t before = path_enter(r, item->string);
		struct ladder *ladder = &r->ladders[r->ladder_count++];
		ladder->name = arena_strdup(r->arena, item->string);
		if (!is_slug(ladder->name))
			fault(r, "a ladder's name may have only a-z, 0-9, - and _");
		read_object(r, item, members, COUNT(members), ladder);
		path_leave(r, before);
	}
	p->ladders = r->ladders;
	p->ladder_count = r->ladder_count;
}

static void read_ladder_name(struct reader *r, const cJSON *value, void *into)
{
	for (size_t i = 0; i < r->ladder_count && cJSON_IsString(value); i++)
		if (strcmp(r->ladders[i].name, value->valuestring) == 0) {
			*(const struct ladder **)into = &r->ladders[i];
			return;
		}
	fault(r, "must be the name of a ladder of /ladders");
}

static void read_triage_ladder(struct reader *r, const cJSON *value, void *into)
{
	const struct ladder **ladder = into;
	read_ladder_name(r, value, into);
	for (size_t i = 0; *ladder != NULL && i < (*ladder)->count; i++)
		if ((*ladder)->rungs[i].target != RUNG_DUTY && (*ladder)->rungs[i].target != RUNG_PERSON)
			fault(r,
			      "ladder \"%s\" has a rung \"%s\"; a report without an agency can only climb to duty "
			      "and person:SLUG",
			      (*ladder)->name, rung_target_names[(*ladder)->rungs[i].target]);
}

/* ---- types ---- */

static void read_when(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"urgency", read_urgencies, offsetof(struct dispatch_rule, urgencies), false},
	        {"flags", read_flags, offsetof(struct dispatch_rule, flags_any), false},
	        {"any", read_bool, offsetof(struct dispatch_rule, or_flags), false},
	};
	struct dispatch_rule *rule = into;
	read_object(r, value, members, COUNT(members), rule);
	if (rule->or_flags && (rule->urgencies == 0 || rule->flags_any == 0))
		fault(r, "\"any\": true joins \"urgency\" and \"flags\" by OR, so both must be there");
}

static void read_rule(struct reader *r, const cJSON *value, struct dispatch_rule *rule)
{
#define AT(member) offsetof(struct dispatch_rule, member)
	static const struct member members[] = {
	        {"kind", read_kind, AT(kind), true},
	        {"level", read_level, AT(level), true},
	        {"role", read_label, AT(role), true},
	        {"task", read_task, AT(task), true},
	        {"when", read_when, 0, false},
	        {"accept_within", read_times, AT(accept_s), true},
	        {"arrive_within", read_times, AT(arrive_s), true},
	        {"complete_within", read_times, AT(complete_s), true},
	        {"ladder", read_ladder_name, AT(ladder), true},
	        {"late_ladder", read_ladder_name, AT(late), true},
	};
#undef AT
	read_object(r, value, members, COUNT(members), rule);
	if (rule->urgencies == 0)
		rule->urgencies = (1u << URGENCIES) - 1;
}

static void read_rules(struct reader *r, const cJSON *value, void *into)
{
	struct type_rules *type = into;
	const cJSON *item;
	int n = cJSON_IsArray(value) ? cJSON_GetArraySize(value) : 0;
	if (n < 1 || n > POLICY_RULES_MAX) {
		fault(r, "must be a list of 1 to %d rules", POLICY_RULES_MAX);
		return;
	}
	struct dispatch_rule *rules = arena_array(r->arena, struct dispatch_rule, (size_t)n);
	cJSON_ArrayForEach(item, value)
	{
		size_t before = path_enter_index(r, type->count);
		read_rule(r, item, &rules[type->count++]);
		path_leave(r, before);
	}
	type->rules = rules;
}

static void read_receipts(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"flags", read_flags, offsetof(struct receipt_rule, flags_any), true},
	        {"text", read_receipt, offsetof(struct receipt_rule, text), true},
	};
	struct type_rules *type = into;
	const cJSON *item;
	int n = cJSON_IsArray(value) ? cJSON_GetArraySize(value) : -1;
	if (n < 0 || n > FLAGS) {
		fault(r, "must be a list of at most %d conditions", FLAGS);
		return;
	}
	struct receipt_rule *receipts = arena_array(r->arena, struct receipt_rule, (size_t)n + 1);
	cJSON_ArrayForEach(item, value)
	{
		size_t before = path_enter_index(r, type->receipt_count);
		read_object(r, item, members, COUNT(members), &receipts[type->receipt_count++]);
		path_leave(r, before);
	}
	type->receipts = receipts;
}

static void read_labels(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"id", read_label, offsetof(struct type_rules, label_id), true},
	        {"en", read_text, offsetof(struct type_rules, label_en), true},
	};
	read_object(r, value, members, COUNT(members), into);
}

static void read_type(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"label", read_labels, 0, true},
	        {"urgency", read_urgency, offsetof(struct type_rules, default_urgency), true},
	        {"receipt", read_receipt, offsetof(struct type_rules, receipt), false},
	        {"receipt_when", read_receipts, 0, false},
	        {"dispatch", read_rules, 0, true},
	};
	struct type_rules *type = into;
	type->defined = true;
	read_object(r, value, members, COUNT(members), type);
}

static void read_types(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"abandoned_person", read_type, TYPE_ABANDONED_PERSON * sizeof(struct type_rules), false},
	        {"unclaimed_body", read_type, TYPE_UNCLAIMED_BODY * sizeof(struct type_rules), false},
	        {"shackled_patient", read_type, TYPE_SHACKLED_PATIENT * sizeof(struct type_rules), false},
	        {"other_social", read_type, TYPE_OTHER_SOCIAL * sizeof(struct type_rules), false},
	};
	read_object(r, value, members, COUNT(members), into);
	if (cJSON_IsObject(value) && cJSON_GetArraySize(value) == 0)
		fault(r, "at least one type must be defined");
}

/* ---- the document ---- */

static void read_thresholds(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"type", read_fraction, offsetof(struct policy, type_threshold), true},
	        {"place", read_fraction, offsetof(struct policy, place_threshold), true},
	};
	read_object(r, value, members, COUNT(members), into);
}

static void read_triage(struct reader *r, const cJSON *value, void *into)
{
	static const struct member members[] = {
	        {"within", read_times, offsetof(struct policy, triage_s), true},
	        {"ladder", read_triage_ladder, offsetof(struct policy, triage_ladder), true},
	};
	read_object(r, value, members, COUNT(members), into);
}

static void fault_below(void *ctx, const char *pointer, const char *why)
{
	struct reader *r = ctx;
	size_t before = strlen(r->path);
	snprintf(r->path + before, sizeof r->path - before, "%s", pointer);
	fault(r, "%s", why);
	path_leave(r, before);
}

static void read_alarms(struct reader *r, const cJSON *value, void *into)
{
	policy_alarms_read(r->arena, value, fault_below, r, into);
}

static void read_duplicates(struct reader *r, const cJSON *value, void *into)
{
	policy_duplicates_read(r->arena, value, fault_below, r, into);
}

/* In this order: what is referred to stands before what refers to it. */
static const struct member policy_members[] = {
        {"name", read_text, offsetof(struct policy, name), true},
        {"regency", read_regency, offsetof(struct policy, regency), true},
        {"utc_offset", read_utc_offset, offsetof(struct policy, utc_offset_s), true},
        {"sms_per_number_hour", read_count, offsetof(struct policy, sms_per_number_hour), false},
        {"attempt_limit", read_duration, offsetof(struct policy, attempt_limit_s), false},
        {"follow_up_within", read_duration, offsetof(struct policy, follow_up_s), false},
        {"expire_after", read_duration, offsetof(struct policy, expire_s), false},
        {"late_after", read_duration, offsetof(struct policy, stale_s), false},
        {"alarms", read_alarms, offsetof(struct policy, alarms), false},
        {"duplicates", read_duplicates, offsetof(struct policy, duplicates), false},
        {"thresholds", read_thresholds, 0, true},
        {"ladders", read_ladders, 0, true},
        {"triage", read_triage, 0, true},
        {"types", read_types, offsetof(struct policy, types), true},
};

const struct policy *policy_read(struct arena *a, const char *file, const char *text, size_t len, struct buf *faults)
{
	struct json_fault syntax;
	cJSON *tree = json_parse_commented(text, len, &syntax);
	if (tree == NULL) {
		buf_addf(faults, "%s:%d:%d: %s: %s\n", file, syntax.line, syntax.column,
		         *syntax.pointer != '\0' ? syntax.pointer : "/", syntax.detail);
		return NULL;
	}
	struct reader r = {.arena = a, .file = file, .text = text, .len = len, .faults = faults};
	struct policy *p = arena_new_of(a, struct policy);
	p->sms_per_number_hour = SMS_PER_HOUR;
	p->attempt_limit_s = ATTEMPT_LIMIT_S;
	p->follow_up_s = FOLLOW_UP_S;
	p->expire_s = EXPIRE_S;
	p->stale_s = STALE_S;
	policy_alarms_default(p->alarms);
	p->duplicates = policy_duplicates_default();
	read_object(&r, tree, policy_members, COUNT(policy_members), p);
	cJSON_Delete(tree);
	return r.fault_count == 0 ? p : NULL;
}

bool policy_rule_applies(const struct dispatch_rule *rule, enum urgency urgency, unsigned flags)
{
	bool urgent = (rule->urgencies & 1u << urgency) != 0, flagged = (rule->flags_any & flags) != 0;
	if (rule->flags_any == 0)
		return urgent;
	return rule->or_flags ? urgent || flagged : urgent && flagged;
}
