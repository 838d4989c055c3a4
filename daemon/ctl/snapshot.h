/* snapshot: what the daemon decides on, read from the database as the daemon reads it. */
#ifndef SIGAP_CTL_SNAPSHOT_H
#define SIGAP_CTL_SNAPSHOT_H
#include "../core/directory.h"
#include "../core/gazetteer.h"
#include "../core/policy.h"
#include "db.h"

/* Agencies, people and the roster from now on, indexed. */
void snapshot_directory(struct ctl *c, struct directory *ret);
/* Only people and the roster of [from, until), with all that could still say where its shifts began. */
void snapshot_duty(struct ctl *c, struct wall from, struct wall until, struct directory *ret);
/* words, home: as for gazetteer_build(). */
const struct gazetteer *snapshot_gazetteer(struct ctl *c, const struct place_words *words, const char *home);
/* The policy in force, NULL when there is none; ends the run when it cannot be read. */
const struct policy *snapshot_policy(struct ctl *c);
/* The policy's utc_offset: the zone in which people are shown times; WITA without a policy. */
int snapshot_utc_offset(struct ctl *c);
struct wall snapshot_now(struct ctl *c);
#endif
