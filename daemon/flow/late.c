/* late: see late.h. A webhook gets data.late_s, an SMS a few words in front. */
#include "late.h"

#include <stdio.h>

#include "../../protocol/notice_body.h"
#include "../../protocol/sms_text.h"

enum { LATE_BYTES = 128 * 1024 };

bool late_asks(const struct job *j)
{
	return j->kind == NOTICE_CREATED || j->kind == NOTICE_REMINDER || j->kind == NOTICE_DUTY;
}

/* One part more, if need be: what to answer stands at the end. */
static void mark_sms(const struct job *j, int64_t late_s, struct buf *ret)
{
	char minutes[24];
	struct buf text;
	snprintf(minutes, sizeof minutes, "%lld", (long long)(late_s / 60));
	buf_init(&text, LATE_BYTES);
	replies_fill(j->rules->replies, "late", &(struct reply_value){"menit", minutes}, 1, &text);
	buf_addc(&text, ' ');
	buf_add(&text, j->body, j->body_len);
	sms_fit(text.data, SMS_MAX_PARTS, ret);
	buf_free(&text);
}

bool late_mark(const struct job *j, struct buf *ret)
{
	buf_init(ret, LATE_BYTES);
	int64_t late_s = (j->age_us + j->started.us - j->taken.us) / 1000000;
	if (!late_asks(j) || late_s < j->rules->policy->stale_s)
		return false;
	if (!j->lane->sms)
		notice_body_late(j->body, j->body_len, late_s, ret);
	else
		mark_sms(j, late_s, ret);
	return true;
}
