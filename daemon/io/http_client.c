/* http_client: see http.h. Whose request is it: the peer's, or that of whoever stands behind a proxy of ours. */
#include <arpa/inet.h>
#include <event2/keyvalq_struct.h>
#include <string.h>
#include <strings.h>

#include "http_internal.h"

/* "::ffff:127.0.0.1" is 127.0.0.1 on a socket that takes both. */
static const char *plain_address(const char *address)
{
	static const char mapped[] = "::ffff:";
	bool is_mapped = strncasecmp(address, mapped, sizeof mapped - 1) == 0 && strchr(address, '.') != NULL;
	return is_mapped ? address + sizeof mapped - 1 : address;
}

static bool is_trusted(const char *peer, const char *proxies)
{
	const char *name = peer[0] == '\0' ? "unix" : peer;
	size_t len = strlen(name);
	for (const char *p = proxies; p != NULL && *(p += strspn(p, ", \t")) != '\0'; p += strcspn(p, ", \t"))
		if (strcspn(p, ", \t") == len && strncasecmp(p, name, len) == 0)
			return true;
	return false;
}

/* Proxies add to the end, some as a line of their own: what stands before it was written by anybody. */
static const char *last_forwarded(const struct http_request *r)
{
	const struct exchange *x = (const struct exchange *)r;
	const char *last = NULL;
	const struct evkeyval *line;
	TAILQ_FOREACH(line, evhttp_request_get_input_headers(x->req), next)
	if (strcasecmp(line->key, "X-Forwarded-For") == 0)
		last = line->value;
	const char *comma = last != NULL ? strrchr(last, ',') : NULL;
	return comma != NULL ? comma + 1 : last;
}

const char *http_client(const struct http_request *r, const char *proxies)
{
	struct in6_addr address;
	const char *peer = plain_address(r->peer);
	const char *said = is_trusted(peer, proxies) ? last_forwarded(r) : NULL;
	if (said == NULL)
		return peer;
	said += strspn(said, " \t");
	char *client = arena_strndup(r->arena, said, strcspn(said, " \t"));
	bool numeric = inet_pton(AF_INET, client, &address) == 1 || inet_pton(AF_INET6, client, &address) == 1;
	return numeric ? plain_address(client) : peer;
}

bool http_client_is_local(const char *address)
{
	return address[0] == '\0' || strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}
