/* sms_reply: see sms_reply.h. */
#include "sms_reply.h"

#include <string.h>

#include "../base/log.h"
#include "deliver.h"
#include "rules.h"

static const struct {
	const char *state, *words;
} words[] = {
        {"notified", "menunggu"},     {"seen", "menunggu"},          {"accepted", "diterima"},
        {"declined", "ditolak"},      {"en_route", "menuju lokasi"}, {"on_scene", "tiba di lokasi"},
        {"completed", "selesai"},     {"cancelled", "dibatalkan"},   {"claimed", "diambil alih"},
        {"expired", "belum dijawab"},
};

static void on_queued(void *ctx, const struct pg_result *r)
{
	struct flow *f = ctx;
	if (r->status == PG_OK)
		deliver_look(f->deliver, 0);
	else
		log_warn("sms_reply.not_queued", "sqlstate=%s", r->sqlstate);
}

void sms_reply_send(struct flow *f, const char *address, const char *via, const char *key,
                    const struct reply_value *values, size_t n)
{
	struct buf text;
	buf_init(&text, 1024);
	replies_fill(f->rules->replies, key, values, n, &text);
	struct pg_params *p = store_params(f->store);
	struct pg_array *a[6] = {pg_array_new(PG_UUID)};
	pg_array_uuid(a[0], uuid_make());
	const char *const row[] = {channel_kind_names[CHANNEL_SMS], address, text.data,
	                           notice_kind_names[NOTICE_RECEIPT], via};
	for (int i = 1; i < 6; i++) {
		a[i] = pg_array_new(PG_TEXT);
		pg_array_text(a[i], row[i - 1]);
	}
	for (int i = 0; i < 6; i++) {
		pg_param_array(p, a[i]);
		pg_array_free(&a[i]);
	}
	buf_free(&text);
	store_query(f->store, SQL_SEND_NOTICES, p, on_queued, f);
}

void sms_reply_partner(struct flow *f, const char *address, const char *via, const char *key, int64_t number,
                       const char *state)
{
	const char *status = "";
	char no[24];
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].state, state) == 0)
			status = words[i].words;
	snprintf(no, sizeof no, "%lld", (long long)number);
	const struct reply_value values[] = {{"no", no}, {"status", status}};
	sms_reply_send(f, address, via, key, values, 2);
}
