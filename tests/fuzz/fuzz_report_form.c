/* fuzz_report_form: a form without fault is a report that the API would take, word for word. */
#include "../../protocol/report_form.h"
#include "../../protocol/report_request.h"
#include "fuzz.h"

static void hold_same(const struct report_form *r)
{
	struct report_request q;
	struct problem p;
	struct buf out;
	buf_init(&out, 1 << 20);
	report_form_render(r, &out);
	HOLD(!out.failed && report_request_read(out.data, out.len, &q, &p));
	HOLD(strcmp(q.text, r->text) == 0);
	HOLD(strcmp(q.phone, r->phone) == 0 && q.anonymous == r->anonymous);
	HOLD(q.has_position == r->has_position);
	HOLD(q.place_text == NULL ? r->place[0] == '\0' : strcmp(q.place_text, r->place) == 0);
	report_request_free(&q);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct form form;
	struct report_form r;
	if (!form_parse((const char *)data, size, &form))
		return 0;
	bool good = report_form_read(&form, &r);
	HOLD(good == (r.faults == 0));
	if (good)
		hold_same(&r);
	form_free(&form);
	return 0;
}
