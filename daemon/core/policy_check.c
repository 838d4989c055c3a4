/* policy_check: see policy_check.h. */
#include "policy_check.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MOST_BYTES = 64 * 1024 * 1024 };

/* The text's lines, cut in place. */
static const char **lines_of(struct arena *a, char *text, size_t *ret_n)
{
	size_t n = 0;
	for (const char *p = text; *p != '\0'; p++)
		n += *p == '\n';
	const char **lines = arena_array(a, const char *, n + 1);
	char *rest = NULL;
	n = 0;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		lines[n++] = line;
	*ret_n = n;
	return lines;
}

/* What an addition to the buffer made; frees it. */
static char *text_of(struct arena *a, struct buf *b)
{
	char *text = arena_strdup(a, b->data != NULL ? b->data : "");
	buf_free(b);
	return text;
}

/* "FILE:12:5: message" */
static struct policy_fault fault_of(const char *line, size_t file_len)
{
	struct policy_fault f = {0, 0, line};
	char *end;
	if (strlen(line) <= file_len || line[file_len] != ':')
		return f;
	long at = strtol(line + file_len + 1, &end, 10);
	if (at <= 0 || *end != ':')
		return f;
	long column = strtol(end + 1, &end, 10);
	if (column <= 0 || strncmp(end, ": ", 2) != 0)
		return f;
	return (struct policy_fault){(int)at, (int)column, end + 2};
}

void policy_check_read(struct arena *a, const char *file, const char *text, size_t len, struct policy_checked *ret)
{
	struct buf faults;
	*ret = (struct policy_checked){.fault_text = ""};
	buf_init(&faults, LINES_MOST_BYTES);
	ret->policy = policy_read(a, file, text, len, &faults);
	char *all = text_of(a, &faults);
	if (ret->policy != NULL)
		return;
	ret->fault_text = arena_strdup(a, all);
	const char **lines = lines_of(a, all, &ret->fault_count);
	struct policy_fault *list = arena_array(a, struct policy_fault, ret->fault_count + 1);
	for (size_t i = 0; i < ret->fault_count; i++)
		list[i] = fault_of(lines[i], strlen(file));
	ret->faults = list;
}

void policy_check_holes(struct arena *a, const struct directory *d, const struct gazetteer *g, struct wall now,
                        struct policy_checked *ret)
{
	struct buf out;
	buf_init(&out, LINES_MOST_BYTES);
	policy_holes(ret->policy, d, g, now, &out, &ret->cases);
	ret->holes = lines_of(a, text_of(a, &out), &ret->hole_count);
}

/* Up to the end of the area's code in "TYPE (URGENCY), CODE NAME: what"; all of another line. */
static size_t place_length(const char *line)
{
	const char *code = strstr(line, "), ");
	return code == NULL ? strlen(line) : (size_t)(code + 3 - line) + strcspn(code + 3, " ");
}

/* An area that has another name now is the same: its holes are no new ones. */
static int compare_holes(const char *a, const char *b)
{
	size_t a_len = place_length(a), b_len = place_length(b);
	int order = strncmp(a, b, a_len < b_len ? a_len : b_len);
	if (order != 0 || a_len != b_len)
		return order != 0 ? order : a_len < b_len ? -1 : 1;
	const char *a_what = strstr(a + a_len, ": "), *b_what = strstr(b + b_len, ": ");
	return strcmp(a_what != NULL ? a_what : "", b_what != NULL ? b_what : "");
}

static int by_hole(const void *a, const void *b)
{
	return compare_holes(*(const char *const *)a, *(const char *const *)b);
}

size_t policy_check_apart(struct arena *a, const struct policy *p, const struct directory *d, const struct gazetteer *g,
                          struct wall now, const char *const **ret)
{
	struct buf out;
	size_t n;
	buf_init(&out, LINES_MOST_BYTES);
	policy_holes_apart(p, d, g, now, &out);
	const char **lines = lines_of(a, text_of(a, &out), &n);
	qsort(lines, n, sizeof *lines, by_hole);
	*ret = lines;
	return n;
}

size_t policy_check_new(struct arena *a, const char *const *before, size_t before_count, const char *const *after,
                        size_t after_count, const char *const **ret)
{
	const char **made = arena_array(a, const char *, after_count + 1);
	size_t n = 0, b = 0;
	for (size_t i = 0; i < after_count; i++) {
		while (b < before_count && compare_holes(before[b], after[i]) < 0)
			b++;
		if (b == before_count || compare_holes(before[b], after[i]) != 0)
			made[n++] = after[i];
	}
	*ret = made;
	return n;
}

size_t policy_check_torn(struct arena *a, const struct policy *p, const struct directory *before,
                         const struct directory *after, const struct gazetteer *g, struct wall now,
                         const char *const **ret)
{
	const char *const *old, *const *left;
	size_t old_count = policy_check_apart(a, p, before, g, now, &old);
	size_t count = policy_check_apart(a, p, after, g, now, &left);
	return policy_check_new(a, old, old_count, left, count, ret);
}
