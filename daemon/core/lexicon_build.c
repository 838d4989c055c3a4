/* lexicon_build: the lexicon out of its data files; triage.h names them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inflect.h"
#include "lexicon_parts.h"
#include "triage.h"

enum { LINE_FIELDS = 5 };

struct build {
	struct lexicon *lex;
	struct lexicon_fault *fault;
	const char *file;
	int line;
	bool failed;
};

static void fail(struct build *b, const char *what, const char *value)
{
	if (b->failed)
		return;
	b->failed = true;
	*b->fault = (struct lexicon_fault){.line = b->line};
	snprintf(b->fault->file, sizeof b->fault->file, "%s", b->file);
	snprintf(b->fault->detail, sizeof b->fault->detail, "%s: \"%.60s\"", what, value);
}

static void *room_for(struct arena *a, void *items, size_t used, size_t *room, size_t size)
{
	if (used < *room)
		return items;
	*room = *room == 0 ? 256 : *room * 2;
	void *bigger = arena_alloc(a, *room * size);
	if (used > 0)
		memcpy(bigger, items, used * size);
	return bigger;
}

static uint16_t concept_named(struct build *b, const char *name)
{
	struct lexicon *lex = b->lex;
	uint32_t *id = string_map_at(lex->concept_ids, name);
	if (*id != STRING_MAP_NONE)
		return (uint16_t)*id;
	if (lex->concepts == CONCEPTS_MAX) {
		fail(b, "too many concepts and literal words", name);
		return 0;
	}
	*id = (uint32_t)lex->concepts;
	lex->concept_names[lex->concepts] = name;
	return (uint16_t)lex->concepts++;
}

static void entry_add(struct entry *e, uint16_t id)
{
	for (uint8_t i = 0; i < e->count; i++)
		if (e->concepts[i] == id)
			return;
	if (e->count < WORD_CONCEPTS)
		e->concepts[e->count++] = id;
}

static void add_spelling(struct build *b, const char *form, uint16_t id, bool common)
{
	struct lexicon *lex = b->lex;
	if (strlen(form) >= WORD_MAX)
		return;
	const char *key = arena_strdup(lex->arena, form);
	uint32_t *at = string_map_at(lex->entry_ids, key);
	if (*at == STRING_MAP_NONE) {
		lex->entries =
		        room_for(lex->arena, lex->entries, lex->entry_count, &lex->entry_room, sizeof *lex->entries);
		lex->entries[lex->entry_count] = (struct entry){.count = 0};
		*at = (uint32_t)lex->entry_count++;
	}
	entry_add(&lex->entries[*at], id);
	if (!common || !lex->corrected[id])
		return;
	lex->spelled = room_for(lex->arena, lex->spelled, lex->spelled_count, &lex->spelled_room, sizeof *lex->spelled);
	lex->spelled[lex->spelled_count++] = key;
}

struct inflected {
	struct build *build;
	uint16_t means;
	bool wanted[FORM_NOUN + 1], correct;
};

static void add_inflected(void *ctx, const char *form, enum form_class class, bool common)
{
	struct inflected *in = ctx;
	if (in->wanted[class])
		add_spelling(in->build, form, in->means, common && in->correct);
}

/* "rantai" as it stands; "rantai+" every form; "rantai+v" only with a verbal prefix; "rantai+p" only passives. */
static void add_word(struct build *b, char *word, uint16_t id)
{
	char *plus = strchr(word, '+');
	if (plus == NULL) {
		add_spelling(b, word, id, true);
		return;
	}
	*plus = '\0';
	/* forms of short stems are one letter away from too many other words */
	struct inflected in = {.build = b, .means = id, .correct = strlen(word) >= SPELLING_MIN};
	bool all = plus[1] == '\0', verbal = strcmp(plus + 1, "v") == 0, passive = strcmp(plus + 1, "p") == 0;
	if (word[0] == '\0' || !(all || verbal || passive)) {
		fail(b, "a word, word+, word+v or word+p is expected", word);
		return;
	}
	in.wanted[FORM_BARE] = in.wanted[FORM_NOUN] = all;
	in.wanted[FORM_ACTIVE] = all || verbal;
	in.wanted[FORM_PASSIVE] = true;
	inflect_verb(word, add_inflected, &in);
}

/* A literal word in a pattern is the concept "=word". */
static uint16_t literal(struct build *b, const char *word)
{
	uint16_t id = concept_named(b, arena_printf(b->lex->arena, "=%s", word));
	add_spelling(b, word, id, true);
	return id;
}

/* The concept named by "@name" (which must exist), or a literal word. */
static uint16_t reference(struct build *b, const char *text)
{
	if (text[0] != '@')
		return literal(b, text);
	uint32_t id = string_map_get(b->lex->concept_ids, text + 1);
	if (id == STRING_MAP_NONE) {
		fail(b, "no word or phrase above gives this concept", text + 1);
		return 0;
	}
	return (uint16_t)id;
}

static void read_alternatives(struct build *b, char *text, bool rule, struct condition *ret)
{
	char *save = NULL;
	for (char *one = strtok_r(text, "|", &save); one != NULL; one = strtok_r(NULL, "|", &save)) {
		if (ret->count == sizeof ret->any / sizeof *ret->any) {
			fail(b, "too many alternatives", one);
			return;
		}
		const char *ref = rule ? arena_printf(b->lex->arena, "@%s", one) : one;
		ret->any[ret->count++] = reference(b, ref);
	}
}

static struct phrase *new_phrase(struct lexicon *lex, uint16_t target, bool takes_away)
{
	struct phrase *p = &lex->phrases[lex->phrase_count++];
	*p = (struct phrase){.target = target, .takes_away = takes_away};
	return p;
}

static struct element *add_element(struct build *b, struct phrase *p, uint8_t gap, const char *text)
{
	if (p->count == ELEMENTS_MAX) {
		fail(b, "too many elements in one phrase", text);
		return &p->element[0];
	}
	p->element[p->count] = (struct element){.gap = gap};
	return &p->element[p->count++];
}

/* "kurang_waras": a phrase of literal words, in a list of words. */
static void add_compound(struct build *b, char *word, uint16_t id)
{
	struct phrase *p = new_phrase(b->lex, id, false);
	char *save = NULL;
	for (char *part = strtok_r(word, "_", &save); part != NULL; part = strtok_r(NULL, "_", &save)) {
		struct element *e = add_element(b, p, 0, part);
		e->is.any[e->is.count++] = literal(b, part);
	}
}

/* The line "@typos": the concepts whose words are worth guessing; of others a guess does more harm than good. */
static void read_corrected(struct build *b, char *names)
{
	char *save = NULL;
	for (char *name = strtok_r(names, " ", &save); name != NULL; name = strtok_r(NULL, " ", &save))
		b->lex->corrected[concept_named(b, name)] = true;
}

static void read_words_line(struct build *b, char **field)
{
	if (strcmp(field[0], "@typos") == 0) {
		read_corrected(b, field[1]);
		return;
	}
	uint16_t id = concept_named(b, field[0]);
	char *save = NULL;
	for (char *w = strtok_r(field[1], " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		if (strchr(w, '_') != NULL)
			add_compound(b, w, id);
		else
			add_word(b, w, id);
	}
}

static void read_forms_line(struct build *b, char **field)
{
	struct lexicon *lex = b->lex;
	uint32_t *at = string_map_at(lex->expansion_ids, field[0]);
	if (*at != STRING_MAP_NONE)
		return; /* the first file that knows a spelling decides */
	struct expansion *x = &lex->expansions[lex->expansion_count];
	char *save = NULL;
	for (char *w = strtok_r(field[1], " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		if (x->count == 3) {
			fail(b, "a form stands for at most three words", field[0]);
			return;
		}
		if (strlen(w) >= WORD_MAX) {
			fail(b, "too long a word", w);
			return;
		}
		x->word[x->count++] = w;
	}
	*at = (uint32_t)lex->expansion_count++;
}

static void read_phrases_line(struct build *b, char **field)
{
	bool takes_away = field[0][0] == '-';
	uint16_t target = takes_away ? reference(b, arena_printf(b->lex->arena, "@%s", field[0] + 1))
	                             : concept_named(b, field[0]);
	struct phrase *p = new_phrase(b->lex, target, takes_away);
	uint8_t gap = 0;
	char *save = NULL;
	for (char *e = strtok_r(field[1], " ", &save); e != NULL; e = strtok_r(NULL, " ", &save)) {
		if (e[0] == '~') {
			gap = (uint8_t)(e[1] >= '0' && e[1] <= '9' ? atoi(e + 1) % 64 : 0);
			continue;
		}
		read_alternatives(b, e, false, &add_element(b, p, gap, e)->is);
		gap = 0;
	}
	if (p->count == 0)
		fail(b, "an empty phrase", field[0]);
}

static void read_conditions(struct build *b, char *text, struct rule *ret)
{
	char *save = NULL;
	if (strcmp(text, "-") == 0)
		return;
	for (char *c = strtok_r(text, " ", &save); c != NULL; c = strtok_r(NULL, " ", &save)) {
		if (ret->count == sizeof ret->conditions / sizeof *ret->conditions) {
			fail(b, "too many conditions", c);
			return;
		}
		struct condition *is = &ret->conditions[ret->count++];
		is->negated = c[0] == '!';
		read_alternatives(b, c + (is->negated ? 1 : 0), true, is);
	}
}

static int named(struct build *b, const char *const *names, int n, const char *name)
{
	int i = name_index(names, n, name);
	if (i < 0)
		fail(b, "unknown name", name);
	return i < 0 ? 0 : i;
}

static void read_types_line(struct build *b, char **field)
{
	struct rule *r = &b->lex->type_rules.rule[b->lex->type_rules.count++];
	char *end = NULL;
	r->type = (enum incident_type)named(b, incident_type_names, INCIDENT_TYPES, field[0]);
	r->weight = strtod(field[1], &end);
	if (*end != '\0' || end == field[1] || !(r->weight >= -20 && r->weight <= 20))
		fail(b, "a weight from -20 to 20 is expected", field[1]);
	if (b->lex->type_rules.count > RULES_MAX)
		fail(b, "too many rules", field[0]);
	if (strcmp(field[2], "-") != 0) {
		uint32_t *group = string_map_at(b->lex->groups, field[2]);
		if (*group == STRING_MAP_NONE)
			*group = (uint32_t)++b->lex->group_count;
		if (*group >= GROUPS_MAX)
			fail(b, "too many groups", field[2]);
		r->group = (uint16_t)*group;
	}
	read_conditions(b, field[3], r);
}

static void read_urgency_line(struct build *b, char **field)
{
	struct rule *r = &b->lex->urgency_rules.rule[b->lex->urgency_rules.count++];
	bool every = strcmp(field[0], "*") == 0;
	r->type = every ? TYPE_UNSURE : (enum incident_type)named(b, incident_type_names, INCIDENT_TYPES, field[0]);
	r->urgency = (enum urgency)named(b, urgency_names, URGENCIES, field[1]);
	read_conditions(b, field[2], r);
}

static void read_flags_line(struct build *b, char **field)
{
	struct rule *r = &b->lex->flag_rules.rule[b->lex->flag_rules.count++];
	r->flag = 1u << named(b, flag_names, FLAGS, field[0]);
	read_conditions(b, field[1], r);
}

/* "12 -5 140 0 -33 0 0": hundredths for each type behind "unsure". */
static void read_weights(struct build *b, const char *text, struct learned *ret)
{
	char *end = NULL;
	for (int t = TYPE_UNSURE + 1; t < INCIDENT_TYPES; t++, text = end) {
		long weight = strtol(text, &end, 10);
		if (end == text || weight < -2000 || weight > 2000 || (t == INCIDENT_TYPES - 1 && *end != '\0')) {
			fail(b, "a weight from -2000 to 2000 is expected for each type", text);
			return;
		}
		ret->weight[t] = (float)weight / 100;
	}
}

static void read_learned_line(struct build *b, char **field)
{
	struct lexicon *lex = b->lex;
	uint16_t id =
	        field[0][0] == '=' ? literal(b, field[0] + 1) : reference(b, arena_printf(lex->arena, "@%s", field[0]));
	if (b->failed)
		return;
	if (lex->learned == NULL)
		lex->learned = arena_array(lex->arena, struct learned, CONCEPTS_MAX);
	read_weights(b, field[1], &lex->learned[id]);
}

static void read_signs_line(struct build *b, char **field)
{
	struct lexicon *lex = b->lex;
	if (lex->sign_count == SIGNS_MAX) {
		fail(b, "too many signs", field[0]);
		return;
	}
	if (lex->signs == NULL)
		lex->signs = arena_array(lex->arena, struct learned, SIGNS_MAX);
	read_weights(b, field[1], &lex->signs[lexicon_sign_add(lex, field[0])]);
}

static void read_place_line(struct build *b, char **field,
                            const char *(*read)(struct place_words *w, char **field, const char **ret_value))
{
	const char *value = "", *what = read(b->lex->place_words, field, &value);
	if (what != NULL)
		fail(b, what, value);
}

static void read_place_cues_line(struct build *b, char **field)
{
	read_place_line(b, field, place_words_read_cues);
}

static void read_place_forms_line(struct build *b, char **field)
{
	read_place_line(b, field, place_words_read_form);
}

static void read_place_ordinary_line(struct build *b, char **field)
{
	read_place_line(b, field, place_words_read_ordinary);
}

static void read_place_elsewhere_line(struct build *b, char **field)
{
	read_place_line(b, field, place_words_read_elsewhere);
}

static void read_conversation_line(struct build *b, char **field)
{
	const char *value = "", *what = said_words_read(b->lex->said_words, field, &value);
	if (what != NULL)
		fail(b, what, value);
}

/* Words, and concepts with an @. */
static void read_duplicates_line(struct build *b, char **field)
{
	struct duplicate_words *d = b->lex->duplicate_words;
	char *save = NULL;
	for (char *w = strtok_r(field[1], " ", &save); w != NULL && !b->failed; w = strtok_r(NULL, " ", &save)) {
		const char *what = w[0] == '@' ? duplicate_words_add_concept(d, field[0], reference(b, w))
		                               : duplicate_words_add(d, field[0], w);
		if (what != NULL)
			fail(b, what, field[0]);
	}
}

/* The kinds of files, in the order in which they are read: a file may name concepts of those above. rows: its lines are words, phrases or rules of the lexicon's own. */
static const struct kind {
	const char *file;
	size_t fields;
	void (*read)(struct build *b, char **field);
	bool needed, rows;
} kinds[] = {
        {"forms.tsv", 2, read_forms_line, true, true},
        {"slang.tsv", 2, read_forms_line, false, true},
        {"words.tsv", 2, read_words_line, true, true},
        {"phrases.tsv", 2, read_phrases_line, true, true},
        {"types.tsv", 4, read_types_line, true, true},
        {"urgency.tsv", 3, read_urgency_line, true, true},
        {"flags.tsv", 2, read_flags_line, true, true},
        {"learned.tsv", 2, read_learned_line, false, true},
        {"signs.tsv", 2, read_signs_line, false, false},
        {"place_cues.tsv", 2, read_place_cues_line, true, false},
        {"place_forms.tsv", 2, read_place_forms_line, true, false},
        {"place_ordinary.tsv", 1, read_place_ordinary_line, true, false},
        {"place_elsewhere.tsv", 1, read_place_elsewhere_line, true, false},
        {"conversation.tsv", 2, read_conversation_line, true, false},
        {"duplicates.tsv", 2, read_duplicates_line, true, false},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void read_line(struct build *b, const struct kind *kind, char *line)
{
	char *field[LINE_FIELDS], *save = NULL;
	size_t n = 0;
	for (char *f = strtok_r(line, "\t", &save); f != NULL && n < LINE_FIELDS; f = strtok_r(NULL, "\t", &save))
		field[n++] = f;
	if (n != kind->fields)
		fail(b, "wrong number of fields separated by tabs", n > 0 ? field[0] : "");
	else
		kind->read(b, field);
}

static void read_file(struct build *b, const struct kind *kind, const struct lexicon_file *file)
{
	char *text = arena_strndup(b->lex->arena, file->text, file->len), *next = text;
	b->file = file->name;
	b->line = 0;
	while (next != NULL && !b->failed) {
		char *line = next;
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		b->line++;
		line[strcspn(line, "\r")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			read_line(b, kind, line);
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

static bool has_rows(const struct lexicon_file *file)
{
	for (size_t k = 0; k < KINDS; k++)
		if (strcmp(base_name(file->name), kinds[k].file) == 0)
			return kinds[k].rows;
	return false;
}

/* Upper bounds for what the files can hold, so that arrays are made once. */
static void make_room(struct lexicon *lex, const struct lexicon_file *files, size_t n)
{
	size_t lines = 1, compounds = 0;
	for (size_t f = 0; f < n; f++) {
		bool rows = has_rows(&files[f]);
		for (size_t i = 0; rows && i < files[f].len; i++) {
			lines += files[f].text[i] == '\n';
			compounds += files[f].text[i] == '_';
		}
	}
	lines += n;
	lex->expansions = arena_array(lex->arena, struct expansion, lines);
	lex->phrases = arena_array(lex->arena, struct phrase, lines + compounds);
	lex->type_rules.rule = arena_array(lex->arena, struct rule, lines);
	lex->urgency_rules.rule = arena_array(lex->arena, struct rule, lines);
	lex->flag_rules.rule = arena_array(lex->arena, struct rule, lines);
	lex->concept_names = arena_array(lex->arena, const char *, CONCEPTS_MAX);
	lex->corrected = arena_array(lex->arena, bool, CONCEPTS_MAX);
	lex->concept_ids = string_map_new(lex->arena, CONCEPTS_MAX);
	lex->entry_ids = string_map_new(lex->arena, 32768);
	lex->expansion_ids = string_map_new(lex->arena, 2048);
	lex->skeletons = string_map_new(lex->arena, 4096);
	lex->sounds = string_map_new(lex->arena, 4096);
	lex->groups = string_map_new(lex->arena, 64);
	lex->place_words = place_words_new(lex->arena);
	lex->said_words = said_words_new(lex->arena);
	lex->duplicate_words = duplicate_words_new(lex->arena);
}

static void make_builtins(struct build *b)
{
	struct lexicon *lex = b->lex;
	const struct {
		const char *name;
		uint16_t *id;
	} builtins[] = {
	        {"begin", &lex->begin},
	        {"end", &lex->end},
	        {"number", &lex->number},
	        {"child_number", &lex->child_number},
	        {"elder_number", &lex->elder_number},
	        {"phone", &lex->phone},
	        {"brief", &lex->brief},
	        {"lengthy", &lex->lengthy},
	        {"glue", &lex->glue},
	        {"neg", &lex->neg},
	        {"village", &lex->names.village},
	        {"shown", &lex->names.shown},
	        {"hint", &lex->names.hint},
	        {"proof", &lex->names.proof},
	        {"place_number", &lex->names.place_number},
	        {"place_road", &lex->names.place_road},
	        {"place_spot", &lex->names.place_spot},
	        {"place_near", &lex->names.place_near},
	        {"place_stop", &lex->names.place_stop},
	};
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		*builtins[i].id = concept_named(b, builtins[i].name);
}

static void index_spelling(struct lexicon *lex, struct string_map *map, const char *key, size_t spelling)
{
	uint32_t *at = string_map_at(map, arena_strdup(lex->arena, key));
	if (*at == STRING_MAP_NONE)
		*at = (uint32_t)spelling;
}

static void index_spellings(struct lexicon *lex)
{
	lex->spelling = spelling_new(lex->arena, lex->spelled, lex->spelled_count);
	for (size_t i = 0; i < lex->spelled_count; i++) {
		char key[WORD_MAX];
		word_skeleton(lex->spelled[i], key, sizeof key);
		if (strlen(key) >= 3)
			index_spelling(lex, lex->skeletons, key, i);
		word_sound(lex->spelled[i], key, sizeof key);
		if (strlen(key) >= SOUND_MIN)
			index_spelling(lex, lex->sounds, key, i);
	}
}

static void index_phrases(struct lexicon *lex)
{
	lex->phrase_words = (lex->phrase_count + 63) / 64;
	lex->starts = arena_array(lex->arena, uint64_t, lex->concepts * lex->phrase_words + 1);
	for (size_t p = 0; p < lex->phrase_count; p++) {
		const struct condition *first = &lex->phrases[p].element[0].is;
		for (uint8_t i = 0; i < first->count; i++)
			lex->starts[first->any[i] * lex->phrase_words + p / 64] |= (uint64_t)1 << (p % 64);
	}
}

struct lexicon *lexicon_build(struct arena *a, const struct lexicon_file *files, size_t n, struct lexicon_fault *ret)
{
	struct lexicon *lex = arena_new_of(a, struct lexicon);
	struct build b = {.lex = lex, .fault = ret, .file = ""};
	lex->arena = a;
	make_room(lex, files, n);
	make_builtins(&b);
	for (size_t k = 0; k < KINDS && !b.failed; k++) {
		bool seen = false;
		for (size_t f = 0; f < n && !b.failed; f++) {
			if (strcmp(base_name(files[f].name), kinds[k].file) != 0)
				continue;
			read_file(&b, &kinds[k], &files[f]);
			seen = true;
		}
		b.file = kinds[k].file;
		b.line = 0;
		if (!seen && kinds[k].needed)
			fail(&b, "this file is missing", kinds[k].file);
	}
	if (b.failed)
		return NULL;
	if (lex->phrase_count > PHRASES_MAX) {
		fail(&b, "too many phrases", "phrases.tsv");
		return NULL;
	}
	index_spellings(lex);
	index_phrases(lex);
	return lex;
}
