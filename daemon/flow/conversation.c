/* conversation: see conversation.h. */
#include "conversation.h"

#include <string.h>

#include "../base/fault.h"
#include "intake.h"
#include "rules.h"

static void on_answer(struct intake *intake, enum store_end end, struct wall at)
{
	(void)at;
	struct incoming *in = intake->ctx;
	fault_point("gateway.kept");
	in->done(in, end == STORE_KEPT || end == STORE_REPEATED);
}

static void fill(struct intake *intake, const struct incoming *in)
{
	struct store_report *s = &intake->report;
	intake->flow = in->flow;
	intake->arena = in->arena;
	intake->sms = true;
	intake->received = in->received;
	intake->stated = (struct stated){.text = in->text};
	intake->reply_to = in->address;
	intake->via = in->gateway->name;
	s->gateway = in->gateway->name;
	s->external_id = in->external_id;
	memcpy(s->fingerprint, in->fingerprint, sizeof s->fingerprint);
	s->content_type = in->content_type;
	s->raw = in->raw;
	s->raw_len = in->raw_len;
	s->source = arena_printf(in->arena, "sms:%s", in->gateway->name);
	s->text = in->text;
	s->phone = in->phone[0] != '\0' ? in->phone : in->address[0] != '\0' ? in->address : NULL;
	s->name = in->name;
	s->has_position = in->has_position;
	s->lat = in->lat;
	s->lon = in->lon;
}

static void on_counted(void *ctx, const struct pg_result *r)
{
	struct incoming *in = ctx;
	if (r->status != PG_OK) {
		in->done(in, false);
		return;
	}
	struct intake *intake = arena_new_of(in->arena, struct intake);
	fill(intake, in);
	intake->no_reply = in->address[0] == '\0' || pg_bigint(r, 0, 0) >= in->flow->rules->policy->sms_per_number_hour;
	intake->answer = on_answer;
	intake->ctx = in;
	intake_submit(intake);
}

void conversation_take(struct incoming *in)
{
	struct pg_params *p = store_params(in->flow->store);
	pg_param_text(p, in->address);
	store_query(in->flow->store, SQL_COUNT_REPLIES, p, on_counted, in);
}
