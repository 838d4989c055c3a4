/* audit_incident: see audit_incident.h. A repair names the version it was decided at, so an answer that comes meanwhile wins. */
#include "audit_incident.h"

#include <string.h>

#include "../base/log.h"
#include "../core/fold.h"
#include "deliver.h"
#include "escalate.h"
#include "rules.h"

const char *const audit_fault_names[AUDIT_FAULTS] = {
        [AUDIT_MISSING] = "deadline_missing",
        [AUDIT_CHANGED] = "deadline_changed",
        [AUDIT_POINTLESS] = "deadline_pointless",
        [AUDIT_OVERDUE] = "deadline_overdue",
        [AUDIT_LOST] = "notice_lost",
        [AUDIT_UNCLEAR] = "history_unclear",
};

/* The clock that is armed, as the database has it; clock NULL: none. */
struct armed {
	const char *clock;
	struct wall set_for;
};
struct suspect {
	struct flow *flow;
	struct arena *arena;
	struct rules *rules;
	struct uuid id;
	audit_done *done;
	void *ctx;
	/* loaded */
	const char *number;
	struct wall now;
	int version;
	enum incident_state state;
	bool readable;
	struct armed own;
	struct fold_event *events;
	size_t event_count;
	struct fold_dispatch *dispatches;
	enum dispatch_state *states; /* as the rows say, by dispatch */
	struct armed *armed;
	size_t dispatch_count;
	struct fold_incident folded;
	/* under way */
	int waiting;
	bool ok;
	int found[AUDIT_FAULTS];
};
struct repair {
	struct suspect *of;
	enum audit_fault fault;
	struct uuid subject;
	struct fold_clock clock;
};

static void finish(struct suspect *c)
{
	struct arena *a = c->arena;
	c->done(c->ctx, c->ok, c->found);
	rules_drop(&c->rules);
	arena_free(&a);
}

static void answered(struct suspect *c, bool ok)
{
	c->ok &= ok;
	if (--c->waiting == 0)
		finish(c);
}

/* ---- repair ---- */

static void on_repaired(void *ctx, const struct pg_result *r)
{
	struct repair *x = ctx;
	struct suspect *c = x->of;
	if (r->status == PG_OK && r->rows > 0) {
		char id[UUID_TEXT];
		uuid_format(x->subject, id);
		c->found[x->fault]++;
		log_warn("audit.repaired", "what=%s incident=%s subject=%s clock=%s step=%d",
		         audit_fault_names[x->fault], c->number, id, clock_names[x->clock.clock], x->clock.step);
		escalate_look(c->flow->escalate, clock_ms_until(x->clock.due, c->now));
	}
	answered(c, r->status == PG_OK);
}

/* want should be armed for subject; have stands there. */
static void compare(struct suspect *c, struct uuid subject, const struct fold_clock *want, const struct armed *have)
{
	if (!want->armed || (have->clock != NULL && strcmp(have->clock, clock_names[want->clock]) == 0))
		return;
	struct repair *x = arena_new_of(c->arena, struct repair);
	*x = (struct repair){c, have->clock == NULL ? AUDIT_MISSING : AUDIT_CHANGED, subject, *want};
	struct pg_params *p = store_params(c->flow->store);
	pg_param_uuid(p, subject);
	pg_param_text(p, clock_names[want->clock]);
	pg_param_int(p, want->step);
	pg_param_time(p, want->due);
	pg_param_uuid(p, c->id);
	pg_param_int(p, c->version);
	pg_param_text(p, have->clock);
	if (have->clock != NULL)
		pg_param_time(p, have->set_for);
	else
		pg_param_null(p);
	c->waiting++;
	store_query(c->flow->store, SQL_REPAIR_DEADLINE, p, on_repaired, x);
}

static void on_requeued(void *ctx, const struct pg_result *r)
{
	struct suspect *c = ctx;
	if (r->status == PG_OK && r->rows > 0) {
		c->found[AUDIT_LOST] += r->rows;
		log_warn("audit.repaired", "what=%s incident=%s notices=%d", audit_fault_names[AUDIT_LOST], c->number,
		         r->rows);
		deliver_look(c->flow->deliver, 0);
	}
	answered(c, r->status == PG_OK);
}

static void requeue(struct suspect *c)
{
	struct pg_params *p = store_params(c->flow->store);
	pg_param_uuid(p, c->id);
	c->waiting++;
	store_query(c->flow->store, SQL_REQUEUE_LOST, p, on_requeued, c);
}

/* ---- what should be ---- */

static bool clear(const struct suspect *c, const char **ret_why)
{
	*ret_why = c->folded.fault;
	if (c->folded.fault[0] != '\0')
		return false;
	*ret_why = "the incident's state is not what its events lead to";
	if (c->folded.state != c->state || c->folded.version != c->version)
		return false;
	*ret_why = "a dispatch's state is not what the events lead to";
	for (size_t i = 0; i < c->dispatch_count; i++)
		if (!c->dispatches[i].made || c->dispatches[i].state != c->states[i])
			return false;
	return true;
}

/* When the history does not say: the row's word counts, and its clock runs out at once, so that people look. */
static void believe_rows(struct suspect *c)
{
	const struct fold_clock none = {.armed = false}, triage = {true, CLOCK_TRIAGE, 0, c->now},
	                        follow_up = {true, CLOCK_FOLLOW_UP, 0, c->now};
	c->folded.clock = c->state == INCIDENT_OPEN ? triage : c->state == INCIDENT_HANDED_OVER ? follow_up : none;
	for (size_t i = 0; i < c->dispatch_count; i++) {
		enum clock runs = dispatch_clock(c->states[i]);
		c->dispatches[i].clock = (struct fold_clock){runs != CLOCKS, runs, 0, c->now};
	}
}

static void repair(struct suspect *c)
{
	const char *why;
	fold_events(c->arena, c->rules->policy, c->events, c->event_count, c->dispatches, c->dispatch_count,
	            &c->folded);
	if (!clear(c, &why)) {
		char quoted[512];
		c->found[AUDIT_UNCLEAR]++;
		log_error("audit.unclear", "incident=%s why=%s", c->number, log_quote(why, quoted));
		believe_rows(c);
	}
	c->waiting++; /* our own, until everything is sent */
	if (incident_is_open(c->state)) {
		compare(c, c->id, &c->folded.clock, &c->own);
		for (size_t i = 0; i < c->dispatch_count; i++)
			compare(c, c->dispatches[i].id, &c->dispatches[i].clock, &c->armed[i]);
		requeue(c);
	}
	answered(c, true);
}

/* ---- load ---- */

enum { PART_INCIDENT, PART_EVENT, PART_DISPATCH };
enum { PART, NUMBER, AT, KIND, DATA, ID, FOR_DISPATCH, ACCEPT_S, ARRIVE_S, COMPLETE_S, ARMED, STEP, SET_FOR };

static struct armed read_armed(struct suspect *c, const struct pg_result *r, int row)
{
	if (pg_is_null(r, row, ARMED))
		return (struct armed){NULL};
	return (struct armed){arena_strdup(c->arena, pg_text(r, row, ARMED)), pg_time(r, row, SET_FOR)};
}

static void read_row(struct suspect *c, const struct pg_result *r, int row)
{
	const char *kind = pg_text(r, row, KIND), *data = arena_strdup(c->arena, pg_text(r, row, DATA));
	int number = pg_int(r, row, NUMBER), part = pg_int(r, row, PART);
	if (part == PART_EVENT) {
		c->events[c->event_count++] =
		        (struct fold_event){number, pg_time(r, row, AT), arena_strdup(c->arena, kind), data};
		return;
	}
	int state = part == PART_INCIDENT ? name_index(incident_state_names, INCIDENT_STATES, kind)
	                                  : name_index(dispatch_state_names, DISPATCH_STATES, kind);
	c->readable &= state >= 0;
	if (state < 0)
		return;
	if (part == PART_INCIDENT) {
		c->version = number;
		c->now = pg_time(r, row, AT);
		c->state = (enum incident_state)state;
		c->number = data;
		c->own = read_armed(c, r, row);
		return;
	}
	size_t i = c->dispatch_count++;
	c->states[i] = (enum dispatch_state)state;
	c->armed[i] = read_armed(c, r, row);
	c->dispatches[i] = (struct fold_dispatch){.id = pg_uuid(r, row, ID),
	                                          .made_by = number,
	                                          .ladders = data,
	                                          .accept_s = pg_int(r, row, ACCEPT_S),
	                                          .arrive_s = pg_int(r, row, ARRIVE_S),
	                                          .complete_s = pg_int(r, row, COMPLETE_S)};
	if (!pg_is_null(r, row, FOR_DISPATCH))
		c->dispatches[i].for_dispatch = pg_uuid(r, row, FOR_DISPATCH);
}

static void on_loaded(void *ctx, const struct pg_result *r)
{
	struct suspect *c = ctx;
	c->ok = r->status == PG_OK;
	c->readable = c->ok && r->rows > 0;
	size_t rows = c->readable ? (size_t)r->rows : 0;
	c->events = arena_array(c->arena, struct fold_event, rows + 1);
	c->dispatches = arena_array(c->arena, struct fold_dispatch, rows + 1);
	c->states = arena_array(c->arena, enum dispatch_state, rows + 1);
	c->armed = arena_array(c->arena, struct armed, rows + 1);
	for (size_t row = 0; row < rows; row++)
		read_row(c, r, (int)row);
	if (c->readable && c->number != NULL) {
		repair(c);
		return;
	}
	if (rows > 0) { /* a state that this program does not know: nothing can be said of it */
		char id[UUID_TEXT];
		uuid_format(c->id, id);
		c->found[AUDIT_UNCLEAR]++;
		log_error("audit.unreadable", "incident=%s", id);
	}
	finish(c);
}

void audit_incident(struct flow *f, struct uuid incident, audit_done *done, void *ctx)
{
	struct arena *a = arena_new();
	struct suspect *c = arena_new_of(a, struct suspect);
	c->flow = f;
	c->arena = a;
	c->rules = rules_hold(f->rules);
	c->id = incident;
	c->done = done;
	c->ctx = ctx;
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, incident);
	store_read(f->store, SQL_LOAD_HISTORY, p, on_loaded, c);
}
