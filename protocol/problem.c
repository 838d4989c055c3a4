/* problem: see problem.h. */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

#define TYPE_BASE "https://sigap.example/problems/"

/* Titles by type; a type not here takes the title of its status. */
static const struct {
	const char *type, *title;
} types[] = {
        {"malformed-json", "The body is not valid JSON"},
        {"invalid-report", "The report has faults"},
        {"invalid-event", "The event has faults"},
        {"invalid-policy", "The policy has faults"},
        {"invalid-entry", "The entry of the directory has faults"},
        {"policy-holes", "Somebody would not be reached"},
        {"changed-meanwhile", "Somebody else has changed it meanwhile"},
};

/* Reason phrases of RFC 9110, 15 and RFC 6585. */
static const struct {
	int status;
	const char *title;
} statuses[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
};

static const char *title_of(int status, const char *type)
{
	for (size_t i = 0; type != NULL && i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].title;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (statuses[i].status == status)
			return statuses[i].title;
	return "Error";
}

void problem_init(struct problem *p, int status, const char *type, const char *detail)
{
	p->status = status;
	p->type = type;
	p->title = title_of(status, type);
	snprintf(p->detail, sizeof p->detail, "%s", detail == NULL ? "" : detail);
	utf8_trim(p->detail);
	p->error_count = 0;
	p->extension = NULL;
}

/* Copies a pointer in its URI fragment form: characters that a fragment may not hold as %XX (RFC 6901, 6; RFC 3986, 3.5). Cut between characters. */
static void fragment_copy(char *out, size_t size, const char *pointer)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t len = 0, left = strlen(pointer);
	for (const char *at = pointer; left > 0;) {
		bool ok;
		size_t step = utf8_sequence(at, left, &ok);
		unsigned char c = (unsigned char)*at;
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		             strchr("-._~!$&'()*+,;=:@/?", c) != NULL || (c == '#' && at == pointer);
		if (len + (plain ? 1 : 3 * step) >= size)
			break;
		for (size_t i = 0; i < step; i++) {
			c = (unsigned char)at[i];
			if (!plain) {
				out[len++] = '%';
				out[len++] = hex[c >> 4];
			}
			out[len++] = plain ? (char)c : hex[c & 15];
		}
		at += step;
		left -= step;
	}
	out[len] = '\0';
}

void problem_error(struct problem *p, const char *pointer, const char *format, ...)
{
	if (p->error_count++ >= PROBLEM_MAX_ERRORS)
		return;
	struct problem_error *e = &p->errors[p->error_count - 1];
	fragment_copy(e->pointer, sizeof e->pointer, pointer);
	va_list ap;
	va_start(ap, format);
	vsnprintf(e->detail, sizeof e->detail, format, ap);
	va_end(ap);
	utf8_trim(e->detail);
}

static void render_errors(const struct problem *p, struct json_out *j)
{
	size_t kept = p->error_count < PROBLEM_MAX_ERRORS ? p->error_count : PROBLEM_MAX_ERRORS;
	json_key(j, "errors");
	json_begin_array(j);
	for (size_t i = 0; i < kept; i++) {
		json_begin_object(j);
		json_member_string(j, "pointer", p->errors[i].pointer);
		json_member_string(j, "detail", p->errors[i].detail);
		json_end_object(j);
	}
	json_end_array(j);
	if (p->error_count > kept)
		json_member_int(j, "errors_left_out", (int64_t)(p->error_count - kept));
}

void problem_render(const struct problem *p, struct buf *out)
{
	char uri[128];
	snprintf(uri, sizeof uri, TYPE_BASE "%s", p->type == NULL ? "" : p->type);
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_string(&j, "type", p->type == NULL ? "about:blank" : uri);
	json_member_string(&j, "title", p->title);
	json_member_int(&j, "status", p->status);
	if (p->detail[0] != '\0')
		json_member_string(&j, "detail", p->detail);
	if (p->error_count > 0)
		render_errors(p, &j);
	if (p->extension != NULL) {
		buf_addc(out, ',');
		buf_adds(out, p->extension);
	}
	json_end_object(&j);
}
