/* fuzz_jasmin: any call is read or refused with a reason, whatever its coding 0 means; any text renders to one call; any answer has a verdict. */
#include "gateway.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const alphabets[] = {NULL, "latin1", "utf8"};
	struct gateway gateway = {.send_url = "http://h/send", .status_url = "https://h/status?token=t"};
	struct golden g;
	if (size > 8000)
		return 0;
	gateway.option = alphabets[size % 3];
	golden_set(&g, (const char *)data, size);
	HOLD(hold_call(&channel_jasmin, &gateway, &g) != INBOUND_FORGED);
	hold_render(&channel_jasmin, &gateway, g.body);
	hold_judge(&channel_jasmin, g.body);
	golden_free(&g);
	return 0;
}
