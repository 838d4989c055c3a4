/* fuzz_http_guard: the guard and the reader of request targets. The first line is the target, further lines are headers, the rest after an empty line is the body.
 * Holds: no crash; what passes has one framing, and its path decodes to UTF-8 without control characters. */
#include <strings.h>

#include "../../daemon/io/http_guard.h"
#include "../../daemon/io/http_route.h"
#include "../../protocol/utf8.h"
#include "fuzz.h"

/* Cuts the next line off *rest; NULL at the end. */
static char *next_line(char **rest)
{
	char *line = *rest;
	if (line == NULL)
		return NULL;
	*rest = strchr(line, '\n');
	if (*rest != NULL)
		*(*rest)++ = '\0';
	return line;
}

static void read_target(const char *uri)
{
	struct arena *a = arena_new();
	struct http_target target;
	if (http_guard_target(uri) == NULL && http_target_read(a, uri, &target) == NULL) {
		HOLD(target.path[0] == '/' && utf8_valid(target.path, strlen(target.path)));
		for (const char *c = target.path; *c != '\0'; c++)
			HOLD((unsigned char)*c >= 0x20 && *c != 0x7f);
		for (size_t i = 0; i < target.segment_count && i < HTTP_PATH_SEGMENTS; i++)
			HOLD(strlen(target.segments[i].text) == target.segments[i].len);
	}
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *rest = text, *line;
	struct http_guard g;
	int lengths = 0;
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	read_target(next_line(&rest));
	http_guard_start(&g);
	while ((line = next_line(&rest)) != NULL && *line != '\0') {
		char *value = strchr(line, ':');
		if (value == NULL)
			continue;
		*value++ = '\0';
		lengths += strcasecmp(line, "content-length") == 0;
		http_guard_header(&g, line, value + strspn(value, " "));
	}
	size_t body_len = rest == NULL ? 0 : strlen(rest);
	if (http_guard_end(&g, 1, 1, true, body_len) == NULL) {
		HOLD(lengths <= 1 && g.hosts == 1);
		HOLD(!g.chunked || lengths == 0);
		HOLD(g.chunked || body_len == (g.content_length < 0 ? 0 : (size_t)g.content_length));
	}
	free(text);
	return 0;
}
