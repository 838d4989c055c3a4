/* ical_write: the roster as iCalendar (RFC 5545): one event for each whole shift, in UTC. */
#include <errno.h>
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "roster.h"
#include "snapshot.h"
#include "table.h"
#include "zone.h"

static const int64_t day_us = 86400 * INT64_C(1000000);
enum { DAYS_AHEAD = 60, REACH_DAYS = 366, SPANS_MOST = 100000 };

static void add_x(icalcomponent *to, const char *name, const char *value)
{
	icalproperty *x = icalproperty_new_x(value);
	icalproperty_set_x_name(x, name);
	icalcomponent_add_property(to, x);
}

static struct icaltimetype utc(struct wall at)
{
	return icaltime_from_timet_with_zone((time_t)(at.us / 1000000), 0, icaltimezone_get_utc_timezone());
}

static icalcomponent *event_of(struct ctl *c, const struct duty_span *s, struct wall now)
{
	const char *kind = strcmp(s->role, "coordinator") == 0 ? "koordinator" : "petugas";
	icalcomponent *e = icalcomponent_new_vevent();
	/* the same shift has the same name in every export: whoever subscribes to the file sees it move or go */
	const char *uid =
	        arena_printf(c->arena, "%s-%s-%lld@sigap", s->person->slug, s->role, (long long)(s->from.us / 1000000));
	icalcomponent_add_property(e, icalproperty_new_uid(uid));
	icalcomponent_add_property(e, icalproperty_new_dtstamp(utc(now)));
	icalcomponent_add_property(e, icalproperty_new_dtstart(utc(s->from)));
	icalcomponent_add_property(e, icalproperty_new_dtend(utc(s->until)));
	icalcomponent_add_property(
	        e, icalproperty_new_summary(arena_printf(c->arena, "Piket %s: %s", kind, s->person->name)));
	icalcomponent_add_property(e, icalproperty_new_categories(s->role));
	add_x(e, "X-SIGAP-PERSON", s->person->slug);
	add_x(e, "X-SIGAP-ROLE", s->role);
	return e;
}

static icalcomponent *calendar_of(struct ctl *c, const struct duty_span *spans, size_t n)
{
	icalcomponent *calendar = icalcomponent_new_vcalendar();
	const char *zone = zone_name(snapshot_utc_offset(c));
	struct wall now = snapshot_now(c);
	icalcomponent_add_property(calendar, icalproperty_new_version("2.0"));
	icalcomponent_add_property(calendar, icalproperty_new_prodid("-//sigap//sigapctl " SIGAP_VERSION "//ID"));
	icalcomponent_add_property(calendar, icalproperty_new_method(ICAL_METHOD_PUBLISH));
	add_x(calendar, "X-WR-CALNAME", "Jadwal piket");
	if (zone != NULL)
		add_x(calendar, "X-WR-TIMEZONE", zone);
	for (size_t i = 0; i < n; i++)
		icalcomponent_add_component(calendar, event_of(c, &spans[i], now));
	return calendar;
}

static void write_out(const char *path, const char *text)
{
	FILE *to = path == NULL ? stdout : fopen(path, "wb");
	if (to == NULL)
		ctl_die("cannot write %s: %s", path, strerror(errno));
	bool written = fputs(text, to) >= 0 && fflush(to) == 0;
	if (path != NULL)
		written = fclose(to) == 0 && written;
	if (!written)
		ctl_die("cannot write %s: %s", path == NULL ? "standard output" : path, strerror(errno));
}

int command_roster_export(struct ctl *c)
{
	struct wall from = snapshot_now(c), until = {0};
	ctl_window(c, &from, &until);
	if (until.us == 0)
		until.us = from.us + DAYS_AHEAD * day_us;
	if (from.us >= until.us)
		ctl_usage(c, "--until must be later than now, or give --from");
	struct directory d;
	/* whole shifts: what begins behind the window may still end one of them */
	snapshot_duty(c, from, (struct wall){until.us + REACH_DAYS * day_us}, &d);
	size_t n = roster_spans(&d.roster, c->arena, from, until, NULL, 0);
	if (n > SPANS_MOST)
		ctl_die("%zu shifts are too many for one calendar: ask for a shorter time", n);
	struct duty_span *spans = arena_array(c->arena, struct duty_span, n + 1);
	roster_spans(&d.roster, c->arena, from, until, spans, n);
	for (size_t i = 0; i < n; i++)
		if (spans[i].from.us == from.us || spans[i].until.us == until.us)
			spans[i] = roster_whole(&d.roster, &spans[i]);
	icalcomponent *calendar = calendar_of(c, spans, n);
	char *text = icalcomponent_as_ical_string_r(calendar);
	icalcomponent_free(calendar);
	write_out(ctl_option(c, "out"), text);
	icalmemory_free_buffer(text);
	if (ctl_option(c, "out") != NULL) /* else the calendar itself is the answer */
		table_tell(c, "file", ctl_option(c, "out"));
	return CTL_OK;
}
