/* gammu: see gammu.h. */
#include "gammu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../charset.h"
#include "../udh.h"
#include "kinds.h"
#include "payload.h"

static bool refuse(char *why, size_t why_size, const char *reason)
{
	snprintf(why, why_size, "%s", reason);
	return false;
}

/* ---- rows of inbox ---- */

static bool same_message(const struct gammu_row *a, const struct sms_part *pa, const struct gammu_row *b,
                         const struct sms_part *pb)
{
	return pa->ref == pb->ref && pa->total == pb->total && strcmp(a->sender, b->sender) == 0 &&
	       strcmp(a->phone_id, b->phone_id) == 0;
}

/* "TextDecoded" is empty for 8-bit messages, and when SMSD could not decode: then the bytes themselves. */
static void add_row_text(struct inbound_message *m, const struct gammu_row *row, bool whole_elsewhere)
{
	if (row->text[0] != '\0' || whole_elsewhere) {
		m->repaired |= charset_decode("UTF-8", false, (const uint8_t *)row->text, strlen(row->text), &m->text);
		return;
	}
	size_t len = strlen(row->hex);
	uint8_t *bytes = malloc(len / 2 + 1);
	if (bytes == NULL)
		abort();
	if (hex_decode(row->hex, len, bytes))
		m->repaired |= charset_decode(strcmp(row->coding, "8bit") == 0 ? NULL : "UTF-16BE", false, bytes,
		                              len / 2, &m->text);
	free(bytes);
}

static struct inbound_message *begin(const struct gammu_row *row, struct inbound *ret)
{
	struct inbound_message *m = inbound_add_message(ret);
	if (m == NULL)
		return NULL;
	char phone[64];
	inbound_copy_plain(phone, sizeof phone, row->phone_id);
	snprintf(m->external_id, sizeof m->external_id, "%s:%" PRId64, phone, row->id);
	inbound_copy_plain(m->from, sizeof m->from, row->sender);
	inbound_copy_plain(m->smsc, sizeof m->smsc, row->smsc);
	m->has_reported_at = true;
	m->reported_at_us = row->received_us;
	return m;
}

/* The rows of a long message, by number: where each part is, -1 when it is missing. */
struct gathered {
	int row[256];
	int count;
	int oldest_s;
};

static void gather(const struct gammu_row *rows, const struct sms_part *parts, size_t n, size_t first,
                   struct gathered *ret)
{
	*ret = (struct gathered){.oldest_s = 0};
	for (int i = 0; i < 256; i++)
		ret->row[i] = -1;
	for (size_t i = first; i < n; i++) {
		if (parts[i].total == 0 || !same_message(&rows[first], &parts[first], &rows[i], &parts[i]) ||
		    ret->row[parts[i].number] >= 0)
			continue;
		ret->row[parts[i].number] = (int)i;
		ret->count++;
		if (rows[i].age_s > ret->oldest_s)
			ret->oldest_s = rows[i].age_s;
	}
}

/* SMSD puts the whole text into one row and leaves the others empty when it has all parts; when it gave up waiting each row has its own. */
static bool one_holds_all(const struct gammu_row *rows, const struct gathered *g, int total)
{
	int filled = 0;
	for (int p = 1; p <= total; p++)
		filled += g->row[p] >= 0 && rows[g->row[p]].text[0] != '\0';
	return filled == 1 && g->count > 1;
}

static void join_long(const struct gammu_row *rows, const struct sms_part *parts, size_t n, size_t first,
                      int patience_s, struct inbound *ret, int *message_of)
{
	struct gathered g;
	int total = parts[first].total;
	gather(rows, parts, n, first, &g);
	bool whole = g.count == total;
	struct inbound_message *m = whole || g.oldest_s >= patience_s ? begin(&rows[first], ret) : NULL;
	bool elsewhere = one_holds_all(rows, &g, total);
	for (int p = 1; p <= total; p++) {
		if (g.row[p] < 0) {
			if (m != NULL && !elsewhere)
				buf_adds(&m->text, "[...]");
			continue;
		}
		message_of[g.row[p]] = m != NULL ? (int)ret->message_count - 1 : GAMMU_WAITS;
		if (m != NULL)
			add_row_text(m, &rows[g.row[p]], elsewhere);
	}
	if (m != NULL)
		m->truncated = !whole;
}

void gammu_join(const struct gammu_row *rows, size_t n, int patience_s, struct inbound *ret, int *message_of)
{
	enum { NOT_SEEN = -2 };
	struct sms_part *parts = calloc(n + 1, sizeof *parts);
	if (parts == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		message_of[i] = NOT_SEEN;
		udh_part_of_text(rows[i].udh, strlen(rows[i].udh), &parts[i]);
	}
	for (size_t i = 0; i < n; i++) {
		if (message_of[i] != NOT_SEEN)
			continue;
		if (parts[i].total > 0) {
			join_long(rows, parts, n, i, patience_s, ret, message_of);
			continue;
		}
		struct inbound_message *m = begin(&rows[i], ret);
		message_of[i] = m != NULL ? (int)ret->message_count - 1 : GAMMU_WAITS;
		if (m != NULL)
			add_row_text(m, &rows[i], false);
	}
	free(parts);
}

/* ---- rows of outbox ---- */

int gammu_parts(const char *text, uint8_t ref, struct gammu_part parts[SMS_MAX_PARTS], char *why, size_t why_size)
{
	struct sms_size size = sms_measure(text);
	struct sms_slice slices[SMS_MAX_PARTS];
	if (size.parts == 0) {
		refuse(why, why_size, "the text is empty");
		return 0;
	}
	int n = sms_split(text, slices, SMS_MAX_PARTS);
	if (n > SMS_MAX_PARTS) {
		refuse(why, why_size, "the text is longer than three parts");
		return 0;
	}
	for (int i = 0; i < n; i++) {
		struct gammu_part *p = &parts[i];
		p->coding = size.coding == SMS_GSM7 ? "Default_No_Compression" : "Unicode_No_Compression";
		p->udh[0] = '\0';
		if (n > 1) /* 3GPP TS 23.040 section 9.2.3.24.1 */
			snprintf(p->udh, sizeof p->udh, "050003%02X%02X%02X", ref, (unsigned)n & 0xFFu,
			         (unsigned)(i + 1) & 0xFFu);
		buf_init(&p->text, 1024);
		buf_add(&p->text, slices[i].text, slices[i].len);
	}
	return n;
}

bool gammu_state(const char *status, enum delivery_state *ret)
{
	static const struct {
		const char *status;
		enum delivery_state state;
	} table[] = {
	        {"SendingOK", DELIVERY_SENT},        {"SendingOKNoReport", DELIVERY_SENT},
	        {"SendingError", DELIVERY_FAILED},   {"DeliveryOK", DELIVERY_DELIVERED},
	        {"DeliveryFailed", DELIVERY_FAILED}, {"DeliveryPending", DELIVERY_SENT},
	        {"DeliveryUnknown", DELIVERY_SENT},  {"Error", DELIVERY_FAILED},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].status, status) == 0) {
			*ret = table[i].state;
			return true;
		}
	return false;
}

/* ---- the RunOnReceive script's call ---- */

static bool signed_rightly(const struct gateway *g, const struct inbound_request *r)
{
	char given[100];
	if (g->secret == NULL)
		return true;
	const char *hex = payload_header(r, "X-Signature", given, sizeof given) ? payload_sha256(given) : NULL;
	return hex != NULL && payload_signed(g->secret, r->body, r->body_len, hex, true);
}

static bool read_script(const cJSON *call, struct inbound *ret, char *why, size_t why_size)
{
	const char *phone = json_string(call, "phone"), *from = json_string(call, "from"),
	           *text = json_string(call, "text");
	const cJSON *ids = json_member(call, "ids");
	const cJSON *first = cJSON_IsArray(ids) ? ids->child : NULL;
	struct inbound_message *m = inbound_add_message(ret);
	if (m == NULL || from == NULL || text == NULL)
		return refuse(why, why_size, "from or text is missing: is the script sigap's own?");
	char name[64];
	inbound_copy_plain(name, sizeof name, phone != NULL ? phone : "");
	inbound_copy_plain(m->from, sizeof m->from, from);
	m->repaired = charset_decode("UTF-8", false, (const uint8_t *)text, strlen(text), &m->text);
	if (first == NULL || !cJSON_IsString(first))
		return refuse(why, why_size, "ids is missing: the rows of inbox, or one made by the script");
	char id[48];
	inbound_copy_plain(id, sizeof id, first->valuestring);
	snprintf(m->external_id, sizeof m->external_id, "%s:%s", name, id);
	return !m->text.failed || refuse(why, why_size, "the text is too long for an SMS");
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	bool repaired = false;
	if (!signed_rightly(gateway, request)) {
		refuse(why, why_size, "X-Signature is missing or is not made with secret_file");
		return INBOUND_FORGED;
	}
	if (door == DOOR_STATUS) { /* what became of a message is read from sentitems */
		refuse(why, why_size, "a gateway of kind gammu has no status calls");
		return INBOUND_UNREADABLE;
	}
	cJSON *call = payload_read(request, &repaired, why, why_size);
	if (call == NULL)
		return INBOUND_UNREADABLE;
	bool ok = read_script(call, ret, why, why_size);
	if (ret->message_count > 0)
		ret->messages[0].repaired |= repaired;
	cJSON_Delete(call);
	return ok ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* The body of a good "answer" is the row's id. */
static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	if (answer->transport != TRANSPORT_ANSWERED)
		return v;
	if (v.outcome == OUTCOME_OK) {
		snprintf(v.detail, sizeof v.detail, "in outbox");
		inbound_copy_plain(v.gateway_ref, sizeof v.gateway_ref, answer->body != NULL ? answer->body : "");
	} else {
		inbound_copy_plain(v.detail, sizeof v.detail, answer->error != NULL ? answer->error : "");
	}
	return v;
}

const struct channel channel_gammu = {
        .name = "gammu",
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", ""},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
};
