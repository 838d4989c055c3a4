/* audit: see audit.h. One run: claim → walk the open incidents, repair those that look wrong → walk the armed deadlines → the rest → tell. One statement at a time. */
#include "audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../core/dispatch_state.h"
#include "alarm.h"
#include "audit_incident.h"
#include "deliver.h"
#include "escalate.h"
#include "look.h"
#include "rules.h"

enum {
	INCIDENTS_BATCH = 4000,
	DEADLINES_BATCH = 40000,
	SUSPECTS_MOST = 2000, /* of one run; the next one goes on */
	POINTLESS_MOST = 200,
	EARLY_MS = 1500, /* a run begins so much before its time: it is never late */
	LOOK_LEAST_MS = 200,
	LOOK_MOST_MS = 20000,
	BRISK_BATCHES = 10, /* of one run; what is still open after so many costs little and takes its time */
	PACE_MS = 10000,
	LATE_TIMES = 3,
	CALM_S = 60, /* after a start what is overdue is only what waited for it */
	REMEMBERED_S = 3600
};
static const char task[] = "auditor";

struct audit {
	struct flow *flow;
	struct look look;
	bool asking, running;
	struct mono ready_since; /* us 0: not ready */
	struct mono done_at;     /* of any daemon's last run; us 0: never, or not known yet */
	struct mono began;       /* the run under way */
	struct uuid after;       /* where its walk stands */
	struct uuid suspects[SUSPECTS_MOST];
	int suspect_count, next_suspect;
	int waiting; /* drops sent and not answered */
	bool more;   /* the walk goes on */
	int batches; /* of this run */
	struct look pace;
	void (*paced)(struct audit *a); /* what goes on then */
	int found[AUDIT_FAULTS];
};

static void look_soon(struct audit *a)
{
	look_within(&a->look, LOOK_LEAST_MS * 5);
}

static void add_states(struct pg_params *p, bool clocks)
{
	struct pg_array *states = pg_array_new(PG_TEXT), *names = pg_array_new(PG_TEXT);
	for (int s = 0; s < DISPATCH_STATES; s++) {
		enum clock runs = dispatch_clock((enum dispatch_state)s);
		if (runs == CLOCKS)
			continue;
		pg_array_text(states, dispatch_state_names[s]);
		pg_array_text(names, clock_names[runs]);
	}
	pg_param_array(p, states);
	if (clocks)
		pg_param_array(p, names);
	pg_array_free(&states);
	pg_array_free(&names);
}

/* ---- telling ---- */

static void tell(struct audit *a, enum audit_fault fault)
{
	static const char *const words[AUDIT_FAULTS] = {
	        [AUDIT_MISSING] = "%d batas waktu yang hilang dipasang kembali",
	        [AUDIT_CHANGED] = "%d batas waktu yang salah diperbaiki",
	        [AUDIT_POINTLESS] = "%d batas waktu tanpa penugasan dihapus",
	        [AUDIT_OVERDUE] = "%d batas waktu lewat lebih dari 1 menit",
	        [AUDIT_LOST] = "%d pemberitahuan yang hilang dikirim kembali",
	        [AUDIT_UNCLEAR] = "catatan %d kejadian tidak cocok dengan statusnya",
	};
	static const enum metric counters[AUDIT_FAULTS] = {
	        [AUDIT_MISSING] = M_AUDIT_MISSING,     [AUDIT_CHANGED] = M_AUDIT_CHANGED,
	        [AUDIT_POINTLESS] = M_AUDIT_POINTLESS, [AUDIT_OVERDUE] = M_AUDIT_OVERDUE,
	        [AUDIT_LOST] = M_AUDIT_LOST,           [AUDIT_UNCLEAR] = M_AUDIT_UNCLEAR,
	};
	struct buf detail;
	if (a->found[fault] == 0) {
		if (alarm_age_s(a->flow, ALARM_AUDITOR_REPAIRED, audit_fault_names[fault]) > REMEMBERED_S)
			alarm_clear(a->flow, ALARM_AUDITOR_REPAIRED, audit_fault_names[fault]);
		return;
	}
	metric_add(counters[fault], a->found[fault]);
	buf_init(&detail, 512);
	for (const char *w = words[fault]; *w != '\0'; w++) {
		if (w[0] == '%' && w[1] == 'd') {
			buf_addf(&detail, "%d", a->found[fault]);
			w++;
		} else {
			buf_addc(&detail, *w);
		}
	}
	alarm_raise(a->flow, ALARM_AUDITOR_REPAIRED, audit_fault_names[fault], detail.data);
	buf_free(&detail);
}

static void on_heartbeat(void *ctx, const struct channel_answer *answer)
{
	(void)ctx;
	bool ok = answer->status >= 200 && answer->status < 300;
	metric_add(ok ? M_HEARTBEAT_OK : M_HEARTBEAT_FAILED, 1);
	if (!ok) {
		char quoted[512];
		log_warn("audit.heartbeat_failed", "status=%d why=%s", answer->status,
		         log_quote(answer->error, quoted));
	}
}

/* The operator named the address, so it may be a private one. */
static void send_heartbeat(const struct audit *a)
{
	struct http_call call;
	const char *url = a->flow->conf->heartbeat_url;
	if (url == NULL)
		return;
	http_call_init(&call);
	call.method = "GET";
	buf_adds(&call.url, url);
	push_start(a->flow->push, &call, true, on_heartbeat, NULL);
	http_call_free(&call);
}

/* ---- the run's end ---- */

static void end_run(struct audit *a, bool ok)
{
	int faults = 0;
	for (int f = 0; f < AUDIT_FAULTS; f++) {
		tell(a, (enum audit_fault)f); /* of a run that was cut short, too: repaired is repaired */
		faults += a->found[f];
	}
	a->running = false;
	if (!ok) {
		log_error("audit.cut_short", "faults=%d", faults);
		look_soon(a);
		return;
	}
	a->done_at = mono_now();
	double seconds = (double)(a->done_at.us - a->began.us) / 1e6;
	metric_add(M_AUDIT_RUNS, 1);
	metric_set(M_AUDIT_SECONDS, seconds);
	log_debug("audit.done", "seconds=%.3f faults=%d", seconds, faults);
	send_heartbeat(a);
	look_soon(a);
}

static void on_finished(void *ctx, const struct pg_result *r)
{
	end_run(ctx, r->status == PG_OK);
}

static void finish(struct audit *a)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_text(p, task);
	pg_param_uuid(p, a->flow->owner);
	store_query(a->flow->store, SQL_FINISH_TASK, p, on_finished, a);
}

/* ---- what belongs to no incident, and what nobody fires ---- */

static void on_requeued(void *ctx, const struct pg_result *r)
{
	struct audit *a = ctx;
	if (r->status != PG_OK) {
		end_run(a, false);
		return;
	}
	a->found[AUDIT_LOST] += r->rows;
	if (r->rows > 0) {
		log_warn("audit.repaired", "what=%s notices=%d", audit_fault_names[AUDIT_LOST], r->rows);
		deliver_look(a->flow->deliver, 0);
	}
	finish(a);
}

static void on_overdue(void *ctx, const struct pg_result *r)
{
	struct audit *a = ctx;
	if (r->status != PG_OK) {
		end_run(a, false);
		return;
	}
	int overdue = (int)pg_bigint(r, 0, 0);
	if (overdue > 0) {
		log_warn("audit.overdue", "deadlines=%d", overdue);
		escalate_look(a->flow->escalate, 0);
		if (mono_now().us - a->ready_since.us > (int64_t)CALM_S * 1000000)
			a->found[AUDIT_OVERDUE] += overdue;
	}
	struct pg_params *p = store_params(a->flow->store);
	pg_param_null(p);
	store_query(a->flow->store, SQL_REQUEUE_LOST, p, on_requeued, a);
}

/* ---- pace ---- */

static void on_pace(void *ctx)
{
	struct audit *a = ctx;
	a->paced(a);
}

/* The next batch of a walk: at once, or, when there are very many, after a pause: nothing that falls due may wait for the auditor. */
static void go_on(struct audit *a, void (*ask)(struct audit *a))
{
	if (++a->batches <= BRISK_BATCHES) {
		ask(a);
		return;
	}
	a->paced = ask;
	look_within(&a->pace, PACE_MS);
}

/* ---- the walk through the deadlines ---- */

static void ask_deadlines(struct audit *a);

static void deadlines_answered(struct audit *a)
{
	if (--a->waiting > 0)
		return;
	if (a->more)
		go_on(a, ask_deadlines);
	else
		store_read(a->flow->store, SQL_AUDIT_OVERDUE, store_params(a->flow->store), on_overdue, a);
}

static void on_dropped(void *ctx, const struct pg_result *r)
{
	struct audit *a = ctx;
	if (r->status == PG_OK && r->rows > 0) {
		char id[UUID_TEXT];
		uuid_format(pg_uuid(r, 0, 0), id);
		a->found[AUDIT_POINTLESS]++;
		log_warn("audit.repaired", "what=%s subject=%s", audit_fault_names[AUDIT_POINTLESS], id);
	}
	deadlines_answered(a);
}

static void on_deadlines(void *ctx, const struct pg_result *r)
{
	struct audit *a = ctx;
	if (r->status != PG_OK) {
		end_run(a, false);
		return;
	}
	int last = r->rows - 1;
	a->more = pg_bigint(r, last, 3) == DEADLINES_BATCH;
	a->waiting = 1; /* our own, until everything is sent */
	if (a->more)
		a->after = pg_uuid(r, last, 0);
	for (int row = 0; row < last && row < POINTLESS_MOST; row++) {
		struct pg_params *p = store_params(a->flow->store);
		pg_param_uuid(p, pg_uuid(r, row, 0));
		pg_param_text(p, pg_text(r, row, 1));
		pg_param_time(p, pg_time(r, row, 2));
		a->waiting++;
		store_query(a->flow->store, SQL_DROP_POINTLESS, p, on_dropped, a);
	}
	deadlines_answered(a);
}

static void ask_deadlines(struct audit *a)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_uuid(p, a->after);
	pg_param_int(p, DEADLINES_BATCH);
	add_states(p, false);
	store_read(a->flow->store, SQL_AUDIT_DEADLINES, p, on_deadlines, a);
}

/* ---- the walk through the incidents ---- */

static void ask_incidents(struct audit *a);

static void next_suspect(struct audit *a);

static void on_suspect(void *ctx, bool ok, const int *found)
{
	struct audit *a = ctx;
	for (int f = 0; f < AUDIT_FAULTS; f++)
		a->found[f] += found[f];
	if (ok)
		next_suspect(a);
	else
		end_run(a, false);
}

static void next_suspect(struct audit *a)
{
	if (a->next_suspect < a->suspect_count) {
		audit_incident(a->flow, a->suspects[a->next_suspect++], on_suspect, a);
	} else if (a->more) {
		go_on(a, ask_incidents);
	} else {
		a->after = (struct uuid){{0}};
		go_on(a, ask_deadlines);
	}
}

static void on_incidents(void *ctx, const struct pg_result *r)
{
	struct audit *a = ctx;
	if (r->status != PG_OK) {
		end_run(a, false);
		return;
	}
	int last = r->rows - 1;
	a->more = pg_bigint(r, last, 1) == INCIDENTS_BATCH;
	if (a->more)
		a->after = pg_uuid(r, last, 0);
	a->suspect_count = a->next_suspect = 0;
	for (int row = 0; row < last && row < SUSPECTS_MOST; row++)
		a->suspects[a->suspect_count++] = pg_uuid(r, row, 0);
	next_suspect(a);
}

static void ask_incidents(struct audit *a)
{
	struct pg_params *p = store_params(a->flow->store);
	pg_param_uuid(p, a->after);
	pg_param_int(p, INCIDENTS_BATCH);
	add_states(p, true);
	store_read(a->flow->store, SQL_AUDIT_INCIDENTS, p, on_incidents, a);
}

/* ---- when ---- */

static void on_claimed(void *ctx, const struct pg_result *r)
{
	struct audit *a = ctx;
	a->asking = false;
	if (r->status != PG_OK || r->rows == 0 || !a->flow->ready) {
		look_soon(a);
		return;
	}
	a->running = true;
	a->began = mono_now();
	a->after = (struct uuid){{0}};
	memset(a->found, 0, sizeof a->found);
	a->batches = 0;
	ask_incidents(a);
}

static int period_ms(const struct audit *a)
{
	int ms = a->flow->conf->audit_s * 1000;
	return ms > 2 * EARLY_MS ? ms - EARLY_MS : ms / 2;
}

/* Has no daemon's auditor come to its end for too long, although this one has been here all the time? */
static void watch_lateness(struct audit *a)
{
	struct flow *f = a->flow;
	struct mono now = mono_now(), since = a->done_at.us > a->ready_since.us ? a->done_at : a->ready_since;
	int64_t late_us = (int64_t)LATE_TIMES * f->conf->audit_s * 1000000;
	if (now.us - since.us <= late_us) {
		if (a->done_at.us != 0 && now.us - a->done_at.us <= late_us)
			alarm_clear(f, ALARM_AUDITOR_LATE, "");
		return;
	}
	char at[6], detail[160];
	clock_format(db_clock_now(&f->clock).us - (now.us - since.us), f->rules->policy->utc_offset_s, at);
	snprintf(detail, sizeof detail, "pemeriksa batas waktu tidak berjalan sejak %s", at);
	alarm_raise(f, ALARM_AUDITOR_LATE, "", detail);
}

static void on_task(void *ctx, const struct pg_result *r)
{
	struct audit *a = ctx;
	struct flow *f = a->flow;
	a->asking = false;
	if (r->status != PG_OK || r->rows == 0 || !f->ready) {
		look_soon(a);
		return;
	}
	int wait_ms = period_ms(a) - pg_int(r, 0, 0);
	look_within(&a->look, wait_ms < LOOK_LEAST_MS  ? LOOK_LEAST_MS
	                      : wait_ms > LOOK_MOST_MS ? LOOK_MOST_MS
	                                               : wait_ms);
	if (!pg_is_null(r, 0, 1))
		a->done_at.us = mono_now().us - (int64_t)pg_int(r, 0, 1) * 1000;
	watch_lateness(a);
	if (a->running || f->draining || wait_ms > 0)
		return;
	struct pg_params *p = store_params(f->store);
	pg_param_text(p, task);
	pg_param_uuid(p, f->owner);
	pg_param_int(p, period_ms(a));
	a->asking = true;
	store_query(f->store, SQL_CLAIM_TASK, p, on_claimed, a);
}

static void on_look(void *ctx)
{
	struct audit *a = ctx;
	if (!a->flow->ready)
		a->ready_since.us = 0;
	else if (a->ready_since.us == 0)
		a->ready_since = mono_now();
	if (!a->flow->ready || a->asking) {
		look_soon(a);
		return;
	}
	struct pg_params *p = store_params(a->flow->store);
	pg_param_text(p, task);
	a->asking = true;
	store_read(a->flow->store, SQL_READ_TASK, p, on_task, a);
}

int audit_age_s(const struct audit *a)
{
	return a->done_at.us == 0 ? -1 : (int)((mono_now().us - a->done_at.us) / 1000000);
}

/* ---- life ---- */

struct audit *audit_open(struct flow *f)
{
	struct audit *a = calloc(1, sizeof *a);
	if (a == NULL)
		abort();
	a->flow = f;
	look_open(&a->look, f->base, on_look, a);
	look_open(&a->pace, f->base, on_pace, a);
	look_soon(a);
	return a;
}

void audit_close(struct audit **a)
{
	if (*a == NULL)
		return;
	look_close(&(*a)->look);
	look_close(&(*a)->pace);
	free(*a);
	*a = NULL;
}
