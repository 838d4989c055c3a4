/* triage: what a citizen's words mean: type, urgency, flags and place, each with confidence and reasons. Pure. The lexicon is data (config/lexicon/). */
#ifndef SIGAP_CORE_TRIAGE_H
#define SIGAP_CORE_TRIAGE_H
#include <stddef.h>

#include "../../protocol/buf.h"
#include "../base/arena.h"
#include "gazetteer.h"
#include "types.h"

struct lexicon;
struct said_words;
struct duplicate_words;
struct lexicon_fault {
	char file[200];
	int line;
	char detail[200];
};
/* Parses lexicon files already read into memory (io reads them): forms.tsv, words.tsv, phrases.tsv, types.tsv, urgency.tsv, flags.tsv, place_cues.tsv, place_forms.tsv,
 * place_ordinary.tsv, place_elsewhere.tsv, conversation.tsv, duplicates.tsv are needed, slang.tsv, learned.tsv and signs.tsv may be there; others are ignored. name: for faults; its last part tells which file it is. The texts are copied. Returns NULL with the fault. */
struct lexicon_file {
	const char *name;
	const char *text;
	size_t len;
};
struct lexicon *lexicon_build(struct arena *a, const struct lexicon_file *files, size_t n, struct lexicon_fault *ret);
/* What the words around names of places say (place_words.h), for the gazetteer; they live as long as lex. */
const struct place_words *lexicon_place_words(const struct lexicon *lex);
/* What says whether two reports are of one event (duplicate_words.h); they live as long as lex. */
const struct duplicate_words *lexicon_duplicate_words(const struct lexicon *lex);
/* What says of a text what it is by itself (conversation_text.h); they live as long as lex. */
const struct said_words *lexicon_said_words(const struct lexicon *lex);

enum { TRIAGE_REASONS = 12, REASON_MAX = 96, PLACE_TEXT_MAX = 160 };
struct triage {
	enum incident_type type; /* TYPE_UNSURE when confidence is below what the words carry */
	double type_confidence;  /* 0..1, 1 when stated by the source */
	enum urgency urgency;
	unsigned flags; /* enum flag bits */
	struct place_guess place;
	char place_text[PLACE_TEXT_MAX];          /* RT/RW, road, landmark words as written, or "" */
	const char *ask;                          /* "place", "type" or NULL: the one question worth asking; static */
	char reasons[TRIAGE_REASONS][REASON_MAX]; /* English, short: "word 'dirantai' -> shackled_patient" */
	size_t reason_count;
};
/* Reads one message (UTF-8, any length; the first 512 words count). */
void triage_text(const struct lexicon *lex, const struct gazetteer *g, const char *text, struct triage *ret);
/* What the source stated explicitly, over what the words say. NULL members: not stated. village_code must exist in g (checked by the caller); a prefix above village level is
 * taken as district hint only. text may be NULL. */
struct stated {
	const char *text, *type, *urgency, *village_code, *place_text;
};
void triage_report(const struct lexicon *lex, const struct gazetteer *g, const struct stated *stated,
                   struct triage *ret);
/* Renders {"type","confidence","urgency","flags":[],"village_code","place_confidence","candidates":[{"village_code","name","score"}],"place_text","reasons":[],"ask"}. */
void triage_render(const struct triage *t, const struct gazetteer *g, struct buf *out);
/* What the training (tests/train/) learns from: {"scores":{type: what the rules say}, "concepts":[all that the message holds], "rules":[numbers of those that count], "signs":[lexicon_each_sign], "words":count}. */
void triage_features(const struct lexicon *lex, const struct gazetteer *g, const char *text, struct buf *out);
#endif
