/* gateway_json: see gateway_json.h. One pass writes the text anew as json_parse() wants it. */
#include "gateway_json.h"

#include <string.h>

#include "json_escape.h"
#include "utf8.h"

struct mending {
	const char *at, *end;
	struct buf out;
	bool repaired;
};

static void replace(struct mending *m)
{
	buf_adds(&m->out, "\xEF\xBF\xBD");
	m->repaired = true;
}

static void copy(struct mending *m, size_t len)
{
	buf_add(&m->out, m->at, len);
	m->at += len;
}

/* The code of the \uXXXX at at; -1 when there is none. */
static int code_at(const char *at, const char *end)
{
	return end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? json_escape_hex4(at + 2, end) : -1;
}

static void mend_escape(struct mending *m)
{
	int code = code_at(m->at, m->end);
	bool high = code >= 0xD800 && code < 0xDC00, low = code >= 0xDC00 && code < 0xE000;
	int next = high ? code_at(m->at + 6, m->end) : -1;
	if (next >= 0xDC00 && next < 0xE000) {
		copy(m, 12);
	} else if (code == 0 || high || low) {
		replace(m);
		m->at += 6;
	} else if (code > 0) {
		copy(m, 6);
	} else if (m->end - m->at >= 2 && json_escape_simple(m->at[1]) != '\0') {
		copy(m, 2);
	} else { /* a backslash that escapes nothing stands for itself */
		buf_adds(&m->out, "\\\\");
		m->at++;
	}
}

/* From behind the opening quote to behind the closing one, or the end of the text. */
static void mend_string(struct mending *m)
{
	while (m->at < m->end) {
		copy(m, utf8_json_run(m->at, (size_t)(m->end - m->at)));
		if (m->at == m->end)
			return;
		unsigned char c = (unsigned char)*m->at;
		bool ok;
		if (c == '"') {
			copy(m, 1);
			return;
		}
		if (c == '\\') {
			mend_escape(m);
		} else if (c > 0 && c < ' ') {
			buf_addf(&m->out, "\\u%04X", c);
			m->at++;
		} else {
			m->at += utf8_sequence(m->at, (size_t)(m->end - m->at), &ok);
			replace(m);
		}
	}
}

static void mend_number(struct mending *m)
{
	const char *start = m->at;
	while (m->at < m->end && *m->at != '\0' && strchr("+-.0123456789Ee", *m->at) != NULL)
		m->at++;
	buf_addc(&m->out, '"');
	buf_add(&m->out, start, (size_t)(m->at - start));
	buf_addc(&m->out, '"');
}

static void mend(struct mending *m)
{
	static const char bom[] = "\xEF\xBB\xBF";
	if (m->end - m->at >= 3 && memcmp(m->at, bom, 3) == 0)
		m->at += 3;
	while (m->at < m->end) {
		char c = *m->at;
		if (c == '-' || (c >= '0' && c <= '9')) {
			mend_number(m);
		} else {
			copy(m, 1);
			if (c == '"')
				mend_string(m);
		}
	}
}

cJSON *gateway_json_parse(const char *text, size_t len, bool *ret_repaired, struct json_fault *ret_fault)
{
	enum { GROWTH = 6 }; /* of a control character, which becomes \u00XX */
	struct mending m = {.at = text, .end = text + len};
	buf_init(&m.out, len * GROWTH + 1);
	mend(&m);
	cJSON *tree = NULL;
	if (m.out.failed)
		*ret_fault = (struct json_fault){.detail = "out of memory"};
	else
		tree = json_parse(m.out.data, m.out.len, ret_fault);
	*ret_repaired = m.repaired;
	buf_free(&m.out);
	return tree;
}
