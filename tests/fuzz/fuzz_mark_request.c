/* fuzz_mark_request: an accepted mark has what it needs within its bounds; a refused one names at least one fault. */
#include <string.h>

#include "../../protocol/mark_request.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mark_request r;
	struct problem p;
	if (mark_request_read((const char *)data, size, &r, &p)) {
		HOLD(r.mark != NULL && r.reason != NULL);
		HOLD(utf8_length(r.reason) >= 3 && utf8_length(r.reason) <= 500);
		mark_request_free(&r);
	} else {
		HOLD(r.tree == NULL);
		hold_problem(&p);
	}
	return 0;
}
