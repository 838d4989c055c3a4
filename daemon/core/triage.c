/* triage: see triage.h. The weights of all rules that hold are added for each type; the share of a type (softmax) is its confidence. */
#include "triage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../protocol/json.h"
#include "lexicon.h"
#include "place_text.h"
#include "words.h"

/* Below, the type is a question to the reporter or the person on duty; policies ask for more. */
static const double type_enough = 0.55;
/* Below, asking for the village is worth an SMS. */
static const double place_enough = 0.7;

/* Below, a human may have to decide (the policies' thresholds lie at 0.6 to 0.75). */
static const double decided = 0.7;
/* How sure "no report" may be at most without positive evidence: below what policies take for sure, so that a human looks
 * at it, above what makes it a question to the sender. */
static const double unproven = 0.58;
/* A message of so many words, punctuation among them, is short. */
static const size_t few_words = 9;

struct reading {
	const struct lexicon *lex;
	struct words words;
	struct found found;
	struct triage *ret;
};

static bool is_main(enum incident_type type)
{
	return type == TYPE_ABANDONED_PERSON || type == TYPE_UNCLAIMED_BODY || type == TYPE_SHACKLED_PATIENT;
}

static char *next_reason(struct triage *t)
{
	return t->reason_count < TRIAGE_REASONS ? t->reasons[t->reason_count++] : NULL;
}

/* "word 'dirantai' (restraint), word 'org' (person) -> shackled_patient" */
static void explain(struct reading *r, const struct rule *rule, const char *decides)
{
	char words[REASON_MAX] = "";
	size_t len = 0;
	for (uint8_t c = 0; c < rule->count; c++) {
		const struct condition *is = &rule->conditions[c];
		for (uint8_t i = 0; !is->negated && i < is->count; i++) {
			int16_t at = r->found.first[is->any[i]];
			if (at < 0 || len >= sizeof words)
				continue;
			int n = snprintf(words + len, sizeof words - len, "%s'%.20s' %.16s", len > 0 ? ", " : "",
			                 r->words.word[r->found.token[at].word].text,
			                 lexicon_concept_name(r->lex, is->any[i]));
			len += n > 0 ? (size_t)n : 0;
			break;
		}
	}
	char *reason = len > 0 ? next_reason(r->ret) : NULL;
	if (reason != NULL)
		snprintf(reason, REASON_MAX, "%.66s -> %.24s", words, decides);
}

struct scores {
	double of[INCIDENT_TYPES];
};

/* Which rules count: all that hold, of those of one type in one group only the heaviest. */
struct verdict {
	bool counts[RULES_MAX];
	struct scores scores;
};

static void judge(const struct rules *rules, const struct found *found, struct verdict *ret)
{
	uint16_t heaviest[INCIDENT_TYPES][GROUPS_MAX] = {{0}}; /* index + 1 */
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rule[i];
		ret->counts[i] = lexicon_rule_holds(rule, found);
		if (!ret->counts[i] || rule->group == 0)
			continue;
		uint16_t *best = &heaviest[rule->type][rule->group];
		if (*best != 0 && rules->rule[*best - 1].weight >= rule->weight) {
			ret->counts[i] = false;
			continue;
		}
		if (*best != 0)
			ret->counts[*best - 1] = false;
		*best = (uint16_t)(i + 1);
	}
	ret->scores = (struct scores){{0}};
	for (size_t i = 0; i < rules->count; i++)
		if (ret->counts[i])
			ret->scores.of[rules->rule[i].type] += rules->rule[i].weight;
}

/* How far the rules count beside what was learned: they were written by people who knew the lines they were tried with, and are too sure of what
 * they never saw. */
static const double rules_share = 0.52;
/* No rule speaks against a type more than so. */
static const double rules_against = 8;
/* "Unsure" is a type of the rules only: nothing is learned for it, and it counts less where there is something learned. */
static const double unsure_less = 5;
/* A case that is missed costs more than a report that is none. */
static const double cases_first = 1.0;

static double highest(const struct scores *s)
{
	double top = s->of[0];
	for (int t = 1; t < INCIDENT_TYPES; t++)
		top = fmax(top, s->of[t]);
	return top;
}

/* What the training found out (learned.tsv, signs.tsv) beside the rules. Sums grow with the root of how much is said: many hints are not proof. */
static void add_learned(const struct reading *r, struct scores *ret)
{
	double top = highest(ret), signs[INCIDENT_TYPES], root = sqrt((double)r->found.said_count + 1);
	if (!lexicon_is_trained(r->lex))
		return;
	for (int t = 0; t < INCIDENT_TYPES; t++)
		ret->of[t] = rules_share * fmax(-rules_against, ret->of[t] - top);
	ret->of[TYPE_UNSURE] -= unsure_less;
	for (size_t i = 0; i < r->found.said_count; i++) {
		const float *weights = lexicon_learned(r->lex, r->found.said[i]);
		for (int t = 0; weights != NULL && t < INCIDENT_TYPES; t++)
			ret->of[t] += weights[t] / root;
	}
	lexicon_weigh_signs(r->lex, &r->words, signs);
	for (int t = 0; t < INCIDENT_TYPES; t++)
		ret->of[t] += signs[t] + (is_main((enum incident_type)t) ? cases_first : 0);
}

/* The concept that the training found to speak most for the type, over all other types. */
static void explain_learned(struct reading *r, enum incident_type type)
{
	double most = 0.4;
	uint16_t best = 0;
	for (size_t i = 0; i < r->found.said_count; i++) {
		const float *weights = lexicon_learned(r->lex, r->found.said[i]);
		if (weights != NULL && weights[type] > most) {
			most = weights[type];
			best = r->found.said[i];
		}
	}
	char *reason = most > 0.4 ? next_reason(r->ret) : NULL;
	if (reason != NULL)
		snprintf(reason, REASON_MAX, "'%.20s' %.20s (learned) -> %.24s",
		         r->words.word[r->found.token[r->found.first[best]].word].text,
		         lexicon_concept_name(r->lex, best), incident_type_names[type]);
}

static enum incident_type best_of(const struct scores *s, enum incident_type from)
{
	enum incident_type best = from;
	for (int t = (int)from; t < INCIDENT_TYPES; t++)
		if (s->of[t] > s->of[best])
			best = (enum incident_type)t;
	return best;
}

static double share_of(const struct scores *s, enum incident_type type)
{
	double sum = 0;
	for (int t = 0; t < INCIDENT_TYPES; t++)
		sum += exp(s->of[t] - s->of[type]);
	return 1 / sum;
}

static double cases_in(const struct scores *s)
{
	double cases = 0;
	for (int t = 0; t < INCIDENT_TYPES; t++)
		cases += is_main((enum incident_type)t) ? share_of(s, (enum incident_type)t) : 0;
	return cases;
}

/* Whether a rule speaks for the type. */
static bool has_rule(const struct reading *r, const struct verdict *v, enum incident_type type)
{
	const struct rules *rules = lexicon_type_rules(r->lex);
	for (size_t i = 0; i < rules->count; i++)
		if (v->counts[i] && rules->rule[i].type == type && rules->rule[i].weight > 0)
			return true;
	return false;
}

/* A case that is taken for something else reaches nobody, a question costs a minute: "no report" is sure only when nothing speaks for a case, and
 * where a person, a state or a spot is shown, anything but a report needs more than a report does. A case that no rule knows needs more too, and
 * a few words are none, whatever was learned about each of them. */
static double confidence_in(const struct reading *r, const struct verdict *v, const struct scores *s,
                            enum incident_type type)
{
	double share = share_of(s, type), sure = share;
	if (is_main(type) && !has_rule(r, v, type))
		return sure * sqrt(share) * (r->words.count <= few_words ? unproven : 1);
	if (is_main(type))
		return sure;
	if (type == TYPE_NOT_A_REPORT)
		sure *= 1 - fmax(0, fmin(3 * (fmax(cases_in(s), cases_in(&v->scores)) - 0.12), 1));
	const struct lexicon_names *names = lexicon_names(r->lex);
	bool shown = r->found.first[names->shown] >= 0, proven = r->found.first[names->proof] >= 0;
	bool hinted = r->found.first[names->hint] >= 0 || r->found.first[names->village] >= 0;
	if (type == TYPE_NOT_A_REPORT && hinted && !proven)
		sure *= unproven +
		        (1 - unproven) * fmax(0, fmin((share - 0.9) * 15, 1)); /* hardly anything else is left */
	bool elsewhere = type == TYPE_NOT_A_REPORT || type == TYPE_STATUS_QUERY || type == TYPE_FOLLOWUP;
	return elsewhere && shown ? sure * share : sure;
}

/* Decides the type; returns the likeliest real type even when the answer is TYPE_UNSURE. */
static enum incident_type decide_type(struct reading *r)
{
	const struct rules *rules = lexicon_type_rules(r->lex);
	struct verdict v = {0};
	judge(rules, &r->found, &v);
	struct scores all = v.scores;
	add_learned(r, &all);
	enum incident_type likely = best_of(&all, TYPE_UNSURE + 1);
	r->ret->type_confidence = confidence_in(r, &v, &all, likely);
	r->ret->type = r->ret->type_confidence >= type_enough ? likely : TYPE_UNSURE;
	for (size_t i = 0; i < rules->count && r->ret->reason_count < TRIAGE_REASONS - 3; i++)
		if (v.counts[i] && rules->rule[i].type == likely && rules->rule[i].weight > 0)
			explain(r, &rules->rule[i], incident_type_names[likely]);
	explain_learned(r, likely);
	return likely;
}

/* The first rule for the type, or, for TYPE_UNSURE, of those for every type. */
static const struct rule *urgency_rule(const struct reading *r, enum incident_type type)
{
	const struct rules *rules = lexicon_urgency_rules(r->lex);
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rule[i];
		if ((rule->type == TYPE_UNSURE || rule->type == type) && lexicon_rule_holds(rule, &r->found))
			return rule;
	}
	return NULL;
}

/* A message that a human may have to decide is as urgent as the likeliest type or the words by themselves make it, whichever is more. */
static void decide_urgency(struct reading *r, enum incident_type likely)
{
	const struct rule *rule = urgency_rule(r, likely);
	const struct rule *any = r->ret->type_confidence < decided ? urgency_rule(r, TYPE_UNSURE) : NULL;
	if (any != NULL && (rule == NULL || any->urgency > rule->urgency))
		rule = any;
	if (rule == NULL)
		return;
	r->ret->urgency = rule->urgency;
	explain(r, rule, urgency_names[rule->urgency]);
}

static void decide_flags(struct reading *r)
{
	const struct rules *rules = lexicon_flag_rules(r->lex);
	for (size_t i = 0; i < rules->count; i++)
		if (lexicon_rule_holds(&rules->rule[i], &r->found))
			r->ret->flags |= rules->rule[i].flag;
}

static void find_place(const struct words *words, const struct gazetteer *g, struct place_guess *ret)
{
	const char *word[WORDS_MAX];
	for (size_t i = 0; i < words->count; i++)
		word[i] = words->word[i].text;
	gazetteer_find(g, word, words->count, ret);
}

static void explain_place(struct triage *t)
{
	char *reason = t->place.why[0] != '\0' ? next_reason(t) : NULL;
	if (reason != NULL)
		snprintf(reason, REASON_MAX, "%.*s", REASON_MAX - 1, t->place.why);
}

static void decide_question(struct triage *t)
{
	bool placed = t->place.code[0] != '\0' && t->place.confidence >= place_enough;
	t->ask = t->type == TYPE_UNSURE ? "type" : is_main(t->type) && !placed ? "place" : NULL;
}

static void read_message(struct reading *r, const char *text)
{
	words_read(text, &r->words);
	lexicon_read(r->lex, &r->words, &r->found);
}

void triage_text(const struct lexicon *lex, const struct gazetteer *g, const char *text, struct triage *ret)
{
	struct reading r = {.lex = lex, .ret = ret};
	*ret = (struct triage){.type = TYPE_UNSURE};
	read_message(&r, text);
	find_place(&r.words, g, &ret->place);
	if (ret->place.code[0] != '\0')
		lexicon_say(&r.found, lexicon_names(lex)->village);
	enum incident_type likely = decide_type(&r);
	decide_urgency(&r, likely);
	decide_flags(&r);
	place_text_find(lex, text, &r.words, &r.found, &ret->place, ret->place_text, sizeof ret->place_text);
	explain_place(ret);
	decide_question(ret);
}

static void put_sign(void *ctx, const char *sign)
{
	json_put_string(ctx, sign);
}

void triage_features(const struct lexicon *lex, const struct gazetteer *g, const char *text, struct buf *out)
{
	struct triage t = {.type = TYPE_UNSURE};
	struct reading r = {.lex = lex, .ret = &t};
	struct verdict v;
	struct json_out j;
	read_message(&r, text);
	find_place(&r.words, g, &t.place);
	if (t.place.code[0] != '\0')
		lexicon_say(&r.found, lexicon_names(lex)->village);
	judge(lexicon_type_rules(lex), &r.found, &v);
	json_out_init(&j, out);
	json_begin_object(&j);
	json_key(&j, "scores");
	json_begin_object(&j);
	for (int type = 0; type < INCIDENT_TYPES; type++)
		json_member_double(&j, incident_type_names[type], v.scores.of[type]);
	json_end_object(&j);
	json_key(&j, "concepts");
	json_begin_array(&j);
	for (size_t i = 0; i < r.found.said_count; i++)
		json_put_string(&j, lexicon_concept_name(lex, r.found.said[i]));
	json_end_array(&j);
	json_key(&j, "rules");
	json_begin_array(&j);
	for (size_t i = 0; i < lexicon_type_rules(lex)->count; i++)
		if (v.counts[i])
			json_put_double(&j, (double)i);
	json_end_array(&j);
	json_key(&j, "signs");
	json_begin_array(&j);
	size_t count = lexicon_each_sign(lex, &r.words, put_sign, &j);
	json_end_array(&j);
	json_member_double(&j, "words", (double)count);
	json_end_object(&j);
}

/* -- what the source stated --------------------------------------------------------------------------------------- */

static void reason_stated(struct triage *t, const char *what, const char *value)
{
	char *reason = next_reason(t);
	if (reason != NULL)
		snprintf(reason, REASON_MAX, "source stated %s %.40s", what, value);
}

static void keep_only_within(struct place_guess *p, const char *prefix)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->candidate_count; i++)
		if (region_code_within(p->candidates[i].code, prefix))
			p->candidates[kept++] = p->candidates[i];
	p->candidate_count = kept;
	if (p->code[0] == '\0' || region_code_within(p->code, prefix))
		return;
	p->code[0] = p->why[0] = '\0';
	p->confidence = 0;
	if (kept > 0 && p->candidates[0].score >= 0.5) {
		snprintf(p->code, sizeof p->code, "%s", p->candidates[0].code);
		p->confidence = p->candidates[0].score;
	}
}

static void state_place(const struct gazetteer *g, const struct stated *s, struct triage *ret)
{
	if (s->place_text != NULL) {
		struct words words;
		struct place_guess named;
		words_read(s->place_text, &words);
		find_place(&words, g, &named);
		if (named.candidate_count > 0)
			ret->place = named;
		place_text_copy(s->place_text, ret->place_text, sizeof ret->place_text);
	}
	if (s->village_code == NULL)
		return;
	if (region_code_level(s->village_code) == LEVEL_VILLAGE) {
		ret->place = (struct place_guess){.confidence = 1, .candidate_count = 1};
		snprintf(ret->place.code, sizeof ret->place.code, "%s", s->village_code);
		snprintf(ret->place.candidates[0].code, REGION_CODE_MAX, "%s", s->village_code);
		ret->place.candidates[0].score = 1;
		reason_stated(ret, "village", s->village_code);
		return;
	}
	keep_only_within(&ret->place, s->village_code);
	if (region_code_level(s->village_code) == LEVEL_DISTRICT)
		snprintf(ret->place.district, sizeof ret->place.district, "%s", s->village_code);
}

static void state_type(const struct lexicon *lex, const struct stated *s, struct triage *ret)
{
	int type = s->type == NULL ? -1 : name_index(incident_type_names, INCIDENT_TYPES, s->type);
	if (type <= TYPE_UNSURE)
		return;
	struct reading r = {.lex = lex, .ret = ret};
	ret->type = (enum incident_type)type;
	ret->type_confidence = 1;
	ret->reason_count = 0;
	reason_stated(ret, "type", s->type);
	read_message(&r, s->text != NULL ? s->text : "");
	decide_urgency(&r, ret->type);
	explain_place(ret);
}

void triage_report(const struct lexicon *lex, const struct gazetteer *g, const struct stated *stated,
                   struct triage *ret)
{
	if (stated->text != NULL)
		triage_text(lex, g, stated->text, ret);
	else
		*ret = (struct triage){0}; /* no words, nothing to read: all that is known was stated */
	state_type(lex, stated, ret);
	int urgency = stated->urgency == NULL ? -1 : name_index(urgency_names, URGENCIES, stated->urgency);
	if (urgency >= 0) {
		ret->urgency = (enum urgency)urgency;
		reason_stated(ret, "urgency", stated->urgency);
	}
	state_place(g, stated, ret);
	decide_question(ret);
}

/* -- rendering ------------------------------------------------------------------------------------------------------ */

static double rounded(double x)
{
	return round(x * 1000) / 1000;
}

static void render_place(const struct place_guess *p, const struct gazetteer *g, struct json_out *j)
{
	json_member_string(j, "village_code", p->code[0] != '\0' ? p->code : NULL);
	json_member_double(j, "place_confidence", rounded(p->confidence));
	json_key(j, "candidates");
	json_begin_array(j);
	for (size_t i = 0; i < p->candidate_count; i++) {
		const struct region *region = gazetteer_by_code(g, p->candidates[i].code);
		json_begin_object(j);
		json_member_string(j, "village_code", p->candidates[i].code);
		json_member_string(j, "name", region != NULL ? region->name : NULL);
		json_member_double(j, "score", rounded(p->candidates[i].score));
		json_end_object(j);
	}
	json_end_array(j);
}

void triage_render(const struct triage *t, const struct gazetteer *g, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_string(&j, "type", incident_type_names[t->type]);
	json_member_double(&j, "confidence", rounded(t->type_confidence));
	json_member_string(&j, "urgency", urgency_names[t->urgency]);
	json_key(&j, "flags");
	json_begin_array(&j);
	for (int f = 0; f < FLAGS; f++)
		if (t->flags & 1u << f)
			json_put_string(&j, flag_names[f]);
	json_end_array(&j);
	render_place(&t->place, g, &j);
	json_member_string(&j, "place_text", t->place_text);
	json_key(&j, "reasons");
	json_begin_array(&j);
	for (size_t i = 0; i < t->reason_count; i++)
		json_put_string(&j, t->reasons[i]);
	json_end_array(&j);
	json_member_string(&j, "ask", t->ask);
	json_end_object(&j);
}
