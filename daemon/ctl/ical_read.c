/* ical_read: events of an iCalendar file (RFC 5545) as single shifts: all of them, or a line for each fault and nothing. The zones of Indonesia
 * know no daylight saving, so local times are expanded as they stand and moved by their offset; no table of zones is needed. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "commands.h"
#include "ical_person.h"
#include "roster.h"
#include "snapshot.h"
#include "zone.h"

enum { EVENTS_MOST = 5000, OCCURRENCES_MOST = 1000, DEPTH_MOST = 8, OUTPUT_MOST = 64 * 1024 * 1024, DAY_S = 86400 };
/* $1 the shifts of the file, $2 the UIDs of all its events, $3 who imports. What has begun stays as it is, as it says who was on duty: the file takes away and
 * changes what lies ahead, and adds what has not ended and follows no shift of the same event that is under way. begun: of the file, what therefore
 * was not taken; and what is under way and stands in the file no more. */
static const struct pg_statement keep = {
        "keep_shifts",
        "with given as (select * from json_to_recordset($1::json) as g (uid text, person text, role text, starts_at "
        "timestamptz, ends_at timestamptz)), named as (select s.*, g.uid is not null as stays, g.uid is not null and "
        "(s.person, s.role, s.ends_at) is not distinct from (g.person, g.role, g.ends_at) as same from shift s left "
        "join "
        "given g on g.uid = s.uid and g.starts_at = s.starts_at where s.uid in (select json_array_elements_text("
        "$2::json))), gone as (delete from shift s using named n where s.id = n.id and not n.stays and s.starts_at > "
        "now() returning s.id), kept as (insert into shift (uid, person, role, starts_at, ends_at) select uid, person, "
        "role, starts_at, ends_at from given g where starts_at > now() or (ends_at > now() and not exists (select from "
        "named n where n.uid = g.uid and n.starts_at <= now() and n.ends_at > g.starts_at)) on conflict (uid, "
        "starts_at) where uid is not null do update set person = excluded.person, role = excluded.role, ends_at = "
        "excluded.ends_at where shift.starts_at > now() and (shift.person, shift.role, shift.ends_at) is distinct from "
        "(excluded.person, excluded.role, excluded.ends_at) returning *, xmax = 0 as fresh), recorded as (insert into "
        "directory_change (object, actor, action, before, after) select 'shift:' || id, $3, 'import', (select "
        "row_to_json(s) from shift s where s.id = kept.id), json_build_object('id', id, 'uid', uid, 'person', person, "
        "'role', role, 'starts_at', starts_at, 'ends_at', ends_at) from kept union all select 'shift:' || s.id, $3, "
        "'retire', row_to_json(s), null from shift s join gone using (id)) select (select count(*) from kept where "
        "fresh), (select count(*) from kept where not fresh), (select count(*) from gone), (select count(*) from named "
        "where same), (select count(*) from given where starts_at <= now()) - (select count(*) from named where same "
        "and starts_at <= now()) - (select count(*) from kept where starts_at <= now()) + (select count(*) from named "
        "where not stays and starts_at <= now() and ends_at > now())"};

struct reading {
	struct ctl *ctl;
	const char *file;
	struct directory directory;
	int utc_offset_s; /* of times that name no zone */
	int *lines;       /* where each event begins */
	size_t line_count, event, floating, faults;
	const char **uids;
	struct buf shifts, names; /* JSON: the shifts, and the UIDs of all events */
	struct json_out shift_out, name_out;
};

/* One fault, as "FILE:LINE: UID …: what, and what would be right". */
static void __attribute__((format(printf, 3, 4))) fault(struct reading *r, const char *uid, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	fprintf(stderr, "%s:%d: ", r->file, r->event < r->line_count ? r->lines[r->event] : 1);
	if (uid != NULL)
		fprintf(stderr, "UID %s: ", uid);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	r->faults++;
}

/* ---- lines: libical forgets them, and takes a file that was cut short for a whole one ---- */

struct open_part {
	const char *name;
	size_t len;
};

static void find_lines(struct reading *r, const char *text)
{
	struct open_part open[DEPTH_MOST];
	size_t depth = 0, room = 1;
	for (const char *p = text; (p = strstr(p, "\n")) != NULL; p++)
		room++;
	r->lines = arena_array(r->ctl->arena, int, room);
	int line = 1;
	for (const char *at = text; *at != '\0'; line++) {
		size_t len = strcspn(at, "\r\n");
		if (len > 6 && strncasecmp(at, "BEGIN:", 6) == 0) {
			if (depth == DEPTH_MOST)
				ctl_die("%s:%d: more than %d parts within one another", r->file, line, DEPTH_MOST);
			open[depth++] = (struct open_part){at + 6, len - 6};
			if (len == 12 && strncasecmp(at + 6, "VEVENT", 6) == 0)
				r->lines[r->line_count++] = line;
		} else if (len > 4 && strncasecmp(at, "END:", 4) == 0) {
			if (depth == 0 || open[depth - 1].len != len - 4 ||
			    strncasecmp(open[depth - 1].name, at + 4, len - 4) != 0)
				ctl_die("%s:%d: %.*s ends what did not begin", r->file, line, (int)len, at);
			depth--;
		} else if (len > 8 && strncasecmp(at, "X-SIGAP-", 8) == 0 && at[len - 1] == ':') {
			/* libical does not say which X- it was that has no value */
			ctl_die("%s:%d: %.*s has no value", r->file, line, (int)len, at);
		}
		at += len;
		at += *at == '\r';
		at += *at == '\n';
	}
	if (depth > 0)
		ctl_die("%s:%d: END:%.*s is missing: the file was cut short", r->file, line, (int)open[depth - 1].len,
		        open[depth - 1].name);
	if (r->line_count > EVENTS_MOST)
		ctl_die("%s: %zu events; more than %d are not taken", r->file, r->line_count, EVENTS_MOST);
}

/* ---- times ---- */

struct moment {
	struct icaltimetype local; /* as written, without zone */
	int offset_s;
};

static int64_t seconds_of(struct moment m)
{
	return (int64_t)icaltime_as_timet(m.local) - m.offset_s;
}

static bool read_moment(struct reading *r, const char *uid, icalproperty *p, struct moment *ret)
{
	const char *name = icalproperty_get_property_name(p);
	struct icaltimetype t = icalvalue_get_datetime(icalproperty_get_value(p));
	icalparameter *tzid = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
	if (icaltime_is_null_time(t) || !icaltime_is_valid_time(t) || t.is_date) {
		fault(r, uid, "%s says no time of day; write it like 20261121T120000Z", name);
		return false;
	}
	ret->offset_s = icaltime_is_utc(t) ? 0 : r->utc_offset_s;
	if (tzid != NULL && !icaltime_is_utc(t) && !zone_find(icalparameter_get_tzid(tzid), &ret->offset_s)) {
		fault(r, uid, "%s has the zone %s; known are UTC and %s", name, icalparameter_get_tzid(tzid),
		      zone_names);
		return false;
	}
	r->floating += tzid == NULL && !icaltime_is_utc(t);
	t.zone = NULL;
	ret->local = t;
	return true;
}

static int64_t read_length(struct reading *r, const char *uid, icalcomponent *e, int64_t begin_s)
{
	icalproperty *end = icalcomponent_get_first_property(e, ICAL_DTEND_PROPERTY);
	icalproperty *duration = icalcomponent_get_first_property(e, ICAL_DURATION_PROPERTY);
	struct moment m;
	if (end == NULL && duration == NULL) {
		fault(r, uid, "has no end; give DTEND or DURATION");
		return 0;
	}
	if (end != NULL && !read_moment(r, uid, end, &m))
		return 0;
	int64_t length =
	        end != NULL ? seconds_of(m) - begin_s : icaldurationtype_as_int(icalproperty_get_duration(duration));
	if (length <= 0 || length > 366 * DAY_S)
		fault(r, uid, "ends before it begins, or more than a year later");
	return length <= 366 * DAY_S ? length : 0;
}

/* ---- an event ---- */

static void put_shift(struct reading *r, const char *uid, const struct person *p, const char *role, int64_t begin_s,
                      int64_t length_s)
{
	char from[RFC3339_MAX], until[RFC3339_MAX];
	rfc3339_format(begin_s * 1000000, from);
	rfc3339_format((begin_s + length_s) * 1000000, until);
	json_begin_object(&r->shift_out);
	json_member_string(&r->shift_out, "uid", uid);
	json_member_string(&r->shift_out, "person", p->slug);
	json_member_string(&r->shift_out, "role", role);
	json_member_string(&r->shift_out, "starts_at", from);
	json_member_string(&r->shift_out, "ends_at", until);
	json_end_object(&r->shift_out);
}

static bool excepted(struct reading *r, const char *uid, icalcomponent *e, int64_t begin_s)
{
	for (icalproperty *p = icalcomponent_get_first_property(e, ICAL_EXDATE_PROPERTY); p != NULL;
	     p = icalcomponent_get_next_property(e, ICAL_EXDATE_PROPERTY)) {
		struct moment m;
		if (read_moment(r, uid, p, &m) && seconds_of(m) == begin_s)
			return true;
	}
	return false;
}

/* The rule with its end in the event's own local time; false after a fault. */
static bool read_rule(struct reading *r, const char *uid, icalproperty *p, int offset_s, struct icalrecurrencetype *ret)
{
	*ret = icalproperty_get_rrule(p);
	if (ret->freq != ICAL_DAILY_RECURRENCE && ret->freq != ICAL_WEEKLY_RECURRENCE) {
		fault(r, uid, "RRULE must have FREQ=DAILY or FREQ=WEEKLY");
		return false;
	}
	if (ret->count <= 0 && icaltime_is_null_time(ret->until)) {
		fault(r, uid, "RRULE has no end; give it COUNT or UNTIL");
		return false;
	}
	if (icaltime_is_utc(ret->until))
		icaltime_adjust(&ret->until, 0, 0, 0, offset_s);
	if (ret->until.is_date) /* the whole of that day */
		ret->until.hour = 23, ret->until.minute = 59, ret->until.second = 59;
	ret->until.is_date = 0;
	ret->until.zone = NULL;
	return true;
}

static void put_occurrences(struct reading *r, const char *uid, icalcomponent *e, const struct person *person,
                            const char *role, struct moment begin, int64_t length_s)
{
	icalproperty *p = icalcomponent_get_first_property(e, ICAL_RRULE_PROPERTY);
	struct icalrecurrencetype rule;
	if (p == NULL) {
		put_shift(r, uid, person, role, seconds_of(begin), length_s);
		return;
	}
	if (icalcomponent_count_properties(e, ICAL_RRULE_PROPERTY) > 1) {
		fault(r, uid, "has more than one RRULE; make it two events");
		return;
	}
	if (!read_rule(r, uid, p, begin.offset_s, &rule))
		return;
	icalrecur_iterator *i = icalrecur_iterator_new(rule, begin.local);
	int n = 0;
	for (struct moment m = begin;
	     i != NULL && !icaltime_is_null_time(m.local = icalrecur_iterator_next(i)) && n <= OCCURRENCES_MOST; n++)
		if (!excepted(r, uid, e, seconds_of(m)))
			put_shift(r, uid, person, role, seconds_of(m), length_s);
	if (i == NULL || n == 0)
		fault(r, uid, "RRULE gives no day");
	if (n > OCCURRENCES_MOST)
		fault(r, uid, "RRULE gives more than %d shifts; end it earlier", OCCURRENCES_MOST);
	icalrecur_iterator_free(i);
}

/* Whether libical's fault is only that a property has no value which is none of a shift's, as in the empty DESCRIPTION: of many calendars. An empty SUMMARY
 * or CATEGORIES names nobody, as if it were not there. */
static bool says_nothing(const char *fault)
{
	static const char *const used[] = {"UID",    "DTSTART", "DTEND",  "DURATION", "RRULE",
	                                   "EXDATE", "RDATE",   "EXRULE", "STATUS",   "RECURRENCE-ID"};
	char name[40];
	if (sscanf(fault, "No value for %39s property", name) != 1)
		return false;
	for (size_t i = 0; i < sizeof used / sizeof *used; i++)
		if (strcasecmp(name, used[i]) == 0)
			return false;
	return true;
}

/* What calendars can say and a roster does not take in: better refused than half understood. */
static bool understood(struct reading *r, const char *uid, icalcomponent *e)
{
	static const struct {
		icalproperty_kind kind;
		const char *advice;
	} strange[] = {
	        {ICAL_RECURRENCEID_PROPERTY, "RECURRENCE-ID: one day of a series was changed; make it EXDATE and an "
	                                     "event of its own"},
	        {ICAL_RDATE_PROPERTY, "RDATE is not taken; make each day an event of its own"},
	        {ICAL_EXRULE_PROPERTY, "EXRULE is not taken; give EXDATE for each day"},
	};
	size_t before = r->faults;
	for (icalproperty *broken = icalcomponent_get_first_property(e, ICAL_XLICERROR_PROPERTY); broken != NULL;
	     broken = icalcomponent_get_next_property(e, ICAL_XLICERROR_PROPERTY))
		if (!says_nothing(icalproperty_get_xlicerror(broken)))
			fault(r, uid, "cannot be read: %s", icalproperty_get_xlicerror(broken));
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
		if (icalcomponent_get_first_property(e, strange[i].kind) != NULL)
			fault(r, uid, "%s", strange[i].advice);
	return r->faults == before;
}

/* The event's UID, kept and known to be the only one; NULL after a fault. */
static const char *read_uid(struct reading *r, icalcomponent *e)
{
	icalproperty *p = icalcomponent_get_first_property(e, ICAL_UID_PROPERTY);
	const char *uid = p == NULL ? NULL : icalproperty_get_uid(p);
	if (uid == NULL || uid[0] == '\0') {
		fault(r, NULL, "the event has no UID; without one it cannot be known again");
		return NULL;
	}
	uid = arena_strdup(r->ctl->arena, uid);
	for (size_t i = 0; i < r->event; i++)
		if (r->uids[i] != NULL && strcmp(r->uids[i], uid) == 0 &&
		    icalcomponent_get_first_property(e, ICAL_RECURRENCEID_PROPERTY) == NULL) {
			fault(r, uid, "line %d has the same UID; each event must have its own", r->lines[i]);
			return NULL;
		}
	return r->uids[r->event] = uid;
}

static void read_event(struct reading *r, icalcomponent *e)
{
	const char *uid = read_uid(r, e), *why = NULL, *role = NULL;
	if (uid == NULL || !understood(r, uid, e))
		return;
	json_put_string(&r->name_out, uid);
	icalproperty *status = icalcomponent_get_first_property(e, ICAL_STATUS_PROPERTY);
	if (status != NULL && icalproperty_get_status(status) == ICAL_STATUS_CANCELLED)
		return; /* known by its UID, without a shift: what it was is taken away */
	const struct person *person = ical_person(r->ctl->arena, &r->directory, e, &role, &why);
	icalproperty *p = icalcomponent_get_first_property(e, ICAL_DTSTART_PROPERTY);
	struct moment begin;
	if (person == NULL)
		fault(r, uid, "%s", why);
	if (p == NULL)
		fault(r, uid, "has no DTSTART");
	if (p == NULL || !read_moment(r, uid, p, &begin))
		return;
	int64_t length_s = read_length(r, uid, e, seconds_of(begin));
	if (length_s > 0 && person != NULL)
		put_occurrences(r, uid, e, person, role, begin, length_s);
}

/* Calendars within a file, events within a calendar. */
static void read_events(struct reading *r, icalcomponent *within)
{
	for (icalcomponent *e = icalcomponent_get_first_component(within, ICAL_ANY_COMPONENT); e != NULL;
	     e = icalcomponent_get_next_component(within, ICAL_ANY_COMPONENT)) {
		if (icalcomponent_isa(e) == ICAL_VCALENDAR_COMPONENT)
			read_events(r, e);
		if (icalcomponent_isa(e) != ICAL_VEVENT_COMPONENT || r->event == r->line_count)
			continue;
		read_event(r, e);
		r->event++;
	}
}

/* ---- the file ---- */

static void read_file(struct reading *r)
{
	size_t len;
	static const char bom[] = "\xef\xbb\xbf"; /* as some programs begin their files */
	char *text = arena_strdup(r->ctl->arena, ctl_read_text(r->ctl, r->file, &len));
	if (strncmp(text, bom, sizeof bom - 1) == 0)
		text += sizeof bom - 1;
	find_lines(r, text);
	r->uids = arena_array(r->ctl->arena, const char *, r->line_count + 1);
	icalerror_set_errors_are_fatal(0);
	icalcomponent *root = icalparser_parse_string(text);
	bool calendar = root != NULL && (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT ||
	                                 icalcomponent_isa(root) == ICAL_XROOT_COMPONENT);
	if (calendar)
		read_events(r, root);
	if (root != NULL)
		icalcomponent_free(root);
	icalmemory_free_ring();
	if (!calendar)
		ctl_die("%s is no iCalendar file: it must begin with BEGIN:VCALENDAR", r->file);
	if (r->event == 0)
		ctl_die("%s has no event", r->file);
}

static void start_output(struct buf *b, struct json_out *j)
{
	buf_init(b, OUTPUT_MOST);
	json_out_init(j, b);
	json_begin_array(j);
}

int command_roster_import(struct ctl *c)
{
	struct reading r = {.ctl = c, .file = c->argument, .utc_offset_s = snapshot_utc_offset(c)};
	struct wall now = snapshot_now(c);
	snapshot_duty(c, now, (struct wall){now.us + 1000}, &r.directory);
	start_output(&r.shifts, &r.shift_out);
	start_output(&r.names, &r.name_out);
	read_file(&r);
	json_end_array(&r.shift_out);
	json_end_array(&r.name_out);
	if (r.shifts.failed || r.names.failed)
		ctl_die("%s has too many shifts", r.file);
	if (r.faults > 0)
		ctl_die("%s: %zu faults; nothing was imported", r.file, r.faults);
	const struct rows *n = db_query(c, &keep, DB_WITH(r.shifts.data, r.names.data, ctl_actor(c)));
	buf_free(&r.shifts);
	buf_free(&r.names);
	if (r.floating > 0)
		fprintf(stderr, "sigapctl: times without a zone were taken as %s\n",
		        zone_format(c->arena, 0, r.utc_offset_s) + sizeof "1970-01-01 00:00");
	if (strcmp(db_cell(n, 0, 4), "0") != 0)
		fprintf(stderr,
		        "sigapctl: %s shifts have begun or are over: of those the calendar changed nothing; sigapctl "
		        "roster shift "
		        "remove ends one now\n",
		        db_cell(n, 0, 4));
	printf(c->json ? "{\"added\":%s,\"changed\":%s,\"removed\":%s,\"unchanged\":%s,\"begun\":%s}\n"
	               : "%s shifts added, %s changed, %s removed, %s as before, %s not touched\n",
	       db_cell(n, 0, 0), db_cell(n, 0, 1), db_cell(n, 0, 2), db_cell(n, 0, 3), db_cell(n, 0, 4));
	return CTL_OK;
}
