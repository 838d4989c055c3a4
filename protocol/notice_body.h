/* notice_body: the JSON a webhook carries (DESIGN 8), Standard Webhooks shape. No name, phone number or diagnosis. */
#ifndef SIGAP_PROTOCOL_NOTICE_BODY_H
#define SIGAP_PROTOCOL_NOTICE_BODY_H
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct notice_view {
	const char *kind;   /* "dispatch.created", "dispatch.reminder", "dispatch.cancelled", "incident.updated" */
	const char *notice; /* id */
	int64_t at_us;      /* Unix microseconds of what happened */
	struct {
		const char *id, *role, *task, *state, *url; /* url: the answer page /d/{token} */
		int version;
		int64_t accept_by_us, arrive_by_us; /* 0: null */
	} dispatch;
	struct {
		const char *id, *type, *urgency, *summary, *village_code, *village_name, *place_text; /* NULL: null */
		int64_t number;
		int version;
		bool has_position;
		double lat, lon;
	} incident;
	int more_reports; /* so many reports told the same after the first; 0: member left out */
	int late_s; /* seconds that an answer is overdue (reminders), or that the notice itself comes late; 0: member left out */
};
void notice_body_render(const struct notice_view *v, struct buf *out);
/* "contact.test": asks nothing but whether it arrives, so it is about no dispatch and no incident. */
void notice_body_test(const char *notice, int64_t at_us, struct buf *out);
/* The same body, rendered before, as it leaves late_s seconds after it was made: data.late_s is set, or grows when it is there. False, with the body unchanged in out,
 * when it is none that notice_body_render made. */
bool notice_body_late(const char *body, size_t len, int64_t late_s, struct buf *out);
#endif
