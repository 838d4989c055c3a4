/* citizen_form: see citizen_form.h. */
#include "citizen_form.h"

#include <stdio.h>
#include <string.h>

#include "../flow/rules.h"
#include "page.h"

enum {
	VILLAGES_MOST = 300 /* of a list that still is a small page; of larger regencies the districts are shown */,
	KEY_LEN = 22,
	DISTRICT_LEN = 8
};

/* The list of areas while it is made: villages come in the order of their codes. */
struct areas {
	const struct gazetteer *gazetteer;
	const char *chosen;
	size_t villages;
	cJSON *districts, *of_district; /* the villages of the last one, and its code: */
	char code[REGION_CODE_MAX];
};

static void add_area(cJSON *list, const struct region *r, const char *chosen)
{
	cJSON *item = cJSON_CreateObject();
	cJSON_AddStringToObject(item, "code", r->code);
	cJSON_AddStringToObject(item, "name", r->name);
	cJSON_AddBoolToObject(item, "chosen", strcmp(r->code, chosen) == 0);
	cJSON_AddItemToArray(list, item);
}

static void count_village(void *ctx, const struct region *r)
{
	(void)r;
	((struct areas *)ctx)->villages++;
}

static void begin_district(struct areas *a, const char *name)
{
	cJSON *district = cJSON_CreateObject();
	cJSON_AddStringToObject(district, "name", name);
	a->of_district = cJSON_AddArrayToObject(district, "villages");
	cJSON_AddItemToArray(a->districts, district);
}

static void add_village(void *ctx, const struct region *r)
{
	struct areas *a = ctx;
	bool few = a->villages <= VILLAGES_MOST;
	if (strncmp(a->code, r->code, DISTRICT_LEN) != 0) {
		snprintf(a->code, sizeof a->code, "%.*s", DISTRICT_LEN, r->code);
		const struct region *district = gazetteer_by_code(a->gazetteer, a->code);
		if (few)
			begin_district(a, district != NULL ? district->name : a->code);
		else if (district != NULL)
			add_area(a->districts, district, a->chosen);
	}
	if (few)
		add_area(a->of_district, r, a->chosen);
}

static void add_areas(cJSON *view, const struct rules *rules, const char *chosen)
{
	const char *regency = rules->policy->regency;
	struct areas a = {.gazetteer = rules->gazetteer, .chosen = chosen, .districts = cJSON_CreateArray()};
	gazetteer_each_village(a.gazetteer, regency, count_village, &a);
	gazetteer_each_village(a.gazetteer, regency, add_village, &a);
	bool few = a.villages <= VILLAGES_MOST;
	cJSON_AddItemToObject(view, few ? "districts" : "wide", a.districts);
	cJSON_AddBoolToObject(view, "has_wide", !few);
}

static void add_faults(cJSON *view, unsigned faults)
{
	static const struct {
		enum report_form_fault bit;
		const char *name;
	} names[] = {
	        {REPORT_FORM_NO_TEXT, "no_text"},
	        {REPORT_FORM_LONG_TEXT, "long_text"},
	        {REPORT_FORM_LONG_PLACE, "long_place"},
	        {REPORT_FORM_AREA, "bad_area"},
	        {REPORT_FORM_PHONE, "bad_phone"},
	        {REPORT_FORM_POSITION, "bad_position"},
	        {REPORT_FORM_TRAP, "trap"},
	        {REPORT_FORM_UNREADABLE, "unreadable"},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (faults & names[i].bit)
			cJSON_AddTrueToObject(view, names[i].name);
	cJSON_AddBoolToObject(view, "faulty", faults != 0);
}

static void add_typed(cJSON *view, const struct report_form *typed)
{
	char degrees[24];
	cJSON_AddStringToObject(view, "text", typed->text);
	cJSON_AddStringToObject(view, "place", typed->place);
	cJSON_AddStringToObject(view, "phone", typed->typed_phone);
	cJSON_AddBoolToObject(view, "anonymous", typed->anonymous);
	if (typed->has_position) {
		snprintf(degrees, sizeof degrees, "%.6f", typed->lat);
		cJSON_AddStringToObject(view, "lat", degrees);
		snprintf(degrees, sizeof degrees, "%.6f", typed->lon);
		cJSON_AddStringToObject(view, "lon", degrees);
	}
	add_faults(view, typed->faults);
}

void citizen_form_reply(const struct flow *f, struct http_request *r, int status, const struct report_form *typed,
                        int wait_s)
{
	char key[KEY_LEN + 1], retry[40] = "";
	cJSON *view = cJSON_CreateObject();
	bool has_key = typed != NULL && !(typed->faults & REPORT_FORM_UNREADABLE);
	random_text(key, KEY_LEN);
	cJSON_AddStringToObject(view, "key", has_key ? typed->key : key);
	add_areas(view, f->rules, typed != NULL ? typed->area : "");
	if (typed != NULL)
		add_typed(view, typed);
	if (wait_s > 0) {
		int minutes = (wait_s + 59) / 60;
		cJSON_AddNumberToObject(view, "wait", minutes);
		snprintf(retry, sizeof retry, "Retry-After: %d\n", wait_s);
	}
	page_reply(r, status, "report", view, PAGE_PUBLIC | PAGE_LOCATION, retry);
}
