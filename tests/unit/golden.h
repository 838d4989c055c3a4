/* golden: messages in the form of protocol/examples/NAME.txt (request line, headers, blank line, body) through a channel. For tests and fuzzers of gateways.
 *
 *     struct golden g;
 *     golden_read("twilio-inbound", &g);                                  golden_set(&g, text, len) for any bytes: never fails
 *     end = golden_call(&channel_twilio, &gateway, DOOR_INBOUND, &g, &all, why, sizeof why);
 *     golden_free(&g);
 *     golden_render(&channel_twilio, &gateway, "08123456789", "text", &call, why, sizeof why);
 *     golden_is(&call, "twilio-send");                                    a rendered call is that golden message, byte for byte
 *
 * The address is "https://", the Host header (sigap.example without one), and the target; a target that begins with "http" is the whole address.
 * The body is what follows the first empty line, to the file's end: no newline is added or taken away. Every piece stands in memory of exactly
 * its own size, so that a sanitizer sees a channel that reads beyond it, and a header's value is gone at the next question for one. */
#ifndef SIGAP_TESTS_GOLDEN_H
#define SIGAP_TESTS_GOLDEN_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../protocol/buf.h"
#include "../../protocol/channel/kinds.h"

struct golden {
	struct inbound_request request; /* may be changed before golden_call */
	char *method, *url, *query, *body, *headers, *content_type;
	char *value; /* of the header asked for last */
};

/* len bytes and a NUL in memory of just that size. */
static inline char *golden_copy(const char *bytes, size_t len)
{
	char *copy = malloc(len + 1);
	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

static inline const char *golden_header(void *ctx, const char *name)
{
	struct golden *g = ctx;
	size_t len = strlen(name);
	free(g->value);
	g->value = NULL;
	for (const char *line = g->headers; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		const char *value = line + len + 1 + strspn(line + len + 1, " ");
		g->value = golden_copy(value, strcspn(value, "\r\n"));
		return g->value;
	}
	return NULL;
}

static inline void golden_set(struct golden *ret, const char *text, size_t len)
{
	*ret = (struct golden){.value = NULL};
	const char *blank = memmem(text, len, "\n\n", 2);
	size_t head_len = blank != NULL ? (size_t)(blank - text) + 1 : len;
	ret->body = blank != NULL ? golden_copy(blank + 2, len - head_len - 1) : golden_copy("", 0);
	char *head = golden_copy(text, head_len);
	size_t method = strcspn(head, " \n"), target = method + (head[method] == ' ');
	size_t target_len = strcspn(head + target, " \n"), line = strcspn(head, "\n");
	ret->method = golden_copy(head, method);
	ret->headers = golden_copy(head + line + (head[line] == '\n'), strlen(head + line + (head[line] == '\n')));
	const char *question = memchr(head + target, '?', target_len);
	size_t query = question != NULL ? (size_t)(question - head) + 1 : target + target_len;
	ret->query = golden_copy(head + query, target + target_len - query);
	struct buf url;
	buf_init(&url, 1 << 20);
	const char *host = golden_header(ret, "Host");
	if (strncmp(head + target, "http", 4) != 0)
		buf_addf(&url, "https://%s", host != NULL ? host : "sigap.example");
	buf_add(&url, head + target, target_len);
	ret->url = golden_copy(url.data, url.len);
	buf_free(&url);
	const char *type = golden_header(ret, "Content-Type");
	ret->content_type = type != NULL ? golden_copy(type, strlen(type)) : NULL;
	ret->request = (struct inbound_request){.method = ret->method,
	                                        .url = ret->url,
	                                        .query = ret->query,
	                                        .query_len = target + target_len - query,
	                                        .body = ret->body,
	                                        .body_len = blank != NULL ? len - head_len - 1 : 0,
	                                        .content_type = ret->content_type,
	                                        .header = golden_header,
	                                        .ctx = ret,
	                                        .now_s = 1795255872}; /* 2026-11-21T10:11:12Z */
	free(head);
}

static inline void golden_free(struct golden *g)
{
	free(g->method);
	free(g->url);
	free(g->query);
	free(g->body);
	free(g->headers);
	free(g->content_type);
	free(g->value);
}

static inline enum inbound_end golden_call(const struct channel *channel, const struct gateway *gateway, enum door door,
                                           struct golden *g, struct inbound *ret, char *why, size_t why_size)
{
	g->request.ctx = g; /* g may have been moved since golden_set */
	return channel->read(gateway, door, &g->request, ret, why, why_size);
}

#ifdef SOURCE_DIR /* unit tests; fuzzers get the files as their seeds */
/* The bytes of protocol/examples/NAME.txt; the caller frees them. */
static inline char *golden_bytes(const char *name, size_t *ret_len)
{
	char path[400];
	snprintf(path, sizeof path, SOURCE_DIR "/protocol/examples/%s.txt", name);
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		abort();
	}
	char *bytes = calloc(1, (1 << 20) + 1);
	if (bytes == NULL)
		abort();
	*ret_len = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

static inline void golden_read(const char *name, struct golden *ret)
{
	size_t len;
	char *bytes = golden_bytes(name, &len);
	golden_set(ret, bytes, len);
	free(bytes);
}

/* The id of the notice that golden_render sends. */
#define GOLDEN_NOTICE "0190163d-8694-739b-aea5-966c26f8ad91"

/* A notice of that text to that address as the channel's call, which is made anew; the caller frees it with http_call_free. A refusal has a reason, and nothing else has. */
static inline bool golden_render(const struct channel *channel, const struct gateway *gateway, const char *to,
                                 const char *text, struct http_call *ret, char *why, size_t why_size)
{
	const struct channel_contact contact = {.address = to};
	const struct channel_notice notice = {
	        .id = GOLDEN_NOTICE, .body = text, .body_len = strlen(text), .now_s = 1795255872};
	http_call_init(ret);
	why[0] = '\0';
	bool ok = channel->render(gateway, &contact, &notice, ret, why, why_size);
	if (ok != (why[0] == '\0'))
		abort();
	return ok;
}

/* A rendered call in the form of the golden messages; what differs is shown. */
static inline bool golden_is(const struct http_call *call, const char *name)
{
	struct buf is;
	size_t len;
	char *want = golden_bytes(name, &len);
	buf_init(&is, 1 << 20);
	buf_addf(&is, "%s %s", call->method, call->url.data);
	if (call->headers.len + call->body.len > 0)
		buf_addf(&is, "\n%s\n%s", call->headers.data, call->body.data);
	bool same = is.len == len && memcmp(is.data, want, len) == 0;
	if (!same)
		fprintf(stderr, "%s is\n%s\nnot\n%s\n", name, want, is.data);
	buf_free(&is);
	free(want);
	return same;
}
#endif
#endif
