/* members: see members.h. */
#include "members.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rfc3339.h"

enum { NAME_MAX_COMPARED = 40 };
static const int64_t year_2000_us = 946684800LL * 1000000;

static void add_path(struct buf *out, const struct member_at *at)
{
	if (at->up != NULL)
		add_path(out, at->up);
	if (at->member != NULL)
		buf_addf(out, "/%s", at->member->name);
}

void member_fault(const struct member_at *at, const char *format, ...)
{
	struct buf pointer;
	char detail[sizeof at->problem->errors[0].detail];
	va_list ap;
	va_start(ap, format);
	vsnprintf(detail, sizeof detail, format, ap);
	va_end(ap);
	buf_init(&pointer, 256);
	buf_addc(&pointer, '#');
	add_path(&pointer, at);
	problem_error(at->problem, pointer.data, "%s", detail);
	buf_free(&pointer);
}

bool members_faulty(const struct problem *p, const char *pointer)
{
	for (size_t i = 0; i < p->error_count && i < PROBLEM_MAX_ERRORS; i++)
		if (strcmp(p->errors[i].pointer, pointer) == 0)
			return true;
	return false;
}

void members_need(struct problem *p, bool given, const char *pointer)
{
	if (!given && !members_faulty(p, pointer))
		problem_error(p, pointer, "this member is needed, not blank");
}

bool members_given(const cJSON *object, const char *name)
{
	const cJSON *value = json_member(object, name);
	return value != NULL && !cJSON_IsNull(value);
}

/* Unknown members */

/* Levenshtein distance, regardless of case; large for names that are too long to be a misspelling. */
static int distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	int row[NAME_MAX_COMPARED + 1];
	if (n > NAME_MAX_COMPARED || m > NAME_MAX_COMPARED)
		return NAME_MAX_COMPARED;
	for (size_t k = 0; k <= m; k++)
		row[k] = (int)k;
	for (size_t i = 1; i <= n; i++) {
		int diagonal = row[0];
		row[0] = (int)i;
		for (size_t k = 1; k <= m; k++) {
			int replaced = diagonal + ((a[i - 1] | 0x20) != (b[k - 1] | 0x20));
			int least = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;
			diagonal = row[k];
			row[k] = replaced < least ? replaced : least;
		}
	}
	return row[m];
}

/* The nearest name found so far, and in which other object it stands ("": in the one asked about). */
struct nearest {
	const struct member *member;
	const char *where;
	int distance;
};

static void look_in(const struct member *table, const char *where, const char *name, struct nearest *best)
{
	for (const struct member *m = table; m->name != NULL; m++) {
		int d = distance(name, m->name), tolerated = (int)strlen(m->name) / 3;
		if (d <= tolerated && d < best->distance)
			*best = (struct nearest){.member = m, .where = where, .distance = d};
	}
}

/* Names the nearest known member: of this object if one is near, else of another object of the body, else lists those of this one. */
static void describe_unknown(const struct member *table, const struct member *top, const char *name, struct buf *out)
{
	struct nearest best = {.distance = NAME_MAX_COMPARED};
	look_in(table, "", name, &best);
	if (best.member == NULL)
		look_in(top, "the body itself", name, &best);
	for (const struct member *m = top; best.member == NULL && m->name != NULL; m++)
		if (m->members != NULL)
			look_in(m->members, m->name, name, &best);
	buf_adds(out, "unknown member; ");
	if (best.member != NULL) {
		buf_addf(out, "did you mean %s%s%s?", best.member->name, best.where[0] == '\0' ? "" : " in ",
		         best.where);
		return;
	}
	buf_adds(out, "known here:");
	for (const struct member *m = table; m->name != NULL; m++)
		buf_addf(out, "%s %s", m == table ? "" : ",", m->name);
}

static void unknown_member(const struct member_at *at, const struct member *table, const char *name)
{
	struct buf pointer, detail;
	buf_init(&pointer, 256);
	buf_init(&detail, sizeof at->problem->errors[0].detail - 1);
	buf_addc(&pointer, '#');
	add_path(&pointer, at);
	buf_addc(&pointer, '/');
	for (const char *c = name; *c != '\0'; c++)
		if (*c == '~' || *c == '/')
			buf_adds(&pointer, *c == '~' ? "~0" : "~1");
		else if (!buf_addc(&pointer, *c))
			break;
	utf8_trim(pointer.data);
	describe_unknown(table, at->top, name, &detail);
	problem_error(at->problem, pointer.data, "%s", detail.data);
	buf_free(&pointer);
	buf_free(&detail);
}

/* Objects */

static void read_members(const struct member_at *at, const struct member *table, const cJSON *object, void *target)
{
	const cJSON *value;
	cJSON_ArrayForEach(value, object)
	{
		const struct member *m = table;
		while (m->name != NULL && strcmp(m->name, value->string) != 0)
			m++;
		if (m->name == NULL) {
			unknown_member(at, table, value->string);
		} else if (!cJSON_IsNull(value)) {
			struct member_at here = {.member = m, .up = at, .top = at->top, .problem = at->problem};
			m->read(&here, value, target);
		}
	}
}

static void malformed(const struct json_fault *fault, struct problem *p)
{
	char pointer[sizeof fault->pointer + 1];
	problem_init(p, 400, "malformed-json", NULL);
	snprintf(p->detail, sizeof p->detail, "line %d, column %d: %s", fault->line, fault->column, fault->detail);
	snprintf(pointer, sizeof pointer, "%s%s", fault->pointer[0] == '\0' ? "" : "#", fault->pointer);
	problem_error(p, pointer, "%s", fault->detail);
}

bool members_read_body(const char *body, size_t len, const struct member *table, void *target, const char *fault_type,
                       cJSON **ret_tree, struct problem *ret_problem)
{
	struct json_fault fault;
	*ret_tree = json_parse(body, len, &fault);
	if (*ret_tree == NULL) {
		malformed(&fault, ret_problem);
		return false;
	}
	problem_init(ret_problem, 422, fault_type,
	             "The body can be read, but not all of it can be used. Each fault is in errors.");
	if (!cJSON_IsObject(*ret_tree)) {
		problem_error(ret_problem, "", "the body must be a JSON object, in { }");
		return false;
	}
	struct member_at at = {.top = table, .problem = ret_problem};
	read_members(&at, table, *ret_tree, target);
	return true;
}

void member_object(const struct member_at *at, const cJSON *value, void *target)
{
	if (cJSON_IsObject(value))
		read_members(at, at->member->members, value, target);
	else
		member_fault(at, "must be an object, in { }");
}

/* Strings */

/* Unicode's control characters (category Cc) except line feed, carriage return and tab; 0 when there is none. */
static unsigned control_character(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if ((*c < 0x20 && *c != '\n' && *c != '\r' && *c != '\t') || *c == 0x7F)
			return *c;
		if (*c == 0xC2 && c[1] < 0xA0)
			return c[1]; /* U+0080 to U+009F are C2 80 to C2 9F */
	}
	return 0;
}

bool member_is_blank(const char *text)
{
	static const char *const spaces[] = {" ",        "\t",           "\n",           "\r",
	                                     "\xC2\xA0", "\xE2\x80\x8B", "\xE3\x80\x80", "\xEF\xBB\xBF"};
	while (*text != '\0') {
		size_t s = 0, n = sizeof spaces / sizeof *spaces;
		while (s < n && strncmp(text, spaces[s], strlen(spaces[s])) != 0)
			s++;
		if (s == n)
			return false;
		text += strlen(spaces[s]);
	}
	return true;
}

/* The string, or NULL when it is none. */
static const char *string_of(const struct member_at *at, const cJSON *value)
{
	const char *text = cJSON_GetStringValue(value);
	if (text == NULL)
		member_fault(at, "must be a string, in double quotes");
	return text;
}

const char *member_string(const struct member_at *at, const cJSON *value)
{
	const char *text = string_of(at, value);
	if (text == NULL || member_is_blank(text))
		return NULL;
	unsigned control = control_character(text);
	if (control != 0) {
		member_fault(at,
		             "holds the control character U+%04X; only line feed, carriage return and tab are allowed",
		             control);
		return NULL;
	}
	size_t bytes = strlen(text), characters = bytes > (size_t)at->member->max ? utf8_length(text) : bytes;
	if (characters > (size_t)at->member->max) {
		member_fault(at, "has %zu characters; at most %d are allowed", characters, at->member->max);
		return NULL;
	}
	return text;
}

static void store(const struct member_at *at, const char *text, void *target)
{
	const char **field = (const char **)((char *)target + at->member->offset);
	if (*field != NULL)
		member_fault(at, "is given twice, here and in another place of the body");
	else
		*field = text;
}

void member_text(const struct member_at *at, const cJSON *value, void *target)
{
	const char *text = member_string(at, value);
	if (text != NULL)
		store(at, text, target);
}

void member_word(const struct member_at *at, const cJSON *value, void *target)
{
	const char *text = cJSON_GetStringValue(value);
	for (const char *const *word = at->member->words; text != NULL && *word != NULL; word++) {
		if (strcmp(*word, text) == 0) {
			store(at, *word, target);
			return;
		}
	}
	struct buf list;
	buf_init(&list, sizeof at->problem->errors[0].detail - 1);
	for (const char *const *word = at->member->words; *word != NULL; word++)
		buf_addf(&list, "%s%s", word == at->member->words ? "" : ", ", *word);
	member_fault(at, "must be one of: %s", list.data);
	buf_free(&list);
}

void member_region_code(const struct member_at *at, const cJSON *value, void *target)
{
	static const char shape[] = "99.99.99.9999";
	const char *code = cJSON_GetStringValue(value);
	size_t len = 0;
	while (code != NULL && len < sizeof shape - 1 && code[len] != '\0' &&
	       (shape[len] == '.' ? code[len] == '.' : code[len] >= '0' && code[len] <= '9'))
		len++;
	if (code != NULL && code[len] == '\0' && (len == 2 || len == 5 || len == 8 || len == sizeof shape - 1))
		store(at, code, target);
	else
		member_fault(at, "must be a string with a Kemendagri code such as \"64.09.01.1003\" (village), "
		                 "\"64.09.01\" (district) or "
		                 "\"64.09\" (regency)");
}

/* Other values */

void member_number(const struct member_at *at, const cJSON *value, void *target)
{
	double *field = (double *)((char *)target + at->member->offset);
	if (!cJSON_IsNumber(value))
		member_fault(at, "must be a number, without quotes");
	else if (value->valuedouble < at->member->least || value->valuedouble > at->member->most)
		member_fault(at, "must be between %g and %g", at->member->least, at->member->most);
	else
		*field = value->valuedouble;
}

void member_int(const struct member_at *at, const cJSON *value, void *target)
{
	int *field = (int *)((char *)target + at->member->offset);
	double number = cJSON_IsNumber(value) ? value->valuedouble : NAN;
	if (number >= at->member->least && number <= at->member->most && number == floor(number))
		*field = (int)number;
	else
		member_fault(at, "must be a whole number between %.0f and %.0f", at->member->least, at->member->most);
}

void member_flag(const struct member_at *at, const cJSON *value, void *target)
{
	bool *field = (bool *)((char *)target + at->member->offset);
	if (cJSON_IsBool(value))
		*field = cJSON_IsTrue(value);
	else
		member_fault(at, "must be true or false, without quotes");
}

bool member_time(const struct member_at *at, const cJSON *value, int64_t *ret_us)
{
	const char *text = cJSON_GetStringValue(value);
	if (text == NULL || !rfc3339_parse(text, ret_us)) {
		member_fault(at, "must be an RFC 3339 time with offset such as \"2026-11-21T18:11:12+08:00\"");
		return false;
	}
	if (*ret_us < year_2000_us) {
		member_fault(at, "must not be before the year 2000");
		return false;
	}
	return true;
}

void member_moment(const struct member_at *at, const cJSON *value, void *target)
{
	int64_t *field = (int64_t *)((char *)target + at->member->offset);
	int64_t us;
	if (member_time(at, value, &us))
		*field = us;
}
