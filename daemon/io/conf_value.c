/* conf_value: see conf_value.h. */
#include "conf_value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf.h"
#include "sys.h"

enum { TOKEN_LEAST = 16 };

const char *conf_value_text(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	(void)s;
	*(const char **)field = arena_strdup(p->arena, value);
	return NULL;
}

const char *conf_value_number(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	char *end;
	errno = 0;
	long n = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || n < s->min || n > s->max)
		return arena_printf(p->arena, "must be a whole number from %d to %d", s->min, s->max);
	*(int *)field = (int)n;
	return NULL;
}

const char *conf_value_flag(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	(void)p, (void)s;
	bool yes = strcmp(value, "yes") == 0;
	if (!yes && strcmp(value, "no") != 0)
		return "must be yes or no";
	*(bool *)field = yes;
	return NULL;
}

const char *conf_value_choice(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	size_t len = strlen(value);
	for (const char *c = s->choices; *c != '\0'; c += strspn(c, ", ")) {
		size_t n = strcspn(c, ",");
		if (n == len && memcmp(c, value, n) == 0)
			return conf_value_text(p, s, field, value);
		c += n;
	}
	return arena_printf(p->arena, "must be one of: %s", s->choices);
}

/* http(s)://host[:port][/path] without user, query or fragment; stored without trailing slashes. */
const char *conf_value_url(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	(void)s;
	size_t scheme = strncmp(value, "https://", 8) == 0 ? 8 : strncmp(value, "http://", 7) == 0 ? 7 : 0;
	if (scheme == 0 || strcspn(value + scheme, "/:?#") == 0)
		return "must be http://HOST or https://HOST, with :PORT and /PATH where needed";
	if (strpbrk(value, " ?#@\"<>\\") != NULL)
		return "must be a plain address without user, query and fragment";
	size_t len = strlen(value);
	while (len > scheme && value[len - 1] == '/')
		len--;
	*(const char **)field = arena_strndup(p->arena, value, len);
	return NULL;
}

/* The host becomes part of a Content-Security-Policy, so nothing may stand in it that ends a source or a policy. */
const char *conf_value_tiles(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	const char *host = strncmp(value, "https://", 8) == 0  ? value + 8
	                   : strncmp(value, "http://", 7) == 0 ? value + 7
	                                                       : NULL;
	size_t len = host == NULL ? 0 : strcspn(host, "/");
	size_t shard = host != NULL && strncmp(host, "{s}", 3) == 0 ? 3 : 0;
	size_t plain = host == NULL ? 0
	                            : strspn(host + shard,
	                                     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]");
	if (len <= shard || shard + plain != len || (shard > 0 && host[shard] != '.'))
		return "must be http://HOST/PATH or https://HOST/PATH, with :PORT where needed";
	if (strstr(value, "{z}") == NULL || strstr(value, "{x}") == NULL || strstr(value, "{y}") == NULL)
		return "must hold {z}, {x} and {y}";
	return conf_value_text(p, s, field, value);
}

static bool port_valid(const char *text)
{
	size_t n = strspn(text, "0123456789");
	return n > 0 && n <= 5 && text[n] == '\0' && atoi(text) <= 65535;
}

static bool address_valid(char *text)
{
	unsigned char binary[sizeof(struct in6_addr)];
	if (strncmp(text, "unix:", 5) == 0)
		return text[5] == '/' && strlen(text + 5) < sizeof((struct sockaddr_un *)NULL)->sun_path;
	char *colon = strrchr(text, ':');
	if (colon == NULL || !port_valid(colon + 1))
		return false;
	*colon = '\0';
	bool six = text[0] == '[' && colon > text && colon[-1] == ']';
	if (six)
		colon[-1] = '\0';
	bool ok = inet_pton(six ? AF_INET6 : AF_INET, six ? text + 1 : text, binary) == 1;
	if (six)
		colon[-1] = ']';
	*colon = ':';
	return ok;
}

const char *conf_value_listen(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	(void)s;
	struct conf *c = field;
	char *next = NULL, *list = arena_strdup(p->arena, value);
	c->listen_count = 0;
	for (char *t = strtok_r(list, ", \t", &next); t != NULL; t = strtok_r(NULL, ", \t", &next)) {
		if (!address_valid(t))
			return arena_printf(p->arena, "\"%s\" is no numeric ADDRESS:PORT, [IPV6]:PORT or unix:/PATH",
			                    t);
		if (c->listen_count == CONF_LISTENERS)
			return arena_printf(p->arena, "names more than %d addresses", CONF_LISTENERS);
		c->listen[c->listen_count++] = t;
	}
	return c->listen_count > 0 ? NULL : "names no address";
}

const char *conf_value_proxies(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	uint8_t address[16];
	char *next = NULL, *list = arena_strdup(p->arena, value);
	for (char *t = strtok_r(list, ", \t", &next); t != NULL; t = strtok_r(NULL, ", \t", &next))
		if (strcmp(t, "unix") != 0 && inet_pton(AF_INET, t, address) != 1 &&
		    inet_pton(AF_INET6, t, address) != 1)
			return arena_printf(p->arena, "\"%s\" is neither a numeric address nor unix", t);
	return conf_value_text(p, s, field, value);
}

/* What is wrong with a connection string. libpq's own message is not passed on: it may quote a password. */
static const char *conninfo_fault(const char *value, bool may_hold_password)
{
	PQconninfoOption *options = PQconninfoParse(value, NULL);
	if (options == NULL)
		return "is no connection string that libpq understands";
	bool secret = false;
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
		secret = secret || (o->val != NULL && strstr(o->keyword, "password") != NULL);
	PQconninfoFree(options);
	if (secret && !may_hold_password)
		return "must not hold a password; put the connection string into a file named by database_file";
	return NULL;
}

const char *conf_value_conninfo(const struct conf_place *p, const struct conf_setting *s, void *field,
                                const char *value)
{
	const char *wrong = conninfo_fault(value, false);
	return wrong != NULL ? wrong : conf_value_text(p, s, field, value);
}

const char *conf_value_conninfo_any(const struct conf_place *p, const struct conf_setting *s, void *field,
                                    const char *value)
{
	const char *wrong = conninfo_fault(value, true);
	return wrong != NULL ? wrong : conf_value_text(p, s, field, value);
}

static const char *resolve(const struct conf_place *p, const char *value)
{
	if (value[0] == '/' || strncmp(value, "credential:", 11) == 0)
		return value;
	return arena_printf(p->arena, "%s/%s", p->folder, value);
}

const char *conf_value_path(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	const char *path = resolve(p, value);
	if (access(path, R_OK) != 0)
		return arena_printf(p->arena, "names %s: %s", path, strerror(errno));
	return conf_value_text(p, s, field, path);
}

const char *conf_value_own_file(const struct conf_place *p, const struct conf_setting *s, void *field,
                                const char *value)
{
	const char *path = resolve(p, value), *name = strrchr(path, '/');
	const char *folder = name == NULL || name == path ? "/" : arena_strndup(p->arena, path, (size_t)(name - path));
	if (access(folder, W_OK | X_OK) != 0)
		return arena_printf(p->arena, "needs a folder that can be written to, %s: %s", folder, strerror(errno));
	return conf_value_text(p, s, field, path);
}

const char *conf_value_folder(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	struct stat st;
	const char *path = resolve(p, value);
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return arena_printf(p->arena, "names %s, which is no folder", path);
	return conf_value_text(p, s, field, path);
}

const char *conf_value_secret(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	(void)s;
	const char *path = resolve(p, value);
	char *secret = sys_read_secret(p->arena, path);
	if (secret == NULL)
		return arena_printf(p->arena, "names %s: %s", path,
		                    errno == EINVAL ? "its first line is empty, or the name is not valid"
		                                    : strerror(errno));
	*(const char **)field = secret;
	return NULL;
}

const char *conf_value_conninfo_file(const struct conf_place *p, const struct conf_setting *s, void *field,
                                     const char *value)
{
	const char *conninfo = NULL, *wrong = conf_value_secret(p, s, &conninfo, value);
	if (wrong == NULL && conninfo_fault(conninfo, true) != NULL)
		wrong = "names a file whose first line is no connection string that libpq understands";
	if (wrong == NULL)
		*(const char **)field = conninfo;
	return wrong;
}

/* The token becomes part of status_url: only characters that need no escaping there (RFC 3986, unreserved). */
const char *conf_value_token(const struct conf_place *p, const struct conf_setting *s, void *field, const char *value)
{
	const char *token = "", *wrong = conf_value_secret(p, s, &token, value);
	if (wrong != NULL)
		return wrong;
	size_t n = 0;
	while (isalnum((unsigned char)token[n]) || (token[n] != '\0' && strchr("-._~", token[n]) != NULL))
		n++;
	if (n < TOKEN_LEAST || token[n] != '\0')
		return arena_printf(p->arena,
		                    "names a file whose first line is no token: at least %d letters, digits or -._~",
		                    TOKEN_LEAST);
	*(const char **)field = token;
	return NULL;
}
