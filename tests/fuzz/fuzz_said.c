/* fuzz_said: what a text is by itself keeps within its bounds, whatever the text; a denial's rest lies within the words. */
#include "../../daemon/core/conversation_text.h"
#include "fuzz.h"

/* A line or two of every kind that conversation.tsv holds. */
static const struct said_words *lists(void)
{
	static struct said_words *s;
	static const char *const lines[][2] = {
	        {"choice_1", "1 satu"},
	        {"choice_2", "2 dua k2"},
	        {"choice_4", "4 empat"},
	        {"yes", "ya y"},
	        {"filler", "pak no nomor di"},
	        {"unclaimed_body", "mayat"},
	        {"type_filler", "orang"},
	        {"denial", "bukan"},
	        {"instead", "tapi di , ."},
	        {"thanks", "makasih ok"},
	        {"thanks_phrase", "terima_kasih"},
	        {"thanks_filler", "kasih pak"},
	        {"automatic", "auto_reply"},
	        {"withdrawal", "batal tdk_jadi"},
	        {"another", "ada_lagi"},
	        {"status", "cek_laporan"},
	        {"report_number", "no laporan"},
	        {"refers", "dia"},
	        {"emergency_fire", "api"},
	        {"emergency_police", "begal"},
	};
	if (s != NULL)
		return s;
	struct arena *a = arena_new();
	s = said_words_new(a);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *value;
		char *field[] = {arena_strdup(a, lines[i][0]), arena_strdup(a, lines[i][1])};
		HOLD(said_words_read(s, field, &value) == NULL);
	}
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct words words;
	struct said said;
	size_t from, count;
	memcpy(text, data, size);
	text[size] = '\0';
	words_read(text, &words);
	said_read(lists(), &words, &said);
	HOLD(said.choice >= 0 && said.choice <= 4);
	HOLD(said.number_count <= SAID_NUMBERS && said.words <= words.count);
	for (size_t i = 0; i < said.number_count; i++)
		HOLD(said.numbers[i] > 0 && said.numbers[i] < 1000000000);
	HOLD(!(said.choice > 0 && said.withdraws));
	said_after_denial(lists(), &words, &from, &count);
	HOLD(from + count <= words.count);
	free(text);
	return 0;
}
