/* report_form: see report_form.h. */
#include "report_form.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "members.h"

/* What no key writes becomes a space: nobody shall be sent back for a character that he cannot see. Tabs stay, and line ends, as the one character that they are where he
 * types: browsers send two (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html, "normalize newlines"). */
static void tame(char *text)
{
	char *to = text;
	for (const char *from = text; *from != '\0'; from++)
		if (from[0] != '\r' || from[1] != '\n')
			*to++ = *from;
	*to = '\0';
	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
		bool c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
		if (c1)
			*c++ = ' ';
		if (c1 || *c == 0x7f || (*c < 0x20 && strchr("\n\r\t", *c) == NULL))
			*c = ' ';
	}
}

/* The field's text, "" when absent or blank. What is no text at all becomes a fault. */
static const char *text_of(const struct form *f, const char *name, unsigned *faults)
{
	const struct form_field *field = form_field(f, name);
	if (field == NULL)
		return "";
	if (!utf8_valid(field->value, field->value_len)) {
		*faults |= REPORT_FORM_UNREADABLE;
		return "";
	}
	tame(field->value);
	return member_is_blank(field->value) ? "" : field->value;
}

/* "64.09.01.1003" or a beginning of it. */
static bool is_area(const char *code)
{
	static const char form[] = "00.00.00.0000";
	size_t len = strlen(code);
	if (len != 2 && len != 5 && len != 8 && len != 13)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == '0' ? !isdigit((unsigned char)code[i]) : code[i] != form[i])
			return false;
	return true;
}

/* A decimal number, no more. */
static bool degrees(const char *text, double most, double *ret)
{
	size_t len = strlen(text);
	if (len == 0 || len > 24 || strspn(text, "0123456789.-") != len)
		return false;
	char *end;
	*ret = strtod(text, &end);
	return *end == '\0' && isfinite(*ret) && fabs(*ret) <= most;
}

static void read_position(const struct form *f, struct report_form *ret)
{
	const char *lat = text_of(f, "lat", &ret->faults), *lon = text_of(f, "lon", &ret->faults);
	if (lat[0] == '\0' && lon[0] == '\0')
		return;
	ret->has_position = degrees(lat, 90, &ret->lat) && degrees(lon, 180, &ret->lon);
	if (!ret->has_position)
		ret->faults |= REPORT_FORM_POSITION;
}

static bool is_key(const char *text)
{
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]))
			return false;
	return len > 0 && len <= REPORT_FORM_KEY_MAX;
}

bool report_form_read(const struct form *f, struct report_form *ret)
{
	*ret = (struct report_form){.faults = 0};
	ret->text = text_of(f, "text", &ret->faults);
	ret->area = text_of(f, "area", &ret->faults);
	ret->place = text_of(f, "place", &ret->faults);
	ret->typed_phone = text_of(f, "phone", &ret->faults);
	ret->anonymous = text_of(f, "anonymous", &ret->faults)[0] != '\0';
	ret->key = text_of(f, "key", &ret->faults);
	read_position(f, ret);
	if (ret->text[0] == '\0')
		ret->faults |= REPORT_FORM_NO_TEXT;
	if (utf8_length(ret->text) > REPORT_FORM_TEXT_MAX)
		ret->faults |= REPORT_FORM_LONG_TEXT;
	if (utf8_length(ret->place) > REPORT_FORM_PLACE_MAX)
		ret->faults |= REPORT_FORM_LONG_PLACE;
	if (ret->area[0] != '\0' && !is_area(ret->area))
		ret->faults |= REPORT_FORM_AREA;
	/* who wants to stay unknown may have typed a number before: it is not looked at */
	if (ret->typed_phone[0] != '\0' && !ret->anonymous && !phone_normalise(ret->typed_phone, ret->phone))
		ret->faults |= REPORT_FORM_PHONE;
	if (text_of(f, "website", &ret->faults)[0] != '\0')
		ret->faults |= REPORT_FORM_TRAP;
	if (!is_key(ret->key))
		ret->faults |= REPORT_FORM_UNREADABLE;
	return ret->faults == 0;
}

static const char *or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

void report_form_render(const struct report_form *r, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	json_begin_object(&j);
	json_member_string(&j, "text", r->text);
	json_key(&j, "place");
	json_begin_object(&j);
	json_member_string(&j, "village_code", or_null(r->area));
	json_member_string(&j, "text", or_null(r->place));
	if (r->has_position) {
		json_member_double(&j, "lat", r->lat);
		json_member_double(&j, "lon", r->lon);
	}
	json_end_object(&j);
	json_key(&j, "reporter");
	json_begin_object(&j);
	json_member_string(&j, "phone", or_null(r->phone));
	json_member_bool(&j, "anonymous", r->anonymous);
	json_end_object(&j);
	json_end_object(&j);
}
