/* conf: see conf.h. One table of settings is parser, default, bound and help at once. */
#include "conf.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "conf_value.h"
#include "sys.h"

enum section { DAEMON, DELIVERY, CLOCKS_, WATCH, CONSOLE, GATEWAY, SECTIONS, NO_SECTION, UNKNOWN_SECTION };
static const char *const section_names[SECTIONS] = {
        [DAEMON] = "daemon", [DELIVERY] = "delivery", [CLOCKS_] = "clocks",
        [WATCH] = "watch",   [CONSOLE] = "console",   [GATEWAY] = "gateway"};
enum { FILE_MAX_BYTES = 262144, GATEWAY_NAME_MAX = 32, FROM_ENVIRONMENT = -1 };

#define IN(member) offsetof(struct conf, member)
#define GW(member) offsetof(struct conf_gateway, member)

/* clang-format off */
static const struct conf_setting settings[] = {
	{ DAEMON, "listen", conf_value_listen, 0, .initial = "127.0.0.1:8080",
	  .help = "Where to listen: numeric ADDRESS:PORT, [IPV6]:PORT or unix:/PATH, at most 4, comma separated." },
	{ DAEMON, "database", conf_value_conninfo, IN(database), .initial = "dbname=sigap",
	  .help = "PostgreSQL, as libpq connection string. With a password in it use database_file instead. A daemon holds six connections." },
	{ DAEMON, "database_file", conf_value_conninfo_file, IN(database), .example = "credential:database",
	  .help = "A file whose first line is the connection string; instead of database." },
	{ DAEMON, "public_url", conf_value_url, IN(public_url), .initial = "http://127.0.0.1:8080",
	  .help = "Where partners and gateways reach this daemon: the base of the links in notices." },
	{ DAEMON, "trusted_proxy", conf_value_proxies, IN(trusted_proxy), .example = "127.0.0.1, ::1, unix",
	  .help = "Proxies whose X-Forwarded-For says who asks, by whose address reports and log-ins are counted: numeric addresses, or unix for a Unix socket, comma separated. Default: none." },
	{ DAEMON, "config_dir", conf_value_folder, IN(config_dir), .example = "/etc/sigap",
	  .help = "The folder that holds lexicon/ and replies/. Default: the folder of this file." },
	{ DAEMON, "log_level", conf_value_choice, IN(log_level), .choices = "debug, info, warn, error", .initial = "info",
	  .help = "The least level that is logged." },
	{ DAEMON, "max_connections", conf_value_number, IN(max_connections), 1, 100000, .initial = "1000",
	  .help = "HTTP connections at the same time; further ones wait in the listen queue." },
	{ DAEMON, "spool", conf_value_own_file, IN(spool), .example = "/var/lib/sigap/spool.db",
	  .help = "The file that reports wait in while the database is away: each daemon's own, on a local disk. Default: spool.db in the state directory that the service manager gives; without one, none, and sources are told to come again." },
	{ DAEMON, "spool_mb", conf_value_number, IN(spool_mb), 1, 65536, .initial = "256",
	  .help = "Mebibytes that it may grow to; what does not fit is refused, and people are told from half of it on." },
	{ DAEMON, "drain_s", conf_value_number, IN(drain_s), 0, 600, .initial = "10",
	  .help = "Seconds that requests under way get to finish when the daemon stops." },

	{ DELIVERY, "hold", conf_value_flag, IN(delivery_held), .initial = "no",
	  .help = "yes: reports are taken in and planned, but nothing is sent." },
	{ DELIVERY, "slots", conf_value_number, IN(delivery_slots), 1, 4096, .initial = "256",
	  .help = "Notices on their way at the same time." },
	{ DELIVERY, "slots_per_contact", conf_value_number, IN(slots_per_contact), 1, 4096, .initial = "8",
	  .help = "The same for one contact: a slow agency holds only its own slots." },
	{ DELIVERY, "connect_ms", conf_value_number, IN(connect_ms), 100, 60000, .initial = "3000",
	  .help = "Milliseconds to connect to a contact." },
	{ DELIVERY, "total_ms", conf_value_number, IN(total_ms), 100, 60000, .initial = "10000",
	  .help = "Milliseconds for a whole attempt." },
	{ DELIVERY, "ca_file", conf_value_path, IN(ca_file), .example = "/etc/ssl/certs/ca-certificates.crt",
	  .help = "Certificates that contacts' servers are checked against. Default: the system's." },
	{ DELIVERY, "lease_s", conf_value_number, IN(lease_s), 5, 600, .initial = "30",
	  .help = "Seconds after which an attempt of a daemon that died is taken over. More than total_ms." },

	{ CLOCKS_, "poll_ms", conf_value_number, IN(poll_ms), 10, 60000, .initial = "1200",
	  .help = "Milliseconds at most between two looks at the database for due work." },

	{ WATCH, "audit_s", conf_value_number, IN(audit_s), 1, 60, .initial = "60",
	  .help = "Seconds between two runs of the auditor, which recomputes what should be armed and sent and repairs it." },
	{ WATCH, "heartbeat_url", conf_value_url, IN(heartbeat_url), .example = "https://hc-ping.com/UUID",
	  .help = "Fetched after every run of the auditor: whoever answers there raises the alarm when it stays away. Default: none." },
	{ WATCH, "database_away_s", conf_value_number, IN(database_away_s), 1, 3600, .initial = "10",
	  .help = "Seconds without the database after which people are told by SMS, without it." },
	{ WATCH, "gateway_silent_s", conf_value_number, IN(gateway_silent_s), 1, 3600, .initial = "60",
	  .help = "Seconds of failures after which an SMS gateway counts as silent and an alarm is raised." },

	{ CONSOLE, "tiles", conf_value_tiles, IN(tiles), .example = "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
	  .help = "Where browsers fetch the map's pictures: an address with {z}, {x} and {y}, also {s}. Default: none; the map shows a plain grid." },
	{ CONSOLE, "session_idle_s", conf_value_number, IN(session_idle_s), 5, 604800, .initial = "28800",
	  .help = "Seconds without use after which somebody who has logged in must do so again. Default: a shift of 8 hours." },
	{ CONSOLE, "session_most_s", conf_value_number, IN(session_most_s), 5, 604800, .initial = "86400",
	  .help = "Seconds after which he must do so in any case." },

	{ GATEWAY, "kind", conf_value_choice, GW(kind),
	  .choices = "kannel, gammu, smsgate, twilio, vonage, infobip, jasmin, rapidpro, whatsapp, telegram, generic", .initial = "kannel",
	  .help = "What it speaks; what each kind needs stands in gateways/KIND.conf." },
	{ GATEWAY, "send_url", conf_value_url, GW(out.send_url), .example = "http://127.0.0.1:13013/cgi-bin/sendsms",
	  .help = "Where it takes messages to be sent. Default: the kind's own address, where it has one." },
	{ GATEWAY, "username", conf_value_text, GW(out.username), .example = "sigap",
	  .help = "Its user; goes with password_file." },
	{ GATEWAY, "password_file", conf_value_secret, GW(out.password), .example = "credential:gateway_kannel.password",
	  .help = "A file whose first line is that user's password." },
	{ GATEWAY, "account", conf_value_text, GW(out.account), .example = "AC00000000000000000000000000000000",
	  .help = "The account at the gateway: Twilio's AccountSid, WhatsApp's phone number id, RapidPro's channel." },
	{ GATEWAY, "secret_file", conf_value_secret, GW(out.secret), .example = "credential:gateway_twilio.secret",
	  .help = "A file whose first line is what the gateway signs its calls with. Default: its calls are not signed, where the kind allows that." },
	{ GATEWAY, "option", conf_value_text, GW(out.option), .example = "sha256",
	  .help = "A choice of the kind's own: see gateways/KIND.conf." },
	{ GATEWAY, "from", conf_value_text, GW(out.from), .example = "SIGAP",
	  .help = "The sender shown to citizens. Default: the gateway's." },
	{ GATEWAY, "smsc", conf_value_text, GW(out.smsc), .example = "modem1",
	  .help = "The SMSC to send through. Default: any." },
	{ GATEWAY, "token_file", conf_value_token, GW(token), .example = "credential:gateway_kannel.token",
	  .required = true, .help = "A file whose first line is the token= that the gateway's calls to this daemon carry." },
	{ GATEWAY, "allow_private", conf_value_flag, GW(allow_private), .initial = "yes",
	  .help = "yes: the gateway may stand at a loopback or private address." },
	{ GATEWAY, "parts_wait_s", conf_value_number, GW(parts_wait_s), 1, 86400, .initial = "1800",
	  .help = "Seconds that the first part of a long message waits for the others; then what there is goes on, with a mark where something is missing." },
	{ GATEWAY, "slots", conf_value_number, GW(slots), 1, 256, .initial = "4",
	  .help = "Messages handed to it at the same time." },
	{ GATEWAY, "per_minute", conf_value_number, GW(per_minute), 0, 100000, .initial = "0",
	  .help = "Messages handed to it in a minute at most, by each daemon; 0: no limit. Further ones go through the next gateway, or wait." },
	{ GATEWAY, "price", conf_value_number, GW(price), 0, 1000000, .initial = "0",
	  .help = "What one part of a message costs, in whole units (rupiah)." },
	{ GATEWAY, "daily_cap", conf_value_number, GW(daily_cap), 0, 2000000000, .initial = "0",
	  .help = "What may be spent there in a day (of the policy's time zone), in the same unit; 0: no limit." },
	{ GATEWAY, "reserve", conf_value_number, GW(reserve), 0, 100, .initial = "30",
	  .help = "Per cent of daily_cap that are kept for critical incidents and for alarms about the machine itself. What is not critical waits for midnight." },
	{ GATEWAY, "database", conf_value_conninfo, GW(database), .example = "dbname=smsd",
	  .help = "gammu: the database of its tables, as libpq connection string. With a password in it use database_file." },
	{ GATEWAY, "database_file", conf_value_conninfo_file, GW(database), .example = "credential:gateway_gammu.database",
	  .help = "gammu: a file whose first line is that connection string; instead of database." },
	{ GATEWAY, "phone_id", conf_value_text, GW(phone_id), .example = "modem1",
	  .help = "gammu: the PhoneID whose messages are taken and which sends. Default: any." },
	{ GATEWAY, "utc_offset_min", conf_value_number, GW(utc_offset_min), -720, 840, .initial = "480",
	  .help = "gammu: minutes that the modem's clock is ahead of UTC (WITA: 480)." },
	{ GATEWAY, "messages", conf_value_text, GW(out.mapping.messages), .example = "/messages",
	  .help = "generic: JSON pointer to the array of messages in a call. Default: the call is one message." },
	{ GATEWAY, "message_id", conf_value_text, GW(out.mapping.id), .example = "/id",
	  .help = "generic: pointer to a message's own id, which its repetitions share." },
	{ GATEWAY, "message_from", conf_value_text, GW(out.mapping.from), .example = "/from",
	  .help = "generic: pointer to its sender." },
	{ GATEWAY, "message_to", conf_value_text, GW(out.mapping.to), .example = "/to",
	  .help = "generic: pointer to its receiver. Default: not told." },
	{ GATEWAY, "message_text", conf_value_text, GW(out.mapping.text), .example = "/text",
	  .help = "generic: pointer to its text." },
	{ GATEWAY, "message_time", conf_value_text, GW(out.mapping.time), .example = "/received_at",
	  .help = "generic: pointer to its time, RFC 3339 or Unix seconds or milliseconds. Default: not told." },
	{ GATEWAY, "reports", conf_value_text, GW(out.mapping.reports), .example = "/reports",
	  .help = "generic: pointer to the array of delivery reports in a call to /status. Default: the call is one report." },
	{ GATEWAY, "report_ref", conf_value_text, GW(out.mapping.report_ref), .example = "/id",
	  .help = "generic: pointer to what a report is about: our {id}, or the gateway's own (send_id)." },
	{ GATEWAY, "report_state", conf_value_text, GW(out.mapping.report_state), .example = "/status",
	  .help = "generic: pointer to its state." },
	{ GATEWAY, "report_delivered", conf_value_text, GW(out.mapping.report_delivered), .initial = "delivered",
	  .help = "generic: the words of that state that mean: on the telephone. Comma separated, like the two below." },
	{ GATEWAY, "report_sent", conf_value_text, GW(out.mapping.report_sent), .initial = "sent",
	  .help = "generic: the words that mean: sent." },
	{ GATEWAY, "report_failed", conf_value_text, GW(out.mapping.report_failed), .initial = "failed",
	  .help = "generic: the words that mean: failed." },
	{ GATEWAY, "signature", conf_value_choice, GW(out.mapping.signature), .choices = "none, hmac-sha256-hex, hmac-sha256-base64", .initial = "none",
	  .help = "generic: how its calls are signed, over the raw body, with secret_file." },
	{ GATEWAY, "signature_header", conf_value_text, GW(out.mapping.signature_header), .initial = "X-Signature",
	  .help = "generic: the header that holds the signature." },
	{ GATEWAY, "accepted_body", conf_value_text, GW(out.mapping.accepted_body), .example = "OK",
	  .help = "generic: what its calls are answered. Default: nothing." },
	{ GATEWAY, "send_type", conf_value_choice, GW(out.mapping.send_type), .choices = "json, form", .initial = "json",
	  .help = "generic: what send_body is." },
	{ GATEWAY, "send_body", conf_value_text, GW(out.mapping.send_body), .example = "{\"to\":\"{to}\",\"text\":\"{text}\",\"ref\":\"{id}\"}",
	  .help = "generic: what is posted to send_url, with {id} {to} {to_digits} {from} {text} {status_url} filled in." },
	{ GATEWAY, "send_auth", conf_value_text, GW(out.mapping.send_auth), .initial = "none",
	  .help = "generic: none, basic, bearer, or header NAME: how username and password_file are shown." },
	{ GATEWAY, "send_id", conf_value_text, GW(out.mapping.send_id), .example = "/message_id",
	  .help = "generic: pointer to the gateway's own id in its answer. Default: it tells none." },
	{ GATEWAY, "send_ok", conf_value_text, GW(out.mapping.send_ok), .example = "/status=queued",
	  .help = "generic: POINTER=VALUE that a 2xx answer must hold. Default: any will do." },
};
/* clang-format on */
enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* One reading of the file. */
struct reading {
	struct conf_place place;
	struct buf *faults;
	int fault_count;
	const char *path;
	const char *rest; /* text not yet given to inih */
	int line;         /* number of the line given last */
	bool unclaimed;   /* that line should be a setting, and inih has not called back for it yet */
	int section;      /* enum section */
	int gateway;      /* index, in section GATEWAY */
	int gateway_line[CONF_GATEWAYS];
	int set_at[1 + CONF_GATEWAYS][SETTINGS]; /* line that set it, 0: not set, FROM_ENVIRONMENT */
	struct conf *conf;
};

static void fault(struct reading *r, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void fault(struct reading *r, int line, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	if (line > 0)
		buf_addf(r->faults, "%s:%d: ", r->path, line);
	else if (line == 0)
		buf_addf(r->faults, "%s: ", r->path);
	buf_vaddf(r->faults, format, ap);
	buf_addc(r->faults, '\n');
	va_end(ap);
	r->fault_count++;
}

/* ---- names ---- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein distance; names longer than the row are simply far away. */
static size_t distance(const char *a, const char *b)
{
	enum { LONGEST = 40 };
	size_t row[LONGEST + 1], la = strlen(a), lb = strlen(b);
	if (la > LONGEST || lb > LONGEST)
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]);
			corner = row[j];
			row[j] = least(change, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[lb];
}

/* Keeps the nearer of two names; nothing farther than a third of its letters. */
static const char *nearer(const char *wanted, const char *best, const char *candidate)
{
	size_t d = distance(wanted, candidate);
	if (d > strlen(candidate) / 3 + 1)
		return best;
	return best == NULL || d < distance(wanted, best) ? candidate : best;
}

static int find_setting(int section, const char *name)
{
	for (int i = 0; i < SETTINGS; i++)
		if (settings[i].section == section && strcmp(settings[i].name, name) == 0)
			return i;
	return -1;
}

static void unknown_setting(struct reading *r, const char *name)
{
	const char *best = NULL;
	for (int i = 0; i < SETTINGS; i++)
		if (settings[i].section == r->section)
			best = nearer(name, best, settings[i].name);
	const char *here = section_names[r->section];
	for (int s = 0; best == NULL && s < SECTIONS; s++) {
		if (find_setting(s, name) >= 0) {
			fault(r, r->line, "unknown setting \"%s\" in [%s]; it belongs into [%s]", name, here,
			      section_names[s]);
			return;
		}
	}
	if (best != NULL)
		fault(r, r->line, "unknown setting \"%s\" in [%s]; did you mean \"%s\"?", name, here, best);
	else
		fault(r, r->line, "unknown setting \"%s\" in [%s]", name, here);
}

/* ---- lines ---- */

static bool gateway_name_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return n > 0 && n <= GATEWAY_NAME_MAX && name[n] == '\0' && name[0] != '-';
}

static void open_gateway(struct reading *r, const char *name)
{
	struct conf *c = r->conf;
	r->section = UNKNOWN_SECTION;
	if (!gateway_name_valid(name)) {
		fault(r, r->line, "[gateway NAME] needs a name of at most %d lower case letters, digits and hyphens",
		      GATEWAY_NAME_MAX);
		return;
	}
	for (r->gateway = 0; r->gateway < c->gateway_count; r->gateway++)
		if (strcmp(c->gateways[r->gateway].name, name) == 0)
			break;
	if (r->gateway == CONF_GATEWAYS) {
		fault(r, r->line, "more than %d gateways", CONF_GATEWAYS);
		return;
	}
	r->section = GATEWAY;
	if (r->gateway < c->gateway_count)
		return;
	c->gateways[c->gateway_count++].name = name;
	r->gateway_line[r->gateway] = r->line;
}

/* text: what stands between the brackets. */
static void open_section(struct reading *r, const char *text)
{
	const char *best = NULL;
	size_t word = strcspn(text, " \t");
	if (word == strlen("gateway") && strncmp(text, "gateway", word) == 0) {
		open_gateway(r, text + word + strspn(text + word, " \t"));
		return;
	}
	for (int s = 0; s < GATEWAY; s++) {
		if (strcmp(text, section_names[s]) == 0) {
			r->section = s;
			return;
		}
		best = nearer(text, best, section_names[s]);
	}
	r->section = UNKNOWN_SECTION;
	if (best != NULL)
		fault(r, r->line, "unknown section [%s]; did you mean [%s]?", text, best);
	else
		fault(r, r->line,
		      "unknown section [%s]; known are [daemon], [delivery], [clocks], [watch], [console], [gateway "
		      "NAME]",
		      text);
}

/* Before the next line: was the one before understood? */
static void settle_line(struct reading *r)
{
	if (r->unclaimed)
		fault(r, r->line, "is neither \"name = value\" nor a [section] nor a comment");
	r->unclaimed = false;
}

/* inih's fgets. Sections are taken out here, because inih tells only of those that have settings, and without their line; leading
 * blanks too, because inih would append an indented setting to the value above it. */
static char *next_line(char *to, int size, void *stream)
{
	struct reading *r = stream;
	settle_line(r);
	if (*r->rest == '\0')
		return NULL;
	r->line++;
	size_t whole = strcspn(r->rest, "\n");
	const char *start = r->rest + strspn(r->rest, " \t\r");
	size_t len = (size_t)(r->rest + whole - start);
	if (start > r->rest + whole)
		len = 0;
	r->rest += whole + (r->rest[whole] == '\n');
	to[0] = '\0';
	if (len == 0 || *start == ';' || *start == '#')
		return to;
	if (len + 3 > (size_t)size) {
		fault(r, r->line, "is longer than %d bytes", size - 3);
	} else if (*start == '[') {
		const char *end = memchr(start, ']', len);
		if (end == NULL)
			fault(r, r->line, "[ without ]");
		else
			open_section(r, arena_strndup(r->place.arena, start + 1, (size_t)(end - start - 1)));
	} else {
		memcpy(to, start, len);
		to[len] = '\0';
		r->unclaimed = true;
	}
	return to;
}

static void *field_of(struct reading *r, const struct conf_setting *s, int gateway)
{
	char *base = s->section == GATEWAY ? (char *)&r->conf->gateways[gateway] : (char *)r->conf;
	return base + s->offset;
}

static void set_value(struct reading *r, int i, const char *value)
{
	const struct conf_setting *s = &settings[i];
	int *at = &r->set_at[s->section == GATEWAY ? 1 + r->gateway : 0][i];
	size_t len = strlen(value);
	if (*at == FROM_ENVIRONMENT)
		return;
	if (*at > 0) {
		fault(r, r->line, "%s was set before, in line %d", s->name, *at);
		return;
	}
	*at = r->line;
	const char *wrong;
	if (len == 0)
		wrong = "has no value; leave the line out for the default";
	else if (len > 1 && value[0] == '"' && value[len - 1] == '"')
		wrong = "stands in quotes; values are written without";
	else
		wrong = s->read(&r->place, s, field_of(r, s, r->gateway), value);
	if (wrong == NULL)
		return;
	fault(r, r->line, "%s %s", s->name, wrong);
	if (s->initial != NULL) /* so that one fault does not look like two */
		s->read(&r->place, s, field_of(r, s, r->gateway), s->initial);
}

static int on_setting(void *user, const char *section, const char *name, const char *value)
{
	(void)section;
	struct reading *r = user;
	r->unclaimed = false;
	if (r->section == UNKNOWN_SECTION)
		return 1; /* said at the section's own line */
	if (r->section == NO_SECTION) {
		fault(r, r->line, "setting \"%s\" stands before any [section]", name);
		return 1;
	}
	int i = find_setting(r->section, name);
	if (i < 0)
		unknown_setting(r, name);
	else
		set_value(r, i, value);
	return 1;
}

/* ---- the whole ---- */

/* A variable stands above the file: what the file says of the same setting is not even looked at. */
static void override(struct reading *r, const char *variable, const char *name, conf_value_reader *read)
{
	const char *value = getenv(variable);
	int i = find_setting(DAEMON, name);
	if (value == NULL || value[0] == '\0')
		return;
	const char *wrong = read(&r->place, &settings[i], field_of(r, &settings[i], 0), value);
	if (wrong != NULL)
		fault(r, FROM_ENVIRONMENT, "%s %s", variable, wrong);
	r->set_at[0][i] = FROM_ENVIRONMENT;
}

static int set_at(const struct reading *r, int gateway, int section, const char *name)
{
	int i = find_setting(section, name);
	assert(i >= 0 && i < SETTINGS); /* the caller names one of the table */
	return r->set_at[1 + gateway][i];
}

static void read_environment(struct reading *r)
{
	override(r, "SIGAP_LISTEN", "listen", conf_value_listen);
	override(r, "SIGAP_DATABASE", "database", conf_value_conninfo_any);
	if (set_at(r, -1, DAEMON, "database") == FROM_ENVIRONMENT)
		r->set_at[0][find_setting(DAEMON, "database_file")] = FROM_ENVIRONMENT;
}

/* group: -1 for the settings of struct conf, else the index of a gateway. */
static void fill_defaults(struct reading *r, int group)
{
	for (int i = 0; i < SETTINGS; i++) {
		const struct conf_setting *s = &settings[i];
		if ((s->section == GATEWAY) != (group >= 0) || r->set_at[1 + group][i] != 0)
			continue;
		if (s->required)
			fault(r, r->gateway_line[group], "[gateway %s] needs %s", r->conf->gateways[group].name,
			      s->name);
		if (s->initial != NULL)
			s->read(&r->place, s, field_of(r, s, group), s->initial);
	}
}

static int later(int line, int other)
{
	return line > other ? line : other;
}

/* One of the two may be set; the other's default must then not come over it. */
static void choose_database(struct reading *r)
{
	int *text = &r->set_at[0][find_setting(DAEMON, "database")];
	int *file = &r->set_at[0][find_setting(DAEMON, "database_file")];
	if (*text > 0 && *file > 0)
		fault(r, later(*text, *file), "database and database_file are both set; keep one");
	else if (*file != 0)
		*text = *file;
}

/* What no setting can know alone. */
static void check_delivery(struct reading *r)
{
	const struct conf *c = r->conf;
	int total = set_at(r, -1, DELIVERY, "total_ms"), connect = set_at(r, -1, DELIVERY, "connect_ms");
	int lease = set_at(r, -1, DELIVERY, "lease_s");
	int slots = set_at(r, -1, DELIVERY, "slots"), each = set_at(r, -1, DELIVERY, "slots_per_contact");
	if (c->connect_ms > c->total_ms)
		fault(r, later(total, connect), "connect_ms (%d) must not be more than total_ms (%d)", c->connect_ms,
		      c->total_ms);
	if (c->lease_s * 1000 <= c->total_ms + 1000) /* a call may take a second more than total_ms: push.h */
		fault(r, later(total, lease), "lease_s (%d) must be more than total_ms (%d) and one second", c->lease_s,
		      c->total_ms);
	if (c->slots_per_contact > c->delivery_slots)
		fault(r, later(slots, each), "slots_per_contact (%d) must not be more than slots (%d)",
		      c->slots_per_contact, c->delivery_slots);
}

static void finish_gateway(struct reading *r, int i)
{
	struct conf_gateway *g = &r->conf->gateways[i];
	int missing = r->fault_count;
	fill_defaults(r, i);
	if (set_at(r, i, GATEWAY, "username") != 0 && set_at(r, i, GATEWAY, "password_file") == 0)
		fault(r, r->gateway_line[i], "[gateway %s] has a username; needs password_file too", g->name);
	g->channel = channel_of_kind(g->kind);
	const char *const *needs = g->channel != NULL ? g->channel->needs : NULL;
	for (; needs != NULL && *needs != NULL; needs++)
		if (set_at(r, i, GATEWAY, *needs) == 0)
			fault(r, r->gateway_line[i], "[gateway %s] needs %s: it is of kind %s", g->name, *needs,
			      g->kind);
	const char *token = g->token != NULL ? g->token : "";
	g->out.name = g->name;
	g->out.inbound_url =
	        arena_printf(r->place.arena, "%s/v1/gateways/%s/inbound?token=%s", r->conf->public_url, g->name, token);
	g->out.status_url =
	        arena_printf(r->place.arena, "%s/v1/gateways/%s/status?token=%s", r->conf->public_url, g->name, token);
	char why[200] = "";
	if (missing == r->fault_count && g->channel != NULL && g->channel->check != NULL &&
	    !g->channel->check(&g->out, why, sizeof why))
		fault(r, r->gateway_line[i], "[gateway %s] %s", g->name, why);
}

static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		return ".";
	return slash == path ? "/" : arena_strndup(a, path, (size_t)(slash - path));
}

static void read_text(struct reading *r, const char *text)
{
	static const char bom[] = "\xef\xbb\xbf";
	r->rest = strncmp(text, bom, 3) == 0 ? text + 3 : text;
	r->section = NO_SECTION;
	ini_parse_stream(next_line, r, on_setting, r); /* its faults are those of settle_line */
	settle_line(r);
}

const struct conf *conf_read(struct arena *a, const char *path, struct buf *faults)
{
	struct reading r = {.place = {.arena = a, .folder = folder_of(a, path)}, .faults = faults, .path = path};
	size_t len = 0;
	r.conf = arena_new_of(a, struct conf);
	char *text = sys_read_file(a, path, FILE_MAX_BYTES, &len);
	if (text == NULL || memchr(text, '\0', len) != NULL) {
		fault(&r, 0, "%s", text == NULL ? strerror(errno) : "holds NUL bytes: not a text file");
		return NULL;
	}
	read_environment(&r);
	read_text(&r, text);
	choose_database(&r);
	fill_defaults(&r, -1);
	if (r.conf->config_dir == NULL)
		r.conf->config_dir = r.place.folder;
	const char *state = getenv("STATE_DIRECTORY"); /* systemd.exec(5) */
	if (r.conf->spool == NULL && state != NULL && state[0] == '/')
		r.conf->spool = arena_printf(a, "%.*s/spool.db", (int)strcspn(state, ":"), state);
	check_delivery(&r);
	for (int i = 0; i < r.conf->gateway_count; i++)
		finish_gateway(&r, i);
	return r.fault_count == 0 ? r.conf : NULL;
}

const struct conf_gateway *conf_gateway_named(const struct conf *c, const char *name)
{
	for (int i = 0; i < c->gateway_count; i++)
		if (strcmp(c->gateways[i].name, name) == 0)
			return &c->gateways[i];
	return NULL;
}

/* ---- the commented sample ---- */

static void print_setting(const struct conf_setting *s, struct buf *out)
{
	buf_addf(out, "\n# %s", s->help);
	if (s->read == conf_value_number)
		buf_addf(out, " %d to %d.", s->min, s->max);
	if (s->read == conf_value_choice)
		buf_addf(out, " One of: %s.", s->choices);
	if (s->required)
		buf_adds(out, " Required.");
	if (s->initial == NULL)
		buf_adds(out, " For example:");
	buf_addf(out, "\n#%s = %s\n", s->name, s->initial != NULL ? s->initial : s->example);
}

void conf_print_defaults(struct buf *out)
{
	buf_adds(out, "# Settings of sigapd. Lines that begin with # or ; are comments; a setting that is commented "
	              "out shows its default.\n"
	              "# Secrets never stand here: settings that end in _file name a file, or credential:NAME for one "
	              "that systemd hands over.\n"
	              "# Relative paths start from the folder of this file. SIGAP_LISTEN and SIGAP_DATABASE in the "
	              "environment stand above\n"
	              "# listen and database.\n");
	int section = NO_SECTION;
	for (int i = 0; i < SETTINGS; i++) {
		if (settings[i].section == GATEWAY && section != GATEWAY)
			buf_adds(out, "\n# One section for each SMS gateway, under the name that stands in its "
			              "addresses here:\n"
			              "# /v1/gateways/NAME/inbound and /v1/gateways/NAME/status.\n#[gateway kannel]\n");
		else if (settings[i].section != section)
			buf_addf(out, "\n[%s]\n", section_names[settings[i].section]);
		section = settings[i].section;
		print_setting(&settings[i], out);
	}
}
