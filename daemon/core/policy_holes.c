/* policy_holes: proves that for every type, urgency and area somebody is reached; names the places where nobody is. */
#include <stdio.h>
#include <string.h>

#include "policy.h"

struct check {
	const struct policy *policy;
	const struct directory *directory;
	struct wall now;
	struct buf *out;
	bool apart; /* a line for each urgency */
	size_t holes, cases, villages;
};

static bool has_phone(const struct person *p)
{
	return p != NULL && p->phone != NULL && *p->phone != '\0';
}

/* Would he be told of this area when he is on duty? The roster's words of him are not asked, for a change that is only tried leaves the roster as it is. */
static bool is_told(const struct directory *d, const struct person *named, const char *code)
{
	const struct person *p = named != NULL ? directory_person(d, named->slug) : NULL;
	return has_phone(p) && region_code_within(code, p->scope);
}

static bool ends_after(struct wall until, struct wall now)
{
	return until.us == 0 || until.us > now.us;
}

static bool has_turn(const struct rotation *n, const struct person *p)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->people[i] == p)
			return true;
	return false;
}

/* Has he a turn or a single shift, now or later, that another can take over? */
static bool has_shift(const struct roster *r, const struct person *p, struct wall now)
{
	for (size_t i = 0; i < r->rotation_count; i++)
		if (ends_after(r->rotations[i].until, now) && has_turn(&r->rotations[i], p))
			return true;
	for (size_t i = 0; i < r->shift_count; i++)
		if (ends_after(r->shifts[i].until, now) && r->shifts[i].person == p)
			return true;
	return false;
}

/* Can a duty rung reach anybody for this area, now or later? Everybody on duty is told, whatever his role; who is never planned is not. That nobody is there for some
 * hours is no hole but a gap of the roster, which has its alarm. */
static bool duty_covers(const struct directory *d, const char *code, struct wall now)
{
	const struct roster *r = &d->roster;
	for (size_t i = 0; i < r->rotation_count; i++)
		for (size_t k = 0; ends_after(r->rotations[i].until, now) && k < r->rotations[i].count; k++)
			if (is_told(d, r->rotations[i].people[k], code))
				return true;
	for (size_t i = 0; i < r->shift_count; i++)
		if (ends_after(r->shifts[i].until, now) && is_told(d, r->shifts[i].person, code))
			return true;
	for (size_t i = 0; i < r->override_count; i++) {
		const struct override *o = &r->overrides[i];
		if (ends_after(o->until, now) && is_told(d, o->person, code) &&
		    (o->instead_of == NULL || has_shift(r, o->instead_of, now)))
			return true;
	}
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
static void add_line(struct check *c, enum incident_type type, unsigned mask, const struct region *area,
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
	buf_addf(c->out, "), %s %s: %s\n", area->code, area->name, what);
	c->holes++;
}

static void add_hole(struct check *c, enum incident_type type, unsigned mask, const struct region *area,
                     const char *what)
{
	if (!c->apart)
		add_line(c, type, mask, area, what);
	for (int u = 0; c->apart && u < URGENCIES; u++)
		add_line(c, type, mask & 1u << u, area, what);
}

static void check_area(struct check *c, const struct region *area)
{
	bool duty = duty_covers(c->directory, area->code, c->now);
	for (int t = 0; t < INCIDENT_TYPES; t++) {
		const struct type_rules *type = &c->policy->types[t];
		if (!type->defined)
			continue;
		unsigned no_agency = 0, no_human = 0;
		for (int u = 0; u < URGENCIES; u++) {
			struct reach reach = reach_of(c, type, (enum urgency)u, area->code, duty);
			no_agency |= reach.agency ? 0u : 1u << u;
			no_human |= reach.human ? 0u : 1u << u;
			c->cases++;
		}
		add_hole(c, (enum incident_type)t, no_agency, area, "no agency with a contact is reached");
		add_hole(c, (enum incident_type)t, no_human, area,
		         "nobody with a phone is planned, and no ladder names one");
	}
}

static void check_village(void *ctx, const struct region *village)
{
	struct check *c = ctx;
	c->villages++;
	check_area(c, village);
}

/* A report without a certain village belongs to the regency: what serves only some of its villages does not serve it. */
static void check_regency(struct check *c, const struct gazetteer *g)
{
	const struct region *known = gazetteer_by_code(g, c->policy->regency);
	check_area(c, &(struct region){.code = c->policy->regency, .name = known != NULL ? known->name : "regency"});
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
	} else {
		check_regency(c, g);
	}
}

size_t policy_holes_apart(const struct policy *p, const struct directory *d, const struct gazetteer *g, struct wall now,
                          struct buf *out)
{
	struct check c = {.policy = p, .directory = d, .now = now, .out = out, .apart = true};
	look(&c, g);
	return c.holes;
}

size_t policy_holes(const struct policy *p, const struct directory *d, const struct gazetteer *g, struct wall now,
                    struct buf *out, size_t *cases)
{
	struct check c = {.policy = p, .directory = d, .now = now, .out = out};
	look(&c, g);
	if (cases != NULL)
		*cases = c.cases;
	return c.holes;
}
