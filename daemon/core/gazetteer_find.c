/* gazetteer_find: which of the names in a message is the place. What stands before a name and around it tells whether somebody is there, comes from there, was there,
 * goes there, or is called so; a district, a name elsewhere and the other mentions confirm or contradict. */
#include <stdio.h>
#include <string.h>

#include "gazetteer_parts.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { HOMONYMS = 4, CHAIN_MOST = 1000 };

/* What the words around a mention say of it. */
struct context {
	uint32_t direct;    /* cues in an unbroken row before it */
	uint32_t around;    /* cues within a few words before it, in the same clause */
	uint32_t nearest;   /* of the word right before it */
	bool form;          /* between the signs of a form: "#waru#" */
	bool road;          /* one end of a road: "poros petung-sotek" */
	bool field;         /* stands alone between marks, or says "desa:" */
	bool neighbourhood; /* an RT or RW beside it */
	bool outside;       /* a place elsewhere follows */
	bool clinic;        /* a puskesmas is where somebody is brought to, when another place is named too */
	bool corrected;     /* another place is named after "eh", "ralat" */
	bool alternative;
	bool titled; /* "bu ani X" */
	bool denied;
	bool placed; /* what follows tells that it is a place: "petung arah ...", "waru depan ...", a district */
};

struct candidate {
	const struct region *region;
	double score;
	const struct mention *mention;
};

struct evidence {
	const char *area;  /* a district or regency named, or "" */
	bool area_certain; /* it can be nothing else */
	const struct region *landmark;
	const struct mention *landmark_mention;
	double landmark_score;
	bool placed_outside; /* somebody is said to be in a place elsewhere */
	bool other_place;    /* a district's name says where, beside the villages */
};

/* -- context ---------------------------------------------------------------------------------------------------------- */

/* The label of a field and its colon: "desa: ..." */
static bool is_label(const struct reading *r, size_t mark)
{
	return *r->piece[mark].text == ',' && mark > 0 &&
	       (r->piece[mark - 1].bits & (CUE_VILLAGE | CUE_DISTRICT | CUE_IN)) != 0;
}

static bool says(const struct reading *r, const struct piece *p, enum place_rule rule)
{
	return place_words_say(r->g->words, p->text, rule);
}

static bool is_relative(const struct reading *r, const struct piece *p)
{
	return (p->bits & (CUE_PERSON | CUE_KIN)) != 0 || says(r, p, PLACE_RELATIVE);
}

/* "di petung sekarang", "di sotek tadi pagi": the time may stand behind. */
static void read_behind(const struct reading *r, const struct mention *m, struct context *c)
{
	if (m->to >= r->n)
		return;
	const struct piece *p = &r->piece[m->to];
	c->around |= p->bits & CUE_EARLIER;
	if (says(r, p, PLACE_NOW_BEHIND))
		c->around |= CUE_NOW;
}

static void read_before(const struct reading *r, const struct mention *m, struct context *c)
{
	enum { AROUND = 5 };
	bool direct = true;
	size_t words = 0;
	for (size_t i = m->from; i-- > 0 && words < AROUND;) {
		const struct piece *p = &r->piece[i];
		if (p->mark && words == 0 && is_label(r, i))
			continue;
		if (p->mark || p->taken)
			break;
		bool initial = p->text[1] == '\0' && i > 0 && (r->piece[i - 1].bits & CUE_PERSON) != 0; /* "Tn. K" */
		if (initial)
			break;
		uint32_t cues = p->bits & CUES;
		if ((cues & CUE_ME) != 0 && i > 0 && is_relative(r, &r->piece[i - 1]))
			cues &= ~(uint32_t)CUE_ME; /* "ibu saya" */
		if (words == 0)
			c->nearest = cues;
		if (words == 0)
			c->clinic = says(r, p, PLACE_CLINIC);
		if (words == 1 && (cues & CUE_PERSON) != 0 && c->nearest == 0)
			c->titled = true;
		direct = direct && (cues & ~(uint32_t)(CUE_PERSON | CUE_KIN | CUE_NOW | CUE_PAST)) != 0;
		if (direct)
			c->direct |= cues;
		c->around |= cues;
		words++;
	}
}

static bool is_field(const struct reading *r, const struct mention *m)
{
	bool opens = m->from == 0 || r->piece[m->from - 1].mark, closes = m->to >= r->n || r->piece[m->to].mark;
	return opens && closes;
}

/* "4", "021", "b" */
static bool is_number(const struct piece *p)
{
	return (p->text[0] >= '0' && p->text[0] <= '9') || (!p->mark && p->text[1] == '\0');
}

static bool near_rt(const struct reading *r, const struct mention *m)
{
	for (size_t i = m->from >= 4 ? m->from - 4 : 0; i < m->to + 3 && i < r->n; i++)
		if ((r->piece[i].bits & CUE_RT) != 0 && i + 1 < r->n && is_number(&r->piece[i + 1]))
			return true;
	return m->to < r->n && (r->piece[m->to].bits & CUE_ADDRESS) != 0;
}

static enum name_kind kind_of(const struct reading *r, const struct mention *m)
{
	return (enum name_kind)r->g->names[m->name].kind;
}

/* "sukaraja bogor", "kampung baru, balikpapan", "sidorejo kab magetan" */
static bool outside_follows(const struct reading *r, const struct mention *m)
{
	size_t at = m->to, end = m->to + 4;
	for (; at < r->n && at < end; at++) {
		if ((r->piece[at].bits & (CUE_REGENCY | CUE_DISTRICT)) == 0 &&
		    !(r->piece[at].mark && *r->piece[at].text == ','))
			break;
		if ((r->piece[at].bits & CUE_REGENCY) != 0 && at + 1 < r->n && !r->piece[at + 1].taken &&
		    !r->piece[at + 1].mark && (r->piece[at + 1].bits & (CUES | WORD_ORDINARY)) == 0)
			return !says(r, &r->piece[at + 1], PLACE_HOME_REGENCY); /* one that is not known here */
	}
	for (size_t i = 0; i < r->count; i++)
		if (r->mention[i].from == at && kind_of(r, &r->mention[i]) == NAME_OUTSIDE)
			return true;
	return false;
}

/* "bukan di petung tapi ...", "tidak di petung" */
static bool is_denied(const struct reading *r, const struct mention *m)
{
	for (size_t i = m->from, words = 0; i-- > 0 && words < 3; words++) {
		uint32_t bits = r->piece[i].bits;
		if ((bits & CUE_NOT) != 0)
			return words == 0 || (r->piece[i + 1].bits & (CUE_IN | CUE_ORIGIN | CUE_VILLAGE)) != 0;
		if (r->piece[i].mark || (bits & CUES) == 0)
			return false;
	}
	return false;
}

/* "jalan sotek-riko", "poros petung sotek": neither end is the place. */
static bool is_end_of_road(const struct reading *r, const struct mention *m, const struct context *c)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct mention *other = &r->mention[i];
		if (kind_of(r, other) > NAME_AREA || other == m)
			continue;
		if (other->from == m->to && (c->nearest & CUE_ROAD) != 0)
			return true;
		if (other->to == m->from && other->from > 0 && (r->piece[other->from - 1].bits & CUE_ROAD) != 0)
			return true;
	}
	return false;
}

/* "gersik apa jenebora": one of two, and it is not said which. */
static bool is_alternative(const struct reading *r, const struct mention *m)
{
	for (size_t i = 0; i < r->count; i++) {
		size_t at = r->mention[i].from > m->from ? m->to : r->mention[i].to;
		size_t next = r->mention[i].from > m->from ? r->mention[i].from : m->from;
		if (r->mention[i].from != m->from && at + 1 == next && says(r, &r->piece[at], PLACE_EITHER))
			return true;
	}
	return false;
}

static bool is_placed(const struct reading *r, const struct mention *m)
{
	static const uint32_t telling = CUE_IN | CUE_NEAR | CUE_TO | CUE_ADDRESS | CUE_DISTRICT;
	if (m->to < r->n && (r->piece[m->to].bits & telling) != 0)
		return true;
	for (size_t i = 0; i < r->count; i++)
		for (uint32_t n = r->mention[i].name; r->mention[i].from == m->to && n != STRING_MAP_NONE;
		     n = r->g->names[n].next)
			if (r->g->names[n].kind == NAME_AREA)
				return true;
	return false;
}

static bool is_village(const struct name *name)
{
	return name->kind == NAME_VILLAGE && name->region != NULL;
}

/* How many places are named, other than m. */
static size_t count_others(const struct reading *r, const struct mention *m)
{
	size_t n = 0;
	for (size_t i = 0; i < r->count; i++)
		n += r->mention[i].from != m->from && is_village(&r->g->names[r->mention[i].name]);
	return n;
}

/* "gersik eh jenebora": what stands before the correction is taken back by a place after it, unless that one is denied. */
static bool is_corrected(const struct reading *r, const struct mention *m)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct mention *other = &r->mention[i];
		if (other->from <= m->from || !is_village(&r->g->names[other->name]) || is_denied(r, other))
			continue;
		for (size_t at = m->to; at < other->from; at++)
			if ((r->piece[at].bits & CUE_CORRECT) != 0)
				return true;
	}
	return false;
}

static struct context context_of(const struct reading *r, const struct mention *m)
{
	struct context c = {0};
	read_before(r, m, &c);
	if (m->glued)
		c.direct |= CUE_IN;
	read_behind(r, m, &c);
	c.field = is_field(r, m);
	c.form = c.field && m->from > 0 && *r->piece[m->from - 1].text == '#';
	c.road = is_end_of_road(r, m, &c);
	c.neighbourhood = near_rt(r, m);
	c.outside = outside_follows(r, m);
	c.alternative = is_alternative(r, m);
	c.denied = is_denied(r, m);
	c.corrected = is_corrected(r, m);
	c.clinic = c.clinic && count_others(r, m) > 0;
	c.placed = is_placed(r, m);
	return c;
}

/* -- the weight of what is said ----------------------------------------------------------------------------------------- */

/* The first that fits counts: all of direct in the cues right before, all of around near by. */
static const struct {
	uint32_t direct, around;
	double shift;
} senses[] = {
        {CUE_OFFICE, 0, -0.45},
        {CUE_DISTRICT, 0, -0.6},
        {CUE_TO, CUE_MOVED | CUE_KIN, -0.3},
        {CUE_TO | CUE_NOW, 0, 0.05},
        {CUE_TO, CUE_AWAY, -0.35},
        {CUE_IN, CUE_AWAY, -0.25},
        {CUE_TO, CUE_MOVED, 0.06},
        {CUE_TO, 0, -0.3},
        {0, CUE_PAST, -0.25},
        {CUE_FROM, CUE_REPORT, -0.05},
        {CUE_FROM | CUE_ORIGIN, CUE_ME, -0.13},
        {CUE_FROM, CUE_ORIGIN, -0.25},
        {CUE_FROM, CUE_ME, -0.15},
        {CUE_FROM, 0, -0.23},
        {CUE_IN, CUE_ORIGIN, -0.13},
        {CUE_ORIGIN, 0, -0.16},
        {CUE_FOLK, 0, -0.12},
        {0, CUE_EARLIER, -0.04},
        {CUE_IN, CUE_NOW, 0.06},
        {CUE_VILLAGE, CUE_NOW, 0.06},
        {0, CUE_NOW, 0.04},
        {CUE_IN, CUE_KIN, -0.1},
        {CUE_IN, CUE_ME, -0.05},
        {CUE_VILLAGE, 0, 0.05},
        {CUE_IN | CUE_NEAR, 0, -0.02},
        {CUE_IN, 0, 0.03},
        {CUE_NEAR, 0, -0.06},
};

static double sense_of(const struct context *c)
{
	for (size_t i = 0; i < COUNT(senses); i++)
		if ((c->direct & senses[i].direct) == senses[i].direct &&
		    (c->around & senses[i].around) == senses[i].around)
			return senses[i].shift;
	return 0;
}

/* Something that tells that a place is meant at all. */
static bool is_located(const struct context *c)
{
	static const uint32_t telling = CUE_IN | CUE_VILLAGE | CUE_NEAR | CUE_TO | CUE_FROM | CUE_ORIGIN | CUE_FOLK;
	return (c->direct & telling) != 0 || (c->nearest & CUE_FILLER) != 0 || c->placed || c->neighbourhood ||
	       c->field;
}

static bool name_is_area_too(const struct gazetteer *g, uint32_t name)
{
	for (uint32_t n = string_map_get(g->keys, g->names[name].key); n != STRING_MAP_NONE; n = g->names[n].next)
		if (g->names[n].kind == NAME_AREA)
			return true;
	return false;
}

/* The villages of a mention's name; those within area only when there are such. */
static size_t villages_of(const struct reading *r, const struct mention *m, const char *area, uint32_t ret[HOMONYMS],
                          size_t *ret_all)
{
	const struct gazetteer *g = r->g;
	size_t n = 0, within = 0;
	*ret_all = 0;
	for (uint32_t name = m->name; name != STRING_MAP_NONE && *ret_all < CHAIN_MOST; name = g->names[name].next) {
		if (!is_village(&g->names[name]))
			continue;
		bool fits = area[0] != '\0' && region_code_within(g->names[name].region->code, area);
		++*ret_all;
		if (fits && within < HOMONYMS) {
			if (n < HOMONYMS)
				n++;
			memmove(ret + within + 1, ret + within, (n - within - 1) * sizeof *ret);
			ret[within++] = name;
		} else if (n < HOMONYMS) {
			ret[n++] = name;
		}
	}
	if (within > 0)
		n = *ret_all = within;
	return n;
}

/* -- judging ------------------------------------------------------------------------------------------------------------ */

static double base_score(const struct reading *r, const struct mention *m, uint32_t name, size_t homonyms,
                         const struct evidence *seen, const struct context *c)
{
	const struct gazetteer *g = r->g;
	const char *code = g->names[name].region->code;
	bool in_area = seen->area[0] != '\0' && region_code_within(code, seen->area);
	if (homonyms > 1)
		return 0.5;
	if (name_is_area_too(g, name))
		return (c->nearest & CUE_VILLAGE) != 0                              ? 0.83
		       : c->neighbourhood || c->form || (c->around & CUE_SPOT) != 0 ? 0.72
		                                                                    : 0.6;
	if (seen->area[0] == '\0' || !seen->area_certain)
		return m->score;
	return m->score + (in_area ? 0.04 : -0.12);
}

/* A name that may be something else, or was not written as it is, needs a word that tells of a place. */
static double doubt(const struct reading *r, const struct mention *m, const struct context *c)
{
	const struct name *name = &r->g->names[m->name];
	bool area_too = name_is_area_too(r->g, m->name);
	bool person = (c->nearest & CUE_PERSON) != 0 && (c->direct & (CUE_IN | CUE_VILLAGE)) == 0;
	if (name->doubtful && (c->nearest & CUE_ME) != 0 && (c->direct & (CUE_IN | CUE_VILLAGE)) == 0)
		person = true;
	if (name->doubtful && (c->nearest & CUE_PLANT) != 0)
		return -0.35;
	if (person && name->one_word)
		return c->neighbourhood ? -0.12 : name->doubtful ? -0.45 : -0.3;
	if (is_located(c))
		return 0;
	if ((c->around & (CUE_IN | CUE_NEAR)) != 0 && (c->around & CUE_PLANT) == 0 && !c->titled)
		return name->doubtful && !area_too ? -0.08 : 0;
	bool opens = m->from == 0, closes = m->to == r->n; /* where a place may stand without a word before it */
	if (name->doubtful)
		return area_too ? 0 : opens ? -0.1 : -0.25;
	if (opens || closes)
		return m->score < 0.84 && name->one_word ? -0.03 : 0;
	return m->score < 0.88 ? -0.2 : 0; /* not written as it is, in the middle of a message */
}

/* Who names a place again, means it. */
static bool is_repeated(const struct reading *r, const struct mention *m)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->mention[i].from != m->from && r->mention[i].name == m->name)
			return true;
	return false;
}

/* How sure it is that one mention means one village. */
static double judge(const struct reading *r, const struct mention *m, uint32_t name, size_t homonyms,
                    const struct evidence *seen, const struct context *c)
{
	const char *code = r->g->names[name].region->code;
	double score = base_score(r, m, name, homonyms, seen, c) + sense_of(c) + doubt(r, m, c);
	if (seen->landmark != NULL && strcmp(seen->landmark->code, code) == 0 && score < 0.85)
		score += 0.12;
	if ((c->around & CUE_CORRECT) != 0)
		score += 0.04;
	if (c->neighbourhood && homonyms == 1)
		score += 0.03;
	if (is_repeated(r, m))
		score += 0.04;
	if (c->road) /* even where somebody was found on it */
		score -= 0.28;
	if (c->corrected || c->alternative)
		score -= 0.25;
	if (c->clinic || ((c->nearest & CUE_VILLAGE) != 0 && (c->direct & CUE_NEAR) != 0)) /* "tetangga desa petung" */
		score -= 0.2;
	if (c->outside || c->denied)
		score -= 0.6;
	bool aside = (c->direct & (CUE_FROM | CUE_ORIGIN | CUE_FOLK | CUE_TO | CUE_AWAY)) != 0;
	if (seen->placed_outside && !c->field && (aside || (c->direct & (CUE_IN | CUE_VILLAGE)) == 0))
		score -= 0.25;
	if (seen->other_place && aside && !name_is_area_too(r->g, name))
		score -= 0.1;
	return score > 0.97 ? 0.97 : score < 0 ? 0 : score;
}

/* The area that a mention names, NULL when it names none. *ret_only: it names nothing else. */
static const struct region *area_of(const struct reading *r, const struct mention *m, bool *ret_only)
{
	const struct region *area = NULL;
	*ret_only = true;
	for (uint32_t n = m->name; n != STRING_MAP_NONE; n = r->g->names[n].next) {
		if (r->g->names[n].kind == NAME_AREA && area == NULL)
			area = r->g->names[n].region;
		else if (is_village(&r->g->names[n]))
			*ret_only = false;
	}
	return area;
}

static void gather_area(const struct reading *r, size_t i, const struct context *c, struct evidence *seen,
                        struct place_guess *ret)
{
	const struct mention *m = &r->mention[i];
	bool only;
	const struct region *area = area_of(r, m, &only);
	if (area == NULL)
		return;
	if (ret->district[0] == '\0' && region_code_level(area->code) == LEVEL_DISTRICT)
		snprintf(ret->district, sizeof ret->district, "%s", area->code);
	bool follows = i > 0 && r->mention[i - 1].to + 2 >= m->from && kind_of(r, &r->mention[i - 1]) == NAME_VILLAGE &&
	               (c->direct & (CUE_FROM | CUE_TO | CUE_ORIGIN)) == 0;
	if (!follows && !only && (c->direct & CUE_IN) != 0)
		seen->other_place = true;
	bool certain = (c->direct & CUE_DISTRICT) != 0 ||
	               (only && (c->direct & (CUE_FROM | CUE_TO | CUE_ORIGIN)) == 0) || follows;
	if (certain && !seen->area_certain) {
		seen->area = area->code;
		seen->area_certain = (c->direct & CUE_DISTRICT) != 0 || only || follows;
	}
}

/* A landmark stands in one village; one that is a number of a road, or of somewhere else, or only passed, is no more than a hint. */
static void gather_landmark(const struct reading *r, const struct mention *m, const struct context *c,
                            struct evidence *seen)
{
	const struct name *name = &r->g->names[m->name];
	bool told = !name->one_word || ((c->direct & CUE_IN) != 0 && (c->nearest & CUE_ROAD) == 0);
	bool clear = strpbrk(name->key, "0123456789") == NULL && told && m->score >= 0.75 && !c->outside &&
	             !c->denied && (c->direct & (CUE_TO | CUE_FROM | CUE_ORIGIN)) == 0;
	seen->landmark = name->region;
	seen->landmark_mention = m;
	seen->landmark_score = !clear ? 0.45 : (c->direct & CUE_NEAR) != 0 ? 0.66 : 0.72;
}

static struct evidence gather(const struct reading *r, const struct context *contexts, struct place_guess *ret)
{
	struct evidence seen = {.area = ""};
	for (size_t i = 0; i < r->count; i++) {
		const struct mention *m = &r->mention[i];
		const struct context *c = &contexts[i];
		enum name_kind kind = kind_of(r, m);
		if (kind == NAME_LANDMARK && seen.landmark == NULL)
			gather_landmark(r, m, c, &seen);
		else if (kind == NAME_OUTSIDE && (c->direct & CUE_IN) != 0 && (c->nearest & CUE_ADDRESS) == 0 &&
		         (c->around & (CUE_AWAY | CUE_KIN | CUE_PAST | CUE_ORIGIN | CUE_ME)) == 0)
			seen.placed_outside = true;
		if (kind == NAME_VILLAGE && (c->direct & CUE_OFFICE) != 0)
			seen.other_place = true;
		gather_area(r, i, c, &seen, ret);
	}
	return seen;
}

static void keep(struct candidate *list, size_t *n, struct candidate c)
{
	for (size_t i = 0; i < *n; i++) {
		if (list[i].region != c.region)
			continue;
		if (c.score <= list[i].score)
			return;
		memmove(list + i, list + i + 1, (--*n - i) * sizeof *list);
		break;
	}
	size_t at = *n < PLACE_CANDIDATES ? (*n)++ : PLACE_CANDIDATES;
	if (at == PLACE_CANDIDATES && list[--at].score >= c.score)
		return;
	for (; at > 0 && list[at - 1].score < c.score; at--) /* equal scores: the first named stays first */
		list[at] = list[at - 1];
	list[at] = c;
}

static size_t weigh(const struct reading *r, const struct context *contexts, const struct evidence *seen,
                    struct candidate list[PLACE_CANDIDATES])
{
	size_t n = 0;
	for (size_t i = 0; i < r->count; i++) {
		const struct mention *m = &r->mention[i];
		uint32_t villages[HOMONYMS];
		size_t all, count = villages_of(r, m, seen->area, villages, &all);
		for (size_t v = 0; v < count; v++) {
			double score = judge(r, m, villages[v], all, seen, &contexts[i]);
			keep(list, &n, (struct candidate){r->g->names[villages[v]].region, score, m});
		}
	}
	if (seen->landmark != NULL)
		keep(list, &n, (struct candidate){seen->landmark, seen->landmark_score, seen->landmark_mention});
	return n;
}

static void explain(const struct reading *r, const struct candidate *c, struct place_guess *ret)
{
	char words[96] = "";
	for (size_t i = c->mention->from; i < c->mention->to; i++) {
		strncat(words, i > c->mention->from ? " " : "", sizeof words - strlen(words) - 1);
		strncat(words, r->raw[r->piece[i].at], sizeof words - strlen(words) - 1);
	}
	snprintf(ret->why, sizeof ret->why, "words '%s' %s %s", words, c->mention->how, c->region->name);
}

static void conclude(const struct reading *r, const struct candidate *list, size_t n, struct place_guess *ret)
{
	static const double enough = 0.5; /* below, a village is a candidate but not the answer */
	static const double apart = 0.05, even = 0.02;
	for (size_t i = 0; i < n; i++) {
		snprintf(ret->candidates[i].code, REGION_CODE_MAX, "%s", list[i].region->code);
		ret->candidates[i].score = list[i].score;
	}
	ret->candidate_count = n;
	if (n == 0 || list[0].score < enough || list[0].mention == NULL)
		return;
	ret->confidence = list[0].score;
	if (n > 1 && list[1].mention != NULL &&
	    list[1].score >= list[0].score - apart) /* two readings of the same words, or two places */
		ret->confidence -= list[1].mention->from == list[0].mention->from ? 0.15
		                   : list[1].score >= list[0].score - even        ? 0.3
		                                                                  : 0.06;
	snprintf(ret->code, sizeof ret->code, "%s", list[0].region->code);
	ret->from = r->piece[list[0].mention->from].at;
	ret->to = r->piece[list[0].mention->to - 1].at + 1;
	explain(r, &list[0], ret);
}

void gazetteer_find(const struct gazetteer *g, const char *const *words, size_t n, struct place_guess *ret)
{
	struct reading r;
	struct context contexts[MENTIONS_MAX];
	struct candidate list[PLACE_CANDIDATES];
	*ret = (struct place_guess){.code = ""};
	r.g = g;
	gazetteer_read(&r, words, n);
	for (size_t i = 0; i < r.count; i++)
		contexts[i] = context_of(&r, &r.mention[i]);
	struct evidence seen = gather(&r, contexts, ret);
	size_t count = weigh(&r, contexts, &seen, list);
	conclude(&r, list, count, ret);
}
