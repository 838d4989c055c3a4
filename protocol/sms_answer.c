/* sms_answer: see sms_answer.h. Each clause is weighed: what it says, and whether that is denied, asked, or still to
 * come.
 * When in doubt there is no answer: a person reads it, and the clock goes on. */
#include "sms_answer.h"

#include <stdio.h>
#include <string.h>

#include "answer_words.h"

/* What a message can say; of two, the later in this list is told on, see decide(). */
enum saying { WEAKLY_YES, YES, CLAIMS, WEAKLY_NO, NO, GOES, IS_THERE, IS_DONE, SAYINGS };
static const char *const events[SAYINGS] = {
        [WEAKLY_YES] = "accept", [YES] = "accept",    [CLAIMS] = "claim",      [WEAKLY_NO] = "decline",
        [NO] = "decline",        [GOES] = "en_route", [IS_THERE] = "on_scene", [IS_DONE] = "complete",
};

/* More unknown words than this, and an "ok" or "ya" without a number is conversation. */
enum { MUCH_ELSE = 4, DAY_MINUTES = 1440 };

struct reading {
	struct word words[WORDS_MAX];
	int count;
	int number; /* index of the incident's number, -1 */
	int eta_minutes;
	uint64_t duration[WORDS_MAX / 64 + 1]; /* words that are part of a duration */
	bool asked, hedged;                    /* somewhere in the message */
	int strangers;                         /* words that we do not know, in the message */
	int strangers_before;                  /* and in the clauses already read */
	struct {
		bool said;
		int from, to;  /* its first and last word */
		bool explains; /* these words are the reason as well: "petugas kosong" */
	} sayings[SAYINGS];
};

/* ---- numbers ---- */

static void mark_duration(struct reading *r, int i)
{
	r->duration[i / 64] |= UINT64_C(1) << i % 64;
}

static bool in_duration(const struct reading *r, int i)
{
	return (r->duration[i / 64] >> i % 64 & 1) != 0;
}

static bool is(const struct reading *r, int i, enum meaning m)
{
	return i >= 0 && i < r->count && word_is(&r->words[i], m);
}

/* Minutes of the number before a unit, 0 when this is no duration ("jam 5" is a time of day). */
static int minutes_before(const struct reading *r, int unit)
{
	int per = is(r, unit, MINUTES) ? 1 : is(r, unit, HOURS) ? 60 : 0;
	if (per == 60 && is(r, unit - 1, HALF))
		return 30;
	if (per == 0 || !is(r, unit - 1, NUMBER) || (per == 60 && is(r, unit - 2, HOURS)))
		return 0;
	const struct word *n = &r->words[unit - 1];
	int64_t minutes = n->value * per + n->tenths * per / 10;
	return minutes > 0 && minutes <= DAY_MINUTES ? (int)minutes : 0;
}

/* The same, with the words it took marked. "10-15 menit" counts as the longer. */
static int take_duration(struct reading *r, const char *text, int unit)
{
	int minutes = minutes_before(r, unit);
	if (minutes == 0)
		return 0;
	mark_duration(r, unit);
	mark_duration(r, unit - 1);
	if (is(r, unit - 2, NUMBER) && text[r->words[unit - 2].to] == '-')
		mark_duration(r, unit - 2);
	return minutes;
}

static void find_eta(struct reading *r, const char *text)
{
	int total = 0;
	for (int i = 1; i < r->count; i++) {
		int minutes = take_duration(r, text, i);
		bool ago = is(r, i + 1, AGO) || is(r, i + 2, AGO);
		total += ago ? 0 : minutes;
	}
	r->eta_minutes = total > 0 && total <= DAY_MINUTES ? total : -1;
}

static bool may_be_incident(const struct reading *r, int i)
{
	if (!is(r, i, NUMBER) || in_duration(r, i) || r->words[i].tenths > 0)
		return false;
	if (is(r, i + 1, COUNTED) && !r->words[i].ends_clause)
		return false;
	return !is(r, i - 1, COUNTER) && !is(r, i - 1, TIME_OF_DAY) && !is(r, i - 1, HOURS);
}

/* A number marked as one ("#1042", "laporan no 1042"), else the first that is no duration, hour or amount. */
static void find_number(struct reading *r)
{
	int first = -1;
	r->number = -1;
	for (int i = 0; i < r->count && r->number < 0; i++) {
		if (!may_be_incident(r, i))
			continue;
		if (r->words[i].marked || is(r, i - 1, LABEL))
			r->number = i;
		else if (first < 0)
			first = i;
	}
	if (r->number < 0)
		r->number = first;
}

/* ---- clauses ---- */

struct clause {
	int from, to;
	bool denied, not_yet; /* "tidak", "belum" was read */
	bool soon, only_if, please, somebody, hedged;
	int strangers; /* words we do not know, so far */
	int names;     /* of the next strangers, this many are names of an agency */
	bool started;  /* something other than forms of address was read */
	int denied_at;
};

static void say(struct reading *r, enum saying what, int from, int to, bool explains)
{
	if (r->sayings[what].said && what != GOES && what != IS_THERE)
		return;
	r->sayings[what].said = true;
	r->sayings[what].from = from;
	r->sayings[what].to = to;
	r->sayings[what].explains = explains;
}

/* Words that we do not know before a verb mean that it may be somebody else's. A short message with a number is more
 * surely an answer. */
static bool is_ours(const struct reading *r, const struct clause *c)
{
	bool sure = r->number >= 0 && r->count <= 12;
	return !c->only_if && !c->somebody && c->strangers <= (sure ? 4 : 1);
}

static bool is_said_by_us(const struct reading *r, const struct clause *c)
{
	return is_ours(r, c) && !c->please;
}

static bool clause_has(const struct reading *r, const struct clause *c, enum meaning m)
{
	for (int i = c->from; i <= c->to; i++)
		if (is(r, i, m))
			return true;
	return false;
}

static bool clause_has_duration(const struct reading *r, const struct clause *c)
{
	for (int i = c->from; i <= c->to; i++)
		if (in_duration(r, i))
			return true;
	return false;
}

/* True when nothing but numbers and forms of address stands between i and the end of the clause. */
static bool nothing_after(const struct reading *r, const struct clause *c, int i)
{
	for (i++; i <= c->to; i++)
		if (!is(r, i, NUMBER) && !is(r, i, FILLER) && !is(r, i, LABEL) && !is(r, i, ALREADY) &&
		    !is(r, i, WEAK_YES) && !in_duration(r, i))
			return false;
	return true;
}

static void weigh_yes(struct reading *r, struct clause *c, int i)
{
	if (is(r, i + 1, THANKS)) /* "terima kasih" */
		return;
	if (c->denied && is_ours(r, c))
		say(r, NO, c->denied_at, i, false);
	else if (!c->denied && is_said_by_us(r, c))
		say(r, YES, i, i, false);
}

/* "ya" is also a particle ("makasih ya"): it must come first. */
static void weigh_weak_yes(struct reading *r, struct clause *c, int i)
{
	bool particle = is(r, i, FILLER);
	bool first = i == c->from || is(r, i - 1, WEAK_YES) || is(r, i - 1, NUMBER);
	bool opens = !c->started && !c->only_if && !c->please && !c->hedged && !c->soon && r->strangers_before <= 1;
	if (c->denied && !particle && i - c->denied_at <= 3 && is_ours(r, c))
		say(r, WEAKLY_NO, c->denied_at, i, false);
	else if (!c->denied && opens && (first || !particle))
		say(r, WEAKLY_YES, i, i, false);
}

/* What may follow "tidak bisa" in a decline; "tidak bisa jalan" of an ill person is another matter. */
static bool ends_refusal(const struct reading *r, const struct clause *c, int i)
{
	static const enum meaning may[] = {
	        NUMBER,   LABEL,    STRONG_YES, WEAK_YES, CLAIM,   GO,   ARRIVE,    TO,
	        TO_PLACE, RESOURCE, VERB,       BECAUSE,  ALREADY, SOON, STRONG_NO,
	};
	do
		i++;
	while (is(r, i, FILLER) && i <= c->to);
	for (size_t k = 0; k < sizeof may / sizeof *may; k++)
		if (is(r, i, may[k]))
			return true;
	return i > c->to;
}

/* "bisa" alone, "tidak bisa …" unless what cannot be done yet is to leave, arrive or finish. */
static void weigh_can(struct reading *r, struct clause *c, int i)
{
	bool later = c->not_yet && (clause_has(r, c, GO) || clause_has(r, c, ARRIVE) || clause_has(r, c, WAY));
	if (c->denied && !later && !clause_has(r, c, DONE) && is_ours(r, c) && ends_refusal(r, c, i))
		say(r, WEAKLY_NO, c->denied_at, i, false);
	else if (!c->denied && !c->started && nothing_after(r, c, i) && r->strangers_before <= 1)
		say(r, WEAKLY_YES, i, i, false);
}

static void weigh_not(struct reading *r, struct clause *c, int i)
{
	if (is(r, i + 1, HARMLESS) || (is(r, i + 1, FILLER) && is(r, i + 2, HARMLESS)))
		return; /* "tidak apa-apa", "tidak ada masalah" */
	c->denied = true;
	c->not_yet = is(r, i, NOT_YET);
	c->denied_at = i;
	int thing = is(r, i + 1, FILLER) ? i + 2 : i + 1; /* "tidak ada petugas" */
	if (is(r, thing, RESOURCE) && thing <= c->to)
		say(r, WEAKLY_NO, i, thing, true);
	else if (is(r, i + 1, SHIFT) && !c->not_yet && is_ours(r, c)) /* "tidak piket" */
		say(r, WEAKLY_NO, i, i + 1, false);
	else if (!c->not_yet && !c->started && nothing_after(r, c, i) && r->strangers_before <= 1)
		say(r, WEAKLY_NO, i, i, false);
}

static void weigh_go(struct reading *r, struct clause *c, int i)
{
	if (c->denied || c->hedged || !is_said_by_us(r, c))
		return;
	say(r, c->soon ? YES : GOES, i, i, false); /* "segera meluncur" is a promise, not yet a departure */
}

static bool is_departure(const struct reading *r, const struct clause *c, int i)
{
	bool before = !c->started || is(r, i - 1, ALREADY) || is(r, i - 1, SOON) || is(r, i - 1, GO) ||
	              is(r, i - 1, AT) || is(r, i - 1, FILLER) || is(r, i - 1, WEAK_YES);
	bool after = nothing_after(r, c, i) || is(r, i + 1, TO) || is(r, i + 1, TO_PLACE) || is(r, i + 1, GO);
	return before && after;
}

/* "sampai" is also "until" and "as far as": without "sudah" nothing but a place or an end may follow. */
static bool is_arrival(const struct reading *r, const struct clause *c, int i)
{
	bool already = is(r, i - 1, ALREADY);
	if (is(r, i + 1, UNTIL) ||
	    (!already && (is(r, i + 1, TIME_OF_DAY) || is(r, i + 1, HOURS)))) /* "sampai jam 5" */
		return false;
	return already || i == c->to || !(is(r, i + 1, OTHER) || is(r, i + 1, OUTSIDE) || is(r, i + 1, NOT));
}

static void weigh_arrive(struct reading *r, struct clause *c, int i)
{
	if (is_arrival(r, c, i) && !c->denied && !c->hedged && is_said_by_us(r, c))
		say(r, c->soon || clause_has_duration(r, c) ? GOES : IS_THERE, i, i, false);
}

/* "di lokasi": with "sudah" or an arrival before, or as all there is; "di lokasi ada …" tells of something else. */
static void weigh_place(struct reading *r, struct clause *c, int from, int to)
{
	bool already = is(r, from - 1, ALREADY) || is(r, from - 1, ARRIVE) || is(r, from - 2, ALREADY);
	if (c->denied || c->soon || c->strangers > 0 || !is_said_by_us(r, c) || !(already || nothing_after(r, c, to)))
		return;
	if (!clause_has_duration(r, c))
		say(r, IS_THERE, from, to, false);
}

static void weigh_done(struct reading *r, struct clause *c, int i)
{
	if (!c->denied && !c->soon && !c->hedged && !c->only_if && !c->please &&
	    c->strangers <= (r->number >= 0 ? 4 : 2))
		say(r, IS_DONE, i, i, false);
}

static void weigh_claim(struct reading *r, struct clause *c, int i)
{
	if (c->denied && is_ours(r, c))
		say(r, WEAKLY_NO, c->denied_at, i, false);
	else if (!c->denied && is_said_by_us(r, c) && (r->number >= 0 || nothing_after(r, c, i)))
		say(r, CLAIMS, i, i, false);
}

/* "petugas kosong", "bukan wilayah kami" */
static void weigh_pairs(struct reading *r, const struct clause *c)
{
	static const enum meaning pairs[][2] = {{RESOURCE, LACK}, {LACK, RESOURCE}, {OUTSIDE, OWN}, {RESOURCE, NOT}};
	for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
		for (int i = c->from; i < c->to; i++)
			for (int k = i + 1; is(r, i, pairs[p][0]) && k <= c->to; k++)
				if (is(r, k, pairs[p][1]) && (pairs[p][1] != NOT || nothing_after(r, c, k)))
					say(r, WEAKLY_NO, i, k, true);
}

static void weigh_word(struct reading *r, struct clause *c, int i)
{
	if (is(r, i, NOT) || is(r, i, NOT_YET))
		weigh_not(r, c, i);
	if (is(r, i, STRONG_YES))
		weigh_yes(r, c, i);
	if (is(r, i, WEAK_YES))
		weigh_weak_yes(r, c, i);
	if (is(r, i, CAN))
		weigh_can(r, c, i);
	if (is(r, i, STRONG_NO) && !c->denied && is_said_by_us(r, c))
		say(r, NO, i, i, false);
	bool to_place = is(r, i, TO_PLACE) || (is(r, i, TO) && is(r, i + 1, PLACE));
	if (is(r, i, GO) || (to_place && c->strangers == 0) || (is(r, i, WAY) && is_departure(r, c, i)))
		weigh_go(r, c, i);
	if (is(r, i, ARRIVE))
		weigh_arrive(r, c, i);
	if (is(r, i, AT) && is(r, i + 1, PLACE))
		weigh_place(r, c, i, i + 1);
	if (is(r, i, AT_PLACE))
		weigh_place(r, c, i, i);
	if (is(r, i, DONE))
		weigh_done(r, c, i);
	if (is(r, i, CLAIM))
		weigh_claim(r, c, i);
}

/* What a word changes for those after it. */
static void note_word(struct reading *r, struct clause *c, int i)
{
	c->soon = c->soon || is(r, i, SOON);
	c->only_if = c->only_if || is(r, i, ONLY_IF);
	c->please = c->please ||
	            (is(r, i, PLEASE) && !is(r, i + 1, FILLER)); /* "mohon maaf", "mohon izin" ask nothing of us */
	c->somebody = c->somebody || (is(r, i, SOMEBODY) && !is(r, i, AGENCY));
	if (is(r, i, AGENCY))
		c->names = 2;
	else if (is(r, i, OTHER) && c->names-- <= 0)
		c->strangers++;
	if (!is(r, i, FILLER) && !is(r, i, NUMBER) && !is(r, i, LABEL) && !is(r, i, WEAK_YES) && !is(r, i, ALREADY) &&
	    !is(r, i, AGENCY) && !(is(r, i, OTHER) && c->strangers == 0))
		c->started = true;
}

static bool has_question_word(const struct reading *r, const struct clause *c)
{
	for (int i = c->from; i <= c->to; i++) {
		bool harmless = is(r, i, HARMLESS) && i > c->from && (is(r, i - 1, NOT) || is(r, i - 1, HARMLESS));
		if (is(r, i, QUESTION) && !harmless) /* "tidak apa apa" */
			return true;
	}
	return false;
}

/* "sudah diterima belum", "bisa tidak pak" */
static bool has_question_tag(const struct reading *r, const struct clause *c)
{
	static const enum meaning verbs[] = {STRONG_YES, CAN, GO, ARRIVE, DONE, PLACE, CLAIM};
	int last = c->to;
	while (last > c->from && is(r, last, FILLER))
		last--;
	if (!is(r, last, NOT) && !is(r, last, NOT_YET))
		return false;
	for (int i = c->from; i < last; i++)
		for (size_t k = 0; k < sizeof verbs / sizeof *verbs; k++)
			if (is(r, i, verbs[k]))
				return true;
	return false;
}

static void weigh_clause(struct reading *r, int from, int to)
{
	struct clause c = {.from = from, .to = to};
	c.hedged = clause_has(r, &c, HEDGE);
	r->hedged = r->hedged || c.hedged;
	if (r->words[to].asked || has_question_word(r, &c) || has_question_tag(r, &c)) {
		r->asked = true;
		return;
	}
	weigh_pairs(r, &c);
	for (int i = from; i <= to; i++) {
		weigh_word(r, &c, i);
		note_word(r, &c, i);
	}
	r->strangers_before += c.strangers;
}

/* ---- the message ---- */

static void weigh_words(struct reading *r, int from, int to)
{
	r->asked = r->hedged = false;
	r->strangers_before = 0;
	memset(r->sayings, 0, sizeof r->sayings);
	for (int i = from; i < to;) {
		int end = i;
		while (end < to - 1 && !r->words[end].ends_clause)
			end++;
		weigh_clause(r, i, end);
		i = end + 1;
	}
}

static bool said(const struct reading *r, enum saying what)
{
	return r->sayings[what].said;
}

/* One answer out of all that was said, SAYINGS for none. */
static enum saying decide(const struct reading *r)
{
	if (said(r, NO))
		return said(r, YES) ? SAYINGS : NO; /* "balas TERIMA / TOLAK" */
	for (enum saying what = IS_DONE; what >= GOES; what--)
		if (said(r, what)) {
			bool no_first = said(r, WEAKLY_NO) && r->sayings[WEAKLY_NO].from < r->sayings[what].from;
			return no_first ? WEAKLY_NO : what;
		}
	if (said(r, CLAIMS))
		return CLAIMS;
	if (said(r, YES))
		return YES;
	if (said(r, WEAKLY_NO))
		return WEAKLY_NO;
	bool doubtful = (r->asked || r->hedged || r->strangers > MUCH_ELSE) && r->number < 0;
	return said(r, WEAKLY_YES) && !doubtful ? WEAKLY_YES : SAYINGS;
}

/* What comes after the last "tapi" counts; when that says nothing, what stood before it. */
static enum saying read_sense(struct reading *r)
{
	for (int i = r->count - 1; i > 0; i--)
		if (is(r, i, BUT)) {
			weigh_words(r, i + 1, r->count);
			enum saying after = decide(r);
			if (after != SAYINGS && after != WEAKLY_YES)
				return after;
			weigh_words(r, 0, i);
			return decide(r);
		}
	weigh_words(r, 0, r->count);
	return decide(r);
}

static bool all_fillers(const struct reading *r, int except)
{
	for (int i = 0; i < r->count; i++)
		if (i != except && !is(r, i, FILLER) && !is(r, i, WEAK_YES) && !is(r, i, LABEL))
			return false;
	return r->count > 0 && !r->words[r->count - 1].asked;
}

/* "86" (police radio: understood and done) and "NO 1042" mean something only when nothing else is there. */
static enum saying read_short_forms(struct reading *r, enum saying so_far)
{
	bool lone = r->number >= 0 && all_fillers(r, r->number);
	if (lone && r->words[r->number].value == 86 && !r->words[r->number].marked &&
	    (so_far == SAYINGS || so_far == WEAKLY_YES)) {
		r->sayings[WEAKLY_YES].said = false;
		say(r, WEAKLY_YES, r->number, r->number, false);
		r->number = -1;
		return WEAKLY_YES;
	}
	if (lone && so_far == SAYINGS && r->number == 1 && is(r, 0, LABEL) && r->words[0].to - r->words[0].from == 2) {
		say(r, WEAKLY_NO, 0, 1, false);
		return WEAKLY_NO;
	}
	return so_far;
}

/* ---- the reason ---- */

static bool is_skipped(const struct reading *r, int i, bool progress)
{
	if (i == r->number || in_duration(r, i))
		return true;
	static const enum meaning always[] = {FILLER, LABEL, STRONG_YES, WEAK_YES, CAN, STRONG_NO, THANKS, CLAIM};
	static const enum meaning on_the_way[] = {GO,       ARRIVE,   DONE,    AT,  TO,   PLACE,
	                                          AT_PLACE, TO_PLACE, ALREADY, WAY, SOON, CLAIM};
	for (size_t k = 0; k < sizeof always / sizeof *always; k++)
		if (is(r, i, always[k]))
			return true;
	for (size_t k = 0; progress && k < sizeof on_the_way / sizeof *on_the_way; k++)
		if (is(r, i, on_the_way[k]))
			return true;
	return false;
}

/* Copies text[from..to) with blanks and marks trimmed, control characters as blanks, cut at a character. */
static void copy_reason(const char *text, size_t from, size_t to, char *ret, size_t size)
{
	static const char trimmed[] = " \t\r\n.,;:-/#!*()\"'";
	while (from < to && strchr(trimmed, text[from]) != NULL)
		from++;
	while (to > from && strchr(trimmed, text[to - 1]) != NULL)
		to--;
	size_t len = to - from;
	if (len >= size)
		for (len = size - 1; len > 0 && (text[from + len] & 0xC0) == 0x80; len--)
			;
	memcpy(ret, text + from, len);
	ret[len] = '\0';
	for (char *p = ret; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			*p = ' ';
}

/* The words from first to last without the number and what says nothing at either end. */
static bool trim_words(const struct reading *r, int *first, int *last, bool progress)
{
	while (*first <= *last && is_skipped(r, *first, progress))
		++*first;
	while (*last >= *first && (*last == r->number || is(r, *last, LABEL) || is(r, *last, BUT)))
		--*last;
	return *first <= *last;
}

/* What follows the words that decided, or are they themselves ("petugas kosong"). A decline may give its reason
 * first: "mobil rusak, tidak bisa". */
static void find_reason(const struct reading *r, const char *text, enum saying what, char *ret, size_t size)
{
	bool declines = what == WEAKLY_NO || what == NO, explains = r->sayings[what].explains;
	int from = r->sayings[what].from, first = explains ? from : r->sayings[what].to + 1, last = r->count - 1;
	ret[0] = '\0';
	if (explains || trim_words(r, &first, &last, !declines && what != WEAKLY_YES)) {
		while (last > from && last == r->number)
			last--;
		copy_reason(text, r->words[first].from, last == r->count - 1 ? strlen(text) : r->words[last].to, ret,
		            size);
		return;
	}
	first = 0;
	last = from - 1;
	while (first <= last && is(r, first, PLEASE)) /* "mohon maaf" */
		first++;
	if (declines && trim_words(r, &first, &last, false))
		copy_reason(text, r->words[first].from, r->words[last].to, ret, size);
}

bool sms_answer_read(const char *text, struct sms_answer *ret)
{
	struct reading r = {.number = -1};
	*ret = (struct sms_answer){.eta_minutes = -1};
	r.count = answer_words(text, r.words);
	find_eta(&r, text);
	find_number(&r);
	for (int i = 0; i < r.count; i++) {
		r.strangers += is(&r, i, OTHER);
		ret->shift = ret->shift || is(&r, i, SHIFT);
	}
	enum saying what = read_short_forms(&r, read_sense(&r));
	if (what == SAYINGS)
		return false;
	ret->event = events[what];
	ret->number = r.number >= 0 ? r.words[r.number].value : 0;
	if (what == YES || what == WEAKLY_YES || what == CLAIMS || what == GOES)
		ret->eta_minutes = r.eta_minutes;
	find_reason(&r, text, what, ret->reason, sizeof ret->reason);
	return true;
}
