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

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **sorted_holes(struct arena *a, const struct policy *p, const struct directory *d,
                                 const struct gazetteer *g, struct wall now, size_t *ret_n)
{
	struct buf out;
	buf_init(&out, LINES_MOST_BYTES);
	policy_holes_apart(p, d, g, now, &out);
	const char **lines = lines_of(a, text_of(a, &out), ret_n);
	qsort(lines, *ret_n, sizeof *lines, by_text);
	return lines;
}

size_t policy_check_torn(struct arena *a, const struct policy *p, const struct directory *before,
                         const struct directory *after, const struct gazetteer *g, struct wall now,
                         const char *const **ret)
{
	size_t old_count, count, torn = 0, o = 0;
	const char **old = sorted_holes(a, p, before, g, now, &old_count),
	           **left = sorted_holes(a, p, after, g, now, &count);
	for (size_t i = 0; i < count; i++) {
		while (o < old_count && strcmp(old[o], left[i]) < 0)
			o++;
		if (o == old_count || strcmp(old[o], left[i]) != 0)
			left[torn++] = left[i];
	}
	*ret = left;
	return torn;
}
