/* fuzz_telegram: any update is read or refused with a reason; any text renders to one call; any answer has a verdict. */
#include "gateway.h"

static const struct gateway gateway = {.name = "telegram", .password = "1:AA", .secret = "rahasia_1"};

static const char *secret(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return gateway.secret;
}

/* hold_render's contact is a telephone, which this channel does not know. */
static void hold_chat(const char *text)
{
	static const struct channel_contact contact = {.address = "telegram:7312345678901"};
	const struct channel_notice notice = {.id = "a-1", .body = text, .body_len = strlen(text)};
	struct http_call call;
	char why[200] = "";
	http_call_init(&call);
	bool ok = channel_telegram.render(&gateway, &contact, &notice, &call, why, sizeof why);
	HOLD(ok == (why[0] == '\0'));
	HOLD(!ok || (utf8_valid(call.body.data, call.body.len) && memchr(call.body.data, '\n', call.body.len) == NULL));
	http_call_free(&call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct golden g;
	if (size > 8000)
		return 0;
	golden_set(&g, (const char *)data, size);
	hold_call(&channel_telegram, &gateway, &g);
	g.request.header = secret;
	HOLD(hold_call(&channel_telegram, &gateway, &g) != INBOUND_FORGED);
	hold_chat(g.body);
	hold_judge(&channel_telegram, g.body);
	golden_free(&g);
	return 0;
}
