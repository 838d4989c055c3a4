/* recent: see recent.h. Incidents by id, and in buckets by type and area and by sender; a report is compared with the newest of its buckets, a bounded number of them. */
#include "recent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "recent_parts.h"
#include "rules.h"

enum { COMPARED_MOST = 64, LOOKED_AT_MOST = 256 };

static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 1099511628211u; /* FNV-1a */
	return h;
}

static uint64_t key_of(char what, int type, const char *area)
{
	uint64_t h = mix(14695981039346656037u, &what, 1);
	h = mix(h, &type, sizeof type);
	return mix(h, area, strlen(area));
}

static uint64_t sender_key(uint64_t sender)
{
	return mix(mix(14695981039346656037u, "s", 1), &sender, sizeof sender);
}

/* ---- buckets ---- */

static void leave(struct recent *r, struct place *p)
{
	struct bucket *b = p->bucket;
	if (b == NULL)
		return;
	TAILQ_REMOVE(&b->places, p, link);
	p->bucket = NULL;
	if (TAILQ_EMPTY(&b->places)) {
		assert(r->buckets != NULL); /* b is one of them: the analyzer does not see it */
		HASH_DEL(r->buckets, b);
		free(b);
	}
}

static struct bucket *bucket_of(const struct recent *r, uint64_t key)
{
	struct bucket *b;
	HASH_FIND(hh, r->buckets, &key, sizeof key, b);
	return b;
}

static void enter(struct recent *r, struct known *k, int which, uint64_t key, bool newest)
{
	struct place *p = &k->places[which];
	struct bucket *b = bucket_of(r, key);
	if (b == NULL) {
		b = calloc(1, sizeof *b);
		if (b == NULL)
			abort();
		b->key = key;
		TAILQ_INIT(&b->places);
		HASH_ADD(hh, r->buckets, key, sizeof b->key, b);
	}
	*p = (struct place){.bucket = b, .known = k};
	if (newest)
		TAILQ_INSERT_HEAD(&b->places, p, link);
	else
		TAILQ_INSERT_TAIL(&b->places, p, link);
}

static const char *exact_area(const struct duplicate_facts *f)
{
	return f->village[0] != '\0' ? f->village : f->district;
}

/* ---- what is known ---- */

struct known *recent_known(const struct recent *r, struct uuid incident)
{
	struct known *k;
	HASH_FIND(hh, r->by_incident, &incident, sizeof incident, k);
	return k;
}

static void drop(struct recent *r, struct known *k)
{
	for (int i = 0; i < PLACES; i++)
		leave(r, &k->places[i]);
	HASH_DEL(r->by_incident, k);
	TAILQ_REMOVE(&r->all, k, age);
	r->count--;
	free(k->facts);
	free(k);
}

static void drop_old(struct recent *r)
{
	struct known *k = TAILQ_LAST(&r->all, known_list), *before;
	int64_t now_us = db_clock_now(&r->flow->clock).us;
	for (int look = 0; k != NULL && look < 2; k = before, look++) {
		before = TAILQ_PREV(k, known_list, age);
		bool old = now_us - k->facts[0].at.us > (int64_t)WINDOW_H * 3600 * 1000000;
		if (!k->in_flight && (old || r->count >= KNOWN_MOST))
			drop(r, k);
	}
}

static void enter_sender(struct recent *r, struct known *k, size_t i, bool newest)
{
	leave(r, &k->places[PLACE_SENDER + i]);
	if (k->facts[i].sender != 0)
		enter(r, k, PLACE_SENDER + (int)i, sender_key(k->facts[i].sender), newest);
}

struct known *recent_add(struct recent *r, struct uuid incident, const struct duplicate_facts *facts, bool newest)
{
	drop_old(r);
	struct known *k = calloc(1, sizeof *k);
	if (k == NULL || (k->facts = malloc(sizeof *facts)) == NULL)
		abort();
	k->incident = incident;
	k->facts[0] = *facts;
	k->facts_count = 1;
	STAILQ_INIT(&k->waiters);
	HASH_ADD(hh, r->by_incident, incident, sizeof k->incident, k);
	if (newest)
		TAILQ_INSERT_HEAD(&r->all, k, age);
	else
		TAILQ_INSERT_TAIL(&r->all, k, age);
	r->count++;
	enter(r, k, PLACE_EXACT, key_of('e', facts->type, exact_area(facts)), newest);
	if (facts->village[0] != '\0')
		enter(r, k, PLACE_WITHIN, key_of('w', facts->type, facts->district), newest);
	enter_sender(r, k, 0, newest);
	return k;
}

void recent_add_facts(struct recent *r, struct known *k, const struct duplicate_facts *facts)
{
	size_t at = k->facts_count;
	for (size_t i = 0; i < k->facts_count; i++) {
		bool same = k->facts[i].sender == facts->sender && k->facts[i].text == facts->text;
		if (same && facts->text != 0)
			return;
	}
	if (at == FACTS_MOST) {
		at = FACTS_MOST - 1; /* the first ones stay: they opened it */
	} else {
		struct duplicate_facts *more = realloc(k->facts, (at + 1) * sizeof *more);
		if (more == NULL)
			abort();
		k->facts = more;
		k->facts_count++;
	}
	k->facts[at] = *facts;
	enter_sender(r, k, at, true);
}

/* ---- finding ---- */

struct search {
	struct recent *recent;
	const struct policy *policy;
	const struct duplicate_facts *fresh;
	struct uuid but;
	bool may_attach;
	int looked_at, compared;
	struct recent_match *best;
};

/* Nothing can be surer. */
static bool is_certain(const struct recent_match *m)
{
	return m->answer == DUPLICATE_ATTACH && m->verdict.score >= 1;
}

static void compare(struct search *s, const struct known *k)
{
	struct duplicate_verdict v;
	const struct duplicate_rules *rules = &s->policy->duplicates;
	s->compared++;
	duplicate_score(rules, s->fresh, k->facts, k->facts_count, &v);
	enum duplicate_answer answer = duplicate_decide(rules, &v, s->may_attach && !k->ended);
	bool better = answer > s->best->answer || (answer == s->best->answer && v.score > s->best->verdict.score);
	if (answer == DUPLICATE_NO || !better)
		return;
	*s->best = (struct recent_match){answer, k->incident, k->in_flight, v};
}

static void search_bucket(struct search *s, uint64_t key)
{
	const struct bucket *b = bucket_of(s->recent, key);
	const struct place *p;
	if (b == NULL || is_certain(s->best))
		return;
	TAILQ_FOREACH(p, &b->places, link)
	{
		const struct known *k = p->known;
		if (++s->looked_at > LOOKED_AT_MOST || s->compared >= COMPARED_MOST || is_certain(s->best))
			return;
		bool hopeless = true;
		for (size_t i = 0; hopeless && i < k->facts_count; i++)
			hopeless = duplicate_hopeless(&s->policy->duplicates, s->fresh, &k->facts[i]);
		if (!hopeless && !uuid_equal(k->incident, s->but))
			compare(s, k);
	}
}

static void search_area(struct search *s, int type)
{
	const struct duplicate_facts *f = s->fresh;
	search_bucket(s, key_of('e', type, exact_area(f)));
	if (f->village[0] != '\0')
		search_bucket(s, key_of('e', type, f->district));
	else if (f->district[0] != '\0')
		search_bucket(s, key_of('w', type, f->district));
	if (exact_area(f)[0] != '\0')
		search_bucket(s, key_of('e', type, ""));
}

void recent_find_but(struct recent *r, const struct duplicate_facts *fresh, bool may_attach, struct uuid but,
                     struct recent_match *ret)
{
	*ret = (struct recent_match){.answer = DUPLICATE_NO};
	struct search s = {r, r->flow->rules->policy, fresh, but, may_attach, 0, 0, ret};
	if (fresh->sender != 0)
		search_bucket(&s, sender_key(fresh->sender));
	search_area(&s, fresh->type);
	if (fresh->type != TYPE_UNSURE)
		search_area(&s, TYPE_UNSURE);
	for (int type = TYPE_UNSURE + 1; fresh->type == TYPE_UNSURE && type <= TYPE_OTHER_SOCIAL; type++)
		search_area(&s, type);
}

void recent_find(struct recent *r, const struct duplicate_facts *fresh, bool may_attach, struct recent_match *ret)
{
	recent_find_but(r, fresh, may_attach, (struct uuid){{0}}, ret);
}

/* ---- reading ---- */

void recent_read_row(struct recent *r, const char *text, const char *place_text, const char *sender,
                     const struct triage *t, bool has_position, double lat, double lon, struct wall at,
                     struct duplicate_facts *ret)
{
	const struct rules *rules = r->flow->rules;
	const struct region *place = gazetteer_by_code(rules->gazetteer, t->place.code);
	const struct duplicate_report in = {
	        .text = text,
	        .place_text = place_text,
	        .sender = sender,
	        .village_name = place != NULL ? place->name : NULL,
	        .triage = t,
	        .type_threshold = rules->policy->type_threshold,
	        .place_threshold = rules->policy->place_threshold,
	        .has_position = has_position,
	        .lat = lat,
	        .lon = lon,
	        .at = at,
	};
	duplicate_read(rules->lexicon, &in, ret);
}

void recent_read(struct recent *r, const struct store_report *report, const struct triage *t,
                 struct duplicate_facts *ret)
{
	recent_read_row(r, report->text, report->place_text, report->phone, t, report->has_position, report->lat,
	                report->lon, db_clock_now(&r->flow->clock), ret);
}

/* ---- what happens ---- */

void recent_begin(struct recent *r, struct uuid incident, const struct duplicate_facts *facts)
{
	recent_add(r, incident, facts, true)->in_flight = true;
}

void recent_settled(struct recent *r, struct uuid incident, bool kept, bool available, struct wall at)
{
	struct known *k = recent_known(r, incident);
	struct recent_waiter *w;
	STAILQ_HEAD(, recent_waiter) waiters = STAILQ_HEAD_INITIALIZER(waiters);
	if (k == NULL)
		return;
	STAILQ_CONCAT(&waiters, &k->waiters);
	k->in_flight = false;
	if (kept)
		k->facts[0].at = at;
	else
		drop(r, k);
	while ((w = STAILQ_FIRST(&waiters)) != NULL) {
		STAILQ_REMOVE_HEAD(&waiters, next);
		w->go(w->ctx, available);
	}
}

void recent_wait(struct recent *r, struct uuid incident, struct recent_waiter *w)
{
	struct known *k = recent_known(r, incident);
	STAILQ_INSERT_TAIL(&k->waiters, w, next);
}

void recent_attached(struct recent *r, const struct attach *a)
{
	struct known *k = recent_known(r, a->row.id);
	struct duplicate_facts facts;
	const struct triage none = {.type = TYPE_UNSURE};
	if (k == NULL || k->facts_count == 0)
		return;
	recent_read(r, &a->report, a->read != NULL ? a->read : &none, &facts);
	recent_add_facts(r, k, &facts);
}

static void forget_facts(struct recent *r, struct known *k, const struct duplicate_facts *like)
{
	for (size_t i = 0; k->facts_count > 1 && i < k->facts_count; i++) {
		if (k->facts[i].text != like->text || k->facts[i].sender != like->sender)
			continue;
		size_t last = --k->facts_count;
		leave(r, &k->places[PLACE_SENDER + last]);
		k->facts[i] = k->facts[last];
		if (i < last)
			enter_sender(r, k, i, true);
		return;
	}
}

void recent_detached(struct recent *r, struct uuid out_of, struct uuid opened, const struct store_report *report,
                     const struct triage *t)
{
	struct known *k = recent_known(r, out_of);
	struct duplicate_facts facts;
	recent_read(r, report, t, &facts);
	if (k != NULL)
		forget_facts(r, k, &facts);
	recent_add(r, opened, &facts, true);
}

void recent_ended(struct recent *r, struct uuid incident)
{
	struct known *k = recent_known(r, incident);
	if (k != NULL)
		k->ended = true;
}

/* ---- life ---- */

struct recent *recent_open(struct flow *f)
{
	struct recent *r = calloc(1, sizeof *r);
	if (r == NULL)
		abort();
	r->flow = f;
	TAILQ_INIT(&r->all);
	recent_flush_open(r);
	return r;
}

void recent_close(struct recent **recent)
{
	struct recent *r = *recent;
	if (r == NULL)
		return;
	while (!TAILQ_EMPTY(&r->all))
		drop(r, TAILQ_FIRST(&r->all));
	recent_flush_close(r);
	free(r);
	*recent = NULL;
}
