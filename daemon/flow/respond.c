/* respond: see respond.h. */
#include "respond.h"

#include <string.h>

#include "../../protocol/event_request.h"
#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "../base/fault.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "access.h"
#include "busy.h"
#include "deliver.h"
#include "escalate.h"
#include "stand_down.h"

enum { TRIES_MOST = 30 };

static void load(struct respond *r);

static void end(struct respond *r, enum respond_end how)
{
	if (how == RESPOND_DONE)
		metric_add(M_ANSWERS, 1);
	if (how == RESPOND_CONFLICT)
		metric_add(M_ANSWERS_REFUSED, 1);
	r->done(r, how);
}

/* ---- write ---- */

/* The change's first dispatch is the answer's own. */
static void put_relieved(struct json_out *j, const struct change *c)
{
	char id[UUID_TEXT];
	if (c->dispatch_count < 2)
		return;
	json_key(j, "relieved");
	json_begin_array(j);
	for (int i = 1; i < c->dispatch_count; i++) {
		uuid_format(c->dispatches[i].id, id);
		json_put_string(j, id);
	}
	json_end_array(j);
}

static const char *event_data(const struct respond *r)
{
	struct buf out;
	struct json_out j;
	char text[UUID_TEXT];
	buf_init(&out, 64 * 1024);
	json_out_init(&j, &out);
	json_begin_object(&j);
	uuid_format(r->row.id, text);
	json_member_string(&j, "dispatch", text);
	json_member_string(&j, "agency", r->row.agency);
	json_member_string(&j, "from", dispatch_state_names[r->row.state]);
	json_member_string(&j, "to", dispatch_state_names[r->step.next]);
	if (r->eta.us != 0) {
		char time[RFC3339_MAX];
		rfc3339_format(r->eta.us, time);
		json_member_string(&j, "eta", time);
	}
	if (r->reason != NULL)
		json_member_string(&j, "reason", r->reason);
	if (r->note != NULL)
		json_member_string(&j, "note", r->note);
	put_relieved(&j, &r->change);
	json_end_object(&j);
	const char *data = arena_strndup(r->arena, out.data, out.len);
	buf_free(&out);
	return data;
}

/* What was written, for the view that the caller shows. */
static void keep_view(struct respond *r, const struct change *c, int version, struct wall at)
{
	const struct change_dispatch *d = &c->dispatches[0];
	struct wall due = {at.us + (int64_t)d->after_s * 1000000};
	r->row.state = r->step.next;
	r->row.version++;
	r->incident.version = version;
	if (c->state != NULL)
		r->incident.state = INCIDENT_IN_PROGRESS;
	if (d->clock != NULL && strcmp(d->clock, clock_names[CLOCK_ARRIVE]) == 0)
		r->row.arrive_by = due;
	if (d->clock != NULL && strcmp(d->clock, clock_names[CLOCK_ACCEPT]) == 0)
		r->row.accept_by = due;
	if (r->eta.us != 0)
		r->eta_now = r->eta;
	if (r->reason != NULL)
		r->given_reason = r->reason;
}

static void on_written(void *ctx, struct change *c, enum store_end how, int version, struct wall at)
{
	struct respond *r = ctx;
	fault_point("respond.written");
	if (r->plan != NULL)
		deliver_release(r->flow->deliver, r->rules, r->plan, r->leased, how == STORE_KEPT);
	rules_drop(&r->rules);
	if (how == STORE_CONFLICT && ++r->tries < TRIES_MOST) {
		load(r);
		return;
	}
	if (how != STORE_KEPT) {
		end(r, RESPOND_UNAVAILABLE);
		return;
	}
	for (int i = r->event == ON_SEEN ? 1 : 0; i < c->dispatch_count; i++)
		deliver_void(r->flow->deliver, c->dispatches[i].id);
	for (int i = 0; i < c->arm_count; i++)
		escalate_look(r->flow->escalate, (int64_t)c->arms[i].after_s * 1000);
	keep_view(r, c, version, at);
	end(r, RESPOND_DONE);
}

/* Agencies that were asked for the same task and have not answered stand down; whoever declined needs no replacement any more. */
static void relieve(struct respond *r, const struct plan_setting *setting)
{
	struct change *c = &r->change;
	const struct stand_down s = {r->arena, *setting, &r->incident, c, r->plan};
	bool *member = arena_array(r->arena, bool, (size_t)r->family_count + 1);
	stand_down_family(r->family, r->family_count, r->row.id, member);
	for (int i = 0; i < r->family_count; i++) {
		struct dispatch_row *d = &r->family[i];
		if (member[i] && (d->state == DISPATCH_NOTIFIED || d->state == DISPATCH_SEEN))
			stand_down_dispatch(&s, d, "taken by another agency");
		else if (member[i] && d->state == DISPATCH_DECLINED)
			c->stops[c->stop_count++] = d->id;
	}
}

static void tell_duty(struct respond *r, const struct plan_setting *setting)
{
	static const char *const words[DISPATCH_EVENTS] = {
	        [ON_LAPSE] = "menerima tetapi belum bergerak",
	        [ON_EXPIRE] = "tidak pernah menjawab",
	};
	const struct plan_extra_input about = incident_row_extra(&r->incident);
	const struct agency *a = directory_agency(&r->rules->directory, r->row.agency);
	const char *reason = arena_printf(r->arena, "%s %s", a != NULL ? a->name : r->row.agency,
	                                  words[r->event] != NULL ? words[r->event] : "mohon diperiksa");
	plan_tell_duty(r->arena, setting, &about, NULL, 0, reason, r->plan);
}

static void arm(struct change *c, struct change_dispatch *d, struct uuid dispatch, enum clock clock, int after_s)
{
	d->clock = clock_names[clock];
	d->after_s = after_s;
	c->arms[c->arm_count++] = (struct change_arm){dispatch, clock, 0, after_s};
}

/* One clock of a dispatch at most: arming replaces what runs. */
static void set_clock(struct respond *r, struct change_dispatch *d, unsigned effects)
{
	struct change *c = &r->change;
	if (effects & EFFECT_ARM_ACCEPT)
		arm(c, d, r->row.id, CLOCK_ACCEPT, r->row.accept_s);
	else if (effects & EFFECT_ARM_ARRIVE)
		arm(c, d, r->row.id, CLOCK_ARRIVE, r->row.arrive_s);
	else if (effects & EFFECT_ARM_COMPLETE)
		arm(c, d, r->row.id, CLOCK_COMPLETE, r->row.complete_s);
	else if (effects & EFFECT_CLIMB_NOW)
		arm(c, d, r->row.id, CLOCK_REPLACE, 0);
	else if (effects & EFFECT_STOP_CLOCK)
		c->stops[c->stop_count++] = r->row.id;
}

static void perform(struct respond *r, unsigned effects)
{
	struct change *c = &r->change;
	struct change_dispatch *d = &c->dispatches[c->dispatch_count++];
	*d = (struct change_dispatch){.id = r->row.id,
	                              .event = dispatch_event_names[r->event],
	                              .state = dispatch_state_names[r->step.next],
	                              .eta = r->eta,
	                              .reason = r->reason};
	set_clock(r, d, effects);
	struct incident_step engaged = incident_step(r->incident.state, INCIDENT_ON_ENGAGE);
	if ((effects & EFFECT_ENGAGE) && engaged.fits && engaged.next != r->incident.state)
		c->state = incident_state_names[engaged.next];
	bool relieves = (effects & EFFECT_RELIEVE) && r->family_count > 0;
	if (!relieves && !(effects & EFFECT_TELL_DUTY))
		return;
	r->rules = rules_hold(r->flow->rules);
	r->plan = arena_new_of(r->arena, struct plan);
	const struct plan_setting setting = rules_setting(r->flow, r->rules);
	if (relieves)
		relieve(r, &setting);
	if (effects & EFFECT_TELL_DUTY)
		tell_duty(r, &setting);
}

static void write_event(struct respond *r)
{
	struct change *c = &r->change;
	*c = (struct change){.incident = r->incident.id,
	                     .expected = r->incident.version,
	                     .actor = r->actor,
	                     .kind = dispatch_event_names[r->event],
	                     .done = on_written,
	                     .ctx = r};
	r->plan = NULL;
	perform(r, r->step.effects);
	c->data = event_data(r);
	if (r->plan != NULL) {
		c->added = r->plan;
		c->leased = r->leased = arena_array(r->arena, bool, PLAN_NOTICES);
		deliver_reserve(r->flow->deliver, r->plan, r->leased);
	}
	fault_point("respond.decided");
	store_change(r->flow->store, c);
}

/* The incident's other dispatches were read after this one: when something changed in between, the write loses and everything is read again. */
static void on_family(void *ctx, const struct pg_result *rows)
{
	struct respond *r = ctx;
	struct incident_row incident;
	const char *told;
	if (rows->status != PG_OK) {
		end(r, RESPOND_UNAVAILABLE);
		return;
	}
	r->family = arena_array(r->arena, struct dispatch_row, CHANGE_DISPATCHES);
	r->family_count = incident_rows_read(r->arena, rows, &incident, r->family, CHANGE_DISPATCHES, &told);
	write_event(r);
}

static void load_family(struct respond *r)
{
	struct pg_params *p = store_params(r->flow->store);
	pg_param_uuid(p, r->incident.id);
	pg_param_bigint(p, 0);
	store_query(r->flow->store, SQL_LOAD_INCIDENT, p, on_family, r);
}

/* ---- load ---- */

static bool read_row(struct respond *r, const struct pg_result *rows, int row)
{
	int state = name_index(dispatch_state_names, DISPATCH_STATES, pg_text(rows, row, 4));
	r->row = (struct dispatch_row){
	        .id = pg_uuid(rows, row, 0),
	        .agency = arena_strdup(r->arena, pg_text(rows, row, 1)),
	        .role = arena_strdup(r->arena, pg_text(rows, row, 2)),
	        .task = arena_strdup(r->arena, pg_text(rows, row, 3)),
	        .state = state < 0 ? DISPATCH_CANCELLED : (enum dispatch_state)state,
	        .version = pg_int(rows, row, 5),
	        .accept_s = pg_int(rows, row, 6),
	        .arrive_s = pg_int(rows, row, 7),
	        .complete_s = pg_int(rows, row, 8),
	        .accept_by = pg_time(rows, row, 9),
	        .arrive_by = pg_time(rows, row, 10),
	};
	r->eta_now = pg_time(rows, row, 11);
	r->given_reason = pg_is_null(rows, row, 12) ? NULL : arena_strdup(r->arena, pg_text(rows, row, 12));
	if (r->eta_minutes >= 0)
		r->eta = (struct wall){pg_time(rows, row, 24).us + (int64_t)r->eta_minutes * 60000000};
	r->opened_at = pg_time(rows, row, 25);
	r->has_family = pg_bool(rows, row, 26);
	r->family_count = 0;
	return state >= 0 && incident_row_read(r->arena, rows, row, 13, &r->incident);
}

/* How surely an answer is about a dispatch in that state. */
enum meant { MEANT_HARDLY, MEANT_PERHAPS, MEANT_AGAIN, MEANT };
static enum meant meant(int state, enum dispatch_event event)
{
	if (state < 0)
		return MEANT_HARDLY;
	struct dispatch_step s = dispatch_step((enum dispatch_state)state, event);
	if (s.fits && !s.repeats)
		return MEANT;
	if (s.repeats)
		return MEANT_AGAIN;
	return dispatch_is_open((enum dispatch_state)state) ? MEANT_PERHAPS : MEANT_HARDLY;
}

/* Of several rows: the one that the event would change; else the one it repeats, an open one, any. Of one incident the newest such, of several the newest incident's.
 * -1 when it would change several and no number was written. */
static int pick(const struct respond *r, const struct pg_result *rows)
{
	int fits = 0, chosen = 0;
	enum meant most = MEANT_HARDLY;
	for (int row = 0; row < rows->rows; row++) {
		int state = name_index(dispatch_state_names, DISPATCH_STATES, pg_text(rows, row, 4));
		enum meant m = meant(state, r->event);
		fits += m == MEANT;
		if (m > most || (m == most && m != MEANT && r->number != 0))
			chosen = row;
		most = m > most ? m : most;
	}
	return fits > 1 && r->number == 0 ? -1 : chosen;
}

static void on_loaded(void *ctx, const struct pg_result *rows)
{
	struct respond *r = ctx;
	int row = 0;
	if (rows->status != PG_OK) {
		end(r, RESPOND_UNAVAILABLE);
		return;
	}
	if (rows->rows == 0 || (row = rows->rows == 1 ? 0 : pick(r, rows)) < 0 || !read_row(r, rows, row)) {
		end(r, row < 0 ? RESPOND_AMBIGUOUS : RESPOND_UNKNOWN);
		return;
	}
	if (r->who != NULL && !access_covers(r->who, r->row.agency, r->incident.region)) {
		end(r, RESPOND_UNKNOWN);
		return;
	}
	if (r->actor == NULL)
		r->actor = arena_printf(r->arena, "agency:%s via sms", r->row.agency);
	r->step = dispatch_step(r->row.state, r->event);
	if (r->read_only)
		end(r, RESPOND_DONE);
	else if (r->version != 0 && r->version != r->row.version)
		end(r, RESPOND_CONFLICT);
	else if (r->step.repeats)
		end(r, RESPOND_REPEATS);
	else if (!r->step.fits)
		end(r, RESPOND_CONFLICT);
	else if ((r->step.effects & EFFECT_RELIEVE) && r->has_family)
		load_family(r);
	else
		write_event(r);
}

static void load(struct respond *r)
{
	struct pg_params *p = store_params(r->flow->store);
	struct pg_array *agencies = pg_array_new(PG_TEXT);
	for (size_t i = 0; i < r->agency_count; i++)
		pg_array_text(agencies, r->agencies[i]);
	if (uuid_is_nil(r->dispatch))
		pg_param_null(p);
	else
		pg_param_uuid(p, r->dispatch);
	pg_param_array(p, agencies);
	pg_param_bigint(p, uuid_is_nil(r->dispatch) ? r->number : -1);
	pg_array_free(&agencies);
	store_query(r->flow->store, SQL_LOAD_DISPATCHES, p, on_loaded, r);
}

void respond_submit(struct respond *r)
{
	load(r);
}

/* ---- render ---- */

void respond_render(const struct respond *r, struct buf *out)
{
	struct json_out j;
	char id[UUID_TEXT];
	json_out_init(&j, out);
	json_begin_object(&j);
	uuid_format(r->row.id, id);
	json_member_string(&j, "id", id);
	json_member_string(&j, "agency", r->row.agency);
	json_member_string(&j, "role", r->row.role);
	json_member_string(&j, "state", dispatch_state_names[r->row.state]);
	json_member_int(&j, "version", r->row.version);
	json_member_time(&j, "accept_by", r->row.accept_by.us);
	json_member_time(&j, "arrive_by", r->row.arrive_by.us);
	json_member_time(&j, "eta", r->eta_now.us);
	json_member_string(&j, "reason", r->given_reason);
	json_key(&j, "incident");
	json_begin_object(&j);
	uuid_format(r->incident.id, id);
	json_member_string(&j, "id", id);
	json_member_int(&j, "number", r->incident.number);
	json_member_string(&j, "state", incident_state_names[r->incident.state]);
	json_member_int(&j, "version", r->incident.version);
	json_end_object(&j);
	json_end_object(&j);
}

/* ---- POST /v1/dispatches/{id}/events ---- */

static void reply_conflict(struct respond *r, struct http_request *request)
{
	struct problem p;
	struct buf current, allowed;
	buf_init(&current, 16 * 1024);
	buf_init(&allowed, 512);
	buf_adds(&current, "\"current\":");
	respond_render(r, &current);
	dispatch_allowed(r->row.state, &allowed);
	problem_init(&p, 409, "state-conflict", NULL);
	snprintf(p.detail, sizeof p.detail, "\"%s\" does not fit: the dispatch is %s at version %d; possible now: %s",
	         dispatch_event_names[r->event], dispatch_state_names[r->row.state], r->row.version,
	         allowed.len > 0 ? allowed.data : "nothing");
	p.extension = current.data;
	http_reply_problem(request, &p);
	buf_free(&current);
	buf_free(&allowed);
}

static void on_done(struct respond *r, enum respond_end how)
{
	struct http_request *request = r->ctx;
	struct buf body;
	switch (how) {
	case RESPOND_DONE:
	case RESPOND_REPEATS:
		buf_init(&body, 16 * 1024);
		respond_render(r, &body);
		http_reply_buf(request, 200, "application/json", &body);
		buf_free(&body);
		break;
	case RESPOND_CONFLICT:
		reply_conflict(r, request);
		break;
	case RESPOND_UNKNOWN:
	case RESPOND_AMBIGUOUS:
		http_reply_fault(request, 404, "not-found", "no dispatch with this id, or it is not yours");
		break;
	case RESPOND_UNAVAILABLE:
		busy_reply(request, "the database is away: send the answer again, a repeated answer does no harm");
		break;
	}
}

void respond_post_event(void *ctx, struct http_request *request)
{
	struct event_request q;
	struct problem p;
	struct respond *r = arena_new_of(request->arena, struct respond);
	r->flow = ctx;
	r->arena = request->arena;
	if (!uuid_parse(request->segments[0], &r->dispatch)) {
		http_reply_fault(request, 404, "not-found", "a dispatch is named by its id (a UUID)");
		return;
	}
	if (!dispatch_event_read(request->body, request->body_len, &q, &p)) {
		http_reply_problem(request, &p);
		return;
	}
	r->who = access_identity(request);
	r->event = (enum dispatch_event)name_index(dispatch_event_names, DISPATCH_EVENTS, q.event);
	r->version = q.version;
	r->eta = (struct wall){q.has_eta ? q.eta_us : 0};
	r->eta_minutes = q.eta_minutes;
	r->reason = arena_strdup(r->arena, q.reason);
	r->note = arena_strdup(r->arena, q.note);
	r->actor = access_actor(request);
	r->done = on_done;
	r->ctx = request;
	event_request_free(&q);
	respond_submit(r);
}
