/* snapshot: what the daemon decides on, read from the database with the daemon's own statements. */
#ifndef SIGAP_CTL_SNAPSHOT_H
#define SIGAP_CTL_SNAPSHOT_H
#include "../core/directory.h"
#include "../core/gazetteer.h"
#include "../core/policy.h"
#include "db.h"

/* Agencies, people and shifts, indexed. shifts: rows person, role, starts_at, ends_at in order of start; NULL: those that the daemon knows. */
void snapshot_directory(struct ctl *c, const struct rows *shifts, struct directory *ret);
/* home: the area in which free text is searched. */
const struct gazetteer *snapshot_gazetteer(struct ctl *c, const char *home);
/* The policy in force, NULL when there is none; ends the run when it cannot be read. */
const struct policy *snapshot_policy(struct ctl *c);
struct wall snapshot_now(struct ctl *c);
#endif
