/* roster: see roster.h. Whoever is on duty at a moment is found by walking over all that could put somebody on; spans are what stays the same between boundaries. */
#include "roster.h"

#include <stdlib.h>
#include <string.h>

#include "directory.h"

static const int64_t second_us = 1000000;
static const int64_t reach_us = 366 * 86400 * INT64_C(1000000); /* how far a whole span is followed */

enum { PEOPLE_MOST = 64 };

/* A shift at one moment: who has it, and what gave it to him. */
struct held {
	const struct person *person; /* NULL: nobody */
	const char *role;
	const void *by; /* the rotation, single shift or override */
	int64_t turn;   /* of the rotation; otherwise 0 */
	int64_t since;  /* when the turn, the single shift or the override begins */
	const char *source, *rotation;
	struct uuid id; /* of the single shift or the override */
};
static const struct uuid none;

static bool covers(struct wall from, struct wall until, int64_t at)
{
	return from.us <= at && at < until.us;
}

static struct wall rotation_end(const struct rotation *n)
{
	return n->until.us != 0 ? n->until : (struct wall){INT64_MAX};
}

static int64_t turn_at(const struct rotation *n, int64_t at)
{
	return (at - n->from.us) / (n->shift_s * second_us);
}

static int64_t turn_begin(const struct rotation *n, int64_t turn)
{
	return n->from.us + turn * n->shift_s * second_us;
}

/* What the overrides from number first on make of a shift at that moment. */
static struct held overridden(const struct roster *r, struct held h, size_t first, int64_t at)
{
	const struct person *owner = h.person; /* whose shift it is, while others stand in */
	for (size_t i = first; i < r->override_count; i++) {
		const struct override *o = &r->overrides[i];
		if (!covers(o->from, o->until, at) || strcmp(o->role, h.role) != 0 ||
		    (o->instead_of != NULL && o->instead_of != owner && o->instead_of != h.person))
			continue;
		h = (struct held){o->person, h.role, o, 0, o->from.us, o->swap ? "swap" : "override", NULL, o->id};
		owner = o->swap ? o->person : owner;
	}
	return h;
}

static size_t seat_count(const struct roster *r)
{
	return r->rotation_count + r->shift_count + r->override_count;
}

/* The shift that seat number i (rotations, then single shifts, then overrides of everybody) gives at that moment; false when it gives none. */
static bool seat_at(const struct roster *r, size_t i, int64_t at, struct held *ret)
{
	if (i < r->rotation_count) {
		const struct rotation *n = &r->rotations[i];
		if (!covers(n->from, rotation_end(n), at))
			return false;
		int64_t turn = turn_at(n, at);
		const struct person *p = n->people[(size_t)turn % n->count];
		*ret = overridden(r, (struct held){p, n->role, n, turn, turn_begin(n, turn), "rotation", n->slug, none},
		                  0, at);
		return true;
	}
	i -= r->rotation_count;
	if (i < r->shift_count) {
		const struct single_shift *s = &r->shifts[i];
		if (!covers(s->from, s->until, at))
			return false;
		*ret = overridden(r, (struct held){s->person, s->role, s, 0, s->from.us, "shift", NULL, s->id}, 0, at);
		return true;
	}
	i -= r->shift_count;
	const struct override *o = &r->overrides[i];
	if (o->instead_of != NULL || !covers(o->from, o->until, at))
		return false;
	/* begins as a shift of his own, so that it is there also where nobody else has one */
	*ret = overridden(r, (struct held){o->person, o->role, NULL, 0, 0, "", NULL, none}, i, at);
	return true;
}

static bool present(const struct held *h)
{
	return h->person != NULL && !h->person->left;
}

/* How that person is on duty with that role at that moment: of several ways the first. */
static bool find_held(const struct roster *r, const struct person *p, const char *role, int64_t at, struct held *ret)
{
	for (size_t i = 0; i < seat_count(r); i++)
		if (seat_at(r, i, at, ret) && present(ret) && ret->person == p && strcmp(ret->role, role) == 0)
			return true;
	return false;
}

/* ---- boundaries: moments at which something may change ---- */

struct between {
	int64_t since,
	        until; /* the latest boundary not after the moment, the first after it; INT64_MIN, INT64_MAX: none */
};

static void narrow(struct between *b, int64_t at, int64_t boundary)
{
	if (boundary <= at && boundary > b->since)
		b->since = boundary;
	if (boundary > at && boundary < b->until)
		b->until = boundary;
}

/* Between which boundaries nothing changes for that role (NULL: for any). */
static struct between between_boundaries(const struct roster *r, const char *role, int64_t at)
{
	struct between b = {INT64_MIN, INT64_MAX};
	for (size_t i = 0; i < r->rotation_count; i++) {
		const struct rotation *n = &r->rotations[i];
		if (role != NULL && strcmp(n->role, role) != 0)
			continue;
		narrow(&b, at, n->from.us);
		narrow(&b, at, rotation_end(n).us);
		if (covers(n->from, rotation_end(n), at)) {
			int64_t turn = turn_at(n, at);
			narrow(&b, at, turn_begin(n, turn));
			narrow(&b, at, turn_begin(n, turn + 1));
		}
	}
	for (size_t i = 0; i < r->shift_count; i++)
		if (role == NULL || strcmp(r->shifts[i].role, role) == 0) {
			narrow(&b, at, r->shifts[i].from.us);
			narrow(&b, at, r->shifts[i].until.us);
		}
	for (size_t i = 0; i < r->override_count; i++)
		if (role == NULL || strcmp(r->overrides[i].role, role) == 0) {
			narrow(&b, at, r->overrides[i].from.us);
			narrow(&b, at, r->overrides[i].until.us);
		}
	return b;
}

/* ---- a moment ---- */

static bool same_way(const struct roster *r, const struct held *h, int64_t at)
{
	struct held other;
	return find_held(r, h->person, h->role, at, &other) && other.by == h->by && other.turn == h->turn;
}

/* The whole span around a moment at which that person is on duty in that way; followed to limits at most. */
static struct duty_span whole_span(const struct roster *r, const struct held *h, int64_t at, int64_t earliest,
                                   int64_t latest)
{
	struct between b = between_boundaries(r, h->role, at);
	while (b.since > earliest && same_way(r, h, b.since - 1))
		b.since = between_boundaries(r, h->role, b.since - 1).since;
	while (b.until < latest && same_way(r, h, b.until))
		b.until = between_boundaries(r, h->role, b.until).until;
	return (struct duty_span){.person = h->person,
	                          .role = h->role,
	                          .from = {b.since > earliest ? b.since : earliest},
	                          .until = {b.until < latest ? b.until : latest},
	                          .source = h->source,
	                          .rotation = h->rotation,
	                          .id = h->id};
}

static int64_t before(int64_t at)
{
	return at > INT64_MIN + reach_us ? at - reach_us : INT64_MIN;
}

static int64_t after(int64_t at)
{
	return at < INT64_MAX - reach_us ? at + reach_us : INT64_MAX;
}

struct duty_span roster_whole(const struct roster *r, const struct duty_span *cut)
{
	struct held h;
	if (!find_held(r, cut->person, cut->role, cut->from.us, &h))
		return *cut;
	return whole_span(r, &h, cut->from.us, before(cut->from.us), after(cut->until.us));
}

static int by_role_and_person(const struct duty_span *a, const struct duty_span *b)
{
	int order = strcmp(a->role, b->role); /* "coordinator" comes before "officer" */
	return order != 0 ? order : strcmp(a->person->slug, b->person->slug);
}

/* Coordinators first, then the order of their beginning. */
static bool comes_first(const struct duty_span *a, const struct duty_span *b)
{
	bool lead = strcmp(a->role, "coordinator") == 0;
	if (lead != (strcmp(b->role, "coordinator") == 0))
		return lead;
	return a->from.us != b->from.us ? a->from.us < b->from.us : by_role_and_person(a, b) < 0;
}

static bool same_duty(const struct duty_span *s, const struct held *h)
{
	return s->person == h->person && strcmp(s->role, h->role) == 0;
}

size_t roster_at(const struct roster *r, struct wall at, struct duty_span *ret, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < seat_count(r); i++) {
		struct held h;
		size_t k = 0;
		if (!seat_at(r, i, at.us, &h) || !present(&h))
			continue;
		while (k < n && !same_duty(&ret[k], &h))
			k++;
		if (k < n) /* on duty in two ways: the first counts */
			continue;
		struct duty_span span = whole_span(r, &h, at.us, before(at.us), after(at.us));
		for (k = n; k > 0 && comes_first(&span, &ret[k - 1]); k--)
			if (k < max)
				ret[k] = ret[k - 1];
		if (k < max)
			ret[k] = span;
		n += n < max;
	}
	return n;
}

/* One of those who are told, as far as their order needs it. */
struct ranked {
	const struct person *person;
	bool lead; /* a coordinator */
	int64_t since;
};

static bool ranks_before(const struct ranked *a, const struct ranked *b)
{
	if (a->lead != b->lead)
		return a->lead;
	return a->since != b->since ? a->since < b->since : strcmp(a->person->slug, b->person->slug) < 0;
}

/* Puts p where he belongs among n, each person once with the best of his ranks; returns how many there are then. */
static size_t rank(struct ranked *all, size_t n, size_t max, struct ranked p)
{
	size_t old = 0, at = 0;
	while (old < n && all[old].person != p.person)
		old++;
	while (at < n && !ranks_before(&p, &all[at]))
		at++;
	if (at >= max || at > old)
		return n;
	if (old == n)
		old = n < max ? n++ : n - 1; /* the place that is given up: a new one, or the last one's */
	memmove(all + at + 1, all + at, (old - at) * sizeof *all);
	all[at] = p;
	return n;
}

size_t roster_people(const struct roster *r, struct wall at, const char *code, const struct person **ret, size_t max)
{
	struct ranked all[PEOPLE_MOST];
	size_t n = 0;
	max = max < PEOPLE_MOST ? max : PEOPLE_MOST;
	for (size_t i = 0; i < seat_count(r) && max > 0; i++) {
		struct held h;
		if (seat_at(r, i, at.us, &h) && present(&h) && region_code_within(code, h.person->scope))
			n = rank(all, n, max, (struct ranked){h.person, strcmp(h.role, "coordinator") == 0, h.since});
	}
	for (size_t i = 0; i < n; i++)
		ret[i] = all[i].person;
	return n;
}

/* ---- a window ---- */

/* A span that reached the boundary before: it goes on when the same is found after it. */
struct open_span {
	struct held held;
	struct duty_span span;
	size_t slot; /* where it stands in the answer */
};

static int compare_open(const void *a, const void *b)
{
	return by_role_and_person(&((const struct open_span *)a)->span, &((const struct open_span *)b)->span);
}

/* Goes on with those that are on duty from at to until; those that begin are put at the end. Returns how many are open. */
static size_t go_on(const struct roster *r, struct open_span *open, size_t n, int64_t at, int64_t until)
{
	size_t known = n;
	for (size_t i = 0; i < seat_count(r); i++) {
		struct held h;
		if (!seat_at(r, i, at, &h) || !present(&h))
			continue;
		bool there = false;
		for (size_t k = 0; k < n && !there; k++)
			there = same_duty(&open[k].span, &h) && open[k].span.until.us == until;
		for (size_t k = 0; k < known && !there; k++)
			if (same_duty(&open[k].span, &h) && open[k].held.by == h.by && open[k].held.turn == h.turn) {
				open[k].span.until.us = until;
				there = true;
			}
		if (!there)
			open[n++] = (struct open_span){
			        h, {h.person, h.role, {at}, {until}, h.source, h.rotation, h.id}, SIZE_MAX};
	}
	return n;
}

size_t roster_spans(const struct roster *r, struct arena *a, struct wall from, struct wall until, struct duty_span *ret,
                    size_t max)
{
	struct open_span *open = arena_array(a, struct open_span, seat_count(r) * 2 + 1);
	size_t n = 0, total = 0;
	for (int64_t at = from.us, end; at < until.us; at = end) {
		end = between_boundaries(r, NULL, at).until;
		end = end < until.us ? end : until.us;
		size_t known = n, kept = 0;
		n = go_on(r, open, n, at, end);
		qsort(open + known, n - known, sizeof *open, compare_open);
		for (size_t i = 0; i < n; i++) {
			if (open[i].span.until.us != end)
				continue; /* it ended at this boundary and stands in the answer */
			if (open[i].slot == SIZE_MAX)
				open[i].slot = total++;
			if (open[i].slot < max)
				ret[open[i].slot] = open[i].span;
			open[kept++] = open[i];
		}
		n = kept;
	}
	return total;
}

static bool reached(const struct roster *r, const char *role, const char *code, int64_t at)
{
	for (size_t i = 0; i < seat_count(r); i++) {
		struct held h;
		if (seat_at(r, i, at, &h) && present(&h) && (role == NULL || strcmp(h.role, role) == 0) &&
		    h.person->phone != NULL && h.person->phone[0] != '\0' &&
		    (code == NULL || region_code_within(code, h.person->scope)))
			return true;
	}
	return false;
}

size_t roster_gaps(const struct roster *r, struct arena *a, const char *role, const char *code, struct wall from,
                   struct wall until, struct duty_gap *ret, size_t max)
{
	(void)a;
	size_t n = 0;
	bool open = false;
	for (int64_t at = from.us, end; at < until.us; at = end) {
		end = between_boundaries(r, role, at).until;
		end = end < until.us ? end : until.us;
		bool gap = !reached(r, role, code, at);
		if (gap && !open && n++ < max)
			ret[n - 1].from.us = at;
		if (gap && n <= max)
			ret[n - 1].until.us = end;
		open = gap;
	}
	return n;
}
