/* fuzz_generic: any call is read or refused with a reason by a mapping; the mapping may be any bytes that its check lets through; any text renders to one call,
 * any answer has a verdict. */
#include "../../protocol/channel/send_template.h"
#include "../../protocol/json_pointer.h"
#include "gateway.h"

static const struct gateway_mapping map = {.messages = "/data/messages",
                                           .id = "/id",
                                           .from = "/sender/number",
                                           .to = "/to",
                                           .text = "/body",
                                           .time = "/at",
                                           .reports = "/data/reports",
                                           .report_ref = "/ref",
                                           .report_state = "/state",
                                           .report_delivered = "delivered, DELIVRD",
                                           .report_sent = "sent,accepted ",
                                           .report_failed = "failed",
                                           .signature = "none",
                                           .send_body = "{\"to\":\"{to}\",\"text\":\"{text}\"}",
                                           .send_auth = "basic",
                                           .send_id = "/id",
                                           .send_ok = "/state=queued"};

static void hold_answers(const struct gateway *g, const char *body)
{
	static const int statuses[] = {200, 201, 400, 403, 429, 500};
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		struct channel_answer a = {.status = statuses[i], .body = body, .error = "", .gateway = g};
		struct verdict v = channel_generic.judge(&a);
		HOLD(statuses[i] < 300 || v.outcome != OUTCOME_OK);
		hold_plain(v.detail, sizeof v.detail);
		hold_plain(v.gateway_ref, sizeof v.gateway_ref);
	}
}

/* text as a pointer and as a template: what the check lets through does what it should with a document. */
static void hold_mapping(const struct gateway *g, struct golden *call, const char *text)
{
	struct gateway changed = *g;
	char why[300] = "";
	changed.send_url = "https://h";
	changed.mapping.send_body = text;
	bool good = channel_generic.check(&changed, why, sizeof why);
	HOLD(good == (why[0] == '\0'));
	if (good)
		hold_render(&channel_generic, &changed, call->body);
	changed = *g;
	changed.mapping.messages = NULL;
	changed.mapping.text = text;
	if (channel_generic.check(&changed, why, sizeof why))
		hold_call(&channel_generic, &changed, call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gateway mapped = {.send_url = "https://h", .username = "u", .password = "p", .mapping = map};
	const struct gateway bare = {.mapping = {.from = "/from", .text = "/text"}};
	struct golden g;
	char first[64];
	if (size > 8000)
		return 0;
	golden_set(&g, (const char *)data, size);
	snprintf(first, sizeof first, "%.*s", (int)strcspn(g.headers, "\n"), g.headers);
	hold_call(&channel_generic, &mapped, &g);
	hold_call(&channel_generic, &bare, &g);
	hold_render(&channel_generic, &mapped, g.body);
	hold_answers(&mapped, g.body);
	hold_mapping(&bare, &g, first);
	hold_mapping(&bare, &g, g.body);
	golden_free(&g);
	return 0;
}
