/* fuzz_twilio: any call is read or refused with a reason, signed or not; any text renders to one call; any answer has a verdict. */
#include "gateway.h"

#include "../../protocol/digest.h"

static const struct gateway gateway = {.account = "AC00000000000000000000000000000000",
                                       .password = "0123456789abcdef0123456789abcdef",
                                       .from = "+6221555000",
                                       .status_url = "https://h/status?token=t"};

static const char *sign(void *ctx, const char *name)
{
	const struct golden *g = ctx;
	static char signature[DIGEST_BASE64_MAX];
	uint8_t mac[DIGEST_MAX];
	(void)name;
	digest_base64(mac,
	              digest_hmac(DIGEST_SHA1, gateway.password, strlen(gateway.password), g->url, strlen(g->url), mac),
	              signature);
	return signature;
}

/* A golden message or any bytes, as they are; and its body, or all of it, as the query of a GET with the right signature, which is over the address alone. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct golden g, get;
	if (size > 8000)
		return 0;
	golden_set(&g, (const char *)data, size);
	hold_call(&channel_twilio, &gateway, &g);
	const char *fields = g.request.body_len > 0 ? g.body : g.query;
	size_t len = strlen(fields);
	char *text = calloc(1, len + 20);
	sprintf(text, "GET /?%s\n", fields);
	golden_set(&get, text, strlen(text));
	get.request.header = sign;
	hold_call(&channel_twilio, &gateway, &get);
	hold_render(&channel_twilio, &gateway, g.body);
	hold_judge(&channel_twilio, g.body);
	free(text);
	golden_free(&get);
	golden_free(&g);
	return 0;
}
