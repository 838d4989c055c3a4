/* fuzz_triage: any bytes as a message: the triage answers, its JSON is well formed, its confidence a probability, what is compared and answered within bounds. */
#include "../../daemon/core/conversation_text.h"
#include "../../daemon/core/duplicate.h"
#include "../../daemon/core/region_file.h"
#include "../../daemon/core/triage.h"
#include "../../daemon/core/words.h"
#include "../../protocol/json.h"
#include "fuzz.h"

static struct lexicon *lexicon;
static struct gazetteer *gazetteer;

static const struct lexicon_file files[] = {
#define FILE_OF(name, text)                                                                                            \
	{                                                                                                              \
		name, text, sizeof text - 1                                                                            \
	}
        FILE_OF("forms.tsv", "org\torang\nyg\tyang\ndi\tdi\ngatau\ttidak tahu\n"),
        FILE_OF("words.tsv", "@typos\trestraint\nperson\torang kakek bayi\nrestraint\trantai+v pasung+ "
                             "kurung+p\nbody\tmayat jenazah\n"
                             "neg\ttidak\nplace_number\trt "
                             "rw\nplace_road\tjalan\nplace_near\tdekat\nplace_spot\tpasar\nplace_stop\tyang\n"),
        FILE_OF("phrases.tsv",
                "unknown\t@neg ~2 tahu|kenal ~1 @person\n-restraint\t@neg ~1 @restraint\nopening\t@begin @person\n"),
        FILE_OF("types.tsv",
                "not_a_report\t0\t-\t-\nshackled_patient\t4\tr\trestraint\nunclaimed_body\t4\t-\tbody !restraint\n"
                "abandoned_person\t3\t-\tunknown|opening person\n"),
        FILE_OF("urgency.tsv", "shackled_patient\tcritical\tnumber\n*\thigh\t-\n"),
        FILE_OF("flags.tsv", "child\tperson child_number\n"),
        FILE_OF("learned.tsv", "body\t0 50 0 0 0 0 0\n=di\t0 0 0 0 -25 0 0\n"),
        FILE_OF("signs.tsv",
                "mayat\t0 120 0 0 -9 0 0\nran-\t0 0 30 0 0 0 0\n-tai\t0 0 9 0 0 0 0\norang_mati\t0 55 0 0 0 0 0\n"),
        FILE_OF("place_cues.tsv",
                "village\tdesa ds\nregency\tkab\nin\tdi\nto\tke\naway\tdibawa\nperson\tpak\nnow\tini\nplant\t"
                "pohon\nroad\tporos\ndoubtful\twaru petung\ncommon\tsungai gunung\neither\tatau\nclinic\tpuskesmas\n"
                "home_regency\tppu\nthere\tdi\nnumeral\tdua\nin_front\tdi\nbehind\tmi\nnumber_"
                "behind\tdua\nwhole\tgg\nrelative\tibu\nnow_behind\tsekarang\n"),
        FILE_OF("place_forms.tsv", "gn\tgunung\nsei\tsungai\nii\t2\ndua\t2\n"),
        FILE_OF("place_ordinary.tsv", "parit sungai orang tahu\n"),
        FILE_OF("place_elsewhere.tsv", "jawa timur\nbogor\n"),
        FILE_OF("duplicates.tsv", "meaning\t@body\nempty\t@neg "
                                  "yang\nmale\tlaki\nnumber_2\tdua\ncounted\torang\nanother\tlain satu_lagi\n"),
        FILE_OF("conversation.tsv", "choice_1\tsatu\nyes\tya\nunclaimed_body\tmayat\ninstead\ttapi "
                                    ",\nthanks_phrase\tterima_kasih\nemergency_fire\tterbakar\n"),
#undef FILE_OF
};

static const struct region areas[] = {
        {"64.09", "Kabupaten Penajam Paser Utara"},
        {"64.09.01", "Penajam"},
        {"64.09.01.1003", "Petung"},
        {"64.09.01.1004", "Lawe-lawe"},
        {"64.09.01.1009", "Nipah-Nipah"},
        {"64.09.01.1011", "Penajam"},
        {"64.09.02", "Waru"},
        {"64.09.02.1003", "Waru"},
        {"64.09.03.2002", "Labangka"},
        {"64.09.03.2012", "Labangka Barat"},
        {"64.09.04.2010", "Semoi Dua"},
        {"64.09.04.2011", "Suko Mulyo"},
        {"64.09.01.1012", "Gunung Seteleng"},
        {"64.09.01.1008", "Sungai Parit"},
        {"64.71", "Kota Balikpapan"},
        {"64.71.01", "Balikpapan Timur"},
        {"64.71.01.1001", "Manggar"},
};

static void build(void)
{
	static const struct region_alias aliases[] = {{"64.09.01.1003", "Pasar Petung", "landmark"}};
	struct arena *a = arena_new();
	struct lexicon_fault fault;
	lexicon = lexicon_build(a, files, sizeof files / sizeof *files, &fault);
	if (lexicon == NULL) {
		fprintf(stderr, "%s:%d: %s\n", fault.file, fault.line, fault.detail);
		abort();
	}
	gazetteer = gazetteer_build(a, lexicon_place_words(lexicon), areas, sizeof areas / sizeof *areas, aliases, 1,
	                            "64.09");
}

/* What is found is one of the areas, and what was said of it true. */
static void find(const struct gazetteer *g, const char *text)
{
	static struct words words;
	const char *word[WORDS_MAX];
	struct place_guess guess;
	words_read(text, &words);
	for (size_t i = 0; i < words.count; i++)
		word[i] = words.word[i].text;
	gazetteer_find(g, word, words.count, &guess);
	HOLD(guess.confidence >= 0 && guess.confidence <= 1 && guess.candidate_count <= PLACE_CANDIDATES);
	for (size_t i = 0; i < guess.candidate_count; i++)
		HOLD(gazetteer_by_code(g, guess.candidates[i].code) != NULL);
	HOLD(guess.code[0] == '\0' || (guess.from < guess.to && guess.to <= words.count));
}

static void hold_answer(const struct lexicon *lex, const char *text)
{
	struct triage t;
	triage_text(lex, gazetteer, text, &t);
	HOLD(t.type_confidence >= 0 && t.type_confidence <= 1 && t.place.confidence >= 0 && t.place.confidence <= 1);
	static struct words words;
	struct said said;
	struct duplicate_facts facts;
	words_read(text, &words);
	said_read(lexicon_said_words(lex), &words, &said);
	HOLD(said.choice >= 0 && said.choice <= 9 && said.emergency < EMERGENCIES);
	duplicate_read(lex, &(struct duplicate_report){.text = text, .triage = &t}, &facts);
	HOLD(facts.words <= DUPLICATE_WORDS && facts.persons < 100 && facts.age <= 120);
}

/* The same bytes as a file of the lexicon: refused with a place, or built, and a message read with it. */
static void as_data_file(const char *text, size_t len)
{
	enum { FILES = sizeof files / sizeof *files };
	struct lexicon_file changed[FILES];
	struct lexicon_fault fault = {.line = -1};
	struct arena *a = arena_new();
	memcpy(changed, files, sizeof files);
	size_t which = len > 0 ? (unsigned char)text[0] % FILES : 0;
	changed[which] = (struct lexicon_file){files[which].name, text, len};
	const struct lexicon *built = lexicon_build(a, changed, FILES, &fault);
	HOLD(built != NULL || (fault.line >= 0 && fault.detail[0] != '\0'));
	const struct place_words *words = lexicon_place_words(built != NULL ? built : lexicon);
	if (built != NULL) {
		hold_answer(built, text);
		find(gazetteer_build(a, words, areas, sizeof areas / sizeof *areas, NULL, 0, "64.09"), text);
	}
	struct region *regions;
	struct region_alias *aliases;
	size_t n;
	size_t alias_count;
	if (regions_parse(a, text, len, &regions, &n) && n > 0) /* any names: built, and a message read with them */
		find(gazetteer_build(a, words, regions, n, NULL, 0, ""), text);
	if (aliases_parse(a, text, len, &aliases, &alias_count) && alias_count > 0)
		find(gazetteer_build(a, words, areas, sizeof areas / sizeof *areas, aliases, alias_count, "64.09"),
		     text);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct triage again;
	struct buf out;
	struct json_fault fault;
	if (lexicon == NULL)
		build();
	char *text = malloc(size + 1);
	HOLD(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	hold_answer(lexicon, text);
	triage_report(lexicon, gazetteer, &(struct stated){.text = text, .type = "unclaimed_body", .place_text = text},
	              &again);
	buf_init(&out, 1 << 20);
	triage_features(lexicon, gazetteer, text, &out);
	HOLD(out.len > 0);
	buf_reset(&out);
	triage_render(&again, gazetteer, &out);
	cJSON *json = json_parse(out.data, out.len, &fault);
	HOLD(json != NULL);
	cJSON_Delete(json);
	buf_free(&out);
	if (size < 4000)
		as_data_file(text, size);
	free(text);
	return 0;
}
