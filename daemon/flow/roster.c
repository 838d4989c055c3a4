/* roster: see roster.h. One look: claim it, load what is known, decide, perform. All that is performed is idempotent, so looks of several daemons may overlap. */
#include "roster.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/rfc3339.h"
#include "../../protocol/sms_text.h"
#include "../base/log.h"
#include "../base/metrics.h"
#include "../core/shift_check.h"
#include "alarm.h"
#include "deliver.h"
#include "rules.h"

enum {
	TICK_S = 1,
	LOOK_EVERY_S = 60,
	CLAIM_AFTER_MS = 50000, /* another daemon's look less long ago is enough */
	SPANS_MOST = 1024,
	GAPS_MOST = 16,
	ALARMS_MOST = 64,
	DUTY_MOST = 16,
	KEY_BYTES = 101,
	NOTE_BYTES = 2048
};

/* A row of shift_check. */
struct known_row {
	const char *person, *role;
	struct wall from;
	struct shift_known known;
};
/* Alarms of one kind that this look found. */
struct found {
	const char *keys[ALARMS_MOST];
	size_t count;
};
struct roster_watch {
	struct flow *flow;
	struct event *tick;
	struct mono tried;
	int64_t version; /* of the rules last looked at */
	bool soon, looking;
	char gap_key[KEY_BYTES]; /* of the gap that lasts now; "": none */
	/* one look */
	struct arena *arena;
	struct rules *rules;
	struct wall now;
	struct known_row *rows;
	size_t row_count;
	struct found found[ALARM_KINDS];
};

static struct wall plus(struct wall t, int64_t seconds)
{
	return (struct wall){t.us + seconds * 1000000};
}

struct roster_time roster_time(const struct flow *f, struct wall at)
{
	struct roster_time t;
	char day[11];
	int offset = f->rules->policy->utc_offset_s;
	date_format(at.us, offset, day);
	clock_format(at.us, offset, t.clock);
	memcpy(t.day, day, sizeof t.day - 1);
	t.day[sizeof t.day - 1] = '\0';
	return t;
}

/* ---- asking ---- */

static void on_asked(void *ctx, const struct pg_result *r)
{
	struct flow *f = ctx;
	if (r->status != PG_OK || r->rows == 0)
		return; /* another daemon was first, or the next look asks */
	metric_add(M_SHIFTS_ASKED, 1);
	deliver_look(f->deliver, 0);
}

static void put_shift(struct pg_params *p, const struct duty_span *shift)
{
	pg_param_text(p, shift->person->slug);
	pg_param_text(p, shift->role);
	pg_param_time(p, shift->from);
	pg_param_time(p, shift->until);
	pg_param_uuid(p, uuid_make());
	pg_param_text(p, shift->person->phone);
}

static void ask(struct roster_watch *w, const struct duty_span *shift, const struct shift_known *known)
{
	struct flow *f = w->flow;
	struct roster_time t = roster_time(f, shift->from);
	bool leads = strcmp(shift->role, "coordinator") == 0;
	const struct reply_value values[] = {
	        {"peran", leads ? "koordinator" : "petugas"}, {"tgl", t.day}, {"jam", t.clock}};
	struct buf text;
	buf_init(&text, 1024);
	replies_fill(w->rules->replies, "shift_ask", values, 3, &text);
	struct pg_params *p = store_params(f->store);
	put_shift(p, shift);
	pg_param_text(p, text.data);
	pg_param_int(p, known->asks);
	buf_free(&text);
	store_query(f->store, SQL_ASK_SHIFT, p, on_asked, f);
}

/* ---- hand-over ---- */

/* One person to be told, while what he is told is read. */
struct hand_over {
	struct flow *flow;
	struct arena *arena;
	struct rules *rules; /* held: the shift's strings are its */
	struct duty_span shift;
};

static void hand_over_end(struct hand_over *h)
{
	struct arena *a = h->arena;
	rules_drop(&h->rules);
	arena_free(&a);
}

static void on_told(void *ctx, const struct pg_result *r)
{
	struct hand_over *h = ctx;
	if (r->status == PG_OK && r->rows > 0)
		deliver_look(h->flow->deliver, 0);
	hand_over_end(h);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The note for a telephone: one line, plain characters, no telephone numbers. */
static void note_for_sms(const char *note, struct buf *out)
{
	enum { DIGITS_MOST = 6 };
	struct buf clean;
	buf_init(&clean, NOTE_BYTES * 4);
	for (const char *at = note; *at != '\0';) {
		size_t digits = 0;
		while (is_digit(at[digits]) ||
		       (digits > 0 && strchr("- .", at[digits]) != NULL && is_digit(at[digits + 1])))
			digits++;
		if (digits > DIGITS_MOST) {
			buf_adds(&clean, "***");
			at += digits;
		} else {
			buf_addc(&clean, *at == '\n' || *at == '\r' || *at == '\t' ? ' ' : *at);
			at++;
		}
	}
	sms_transliterate(clean.data, out);
	buf_free(&clean);
}

static void on_standing(void *ctx, const struct pg_result *r)
{
	struct hand_over *h = ctx;
	struct flow *f = h->flow;
	if (r->status != PG_OK) {
		hand_over_end(h);
		return;
	}
	bool noted = !pg_is_null(r, 0, 1);
	char open[24];
	snprintf(open, sizeof open, "%lld", (long long)pg_bigint(r, 0, 0));
	struct roster_time t = roster_time(f, h->shift.from);
	struct buf note, whole, text;
	buf_init(&note, NOTE_BYTES * 8);
	buf_init(&whole, NOTE_BYTES * 8 + 1024);
	buf_init(&text, NOTE_BYTES * 8 + 1024);
	note_for_sms(pg_text(r, 0, 1), &note);
	const struct reply_value values[] = {{"jam", t.clock}, {"jumlah", open}, {"catatan", note.data}};
	replies_fill(h->rules->replies, noted ? "shift_begins_note" : "shift_begins", values, 3, &whole);
	sms_fit(whole.data, 1, &text);
	struct pg_params *p = store_params(f->store);
	put_shift(p, &h->shift);
	pg_param_text(p, text.data);
	store_query(f->store, SQL_HAND_OVER_SHIFT, p, on_told, h);
	buf_free(&note);
	buf_free(&whole);
	buf_free(&text);
}

/* When the shift before began: notes made since then are for this one. */
static struct wall shift_before(const struct roster *r, const struct duty_span *shift)
{
	struct duty_span before[DUTY_MOST];
	size_t n = roster_at(r, plus(shift->from, -1), before, DUTY_MOST);
	struct wall from = plus(shift->from, -SHIFT_AHEAD_S);
	bool found = false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(before[i].role, shift->role) != 0 || (found && before[i].from.us >= from.us))
			continue;
		from = before[i].from;
		found = true;
	}
	return from;
}

static void hand_over(struct roster_watch *w, const struct duty_span *shift)
{
	struct arena *a = arena_new();
	struct hand_over *h = arena_new_of(a, struct hand_over);
	*h = (struct hand_over){.flow = w->flow, .arena = a, .rules = rules_hold(w->rules), .shift = *shift};
	struct pg_params *p = store_params(w->flow->store);
	pg_param_time(p, shift_before(&w->rules->directory.roster, shift));
	store_read(w->flow->store, SQL_LOAD_HANDOVER, p, on_standing, h);
}

/* ---- alarms ---- */

static void raise(struct roster_watch *w, enum alarm_kind kind, const char *key, const char *detail)
{
	struct found *found = &w->found[kind];
	if (found->count == ALARMS_MOST)
		return;
	found->keys[found->count++] = key;
	alarm_raise(w->flow, kind, key, detail);
}

static void raise_trouble(struct roster_watch *w, const struct duty_span *shift, enum shift_trouble trouble)
{
	static const char *const words[SHIFT_TROUBLES] = {
	        [SHIFT_REFUSED] = "tidak bisa bertugas, perlu pengganti",
	        [SHIFT_UNANSWERED] = "belum menjawab SIAP",
	        [SHIFT_LOST] = "tidak terjangkau, SMS gagal",
	        [SHIFT_NO_PHONE] = "tidak terjangkau, tanpa nomor HP",
	};
	char begins[RFC3339_MAX];
	struct roster_time t = roster_time(w->flow, shift->from);
	rfc3339_format(shift->from.us, begins);
	raise(w, shift_trouble_alarm(trouble), arena_printf(w->arena, "%.60s %s", shift->person->slug, begins),
	      arena_printf(w->arena, "piket %s %s WITA: %.32s %s", t.day, t.clock, shift->person->slug,
	                   words[trouble]));
}

/* Until when, unless nobody knows. */
static const char *gap_detail(struct roster_watch *w, const struct duty_gap *gap, struct wall known_until)
{
	struct roster_time from = roster_time(w->flow, gap->from), until = roster_time(w->flow, gap->until);
	const char *begins = gap->from.us <= w->now.us
	                             ? "sekarang"
	                             : arena_printf(w->arena, "mulai %s %s WITA", from.day, from.clock);
	const char *ends = gap->until.us >= known_until.us
	                           ? ""
	                           : arena_printf(w->arena, " sampai %s %s WITA", until.day, until.clock);
	return arena_printf(w->arena, "tidak ada koordinator piket %s%s", begins, ends);
}

/* A gap that lasts keeps the name it was first told under: the roster begins anew at every look. */
static const char *gap_key(struct roster_watch *w, const struct duty_gap *gap, const char *lasting)
{
	char begins[RFC3339_MAX];
	rfc3339_format(gap->from.us, begins);
	if (gap->from.us > w->now.us)
		return arena_strdup(w->arena, begins);
	if (w->gap_key[0] == '\0')
		snprintf(w->gap_key, sizeof w->gap_key, "%s", lasting[0] != '\0' ? lasting : begins);
	return w->gap_key;
}

static void look_for_gaps(struct roster_watch *w, const char *lasting)
{
	const struct rules *r = w->rules;
	struct duty_gap gaps[GAPS_MOST];
	struct wall end = plus(w->now, SHIFT_AHEAD_S);
	size_t n = roster_gaps(&r->directory.roster, w->arena, "coordinator", r->policy->regency, w->now, end, gaps,
	                       GAPS_MOST);
	n = n < GAPS_MOST ? n : GAPS_MOST;
	if (n == 0 || gaps[0].from.us > w->now.us)
		w->gap_key[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (gaps[i].from.us <= plus(w->now, SHIFT_ALARM_AHEAD_S).us)
			raise(w, ALARM_SHIFT_GAP, gap_key(w, &gaps[i], lasting), gap_detail(w, &gaps[i], end));
}

/* ---- deciding ---- */

static struct shift_known known_of(const struct roster_watch *w, const struct duty_span *shift)
{
	for (size_t i = 0; i < w->row_count; i++)
		if (w->rows[i].from.us == shift->from.us && strcmp(w->rows[i].person, shift->person->slug) == 0 &&
		    strcmp(w->rows[i].role, shift->role) == 0)
			return w->rows[i].known;
	return (struct shift_known){0};
}

static bool is_same(const struct duty_span *a, const struct duty_span *b)
{
	return a->person == b->person && a->from.us == b->from.us && strcmp(a->role, b->role) == 0;
}

static void look_at_shift(struct roster_watch *w, const struct duty_span *shift)
{
	struct shift_known known = known_of(w, shift);
	struct shift_todo todo = shift_check_step(shift, &known, w->now, w->rules->policy->utc_offset_s);
	if (todo.ask)
		ask(w, shift, &known);
	if (todo.hand_over)
		hand_over(w, shift);
	if (todo.trouble != SHIFT_FINE)
		raise_trouble(w, shift, todo.trouble);
}

static void look_at_shifts(struct roster_watch *w)
{
	const struct roster *r = &w->rules->directory.roster;
	struct duty_span *spans = arena_array(w->arena, struct duty_span, SPANS_MOST);
	size_t n = roster_spans(r, w->arena, w->now, plus(w->now, SHIFT_AHEAD_S), spans, SPANS_MOST);
	if (n > SPANS_MOST)
		log_error("roster.too_many_shifts", "shifts=%zu looked_at=%d", n, SPANS_MOST);
	n = n < SPANS_MOST ? n : SPANS_MOST;
	for (size_t i = 0; i < n; i++) {
		spans[i] = roster_whole(r, &spans[i]);
		bool again = false; /* two parts of one shift */
		for (size_t k = 0; k < i && !again; k++)
			again = is_same(&spans[k], &spans[i]);
		if (!again)
			look_at_shift(w, &spans[i]);
	}
}

/* ---- one look ---- */

static void on_finished(void *ctx, const struct pg_result *r)
{
	(void)ctx, (void)r; /* when it is not written the next look is */
}

static void finish_look(struct roster_watch *w)
{
	struct pg_params *p = store_params(w->flow->store);
	pg_param_text(p, "roster");
	pg_param_uuid(p, w->flow->owner);
	store_query(w->flow->store, SQL_FINISH_TASK, p, on_finished, NULL);
	metric_add(M_ROSTER_LOOKS, 1);
}

static void end_look(struct roster_watch *w)
{
	rules_drop(&w->rules);
	arena_free(&w->arena);
	w->looking = false;
}

static void on_gap_key(void *ctx, const struct pg_result *r)
{
	static const enum alarm_kind ours[] = {ALARM_SHIFT_GAP, ALARM_SHIFT_UNACCEPTED, ALARM_SHIFT_UNREACHABLE};
	struct roster_watch *w = ctx;
	if (r->status == PG_OK) {
		memset(w->found, 0, sizeof w->found);
		look_at_shifts(w);
		look_for_gaps(w, pg_text(r, 0, 0));
		for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
			alarm_clear_others(w->flow, ours[i], w->found[ours[i]].keys, w->found[ours[i]].count);
		finish_look(w);
	}
	end_look(w);
}

static void on_checks(void *ctx, const struct pg_result *r)
{
	struct roster_watch *w = ctx;
	if (r->status != PG_OK) {
		end_look(w);
		return;
	}
	w->row_count = (size_t)r->rows;
	w->rows = arena_array(w->arena, struct known_row, w->row_count + 1);
	for (int i = 0; i < r->rows; i++)
		w->rows[i] = (struct known_row){
		        .person = arena_strdup(w->arena, pg_text(r, i, 0)),
		        .role = arena_strdup(w->arena, pg_text(r, i, 1)),
		        .from = pg_time(r, i, 2),
		        .known = {.asks = pg_int(r, i, 3),
		                  .asked = pg_time(r, i, 4),
		                  .asked_last = pg_time(r, i, 5),
		                  .accepted = pg_time(r, i, 6),
		                  .refused = pg_time(r, i, 7),
		                  .handed_over = pg_time(r, i, 8),
		                  .lost = pg_bool(r, i, 9)},
		};
	char now[RFC3339_MAX];
	rfc3339_format(w->now.us, now);
	struct pg_params *p = store_params(w->flow->store);
	pg_param_text(p, now);
	store_query(w->flow->store, SQL_LOAD_SHIFT_GAP, p, on_gap_key, w);
}

static void on_claimed(void *ctx, const struct pg_result *r)
{
	struct roster_watch *w = ctx;
	if (r->status != PG_OK || r->rows == 0 || w->flow->rules == NULL) {
		w->looking = false;
		return;
	}
	w->now = pg_time(r, 0, 0);
	w->arena = arena_new();
	w->rules = rules_hold(w->flow->rules);
	w->version = w->rules->version;
	struct pg_params *p = store_params(w->flow->store);
	pg_param_time(p, w->now);
	pg_param_time(p, plus(w->now, SHIFT_AHEAD_S));
	store_query(w->flow->store, SQL_LOAD_SHIFT_CHECKS, p, on_checks, w);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct roster_watch *w = ctx;
	struct flow *f = w->flow;
	if (!f->ready || f->draining || f->rules == NULL || w->looking)
		return;
	bool changed = w->soon || w->version != f->rules->version;
	if (!changed && w->tried.us != 0 && mono_now().us - w->tried.us < INT64_C(1000000) * LOOK_EVERY_S)
		return;
	w->tried = mono_now();
	w->looking = true;
	w->soon = false;
	struct pg_params *p = store_params(f->store);
	pg_param_text(p, "roster");
	pg_param_uuid(p, f->owner);
	pg_param_int(p, changed ? 0 : CLAIM_AFTER_MS);
	store_query(f->store, SQL_CLAIM_TASK, p, on_claimed, w);
}

void roster_watch_soon(struct roster_watch *w)
{
	w->soon = true;
}

struct roster_watch *roster_watch_open(struct flow *f)
{
	struct roster_watch *w = calloc(1, sizeof *w);
	if (w == NULL)
		abort();
	w->flow = f;
	w->version = -1;
	w->tick = event_new(f->base, -1, EV_PERSIST, on_tick, w);
	event_add(w->tick, &(struct timeval){.tv_sec = TICK_S});
	return w;
}

void roster_watch_close(struct roster_watch **watch)
{
	struct roster_watch *w = *watch;
	if (w == NULL)
		return;
	event_free(w->tick);
	rules_drop(&w->rules);
	arena_free(&w->arena);
	free(w);
	*watch = NULL;
}
