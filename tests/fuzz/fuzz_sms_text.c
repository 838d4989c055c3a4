/* fuzz_sms_text: what was fitted fits, begins as the text does and is cut between characters; what was made plain
 * costs no more parts when it is GSM-7 and has no control characters. */
#include "../../protocol/sms_text.h"
#include "../../protocol/utf8.h"
#include "fuzz.h"

static void check_size(struct sms_size size)
{
	int single = size.coding == SMS_GSM7 ? 160 : 70, part = size.coding == SMS_GSM7 ? 153 : 67;
	HOLD((size.parts == 0) == (size.units == 0));
	HOLD(size.parts > 1 || size.units <= single);
	HOLD(size.parts <= 1 || (size.units > single && size.units <= size.parts * part));
}

/* The parts are the text, one after the other, and each fits. */
static void check_split(const char *text)
{
	static struct sms_slice slices[4096];
	struct sms_size size = sms_measure(text);
	int n = sms_split(text, slices, 4096), single = size.coding == SMS_GSM7 ? 160 : 70, units = 0;
	const char *at = text;
	HOLD(n == size.parts);
	for (int i = 0; i < n; i++) {
		HOLD(slices[i].text == at && slices[i].len > 0);
		HOLD(slices[i].units <= (n == 1 ? single : size.coding == SMS_GSM7 ? 153 : 67));
		at += slices[i].len;
		units += slices[i].units;
	}
	HOLD(units == size.units && *at == '\0');
}

static void check_fit(const char *text, int parts)
{
	struct buf cut;
	buf_init(&cut, 1 << 20);
	sms_fit(text, parts, &cut);
	HOLD(!cut.failed && sms_measure(cut.data).parts <= parts);
	if (strcmp(cut.data, text) != 0) {
		HOLD(cut.len >= 3 && strcmp(cut.data + cut.len - 3, "...") == 0);
		HOLD(strncmp(text, cut.data, cut.len - 3) == 0);
		HOLD(!utf8_valid(text, strlen(text)) || utf8_valid(cut.data, cut.len));
		HOLD(sms_measure(text).parts > parts);
	}
	buf_free(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 4000)
		return 0;
	char *text = calloc(1, size + 1);
	struct buf plain;
	memcpy(text, data, size);
	buf_init(&plain, 1 << 20);
	sms_transliterate(text, &plain);
	HOLD(!plain.failed && utf8_valid(plain.data, plain.len));
	for (size_t i = 0; i < plain.len; i++)
		HOLD((unsigned char)plain.data[i] >= ' ' || plain.data[i] == '\n');
	HOLD(sms_measure(text).coding == SMS_UCS2 || sms_measure(plain.data).units <= sms_measure(text).units);
	check_size(sms_measure(text));
	check_split(text);
	check_size(sms_measure(plain.data));
	for (int parts = 1; parts <= SMS_MAX_PARTS; parts++)
		check_fit(text, parts);
	buf_free(&plain);
	free(text);
	return 0;
}
