/* fuzz_vonage: any call is read or refused with a reason, under each method of signing and without; any text renders to one call; any answer has a verdict. */
#include "gateway.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const methods[] = {NULL, "md5hash", "md5", "sha1", "sha512", "none"};
	struct gateway gateway = {
	        .username = "u", .password = "p", .from = "SIGAP", .status_url = "https://h/status?token=t"};
	struct golden g;
	if (size > 8000)
		return 0;
	golden_set(&g, (const char *)data, size);
	HOLD(hold_call(&channel_vonage, &gateway, &g) != INBOUND_FORGED);
	gateway.secret = "sigsecret";
	gateway.option = methods[size % (sizeof methods / sizeof *methods)];
	hold_call(&channel_vonage, &gateway, &g);
	hold_render(&channel_vonage, &gateway, g.body);
	hold_judge(&channel_vonage, g.body);
	golden_free(&g);
	return 0;
}
