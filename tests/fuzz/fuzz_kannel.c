/* fuzz_kannel: any request becomes a message of valid UTF-8 with an id and a sender, or is refused with a reason;
 * any text renders to one URL without blanks. */
#include "../../protocol/utf8.h"
#include "../unit/kannel_call.h"
#include "fuzz.h"

/* Every header has the first bytes of the input as its value. */
static const char *header(void *ctx, const char *name)
{
	return name[strlen(name) - 1] == 'H' || name[2] == 'K' ? ctx : NULL;
}

static void check_plain(const char *text, size_t room)
{
	HOLD(strlen(text) < room);
	for (const char *p = text; *p != '\0'; p++)
		HOLD(*p >= ' ' && *p <= '~');
}

static void check_inbound(const char *query, size_t query_len, const char *body, size_t body_len, const char *type,
                          char *start)
{
	struct inbound_message m;
	char why[200] = "";
	inbound_message_init(&m);
	if (kannel_read_inbound(query, query_len, body, body_len, type, header, start, &m, why, sizeof why)) {
		HOLD(m.external_id[0] != '\0' && m.from[0] != '\0');
		HOLD(utf8_valid(m.text.data, m.text.len) && !m.text.failed);
		HOLD(!m.has_reported_at || m.reported_at_us >= 0);
	} else {
		HOLD(why[0] != '\0');
	}
	check_plain(m.external_id, sizeof m.external_id);
	check_plain(m.from, sizeof m.from);
	check_plain(m.to, sizeof m.to);
	check_plain(m.smsc, sizeof m.smsc);
	inbound_message_free(&m);
}

static void check_render(const char *text)
{
	static const struct gateway gateway = {
	        .send_url = "http://h/s", .username = "u", .password = "p", .status_url = "http://h/?a=%41"};
	static const struct channel_contact contact = {.address = "+628123456789"};
	struct channel_notice notice = {.id = "a-1", .body = text, .body_len = strlen(text)};
	struct http_call call;
	char why[200] = "";
	http_call_init(&call);
	if (channel_kannel.render(&gateway, &contact, &notice, &call, why, sizeof why))
		check_plain(call.url.data, call.url.max);
	else
		HOLD(why[0] != '\0');
	HOLD(strchr(call.url.data, ' ') == NULL);
	http_call_free(&call);
}

/* A golden request or any bytes: the query is what stands between the first "?" and a blank, the body what follows
 * an empty line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 8000)
		return 0;
	char *text = calloc(1, size + 1), start[33] = "", why[200];
	memcpy(text, data, size);
	memcpy(start, text, size < 32 ? size : 32);
	char *query = memchr(text, '?', size), *body = memmem(text, size, "\n\n", 2);
	query = query != NULL ? query + 1 : text;
	size_t query_len = 0, left = size - (size_t)(query - text);
	while (query_len < left && query[query_len] != ' ' && query[query_len] != '\n')
		query_len++;
	size_t body_len = body != NULL ? size - (size_t)(body + 2 - text) : 0;
	const char *type = strcasestr(text, "content-type:");
	check_inbound(query, query_len, body != NULL ? body + 2 : "", body_len, type, start);
	struct delivery_report d;
	if (kannel_read_status(query, query_len, &d, why, sizeof why)) {
		check_plain(d.ref, sizeof d.ref);
		check_plain(d.detail, sizeof d.detail);
	}
	check_render(text);
	free(text);
	return 0;
}
