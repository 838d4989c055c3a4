/* send_template: see send_template.h. */
#include "send_template.h"

#include <stdio.h>
#include <string.h>

#include "../form.h"
#include "../json.h"

static const char *const places[SEND_PLACES] = {
        [SEND_ID] = "id",     [SEND_TO] = "to",     [SEND_TO_DIGITS] = "to_digits",
        [SEND_FROM] = "from", [SEND_TEXT] = "text", [SEND_STATUS_URL] = "status_url",
};

/* The length of "{word}" at text, 0 when it is none. */
static size_t place_length(const char *text)
{
	size_t len = *text == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
	return len > 0 && text[len + 1] == '}' ? len + 2 : 0;
}

static enum send_place place_of(const char *text, size_t len)
{
	enum send_place p = 0;
	while (p < SEND_PLACES && (strlen(places[p]) != len - 2 || strncmp(places[p], text + 1, len - 2) != 0))
		p++;
	return p;
}

/* As within a JSON string: what the writer puts between the quotes. */
static void add_json(const char *value, struct buf *out)
{
	struct buf quoted;
	struct json_out j;
	buf_init(&quoted, out->max);
	json_out_init(&j, &quoted);
	json_put_string(&j, value);
	if (quoted.failed)
		out->failed = true;
	else
		buf_add(out, quoted.data + 1, quoted.len - 2);
	buf_free(&quoted);
}

void send_template_fill(const char *text, bool json, const char *const values[SEND_PLACES], struct buf *out)
{
	while (*text != '\0') {
		size_t len = place_length(text);
		enum send_place p = len > 0 ? place_of(text, len) : SEND_PLACES;
		const char *value = p < SEND_PLACES && values[p] != NULL ? values[p] : "";
		if (p == SEND_PLACES) {
			buf_addc(out, *text++);
			continue;
		}
		if (json)
			add_json(value, out);
		else
			form_encode(out, value, strlen(value));
		text += len;
	}
}

static bool check_places(const char *text, char *why, size_t why_size)
{
	bool has[SEND_PLACES] = {false};
	for (; *text != '\0'; text++) {
		size_t len = place_length(text);
		if (len == 0)
			continue;
		enum send_place p = place_of(text, len);
		if (p == SEND_PLACES) {
			snprintf(why, why_size,
			         "send_body: there is no %.*s; known are {id} {to} {to_digits} {from} {text} "
			         "{status_url}",
			         (int)len, text);
			return false;
		}
		has[p] = true;
	}
	if (!has[SEND_TEXT])
		snprintf(why, why_size, "send_body has no {text}");
	else if (!has[SEND_TO] && !has[SEND_TO_DIGITS])
		snprintf(why, why_size, "send_body has neither {to} nor {to_digits}");
	return has[SEND_TEXT] && (has[SEND_TO] || has[SEND_TO_DIGITS]);
}

/* Filled in with what would break a string: then every place stands within quotes, or holds digits only. */
static bool check_json(const char *text, char *why, size_t why_size)
{
	static const char *const samples[SEND_PLACES] = {
	        [SEND_ID] = "a-1",    [SEND_TO] = "+62811",     [SEND_TO_DIGITS] = "62811",
	        [SEND_FROM] = "a\"b", [SEND_TEXT] = "a\"\\\nb", [SEND_STATUS_URL] = "http://h/?a=1",
	};
	struct json_fault fault;
	struct buf filled;
	buf_init(&filled, 64 * 1024);
	send_template_fill(text, true, samples, &filled);
	cJSON *tree = filled.failed ? NULL : json_parse(filled.data, filled.len, &fault);
	bool good = tree != NULL;
	if (!good)
		snprintf(why, why_size, "send_body is no JSON once filled in: %s",
		         filled.failed ? "too long" : fault.detail);
	cJSON_Delete(tree);
	buf_free(&filled);
	return good;
}

bool send_template_check(const char *text, bool json, char *why, size_t why_size)
{
	return check_places(text, why, why_size) && (!json || check_json(text, why, why_size));
}
