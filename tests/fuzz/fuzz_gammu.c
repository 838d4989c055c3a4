/* fuzz_gammu: any call becomes a message of valid UTF-8 or is refused with a reason; any rows become messages, each row of one at most. */
#include "../../protocol/channel/gammu.h"
#include "../../protocol/channel/kinds.h"
#include "../../protocol/utf8.h"
#include "fuzz.h"

static void check_call(const char *text, size_t len)
{
	static const struct gateway gateway = {.name = "g"};
	const struct inbound_request r = {.method = "POST", .url = "", .query = "", .body = text, .body_len = len};
	struct inbound all;
	char why[160] = "";
	inbound_init(&all);
	if (channel_gammu.read(&gateway, DOOR_INBOUND, &r, &all, why, sizeof why) == INBOUND_TAKEN) {
		HOLD(all.message_count == 1 && all.messages[0].external_id[0] != '\0');
		HOLD(utf8_valid(all.messages[0].text.data, all.messages[0].text.len));
	} else {
		HOLD(why[0] != '\0');
	}
	inbound_free(&all);
}

/* Every line is a row: its first 12 characters the header, the next the sender, the rest the text. */
static void check_rows(char *text)
{
	enum { ROWS = 64 };
	struct gammu_row rows[ROWS];
	int of[ROWS];
	size_t n = 0;
	for (char *line = strtok(text, "\n"); line != NULL && n < ROWS; line = strtok(NULL, "\n")) {
		static char udh[ROWS][13], sender[ROWS][2];
		snprintf(udh[n], sizeof udh[n], "%.12s", line);
		size_t skip = strlen(udh[n]);
		snprintf(sender[n], sizeof sender[n], "%.1s", line + skip);
		line += skip + (line[skip] != '\0');
		rows[n] = (struct gammu_row){.id = (int64_t)n,
		                             .phone_id = "p",
		                             .sender = sender[n],
		                             .smsc = "",
		                             .text = line[0] == '!' ? "" : line,
		                             .hex = line,
		                             .coding = line[0] == '8' ? "8bit" : "",
		                             .udh = udh[n],
		                             .age_s = (int)n * 40};
		n++;
	}
	struct inbound all;
	inbound_init(&all);
	gammu_join(rows, n, 660, &all, of);
	for (size_t i = 0; i < n; i++)
		HOLD(of[i] == GAMMU_WAITS || (of[i] >= 0 && (size_t)of[i] < all.message_count));
	for (size_t i = 0; i < all.message_count; i++)
		HOLD(utf8_valid(all.messages[i].text.data, all.messages[i].text.len));
	inbound_free(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 8000)
		return 0;
	char *text = calloc(1, size + 1);
	memcpy(text, data, size);
	const char *body = memmem(text, size, "\n\n", 2);
	check_call(body != NULL ? body + 2 : text, body != NULL ? size - (size_t)(body + 2 - text) : size);
	check_rows(text);
	free(text);
	return 0;
}
