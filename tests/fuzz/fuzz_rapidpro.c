/* fuzz_rapidpro: any call is read or refused with a reason; any text renders to one call; any answer has a verdict. */
#include "gateway.h"

static const struct gateway open_one = {.send_url = "https://h", .account = "f1d2c3b4-0000-4000-8000-000000000001"},
                            closed = {.send_url = "https://h", .account = "f1", .secret = "s3cret"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct golden g;
	if (size > 8000)
		return 0;
	golden_set(&g, (const char *)data, size);
	hold_call(&channel_rapidpro, &open_one, &g);
	hold_call(&channel_rapidpro, &closed, &g);
	g.request.content_type = "application/json";
	hold_call(&channel_rapidpro, &open_one, &g);
	g.request.content_type = "application/x-www-form-urlencoded";
	hold_call(&channel_rapidpro, &open_one, &g);
	hold_render(&channel_rapidpro, &open_one, g.body);
	hold_judge(&channel_rapidpro, g.body);
	golden_free(&g);
	return 0;
}
