/* fuzz_whatsapp: any call is read or refused with a reason, signed or not; any text renders to one call; any answer has a verdict. */
#include "gateway.h"

#include "../../protocol/digest.h"

static const struct gateway gateway = {.account = "1", .password = "p", .secret = "appsecret", .option = "minta-1"};

static const char *sign(void *ctx, const char *name)
{
	const struct golden *g = ctx;
	static char signature[DIGEST_HEX_MAX + 7] = "sha256=";
	uint8_t mac[DIGEST_MAX];
	(void)name;
	digest_hex(
	        mac,
	        digest_hmac(DIGEST_SHA256, gateway.secret, strlen(gateway.secret), g->body, g->request.body_len, mac),
	        signature + 7);
	return signature;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct golden g;
	if (size > 8000)
		return 0;
	golden_set(&g, (const char *)data, size);
	hold_call(&channel_whatsapp, &gateway, &g);
	g.request.header = sign;
	hold_call(&channel_whatsapp, &gateway, &g);
	hold_render(&channel_whatsapp, &gateway, g.body);
	hold_judge(&channel_whatsapp, g.body);
	golden_free(&g);
	return 0;
}
