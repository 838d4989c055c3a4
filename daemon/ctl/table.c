/* table: see table.h. */
#include "table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "zone.h"

struct table {
	struct ctl *ctl;
	const struct column *columns;
	int width;
	const char **cells;
	size_t count, room; /* rows */
	int utc_offset_s;
};

enum { OUTPUT_MOST = 1 << 30 };

struct table *table_new(struct ctl *c, const struct column *columns, int n)
{
	struct table *t = arena_new_of(c->arena, struct table);
	*t = (struct table){.ctl = c, .columns = columns, .width = n};
	return t;
}

void table_zone(struct table *t, int utc_offset_s)
{
	t->utc_offset_s = utc_offset_s;
}

void table_add(struct table *t, const char *const *cells)
{
	size_t width = (size_t)t->width;
	if (t->count == t->room) {
		size_t room = t->room == 0 ? 16 : t->room * 2;
		const char **longer = arena_array(t->ctl->arena, const char *, room *width);
		if (t->count > 0)
			memcpy(longer, t->cells, t->count * width * sizeof *longer);
		t->cells = longer;
		t->room = room;
	}
	memcpy(t->cells + t->count++ * width, cells, width * sizeof *cells);
}

void table_add_rows(struct table *t, const struct rows *r)
{
	for (int i = 0; i < r->count; i++)
		table_add(t, r->cells + i * r->columns);
}

static const char *member_text(struct arena *a, const cJSON *object, const char *key)
{
	const cJSON *value = json_member(object, key);
	if (cJSON_IsNumber(value))
		return arena_printf(a, "%.0f", value->valuedouble);
	return cJSON_IsString(value) ? arena_strdup(a, value->valuestring) : NULL;
}

void table_add_list(struct table *t, const cJSON *list)
{
	const char **cells = arena_array(t->ctl->arena, const char *, (size_t)t->width);
	const cJSON *item;
	cJSON_ArrayForEach(item, list)
	{
		for (int k = 0; k < t->width; k++)
			cells[k] = member_text(t->ctl->arena, item, t->columns[k].key);
		table_add(t, cells);
	}
}

static const char *cell_text(const struct table *t, size_t row, int column)
{
	const char *cell = t->cells[row * (size_t)t->width + (size_t)column];
	if (cell == NULL)
		return NULL;
	if (t->columns[column].kind == CELL_BOOL)
		return db_bool(cell) ? "yes" : "no";
	if (t->columns[column].kind == CELL_LOCAL && !t->ctl->json)
		return zone_format(t->ctl->arena, db_time(cell).us, t->utc_offset_s);
	if (t->columns[column].kind != CELL_TIME && t->columns[column].kind != CELL_LOCAL)
		return cell;
	char *text = arena_alloc(t->ctl->arena, RFC3339_MAX);
	rfc3339_format(db_time(cell).us, text);
	return text;
}

void table_put_text(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		putchar((unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p);
}

static void print_cell(const char *text, size_t width)
{
	table_put_text(text);
	for (size_t len = utf8_length(text); len < width; len++)
		putchar(' ');
}

static void print_plain(const struct table *t)
{
	size_t *widths = arena_array(t->ctl->arena, size_t, (size_t)t->width);
	for (int k = 0; k < t->width - 1; k++) { /* behind the last column nothing follows */
		widths[k] = strlen(t->columns[k].key) + 2;
		for (size_t i = 0; i < t->count; i++) {
			const char *text = cell_text(t, i, k);
			size_t len = text == NULL ? 1 : utf8_length(text);
			widths[k] = len + 2 > widths[k] ? len + 2 : widths[k];
		}
	}
	for (int k = 0; k < t->width; k++) {
		char *head = arena_strdup(t->ctl->arena, t->columns[k].key);
		for (char *p = head; *p != '\0'; p++)
			*p = *p == '_' ? ' ' : (char)toupper((unsigned char)*p);
		print_cell(head, widths[k]);
	}
	putchar('\n');
	for (size_t i = 0; i < t->count; i++) {
		for (int k = 0; k < t->width; k++) {
			const char *text = cell_text(t, i, k);
			print_cell(text == NULL ? "-" : text, widths[k]);
		}
		putchar('\n');
	}
}

static void put_value(struct json_out *j, const struct table *t, size_t row, int column)
{
	const char *text = cell_text(t, row, column);
	enum cell kind = t->columns[column].kind;
	if (text == NULL || kind == CELL_TEXT || kind == CELL_TIME || kind == CELL_LOCAL)
		json_put_string(j, text);
	else if (kind == CELL_BOOL)
		json_put_bool(j, strcmp(text, "yes") == 0);
	else
		json_put_raw(j, text, strlen(text));
}

static void print_json(const struct table *t)
{
	struct buf out;
	struct json_out j;
	buf_init(&out, OUTPUT_MOST);
	json_out_init(&j, &out);
	json_begin_array(&j);
	for (size_t i = 0; i < t->count; i++) {
		json_begin_object(&j);
		for (int k = 0; k < t->width; k++) {
			json_key(&j, t->columns[k].key);
			put_value(&j, t, i, k);
		}
		json_end_object(&j);
	}
	json_end_array(&j);
	if (out.failed)
		ctl_die("the list is too long");
	puts(out.data);
	buf_free(&out);
}

void table_print(const struct table *t, const char *empty)
{
	if (t->ctl->json)
		print_json(t);
	else if (t->count == 0)
		puts(empty);
	else
		print_plain(t);
}

void table_tell_members(struct ctl *c, int n, const char *const *members)
{
	struct buf out;
	struct json_out j;
	if (!c->json)
		return;
	buf_init(&out, OUTPUT_MOST);
	json_out_init(&j, &out);
	json_begin_object(&j);
	json_member_string(&j, "done", c->command->name);
	for (int i = 0; i + 1 < n; i += 2)
		json_member_string(&j, members[i], members[i + 1]);
	json_end_object(&j);
	puts(out.data);
	buf_free(&out);
}

int table_print_list(struct ctl *c, const char *json, const struct column *columns, int n, const char *empty)
{
	if (c->json) {
		puts(json);
		return CTL_OK;
	}
	cJSON *list = db_json(json);
	struct table *t = table_new(c, columns, n);
	table_add_list(t, list);
	cJSON_Delete(list);
	table_print(t, empty);
	return CTL_OK;
}
