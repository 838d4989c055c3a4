/* fuzz_html: the first line is a view, the rest a page. Whatever they are: rendering ends within its bounds, and a value never brings a tag of its own. */
#include "../../protocol/html.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = memchr(data, '\n', size);
	size_t head = line == NULL ? size : (size_t)((const uint8_t *)line - data);
	struct json_fault fault;
	cJSON *view = json_parse((const char *)data, head, &fault);
	char *text = line == NULL ? strdup("{{a}}") : strndup(line + 1, size - head - 1);
	const struct html_text texts[] = {{"page", text}, {"value", "{{a}}{{b}}{{c}}"}, {NULL, NULL}};
	struct buf out;
	buf_init(&out, 1 << 16);
	html_render(texts, "page", view, size % 2 == 0, &out);
	HOLD(out.len <= 1 << 16);
	buf_reset(&out);
	if (html_render(texts, "value", view, false, &out))
		HOLD(out.len == 0 || strpbrk(out.data, "<>\"'") == NULL);
	buf_free(&out);
	free(text);
	cJSON_Delete(view);
	return 0;
}
