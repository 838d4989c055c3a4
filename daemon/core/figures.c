/* figures: see figures.h. */
#include "figures.h"

#include <math.h>
#include <string.h>

#include "../../protocol/csv.h"
#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"

const char *const figures_by_names[BY_KINDS] = {"none", "type", "region", "agency", "day"};
static const char *const measure_names[MEASURES] = {"processing", "acceptance", "turnout", "travel", "response"};
static const char *const breach_names[BREACHES] = {"accept", "arrive", "complete", "triage"};

/* What people call it; the key itself where nobody has a name for it. */
static const char *label_of(const struct figures_words *w, enum figures_by by, const char *key)
{
	const char *name = NULL;
	if (by == BY_TYPE) {
		int type = name_index(incident_type_names, INCIDENT_TYPES, key);
		name = type >= 0 ? w->policy->types[type].label_id : NULL;
	} else if (by == BY_REGION) {
		const struct region *region = gazetteer_by_code(w->gazetteer, key);
		name = region != NULL ? region->name : NULL;
	} else if (by == BY_AGENCY) {
		const struct agency *agency = directory_agency(w->directory, key);
		name = agency != NULL ? agency->name : NULL;
	}
	return name != NULL ? name : key;
}

/* ---- JSON ---- */

static void put_measures(struct json_out *j, const struct figures *f)
{
	json_key(j, "measures");
	json_begin_object(j);
	for (int m = 0; m < MEASURES; m++) {
		const struct figure *x = &f->measures[m];
		json_key(j, measure_names[m]);
		json_begin_object(j);
		json_member_double(j, "p50", x->n > 0 ? x->p50 : NAN);
		json_member_double(j, "p90", x->n > 0 ? x->p90 : NAN);
		json_member_int(j, "n", x->n);
		json_member_int(j, "missing", f->dispatches - x->n);
		json_end_object(j);
	}
	json_end_object(j);
}

static void put_figures(struct json_out *j, const struct figures *f, const char *label)
{
	json_begin_object(j);
	json_member_string(j, "key", f->key);
	json_member_string(j, "label", label);
	json_member_int(j, "incidents", f->incidents);
	json_member_int(j, "reports", f->reports);
	json_member_int(j, "dispatches", f->dispatches);
	put_measures(j, f);
	json_key(j, "breaches");
	json_begin_object(j);
	for (int b = 0; b < BREACHES; b++)
		json_member_int(j, breach_names[b], f->breaches[b]);
	json_end_object(j);
	json_end_object(j);
}

void figures_render_json(const struct figures_table *t, const struct figures_words *w, struct buf *out)
{
	struct json_out j;
	char from[RFC3339_MAX], until[RFC3339_MAX];
	rfc3339_format(t->from.us, from);
	rfc3339_format(t->until.us, until);
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_string(&j, "from", from);
	json_member_string(&j, "until", until);
	json_member_string(&j, "by", figures_by_names[t->by]);
	json_key(&j, "total");
	put_figures(&j, &t->total, "Semua");
	json_key(&j, "groups");
	json_begin_array(&j);
	for (size_t i = 0; i < t->group_count; i++)
		put_figures(&j, &t->groups[i], label_of(w, t->by, t->groups[i].key));
	json_end_array(&j);
	json_end_object(&j);
}

/* ---- CSV ---- */

static void put_lines(struct csv_out *c, const struct figures *f, const char *by, const char *label)
{
	for (int m = 0; m < MEASURES; m++) {
		const struct figure *x = &f->measures[m];
		csv_text(c, by);
		csv_text(c, f->key);
		csv_text(c, label);
		csv_int(c, f->incidents);
		csv_int(c, f->reports);
		csv_int(c, f->dispatches);
		for (int b = 0; b < BREACHES; b++)
			csv_int(c, f->breaches[b]);
		csv_text(c, measure_names[m]);
		csv_double(c, x->n > 0 ? x->p50 : NAN);
		csv_double(c, x->n > 0 ? x->p90 : NAN);
		csv_int(c, x->n);
		csv_int(c, f->dispatches - x->n);
		csv_end_line(c);
	}
}

void figures_render_csv(const struct figures_table *t, const struct figures_words *w, struct buf *out)
{
	static const char *const header[] = {"by",
	                                     "key",
	                                     "label",
	                                     "incidents",
	                                     "reports",
	                                     "dispatches",
	                                     "breaches_accept",
	                                     "breaches_arrive",
	                                     "breaches_complete",
	                                     "breaches_triage",
	                                     "measure",
	                                     "p50_s",
	                                     "p90_s",
	                                     "n",
	                                     "missing"};
	struct csv_out c;
	csv_out_init(&c, out);
	for (size_t i = 0; i < sizeof header / sizeof *header; i++)
		csv_text(&c, header[i]);
	csv_end_line(&c);
	put_lines(&c, &t->total, "total", "Semua");
	for (size_t i = 0; i < t->group_count; i++)
		put_lines(&c, &t->groups[i], figures_by_names[t->by], label_of(w, t->by, t->groups[i].key));
}
