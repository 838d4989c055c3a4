/* roster: what the commands of the roster share. */
#ifndef SIGAP_CTL_ROSTER_H
#define SIGAP_CTL_ROSTER_H
#include "../base/clock.h"
#include "../core/roster.h"
#include "ctl.h"

enum { ROSTER_ROLES = 2 };
extern const char *const roster_roles[ROSTER_ROLES]; /* "coordinator", "officer" */
/* As the database demands it: words of a-z and 0-9 with one hyphen between them. */
bool roster_slug_valid(const char *slug);
/* Ends the run: nobody with that slug is on the roster. */
void roster_unknown(const char *slug) __attribute__((noreturn));
/* The whole shift that the person has at that RFC 3339 time; ends the run when there is none. */
struct duty_span roster_shift_at(struct ctl *c, const char *slug, const char *time);
#endif
