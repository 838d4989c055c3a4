/* fuzz_smsgate: any call is read or refused with a reason, signed or not; any text renders to one call; any answer has a verdict. */
#include "gateway.h"

#include "../../protocol/digest.h"

static const struct gateway gateway = {
        .username = "u", .password = "p", .secret = "abc123KEY", .status_url = "https://h/status?token=t"};

/* The headers that the body should have. */
static const char *sign(void *ctx, const char *name)
{
	const struct golden *g = ctx;
	static char signature[DIGEST_HEX_MAX];
	uint8_t mac[DIGEST_MAX];
	if (strcmp(name, "X-Timestamp") == 0)
		return "1795255872";
	size_t len = g->request.body_len;
	char *all = calloc(1, len + 11);
	memcpy(all, g->body, len);
	memcpy(all + len, "1795255872", 10);
	digest_hex(mac, digest_hmac(DIGEST_SHA256, gateway.secret, strlen(gateway.secret), all, len + 10, mac),
	           signature);
	free(all);
	return signature;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct golden g;
	if (size > 8000)
		return 0;
	golden_set(&g, (const char *)data, size);
	hold_call(&channel_smsgate, &gateway, &g);
	g.request.header = sign;
	HOLD(hold_call(&channel_smsgate, &gateway, &g) != INBOUND_FORGED);
	hold_render(&channel_smsgate, &gateway, g.body);
	hold_judge(&channel_smsgate, g.body);
	golden_free(&g);
	return 0;
}
