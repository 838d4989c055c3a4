/* fuzz_session_request: an accepted body has what it needs; a refused one names at least one fault. Codes of any text fit a key or do not. */
#include <string.h>

#include "../../protocol/session_request.h"
#include "../../protocol/totp.h"
#include "fuzz.h"

static const uint8_t key[] = "12345678901234567890";

static void log_in(const char *body, size_t size)
{
	struct session_request r;
	struct problem p;
	if (!session_request_read(body, size, &r, &p)) {
		HOLD(r.tree == NULL);
		hold_problem(&p);
		return;
	}
	HOLD(r.user != NULL && r.password != NULL);
	if (r.code != NULL) {
		int64_t step = totp_step(key, TOTP_KEY_BYTES, r.code, 1234567890, 0);
		HOLD(step == 0 || (step >= 1234567890 / 30 - 1 && step <= 1234567890 / 30 + 1));
	}
	session_request_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session_request r;
	struct problem p;
	const char *body = (const char *)data;
	log_in(body, size);
	if (session_request_read_password(body, size, &r, &p)) {
		HOLD(r.old_password != NULL && r.new_password != NULL);
		session_request_free(&r);
	} else {
		hold_problem(&p);
	}
	if (session_request_read_totp(body, size, &r, &p)) {
		HOLD(!r.remove || r.password != NULL);
		session_request_free(&r);
	} else {
		hold_problem(&p);
	}
	return 0;
}
