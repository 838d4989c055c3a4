/* fuzz_said: what a text is by itself keeps within its bounds, whatever the text; a denial's rest lies within the words. */
#include "../../daemon/core/conversation_text.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct words words;
	struct said said;
	size_t from, count;
	memcpy(text, data, size);
	text[size] = '\0';
	words_read(text, &words);
	said_read(&words, &said);
	HOLD(said.choice >= 0 && said.choice <= 4);
	HOLD(said.number_count <= SAID_NUMBERS && said.words <= words.count);
	for (size_t i = 0; i < said.number_count; i++)
		HOLD(said.numbers[i] > 0 && said.numbers[i] < 1000000000);
	HOLD(!(said.choice > 0 && said.withdraws));
	said_after_denial(&words, &from, &count);
	HOLD(from + count <= words.count);
	free(text);
	return 0;
}
