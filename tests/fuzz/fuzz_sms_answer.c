/* fuzz_sms_answer: an answer names a known event, a possible number and time, and a clean reason that stands in the
 * text; case and surrounding blanks change nothing. */
#include "../../protocol/sms_answer.h"
#include "../../protocol/utf8.h"
#include "fuzz.h"

static void check(const struct sms_answer *a, const char *text)
{
	static const char *const events[] = {"accept", "decline", "en_route", "on_scene", "complete", "claim"};
	bool known = false;
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		known = known || strcmp(a->event, events[i]) == 0;
	HOLD(known);
	HOLD(a->number >= 0 && a->number <= 999999999);
	HOLD(a->eta_minutes == -1 || (a->eta_minutes >= 1 && a->eta_minutes <= 1440));
	HOLD(strlen(a->reason) <= strlen(text) && strlen(a->reason) < sizeof a->reason);
	HOLD(!utf8_valid(text, strlen(text)) || utf8_valid(a->reason, strlen(a->reason)));
	for (const char *p = a->reason; *p != '\0'; p++)
		HOLD((unsigned char)*p >= ' ' && *p != 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 4000)
		return 0;
	char *text = calloc(1, size + 3);
	struct sms_answer first, second;
	memcpy(text, data, size);
	bool answered = sms_answer_read(text, &first);
	if (answered)
		check(&first, text);
	memset(text, 0, size + 3);
	memcpy(text + 1, data, size);
	text[0] = ' ';
	for (char *p = text; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	HOLD(sms_answer_read(text, &second) == answered);
	HOLD(!answered ||
	     (first.event == second.event && first.number == second.number && first.eta_minutes == second.eta_minutes));
	free(text);
	return 0;
}
