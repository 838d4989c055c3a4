/* fuzz_infobip: any call is read or refused with a reason, with a password and without; any text renders to one call; any answer has a verdict. */
#include "gateway.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gateway gateway = {
	        .send_url = "https://h", .password = "p", .from = "SIGAP", .status_url = "https://h/status?token=t"};
	struct golden g;
	if (size > 8000)
		return 0;
	golden_set(&g, (const char *)data, size);
	HOLD(hold_call(&channel_infobip, &gateway, &g) != INBOUND_FORGED);
	gateway.secret = "h00k";
	hold_call(&channel_infobip, &gateway, &g);
	hold_render(&channel_infobip, &gateway, g.body);
	hold_judge(&channel_infobip, g.body);
	golden_free(&g);
	return 0;
}
