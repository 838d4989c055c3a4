/* fuzz_roster_request: an accepted request about the roster has what its kind needs within its bounds; a refused one names at least one fault. */
#include <string.h>

#include "../../protocol/roster_request.h"
#include "fuzz.h"

static void check_accept(const struct roster_request *r)
{
	HOLD(r->person != NULL && r->starts_us != 0);
}

static void check_override(const struct roster_request *r)
{
	HOLD(r->role != NULL && (r->person != NULL || r->instead_of != NULL));
	HOLD(r->from_us != 0 && r->from_us < r->until_us && r->until_us - r->from_us <= INT64_C(366) * 86400 * 1000000);
	HOLD(r->reason == NULL || utf8_length(r->reason) <= 500);
}

static void check_swap(const struct roster_request *r)
{
	HOLD(r->role != NULL && r->person != NULL && r->with != NULL && strcmp(r->person, r->with) != 0);
	HOLD(r->starts_us != 0 && r->with_starts_us != 0);
}

static void check_note(const struct roster_request *r)
{
	HOLD(r->text != NULL && utf8_length(r->text) <= 2000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		bool (*read)(const char *, size_t, struct roster_request *, struct problem *);
		void (*check)(const struct roster_request *r);
	} kinds[] = {
	        {roster_request_read_accept, check_accept},
	        {roster_request_read_override, check_override},
	        {roster_request_read_swap, check_swap},
	        {roster_request_read_note, check_note},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct roster_request r;
		struct problem p;
		if (kinds[i].read((const char *)data, size, &r, &p)) {
			kinds[i].check(&r);
			roster_request_free(&r);
		} else {
			HOLD(r.tree == NULL);
			hold_problem(&p);
		}
	}
	return 0;
}
