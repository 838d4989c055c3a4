/* flow: the life of a report, stage by stage. This header is the table of contents; each stage is one file.
 *
 *   gateway    a gateway's call comes in: messages and delivery reports, taken apart and answered when all is on disk
 *   parts      long messages that come in parts wait for each other on disk
 *   incoming   one message: whose turn it is, and who takes it
 *   partner    an answer of an agency's telephone or of a person on duty (contact_test: to a test of the telephone itself)
 *   conversation  all the rest: what a citizen writes
 *   intake     a report is read, triaged, planned, committed, acknowledged
 *   spooled    while the database is away all of this waits on disk, and its first notices leave
 *   gammu      a gateway that is not called by HTTP: SMSD's tables, both ways
 *   attach     a report that belongs to an open incident becomes part of it
 *   deliver    notices leave, are retried, are given up
 *   respond    partners answer; coordinators decide (coordinate)
 *   escalate   clocks run out; the ladder climbs
 *   daemons    several daemons on one database: who is dead, and who takes over
 *   roster     shifts: who begins one is asked before it, gaps are alarms (shifts: people speak of them)
 *   watch      health, metrics, the look at the queues
 *   audit      what is armed and waiting is compared with what the events say, and repaired
 *
 * Beside the path: recent (what was reported in the last days), rules (the snapshot that decisions are made on), access (who may ask what; session and cookie: of people who
 * logged in), numbers (report numbers), stock (what a daemon needs to begin without the database), alarm (trouble of the machine itself: people are told), outage (the same when the database is away).
 * What people and programs look at, change and fill in stands on the path's outside, in daemon/web. */
#ifndef SIGAP_FLOW_H
#define SIGAP_FLOW_H
#include <event2/event.h>
#include <stdbool.h>

#include "../base/clock.h"
#include "../base/id.h"
#include "../io/conf.h"
#include "../io/http.h"
#include "../io/push.h"
#include "../io/store.h"

struct rules;
struct numbers;
struct incomings;
struct partners;
struct gateway_counts;
struct deliver;
struct escalate;
struct daemons;
struct alarms;
struct roster_watch;
struct audit;
struct gammu;
struct recent;
struct attach_lines;
struct citizens;
struct sessions;
struct logins;
struct work;
struct stream;
struct spooled;
struct stock;

/* What the stages share. Made and ended by app.c. */
struct flow {
	struct event_base *base;
	const struct conf *conf;
	struct store *store;
	struct push *push;
	struct http *http;
	struct rules *rules; /* the snapshot in force; NULL until the first load */
	struct db_clock clock;
	const char *link_base; /* "https://sigap.example/d/" */
	struct uuid owner;     /* this daemon, in leases */
	struct numbers *numbers;
	struct incomings *incomings;
	struct partners *partners;
	struct gateway_counts *gateway_counts;
	struct deliver *deliver;
	struct escalate *escalate;
	struct daemons *daemons;
	struct alarms *alarms;
	struct roster_watch *roster;
	struct audit *audit;
	struct gammu *gammu;
	struct recent *recent;
	struct attach_lines *attaching;
	struct citizens *citizens;
	struct sessions *sessions;
	struct logins *logins;
	struct work *work; /* threads for what would hold the loop up */
	struct stream *stream;
	struct spooled *spooled; /* NULL: without the database nothing is taken */
	struct stock *stock;
	bool ready; /* rules are loaded and the database answers */
	bool draining;
};
#endif
