/* fuzz_triage: any bytes as a message: the triage answers, its JSON is well formed, its confidence a probability. */
#include "../../daemon/core/region_file.h"
#include "../../daemon/core/triage.h"
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
        FILE_OF("learned.tsv", "unclaimed_body\tbody\t0.5\nnot_a_report\t=di\t-0.25\n"),
#undef FILE_OF
};

static void build(void)
{
	static const struct region regions[] = {
	        {"64.09", "Kabupaten Penajam Paser Utara"},
	        {"64.09.01", "Penajam"},
	        {"64.09.01.1003", "Petung"},
	        {"64.09.01.1009", "Nipah-Nipah"},
	        {"64.09.01.1011", "Penajam"},
	        {"64.09.04.2010", "Semoi Dua"},
	        {"64.09.01.1012", "Gunung Seteleng"},
	        {"64.71", "Kota Balikpapan"},
	};
	static const struct region_alias aliases[] = {{"64.09.01.1003", "Pasar Petung", "landmark"}};
	struct arena *a = arena_new();
	struct lexicon_fault fault;
	lexicon = lexicon_build(a, files, sizeof files / sizeof *files, &fault);
	gazetteer = gazetteer_build(a, regions, sizeof regions / sizeof *regions, aliases, 1, "64.09");
	if (lexicon == NULL) {
		fprintf(stderr, "%s:%d: %s\n", fault.file, fault.line, fault.detail);
		abort();
	}
}

/* The same bytes as a file of the lexicon: refused with a place, or built. */
static void as_data_file(const char *text, size_t len)
{
	static const char *const names[] = {"forms.tsv",   "words.tsv", "phrases.tsv", "types.tsv",
	                                    "urgency.tsv", "flags.tsv", "learned.tsv"};
	struct lexicon_file changed[sizeof files / sizeof *files];
	struct lexicon_fault fault = {.line = -1};
	struct arena *a = arena_new();
	memcpy(changed, files, sizeof files);
	size_t which = len > 0 ? (unsigned char)text[0] % (sizeof names / sizeof *names) : 0;
	changed[which] = (struct lexicon_file){names[which], text, len};
	if (lexicon_build(a, changed, sizeof files / sizeof *files, &fault) == NULL)
		HOLD(fault.line >= 0 && fault.detail[0] != '\0');
	struct region *regions;
	struct region_alias *aliases;
	size_t n;
	(void)!regions_parse(a, text, len, &regions, &n);
	(void)!aliases_parse(a, text, len, &aliases, &n);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct triage t, again;
	struct buf out;
	struct json_fault fault;
	if (lexicon == NULL)
		build();
	char *text = malloc(size + 1);
	HOLD(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	triage_text(lexicon, gazetteer, text, &t);
	triage_report(lexicon, gazetteer, &(struct stated){.text = text, .type = "unclaimed_body", .place_text = text},
	              &again);
	HOLD(t.type_confidence >= 0 && t.type_confidence <= 1 && t.place.confidence >= 0 && t.place.confidence <= 1);
	buf_init(&out, 1 << 20);
	triage_render(&again, gazetteer, &out);
	buf_reset(&out);
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
