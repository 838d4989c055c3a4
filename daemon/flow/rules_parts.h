/* rules_parts: what rules.c (the load and what it leads to), rules_read.c (rows into a snapshot) and rules_saved.c (rows put aside) share. */
#ifndef SIGAP_FLOW_RULES_PARTS_H
#define SIGAP_FLOW_RULES_PARTS_H
#include "rules.h"

/* Somebody who has asked for a load. */
struct rules_asker {
	void (*done)(void *ctx, const char *why);
	void *ctx;
	struct rules_asker *next;
};

struct rules_load {
	struct flow *flow;
	struct rules *rules; /* NULL: none is under way */
	int step;
	struct rules_asker *askers,
	        *later; /* whom this one serves; who asked since it began, whom the next one serves */
	/* parts that are put together at the end */
	struct region *regions;
	size_t region_count;
	struct region_alias *aliases;
	size_t alias_count;
	struct agency *agencies;
	size_t agency_count;
	size_t known_count; /* of the directory's people and, after them, of those who left */
	struct buf saved;   /* all rows, for a daemon that begins without the database (stock.h) */
};

/* One statement of a load, and what reads its rows into the snapshot: NULL or what is wrong. */
struct rules_step {
	enum sql statement;
	const char *(*read)(struct rules_load *l, const struct pg_result *r);
};
extern const struct rules_step rules_steps[];
extern const int rules_step_count;

/* ---- rules.c ---- */
/* Empty, in an arena of its own, held once. */
struct rules *rules_new(void);
/* When all rows are read: the files, and what is made of all. NULL or what is wrong. */
const char *rules_put_together(struct rules_load *l);
void rules_log(const char *event, const struct rules_load *l);

/* ---- rules_saved.c ---- */
void rules_begin_saving(struct rules_load *l);
void rules_save(struct rules_load *l, const struct pg_result *r);
/* What was not loaded whole is not put aside. */
void rules_end_saving(struct rules_load *l, bool loaded);
#endif
