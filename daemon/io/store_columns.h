/* store_columns: the three group statements' parameters: many structs turned into one array per column, in the order of the statement's $n. */
#ifndef SIGAP_IO_STORE_COLUMNS_H
#define SIGAP_IO_STORE_COLUMNS_H
#include "store.h"

struct columns;
struct columns *columns_new(void);
void columns_free(struct columns **c);
void columns_reports(struct columns *c, struct store_report *const *reports, int n, int lease_s, struct uuid owner,
                     struct pg_params *params); /* sql/commit_plans.sql */
/* sql/apply_changes.sql, in either of its forms */
void columns_changes(struct columns *c, struct change *const *changes, int n, bool all_or_none, bool of_reports,
                     int lease_s, struct uuid owner, struct pg_params *params);
void columns_attempts(struct columns *c, struct store_attempt *const *attempts, int n, struct uuid owner,
                      struct pg_params *params); /* sql/finish_attempts.sql */
#endif
