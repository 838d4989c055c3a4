/* store_rows: the three group statements' parameters: many structs turned into rows, an array for each kind, in the order of the statement's $n and of the columns of
 * the row types (daemon/schema/0011_rows.sql, 0013_received.sql). */
#ifndef SIGAP_IO_STORE_ROWS_H
#define SIGAP_IO_STORE_ROWS_H
#include "store.h"

/* sql/commit_plans.sql */
void rows_of_reports(struct store_report *const *reports, int n, int lease_s, struct uuid owner,
                     struct pg_params *params);
/* sql/apply_changes.sql, in either of its forms */
void rows_of_changes(struct change *const *changes, int n, bool all_or_none, bool of_reports, int lease_s,
                     struct uuid owner, struct pg_params *params);
/* sql/finish_attempts.sql */
void rows_of_attempts(struct store_attempt *const *attempts, int n, int lease_s, struct uuid owner,
                      struct pg_params *params);
#endif
