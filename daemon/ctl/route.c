/* route: what would happen with a report: the daemon's own triage and plan, printed and not committed. */
#include <stdio.h>
#include <string.h>

#include "../core/ladder.h"
#include "../core/plan.h"
#include "commands.h"
#include "config.h"
#include "snapshot.h"
#include "table.h"

enum { PLAN_MOST = 4 * 1024 * 1024 };

/* A dry run's links lead nowhere: the address is one that can never exist (RFC 2606) and the key is not the installation's. */
static const char link_base[] = "https://sigap.invalid/d/";
static const uint8_t link_key[32] = {0};

static const struct column columns[] = {
        {"agency", CELL_TEXT}, {"kind", CELL_TEXT},   {"role", CELL_TEXT},     {"channels", CELL_TEXT},
        {"accept", CELL_TEXT}, {"arrive", CELL_TEXT}, {"complete", CELL_TEXT}, {"why", CELL_TEXT},
};

/* "90 s", "15 min", "2 h", "3 d": the largest unit without a remainder. */
static const char *duration(struct ctl *c, int seconds)
{
	static const struct {
		int s;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	if (seconds == 0)
		return "-";
	int i = 0;
	while (seconds % units[i].s != 0)
		i++;
	return arena_printf(c->arena, "%d %s", seconds / units[i].s, units[i].unit);
}

/* The channels on which the first notices of dispatch d leave. */
static const char *channels(struct ctl *c, const struct plan *p, int d)
{
	const char *text = "";
	for (size_t i = 0; i < p->notice_count; i++)
		if (p->notices[i].dispatch == d)
			text = arena_printf(c->arena, "%s%s%s", text, *text != '\0' ? ", " : "",
			                    channel_kind_names[p->notices[i].channel]);
	return *text != '\0' ? text : "none";
}

static void print_dispatches(struct ctl *c, const struct plan *p)
{
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < p->dispatch_count; i++) {
		const struct plan_dispatch *d = &p->dispatches[i];
		table_add(t, (const char *[]){d->agency->slug, agency_kind_names[d->agency->kind], d->role,
		                              channels(c, p, (int)i), duration(c, d->accept_s),
		                              duration(c, d->arrive_s), duration(c, d->complete_s), d->why});
	}
	table_print(t, "nobody is dispatched");
}

static void print_ladder(struct ctl *c, const char *who, const char *when, int first_s, const struct ladder *l)
{
	printf("%s, %s after %s:", who, when, duration(c, first_s));
	for (size_t i = 0; i < l->count; i++) {
		const struct rung *r = &l->rungs[i];
		const char *name = r->slug != NULL ? r->slug : r->target == RUNG_UP ? "(there is none)" : "";
		printf(" %s%s%s", rung_target_names[r->target], *name != '\0' ? " " : "", name);
		if (r->with_next && i + 1 < l->count)
			printf(" and");
		else
			printf(", then %s:", duration(c, r->wait_s));
	}
	printf(" duty, again every %s\n", duration(c, l->repeat_s));
}

static void print_ladders(struct ctl *c, const struct plan *p)
{
	puts("\nWhat follows silence:");
	for (size_t i = 0; i < p->dispatch_count; i++) {
		const struct plan_dispatch *d = &p->dispatches[i];
		struct stored_ladders l;
		if (!ladders_parse(c->arena, d->ladders, &l))
			ctl_die("the ladder of %s cannot be read back", d->agency->slug);
		print_ladder(c, d->agency->slug, "no answer", d->accept_s, &l.accept);
		print_ladder(c, d->agency->slug, "not arrived", d->arrive_s, &l.late);
	}
}

static void print_plan(struct ctl *c, const struct plan *p)
{
	printf("%s, %s, %s %s: %s%s\n\n", incident_type_names[p->type], urgency_names[p->urgency], p->region,
	       p->place_name != NULL ? p->place_name : "", p->state[0] != '\0' ? p->state : "no incident",
	       strcmp(p->state, "open") == 0 ? ", a human must decide" : "");
	print_dispatches(c, p);
	if (p->dispatch_count > 0)
		print_ladders(c, p);
	size_t people = 0;
	for (size_t i = 0; i < p->notice_count; i++)
		people += p->notices[i].kind == NOTICE_DUTY;
	if (people > 0)
		printf("\n%zu notices to people on duty\n", people);
	for (size_t i = 0; i < p->reason_count; i++)
		printf("%s%s\n", i == 0 ? "\nWhy:\n" : "", p->reasons[i]);
}

static const char *known_village(struct ctl *c, const struct gazetteer *g)
{
	const char *code = ctl_code(c, "village", NULL);
	if (gazetteer_by_code(g, code) == NULL)
		ctl_die("area %s is not in the database", code);
	return code;
}

int command_route(struct ctl *c)
{
	struct stated stated = {
	        .text = ctl_option(c, "text"),
	        .type = ctl_word(c, "type", incident_type_names + 1, INCIDENT_TYPES - 1, NULL),
	        .urgency = ctl_word(c, "urgency", urgency_names, URGENCIES, NULL),
	};
	struct directory directory;
	snapshot_directory(c, &directory);
	const struct policy *policy = snapshot_policy(c);
	if (policy == NULL)
		ctl_die("no policy is in force: run sigapctl policy apply");
	const struct lexicon *lexicon = config_lexicon(c, NULL);
	const struct gazetteer *gazetteer = snapshot_gazetteer(c, lexicon_place_words(lexicon), policy->regency);
	stated.village_code = known_village(c, gazetteer);

	struct triage triage;
	triage_report(lexicon, gazetteer, &stated, &triage);
	struct plan_setting setting = {.policy = policy,
	                               .directory = &directory,
	                               .gazetteer = gazetteer,
	                               .replies = config_replies(c),
	                               .now = snapshot_now(c),
	                               .link_base = link_base,
	                               .link_key = link_key,
	                               .new_id = uuid_make};
	struct plan_input input = {.triage = &triage};
	const struct plan *plan = plan_make(c->arena, &setting, &input);
	if (!c->json) {
		print_plan(c, plan);
		return CTL_OK;
	}
	struct buf out;
	buf_init(&out, PLAN_MOST);
	plan_render(plan, &setting, &out);
	puts(out.data);
	buf_free(&out);
	return CTL_OK;
}
