/* policy_holes: proves that for every type, urgency and village somebody is reached; names the places where nobody is. */
#include <stdio.h>
#include <string.h>

#include "policy.h"

struct check {
	const struct policy *policy;
	const struct directory *directory;
	struct buf *out;
	bool apart; /* a line for each urgency */
	size_t holes, cases, villages;
};

static bool has_phone(const struct person *p)
{
	return p != NULL && p->phone != NULL && *p->phone != '\0';
}

/* Can a duty rung reach anybody for this area, whoever is on the roster? */
static bool duty_covers(const struct directory *d, const char *code)
{
	for (size_t i = 0; i < d->person_count; i++)
		if (has_phone(&d->people[i]) && region_code_within(code, d->people[i].scope))
			return true;
	return false;
}

static bool ladder_names_human(const struct directory *d, const struct ladder *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->rungs[i].target == RUNG_PERSON && has_phone(directory_person(d, l->rungs[i].slug)))
			return true;
	return false;
}

static bool rule_reaches_agency(const struct check *c, const struct dispatch_rule *rule, const char *code)
{
	const struct agency *found[POLICY_RULES_MAX];
	size_t n = directory_route(c->directory, rule->kind, code, rule->level, found, POLICY_RULES_MAX);
	for (size_t i = 0; i < n; i++)
		if (found[i]->contact_count > 0)
			return true;
	return false;
}

struct reach {
	bool agency, human;
};

/* Who is reached by a report without flags: flags only ever add agencies. */
static struct reach reach_of(const struct check *c, const struct type_rules *type, enum urgency u, const char *code,
                             bool duty)
{
	struct reach reach = {false, duty || ladder_names_human(c->directory, c->policy->triage_ladder)};
	for (size_t i = 0; i < type->count && !(reach.agency && reach.human); i++) {
		const struct dispatch_rule *rule = &type->rules[i];
		if (!policy_rule_applies(rule, u, 0) || !rule_reaches_agency(c, rule, code))
			continue;
		reach.agency = true;
		reach.human = reach.human || ladder_names_human(c->directory, rule->ladder);
	}
	return reach;
}

/* "unclaimed_body (high, normal), 64.09.01.1003 Petung: what": one line for the urgencies in mask, none when it is 0. */
static void add_line(struct check *c, enum incident_type type, unsigned mask, const struct region *village,
                     const char *what)
{
	if (mask == 0)
		return;
	buf_addf(c->out, "%s (", incident_type_names[type]);
	const char *separator = "";
	for (int u = URGENCIES - 1; u >= 0; u--)
		if ((mask & 1u << u) != 0) {
			buf_addf(c->out, "%s%s", separator, urgency_names[u]);
			separator = ", ";
		}
	buf_addf(c->out, "), %s %s: %s\n", village->code, village->name, what);
	c->holes++;
}

static void add_hole(struct check *c, enum incident_type type, unsigned mask, const struct region *village,
                     const char *what)
{
	if (!c->apart)
		add_line(c, type, mask, village, what);
	for (int u = 0; c->apart && u < URGENCIES; u++)
		add_line(c, type, mask & 1u << u, village, what);
}

static void check_village(void *ctx, const struct region *village)
{
	struct check *c = ctx;
	bool duty = duty_covers(c->directory, village->code);
	c->villages++;
	for (int t = 0; t < INCIDENT_TYPES; t++) {
		const struct type_rules *type = &c->policy->types[t];
		if (!type->defined)
			continue;
		unsigned no_agency = 0, no_human = 0;
		for (int u = 0; u < URGENCIES; u++) {
			struct reach reach = reach_of(c, type, (enum urgency)u, village->code, duty);
			no_agency |= reach.agency ? 0u : 1u << u;
			no_human |= reach.human ? 0u : 1u << u;
			c->cases++;
		}
		add_hole(c, (enum incident_type)t, no_agency, village, "no agency with a contact is reached");
		add_hole(c, (enum incident_type)t, no_human, village, "no human with a phone is reached by a ladder");
	}
}

/* Targets that the directory does not know. */
static void check_ladder(struct check *c, const struct ladder *l)
{
	size_t written = 0; /* number of the rung as it stands in the policy: a group is one */
	for (size_t i = 0; i < l->count; i++) {
		const struct rung *rung = &l->rungs[i];
		const char *what = NULL;
		written += i == 0 || !l->rungs[i - 1].with_next;
		if (rung->target == RUNG_AGENCY) {
			const struct agency *g = directory_agency(c->directory, rung->slug);
			what = g == NULL              ? "is not in the directory"
			       : g->retired           ? "is retired"
			       : g->contact_count < 1 ? "has no contact"
			                              : NULL;
		} else if (rung->target == RUNG_PERSON) {
			const struct person *p = directory_person(c->directory, rung->slug);
			what = p == NULL ? "is not in the directory" : !has_phone(p) ? "has no phone" : NULL;
		}
		if (what == NULL)
			continue;
		buf_addf(c->out, "ladder %s, rung %zu: %s:%s %s\n", l->name, written, rung_target_names[rung->target],
		         rung->slug, what);
		c->holes++;
	}
}

static void check_alarm(struct check *c, enum alarm_kind kind)
{
	const struct alarm_rule *rule = &c->policy->alarms[kind];
	for (size_t i = 0; i < sizeof rule->people / sizeof *rule->people && rule->people[i] != NULL; i++) {
		const struct person *p = directory_person(c->directory, rule->people[i]);
		const char *what = p == NULL ? "is not in the directory" : !has_phone(p) ? "has no phone" : NULL;
		if (what == NULL)
			continue;
		buf_addf(c->out, "alarm %s: person:%s %s\n", alarm_kind_names[kind], rule->people[i], what);
		c->holes++;
	}
}

static void look(struct check *c, const struct gazetteer *g)
{
	const struct policy *p = c->policy;
	for (size_t i = 0; i < p->ladder_count; i++)
		check_ladder(c, &p->ladders[i]);
	for (int k = 0; k < ALARM_KINDS; k++)
		check_alarm(c, (enum alarm_kind)k);
	gazetteer_each_village(g, p->regency, check_village, c);
	if (c->villages == 0) {
		buf_addf(c->out, "regency %s: no village is loaded, so nothing could be checked\n", p->regency);
		c->holes++;
	}
}

size_t policy_holes_apart(const struct policy *p, const struct directory *d, const struct gazetteer *g, struct buf *out)
{
	struct check c = {.policy = p, .directory = d, .out = out, .apart = true};
	look(&c, g);
	return c.holes;
}

size_t policy_holes(const struct policy *p, const struct directory *d, const struct gazetteer *g, struct buf *out,
                    size_t *cases)
{
	struct check c = {.policy = p, .directory = d, .out = out};
	look(&c, g);
	if (cases != NULL)
		*cases = c.cases;
	return c.holes;
}
