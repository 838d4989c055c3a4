/* table: lists, and what was done: aligned columns for people, an array of objects with --json. */
#ifndef SIGAP_CTL_TABLE_H
#define SIGAP_CTL_TABLE_H
#include <cjson/cJSON.h>

#include "db.h"

enum cell {
	CELL_TEXT,
	CELL_NUMBER,
	CELL_BOOL,
	CELL_TIME,  /* as the database writes it */
	CELL_LOCAL, /* the same, for people shown as local time (table_zone) */
};
struct column {
	const char *key; /* "expires_at": the JSON member; in capitals the head of the column */
	enum cell kind;
};
struct table;
struct table *table_new(struct ctl *c, const struct column *columns, int n);
/* The zone of CELL_LOCAL; with --json times stay UTC. */
void table_zone(struct table *t, int utc_offset_s);
/* One more row: as many cells as columns; they stay the caller's and must live until table_print. NULL: nothing. */
void table_add(struct table *t, const char *const *cells);
void table_add_rows(struct table *t, const struct rows *r);
/* A row for each object of a JSON array (NULL: none), a cell for its member of the column's name: text or a number. */
void table_add_list(struct table *t, const cJSON *list);
/* empty: what people are told when there is no row. */
void table_print(const struct table *t, const char *empty);
/* Prints a list that one of the daemon's own statements wrote as JSON: with --json as it stands, else as a table. Returns CTL_OK. */
int table_print_list(struct ctl *c, const char *json, const struct column *columns, int n, const char *empty);
/* What the command has done, with --json: one object, {"done":"token revoke","name":"call-centre"}, of the members given as name, text, name, text …
 * (NULL: null). Without --json nothing, as the exit status says it. */
#define table_tell(c, ...)                                                                                             \
	table_tell_members((c), (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),                         \
	                   (const char *[]){__VA_ARGS__})
void table_tell_members(struct ctl *c, int n, const char *const *members);
/* The same; for people the bare text of that name's value: what they will copy. */
#define table_tell_text(c, text, ...)                                                                                  \
	do {                                                                                                           \
		if ((c)->json)                                                                                         \
			table_tell(c, __VA_ARGS__);                                                                    \
		else                                                                                                   \
			puts(text);                                                                                    \
	} while (0)
/* Text for a terminal: control characters become '?'. */
void table_put_text(const char *text);
#endif
