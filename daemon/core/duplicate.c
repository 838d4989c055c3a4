/* duplicate: see duplicate.h. What two reports have in common is added up; what contradicts takes a share away and keeps the pair from being sure. */
#include "duplicate.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The parts of a score: all of them together are a little more than 1. */
static const double for_village = 0.25, for_district = 0.10, for_no_place = 0.06, for_type = 0.12,
                    for_unsure_type = 0.06, for_time = 0.13, for_words = 0.40, for_rt = 0.08, for_spot = 0.04,
                    for_sender = 0.15;
static const double enough_likeness = 0.7; /* of words: more is not more alike, only more alike written */
static const double sure_likeness = 0.6, near_words = 0.8; /* for a sure one; for "nearly the same words" */
static const double near_m = 300, far_m = 2000;
enum { SURE_WORDS = 4, SURE_SPECIFIC = 3, DOMAIN_WEIGHT = 2, AGES_APART = 15 };

static void __attribute__((format(printf, 2, 3))) say(struct duplicate_verdict *v, const char *format, ...)
{
	if (v->reason_count == DUPLICATE_REASONS)
		return;
	va_list ap;
	va_start(ap, format);
	vsnprintf(v->reasons[v->reason_count++], DUPLICATE_REASON_MAX, format, ap);
	va_end(ap);
}

/* ---- words ---- */

struct likeness {
	int shared, fewer;           /* words; of the report that has fewer */
	int shared_weight, specific; /* specific: shared words that are none of the domain's: every body is a body */
	double words;                /* 0..1 by weight */
	double plain;                /* shared of all words of both */
};

static int weight_of(const struct duplicate_facts *f)
{
	int sum = 0;
	for (uint8_t i = 0; i < f->words; i++)
		sum += f->weight[i];
	return sum;
}

static struct likeness liken(const struct duplicate_facts *a, const struct duplicate_facts *b)
{
	struct likeness l = {.fewer = a->words < b->words ? a->words : b->words};
	int wa = weight_of(a), wb = weight_of(b);
	for (uint8_t i = 0, k = 0; i < a->words && k < b->words;) {
		if (a->word[i] == b->word[k]) {
			l.shared++;
			l.shared_weight += a->weight[i];
			l.specific += a->weight[i] > DOMAIN_WEIGHT;
			i++;
			k++;
		} else if (a->word[i] < b->word[k]) {
			i++;
		} else {
			k++;
		}
	}
	if (l.shared > 0) {
		l.words = l.shared_weight / (0.7 * (wa < wb ? wa : wb) + 0.3 * (wa < wb ? wb : wa));
		l.plain = (double)l.shared / (a->words + b->words - l.shared);
	}
	return l;
}

/* ---- what they have in common ---- */

static double metres(const struct duplicate_facts *a, const struct duplicate_facts *b)
{
	const double degree = 111195; /* metres, on a sphere of 6371 km */
	double dy = (a->lat - b->lat) * degree, dx = (a->lon - b->lon) * degree * cos(a->lat * M_PI / 180);
	return sqrt(dx * dx + dy * dy);
}

static bool is_near(const struct duplicate_facts *a, const struct duplicate_facts *b)
{
	return a->has_position && b->has_position && metres(a, b) <= near_m;
}

static bool same_text(const char *a, const char *b)
{
	return a[0] != '\0' && strcmp(a, b) == 0;
}

static double score_place(const struct duplicate_facts *a, const struct duplicate_facts *b, const char **ret_words)
{
	if (same_text(a->village, b->village)) {
		*ret_words = "village";
		return for_village;
	}
	if (is_near(a, b)) {
		*ret_words = "position";
		return for_village;
	}
	if (same_text(a->district, b->district)) {
		*ret_words = "district";
		return for_district;
	}
	return for_no_place;
}

static double score_type(const struct duplicate_facts *a, const struct duplicate_facts *b)
{
	return a->type == TYPE_UNSURE || b->type == TYPE_UNSURE ? for_unsure_type : a->type == b->type ? for_type : 0;
}

static double score_time(const struct duplicate_rules *rules, int64_t apart_us)
{
	double left = 1 - (double)apart_us / (2e6 * rules->near_s);
	return left > 0 ? for_time * left : 0;
}

static bool shares_spot(const struct duplicate_facts *a, const struct duplicate_facts *b)
{
	for (uint8_t i = 0; i < a->spots; i++)
		for (uint8_t k = 0; k < b->spots; k++)
			if (a->spot[i] == b->spot[k])
				return true;
	return false;
}

static double score_spot(const struct duplicate_facts *a, const struct duplicate_facts *b)
{
	return (a->rt != 0 && a->rt == b->rt ? for_rt : 0) + (shares_spot(a, b) ? for_spot : 0);
}

static int64_t apart(const struct duplicate_facts *a, const struct duplicate_facts *b)
{
	return llabs(a->at.us - b->at.us);
}

/* "4 min", "17 h" */
static const char *how_long(int64_t us, char ret[24])
{
	long long minutes = us / 60000000;
	if (minutes < 120)
		snprintf(ret, 24, "%lld min", minutes);
	else
		snprintf(ret, 24, "%lld h", minutes / 60);
	return ret;
}

/* ---- what speaks against it ---- */

/* Takes a share away for each contradiction; returns what is left of 1. */
static double contradict(const struct duplicate_facts *a, const struct duplicate_facts *b, struct duplicate_verdict *v)
{
	double left = 1;
	if (a->village[0] != '\0' && b->village[0] != '\0' && strcmp(a->village, b->village) != 0) {
		say(v, "different village: %s and %s", b->village, a->village);
		left *= 0.15;
	} else if (a->district[0] != '\0' && b->district[0] != '\0' && strcmp(a->district, b->district) != 0) {
		say(v, "different district: %s and %s", b->district, a->district);
		left *= 0.3;
	}
	if (a->type != TYPE_UNSURE && b->type != TYPE_UNSURE && a->type != b->type) {
		say(v, "different type: %s and %s", incident_type_names[b->type], incident_type_names[a->type]);
		left *= 0.2;
	}
	if (a->rt != 0 && b->rt != 0 && a->rt != b->rt) {
		say(v, "different RT: %02d and %02d", b->rt, a->rt);
		left *= 0.7;
	}
	if (a->rw != 0 && b->rw != 0 && a->rw != b->rw) {
		say(v, "different RW: %02d and %02d", b->rw, a->rw);
		left *= 0.7;
	}
	if (a->has_position && b->has_position && metres(a, b) > far_m) {
		say(v, "positions %.1f km apart", metres(a, b) / 1000);
		left *= 0.5;
	}
	if (a->spots > 0 && b->spots > 0 && !shares_spot(a, b)) {
		say(v, "different landmarks");
		left *= 0.85;
	}
	return left;
}

/* May words of these ages mean one person? An old man is a man, a young man too; a child is neither. */
static bool ages_fit(uint8_t a, uint8_t b)
{
	static const uint8_t like[] = {1, 2 | 4, 2 | 4 | 8, 4 | 8}; /* by bit */
	uint8_t fits = 0;
	for (unsigned i = 0; i < sizeof like; i++)
		if (a & 1u << i)
			fits |= like[i];
	return a == 0 || b == 0 || (fits & b) != 0;
}

/* The same about the person. */
static double contradict_person(const struct duplicate_facts *a, const struct duplicate_facts *b,
                                struct duplicate_verdict *v)
{
	double left = 1;
	if (a->sexes != 0 && b->sexes != 0 && (a->sexes & b->sexes) == 0) {
		say(v, "a man in one, a woman in the other");
		left *= 0.7;
	}
	if (!ages_fit(a->ages, b->ages) || (a->age != 0 && b->age != 0 && abs(a->age - b->age) > AGES_APART)) {
		say(v, "different age");
		left *= 0.7;
	}
	if (a->persons != 0 && b->persons != 0 && a->persons != b->persons) {
		say(v, "different number of persons: %d and %d", b->persons, a->persons);
		left *= 0.75;
	}
	if (a->closes != b->closes) {
		say(v, "one says that it is over");
		left *= 0.75;
	}
	if (a->another && !b->another) {
		say(v, "speaks of another one");
		left *= 0.75;
	}
	return left;
}

static double contradictions(const struct duplicate_facts *fresh, const struct duplicate_facts *known, size_t n,
                             struct duplicate_verdict *v)
{
	double least = 1;
	for (size_t i = 0; i < n; i++) {
		size_t before = v->reason_count;
		double left = contradict(fresh, &known[i], v) * contradict_person(fresh, &known[i], v);
		if (left < least)
			least = left;
		else if (i > 0)
			v->reason_count = before; /* said already, or less */
	}
	return least;
}

/* ---- the verdict ---- */

/* Which of the incident's reports is most like the new one. */
static const struct duplicate_facts *most_like(const struct duplicate_facts *fresh, const struct duplicate_facts *known,
                                               size_t n, struct likeness *ret)
{
	const struct duplicate_facts *best = &known[0];
	*ret = liken(fresh, best);
	for (size_t i = 0; i < n; i++) {
		struct likeness l = liken(fresh, &known[i]);
		bool same = fresh->text != 0 && known[i].text == fresh->text && known[i].sender == fresh->sender;
		if (l.words > ret->words || same) {
			*ret = l;
			best = &known[i];
		}
		if (same)
			break;
	}
	return best;
}

static bool has_nearly_the_words(const struct likeness *l)
{
	return l->plain >= near_words && l->shared >= 3;
}

/* The same sender with the same, or nearly the same words. */
static bool repeats(const struct duplicate_facts *fresh, const struct duplicate_facts *k, const struct likeness *l,
                    bool *ret_nearly)
{
	if (fresh->sender == 0 || fresh->sender != k->sender || fresh->text == 0)
		return false;
	*ret_nearly = fresh->text != k->text;
	return !*ret_nearly || (has_nearly_the_words(l) && fresh->numbers == k->numbers);
}

/* Who reports by a template reports another event when the figures in it differ. */
static bool fills_template(const struct duplicate_facts *fresh, const struct duplicate_facts *k,
                           const struct likeness *l)
{
	return fresh->sender != 0 && fresh->sender == k->sender && has_nearly_the_words(l) && fresh->numbers != 0 &&
	       k->numbers != 0 && fresh->numbers != k->numbers;
}

static void score_meaning(const struct duplicate_rules *rules, const struct duplicate_facts *fresh,
                          const struct duplicate_facts *k, const struct likeness *l, struct duplicate_verdict *v)
{
	const char *where = NULL;
	int64_t gap = apart(fresh, k);
	char when[24];
	double place = score_place(fresh, k, &where), type = score_type(fresh, k);
	bool same_sender = fresh->sender != 0 && fresh->sender == k->sender, same_type = type == for_type;
	v->score = place + type + score_time(rules, gap) + for_words * fmin(1, l->words / enough_likeness) +
	           score_spot(fresh, k) + (same_sender ? for_sender : 0);
	v->sure = same_text(fresh->village, k->village) && same_type && gap <= (int64_t)rules->near_s * 1000000 &&
	          l->shared >= SURE_WORDS && l->specific >= SURE_SPECIFIC && l->words >= sure_likeness;
	if (same_sender)
		say(v, "same sender");
	say(v, "%s%s%s%s%d of %d content words, %s apart", where != NULL || same_type ? "same " : "",
	    where != NULL ? where : "",
	    where != NULL && same_type ? " and type, "
	    : where != NULL            ? ", "
	                               : "",
	    where == NULL && same_type ? "type, " : "", l->shared, l->fewer, how_long(gap, when));
	if (fresh->rt != 0 && fresh->rt == k->rt)
		say(v, "same RT: %02d", fresh->rt);
	if (shares_spot(fresh, k))
		say(v, "same landmark");
}

void duplicate_score(const struct duplicate_rules *rules, const struct duplicate_facts *fresh,
                     const struct duplicate_facts *known, size_t n, struct duplicate_verdict *ret)
{
	struct likeness l;
	bool nearly = false;
	char when[24];
	*ret = (struct duplicate_verdict){0};
	const struct duplicate_facts *k = most_like(fresh, known, n, &l);
	if (apart(fresh, k) > (int64_t)rules->window_s * 1000000)
		return;
	if (repeats(fresh, k, &l, &nearly)) {
		ret->score = nearly ? 0.95 : 1;
		ret->sure = ret->same_words = true;
		say(ret, "same sender %s ago, %s words", how_long(apart(fresh, k), when),
		    nearly ? "nearly the same" : "same");
	} else {
		score_meaning(rules, fresh, k, &l, ret);
	}
	bool verbatim = ret->same_words && !nearly;
	double left = contradictions(fresh, known, verbatim ? 0 : n, ret);
	if (left >= 1 && fills_template(fresh, k, &l)) {
		say(ret, "other figures");
		left = 0.75;
	}
	if (left < 1)
		ret->sure = ret->same_words = false;
	ret->score = fmin(ret->score * left, verbatim ? 1 : 0.99);
}

bool duplicate_hopeless(const struct duplicate_rules *rules, const struct duplicate_facts *fresh,
                        const struct duplicate_facts *known)
{
	bool same_sender = fresh->sender != 0 && fresh->sender == known->sender;
	bool elsewhere =
	        fresh->village[0] != '\0' && known->village[0] != '\0' && strcmp(fresh->village, known->village) != 0;
	bool alike = (fresh->signature & known->signature) != 0 || (fresh->rt != 0 && fresh->rt == known->rt);
	return apart(fresh, known) > (int64_t)rules->window_s * 1000000 || (!same_sender && (elsewhere || !alike));
}

enum duplicate_answer duplicate_decide(const struct duplicate_rules *rules, const struct duplicate_verdict *v,
                                       bool may_attach)
{
	if (v->sure && v->score >= rules->attach_at && may_attach)
		return DUPLICATE_ATTACH;
	return v->score >= rules->suggest_at ? DUPLICATE_SUGGEST : DUPLICATE_NO;
}
