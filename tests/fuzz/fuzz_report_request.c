/* fuzz_report_request: an accepted report keeps every bound of its header (lengths, ranges, words, valid UTF-8); a refused one names at least one fault,
 * and its problem document is itself valid JSON. */
#include "../../protocol/report_request.h"
#include "fuzz.h"

static void check_text(const char *text, size_t max)
{
	if (text == NULL)
		return;
	HOLD(utf8_valid(text, strlen(text)));
	size_t length = utf8_length(text);
	HOLD(length >= 1 && length <= max);
	for (const char *c = text; *c != '\0'; c++)
		HOLD((unsigned char)*c >= 0x20 || *c == '\n' || *c == '\r' || *c == '\t');
}

static void check_report(const struct report_request *r)
{
	HOLD(r->tree != NULL && (r->text != NULL || r->type != NULL));
	check_text(r->text, REPORT_TEXT_MAX);
	check_text(r->place_text, 500);
	check_text(r->reporter_name, 200);
	check_text(r->external_id, 200);
	HOLD(r->lat >= -90 && r->lat <= 90 && r->lon >= -180 && r->lon <= 180);
	HOLD(r->village_code == NULL || strlen(r->village_code) <= 13);
	HOLD(r->phone[0] == '\0' || (r->phone[0] == '+' && strlen(r->phone) <= 16));
	HOLD(!r->has_occurred_at || r->occurred_at_us >= 946684800LL * 1000000);
	bool known = r->type == NULL;
	for (const char *const *type = report_types; *type != NULL; type++)
		known |= r->type != NULL && strcmp(r->type, *type) == 0;
	HOLD(known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report_request r;
	struct problem p;
	if (report_request_read((const char *)data, size, &r, &p)) {
		check_report(&r);
		report_request_free(&r);
	} else {
		HOLD(r.tree == NULL);
		hold_problem(&p);
	}
	return 0;
}
