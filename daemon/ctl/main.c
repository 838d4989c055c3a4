/* main: sigapctl, the operator's command line: the table of commands and how a command line is read by it. */
#include <assert.h>
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../protocol/rfc3339.h"
#include "../../protocol/utf8.h"
#include "../core/types.h"
#include "../io/sys.h"
#include "commands.h"

enum { FILE_MOST = 64 * 1024 * 1024 };

/* clang-format off */
static const struct command commands[] = {
	{"migrate", NULL, "bring the database to this program's schema", {{NULL, NULL, false}}, command_migrate},
	{"regions import", "FILE.csv|FOLDER", "load administrative areas; FOLDER: idn-area-data's four files; --force: with new holes too",
	 {{"aliases", "FILE.csv", false}, {"replace", NULL, false}, {"force", NULL, false}}, command_regions_import},
	{"agencies import", "FILE", "make the directory what the file says, and name the contacts whose secret it replaces; --merge: only add and update; --force: with new holes too",
	 {{"merge", NULL, false}, {"force", NULL, false}}, command_agencies_import},
	{"agencies show", NULL, "the directory in force as agencies import reads it, secrets too: keep what it writes 0600, as by umask 077", {{NULL, NULL, false}},
	 command_agencies_show},
	{"policy check", "FILE", "name the places where a report would reach nobody", {{NULL, NULL, false}}, command_policy_check},
	{"policy apply", "FILE", "check, then put in force; --force: with holes too",
	 {{"force", NULL, false}, {"name", "WHO", false}}, command_policy_apply},
	{"policy show", NULL, "the policy in force", {{NULL, NULL, false}}, command_policy_show},
	{"route", NULL, "who would be told of a report, why, and what follows silence; changes nothing",
	 {{"type", "TYPE", true}, {"village", "CODE", true}, {"urgency", "URGENCY", false}, {"text", "TEXT", false}}, command_route},
	{"triage", NULL, "what a message means: one JSON answer a line; FILE.jsonl holds {\"id\",\"text\"} lines, - is standard input",
	 {{"text", "TEXT", false}, {"file", "FILE.jsonl", false}, {"lexicon", "DIR", false}, {"regions", "FILE.csv|FOLDER", false},
	  {"aliases", "FILE.csv", false}, {"home", "CODE,...", false}, {"features", NULL, false}}, command_triage},
	{"token issue", NULL, "a new token, shown once",
	 {{"role", "ROLE", true}, {"agency", "SLUG", false}, {"scope", "CODE", false}, {"name", "NAME", false}, {"days", "N", false}},
	 command_token_issue},
	{"token list", NULL, "tokens that are in force", {{NULL, NULL, false}}, command_token_list},
	{"token revoke", "NAME", "end a token", {{NULL, NULL, false}}, command_token_revoke},
	{"user add", NULL, "somebody who may log in to the console; the password comes from standard input, or --generate makes one and shows it once; "
	 "unless --keep, its owner is asked for one of his own",
	 {{"name", "NAME", true}, {"role", "agency|coordinator|admin|auditor", true}, {"scope", "CODE", false}, {"agency", "SLUG", false},
	  {"display", "NAME", false}, {"person", "SLUG", false}, {"generate", NULL, false}, {"keep", NULL, false}}, command_user_add},
	{"user list", NULL, "users who may log in", {{NULL, NULL, false}}, command_user_list},
	{"user retire", "NAME", "end a user and all his sessions", {{NULL, NULL, false}}, command_user_retire},
	{"user password", "NAME", "another password; all sessions end", {{"generate", NULL, false}, {"keep", NULL, false}}, command_user_password},
	{"user totp-off", "NAME", "no one-time codes any more, when the telephone is lost; all sessions end", {{NULL, NULL, false}}, command_user_totp_off},
	{"roster person add", NULL, "add a person, change one, or bring one back; what is not given stays as it is (at first: an officer for every area), "
	 "and --phone '' takes the telephone away",
	 {{"slug", "SLUG", true}, {"name", "NAME", true}, {"phone", "NUMBER", false}, {"role", "coordinator|officer", false},
	  {"scope", "CODE", false}}, command_person_add},
	{"roster person list", NULL, "people of the roster", {{NULL, NULL, false}}, command_person_list},
	{"roster person retire", "SLUG", "take a person off the roster; --force: with new holes too", {{"force", NULL, false}}, command_person_retire},
	{"roster shift add", NULL, "put a person on duty; times like 2026-11-21T20:00:00+08:00",
	 {{"person", "SLUG", true}, {"from", "TIME", true}, {"until", "TIME", true}, {"role", "coordinator|officer", false}},
	 command_shift_add},
	{"roster shift list", NULL, "shifts that have not ended", {{NULL, NULL, false}}, command_shift_list},
	{"roster shift remove", "ID", "take a shift back: one that has begun ends now; who was on duty stays known", {{NULL, NULL, false}}, command_shift_remove},
	{"roster rotation add", "SLUG", "people who take turns; the first turn begins at --from, each lasts --length (1h to 31d)",
	 {{"role", "coordinator|officer", true}, {"people", "SLUG,SLUG,...", true}, {"from", "TIME", true}, {"length", "12h", true},
	  {"until", "TIME", false}}, command_rotation_add},
	{"roster rotation list", NULL, "rotations that have not ended, and whose turn it is", {{NULL, NULL, false}}, command_rotation_list},
	{"roster rotation remove", "SLUG", "end a rotation now; what was stays known", {{NULL, NULL, false}}, command_rotation_remove},
	{"roster override add", NULL, "--person takes the shifts of --instead-of between the two times; without --instead-of: of everybody with that role, and "
	 "gaps too; without --person: nobody takes over",
	 {{"role", "coordinator|officer", true}, {"from", "TIME", true}, {"until", "TIME", true}, {"person", "SLUG", false},
	  {"instead-of", "SLUG", false}, {"reason", "TEXT", false}}, command_override_add},
	{"roster override list", NULL, "overrides and swaps that have not ended", {{NULL, NULL, false}}, command_override_list},
	{"roster override remove", "ID", "take an override back, or both halves of a swap", {{NULL, NULL, false}}, command_override_remove},
	{"roster swap", "PERSON_A TIME_A PERSON_B TIME_B", "each takes the other's whole shift, the one on duty at that time",
	 {{"reason", "TEXT", false}}, command_swap},
	{"roster accept", "PERSON TIME", "accept for its person the shift that he has at that time; a refusal is taken back",
	 {{NULL, NULL, false}}, command_roster_accept},
	{"roster note add", "TEXT", "tell the next shift something", {{NULL, NULL, false}}, command_note_add},
	{"roster note list", NULL, "the latest notes", {{NULL, NULL, false}}, command_note_list},
	{"roster week", NULL, "seven days: who is on duty, and the gaps; exit status 1 when there is a gap",
	 {{"from", "TIME", false}, {"region", "CODE", false}}, command_week},
	{"roster export", NULL, "the roster as iCalendar, 60 days from now unless told otherwise; whole shifts",
	 {{"from", "TIME", false}, {"until", "TIME", false}, {"out", "FILE", false}}, command_roster_export},
	{"roster import", "FILE", "events of an iCalendar file become single shifts, all or none; again: what changed in the file changes, "
	 "as far as it has not begun",
	 {{NULL, NULL, false}}, command_roster_import},
	{"roster who", NULL, "who is on duty", {{"at", "TIME", false}, {"region", "CODE", false}}, command_who},
	{"outbox list", NULL, "notices given up (default), or still waiting", {{"state", "dead|waiting", false}}, command_outbox_list},
	{"outbox replay", "NOTICE", "deliver a notice that was given up", {{NULL, NULL, false}}, command_outbox_replay},
	{"gateways", NULL, "SMS gateways: what each sent and cost today, its daily cap, and whether it works", {{NULL, NULL, false}}, command_gateways},
	{"duplicates", NULL, "incidents that may be one event and await a decision, or all that were suggested", {{"all", NULL, false}}, command_duplicates},
	{"alarms", NULL, "trouble of the machine itself that lasts, or all that ever was", {{"all", NULL, false}}, command_alarms},
	{"senders list", NULL, "who is blocked, has sent pranks or is a machine; reading it is logged", {{"mark", "blocked|prank|automatic|all", false}}, command_senders_list},
	{"senders show", "ADDRESS", "marks and reports of one sender: a telephone, or GATEWAY:HANDLE; reading it is logged", {{NULL, NULL, false}}, command_senders_show},
	{"senders block", "ADDRESS", "what comes from there is kept and shown, but nobody is dispatched and nothing answered",
	 {{"reason", "TEXT", true}, {"until", "TIME", false}}, command_senders_block},
	{"senders unblock", "ADDRESS", "end a block; that it was stays known", {{NULL, NULL, false}}, command_senders_unblock},
	{"audit verify", NULL, "recompute the history's hashes", {{"incident", "NUMBER", false}}, command_audit_verify},
	{"doctor", NULL, "every promise that a query can check; status 1 when one is broken, 0 with warnings only", {{NULL, NULL, false}}, command_doctor},
	{"export", NULL, "records without reporters' names and numbers; every export is logged",
	 {{"table", "report|incident|dispatch|event", true}, {"format", "csv|json", true}, {"from", "TIME", false},
	  {"until", "TIME", false}, {"reason", "TEXT", false}}, command_export},
	{"states", NULL, "the state tables of dispatches and incidents; --diagram: drawn, for Mermaid", {{"diagram", NULL, false}}, command_states},
};
/* clang-format on */
enum { COMMANDS = sizeof commands / sizeof *commands };

static const char everywhere[] =
        "everywhere: --json (a list, or one object that says what was done)   --database CONNINFO   --config-dir DIR   "
        "--help (of a group, too: roster --help)\n"
        "Better than --database, which others see in the list of processes: the environment's SIGAP_DATABASE.\n";

/* ---- what commands ask ---- */

const char *ctl_option(const struct ctl *c, const char *name)
{
	for (int i = 0; c->command->options[i].name != NULL; i++)
		if (strcmp(c->command->options[i].name, name) == 0)
			return c->values[i];
	assert(!"an option that is not in the command's table");
	return NULL;
}

long ctl_number(const struct ctl *c, const char *name, long least, long most, long absent)
{
	const char *text = ctl_option(c, name);
	if (text == NULL)
		return absent;
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || value < least || value > most)
		ctl_usage(c, "--%s must be a whole number from %ld to %ld", name, least, most);
	return value;
}

const char *ctl_time(const struct ctl *c, const char *name)
{
	const char *text = ctl_option(c, name);
	int64_t us;
	if (text != NULL && !rfc3339_parse(text, &us))
		ctl_usage(c, "--%s must be a time like 2026-11-21T20:00:00+08:00", name);
	return text;
}

void ctl_window(const struct ctl *c, struct wall *ret_from, struct wall *ret_until)
{
	const char *from = ctl_time(c, "from"), *until = ctl_time(c, "until");
	if (from != NULL)
		rfc3339_parse(from, &ret_from->us);
	if (until != NULL)
		rfc3339_parse(until, &ret_until->us);
	if (from != NULL && until != NULL && ret_from->us >= ret_until->us)
		ctl_usage(c, "--until must be later than --from");
}

const char *ctl_code(const struct ctl *c, const char *name, const char *absent)
{
	const char *text = ctl_option(c, name);
	if (text == NULL)
		return absent;
	if (text[0] != '\0' && region_code_level(text) == LEVEL_NONE)
		ctl_usage(c, "--%s must be an area code like 64.09 or 64.09.01.1003", name);
	return text;
}

const char *ctl_word(const struct ctl *c, const char *name, const char *const *words, int n, const char *absent)
{
	const char *text = ctl_option(c, name);
	if (text == NULL)
		return absent;
	if (name_index(words, n, text) >= 0)
		return text;
	const char *list = words[0];
	for (int i = 1; i < n; i++)
		list = arena_printf(c->arena, "%s, %s", list, words[i]);
	ctl_usage(c, "--%s must be one of %s", name, list);
}

const char *ctl_actor(struct ctl *c)
{
	const struct passwd *who = getpwuid(getuid());
	return who != NULL ? arena_printf(c->arena, "sigapctl:%s", who->pw_name)
	                   : arena_printf(c->arena, "sigapctl:%u", (unsigned)getuid());
}

const char *ctl_read_text(struct ctl *c, const char *path, size_t *ret_len)
{
	const char *text = sys_read_file(c->arena, path, FILE_MOST, ret_len);
	if (text == NULL)
		ctl_die("cannot read %s: %s", path, strerror(errno));
	if (!utf8_valid(text, *ret_len))
		ctl_die("%s is not UTF-8 text", path);
	return text;
}

/* ---- the end ---- */

void ctl_die(const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	fflush(stdout);
	fputs("sigapctl: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(CTL_FAULT);
}

static void print_usage(FILE *to, const struct command *d)
{
	fprintf(to, "  sigapctl %s", d->name);
	if (d->argument != NULL)
		fprintf(to, " %s", d->argument);
	for (const struct option *o = d->options; o->name != NULL; o++)
		fprintf(to, " %s--%s%s%s%s", o->required ? "" : "[", o->name, o->value != NULL ? " " : "",
		        o->value != NULL ? o->value : "", o->required ? "" : "]");
	fprintf(to, "\n      %s\n", d->help);
}

/* "roster shift" begins "roster shift add", "roster sh" does not. */
static bool begins(const struct command *d, const char *words)
{
	size_t len = strlen(words);
	return strncmp(d->name, words, len) == 0 && (len == 0 || d->name[len] == ' ' || d->name[len] == '\0');
}

static bool is_group(const char *words)
{
	for (int i = 0; i < COMMANDS; i++)
		if (begins(&commands[i], words))
			return true;
	return false;
}

/* The commands whose name begins with these words; all when there are none. */
static void print_help(FILE *to, const char *words)
{
	size_t shown = 0;
	fputs("usage:\n", to);
	for (int all = 0; all < 2 && shown == 0; all++)
		for (int i = 0; i < COMMANDS; i++)
			if (all == 1 || begins(&commands[i], words)) {
				print_usage(to, &commands[i]);
				shown++;
			}
	fputs(everywhere, to);
}

void ctl_usage(const struct ctl *c, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	fputs("sigapctl: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	if (c->command != NULL) {
		fputs("usage:\n", stderr);
		print_usage(stderr, c->command);
		fputs(everywhere, stderr);
	}
	exit(CTL_USAGE);
}

/* ---- the command line ---- */

struct line {
	char **at, **end;
};

/* The command whose words stand at the beginning of the line, taken off it; NULL when there is none. */
static const struct command *take_command(struct line *l)
{
	for (int i = 0; i < COMMANDS; i++) {
		const char *name = commands[i].name;
		char **at = l->at;
		while (at < l->end && *name != '\0') {
			size_t len = strcspn(name, " ");
			if (strlen(*at) != len || strncmp(*at, name, len) != 0)
				break;
			name += len + (name[len] == ' ');
			at++;
		}
		if (*name == '\0') {
			l->at = at;
			return &commands[i];
		}
	}
	return NULL;
}

/* The value of an option: after the =, or the next word. */
static char *take_value(const struct ctl *c, struct line *l, const char *name, char *equals)
{
	if (equals != NULL)
		return equals + 1;
	if (l->at == l->end)
		ctl_usage(c, "--%s needs a value", name);
	return *l->at++;
}

/* A connection string may hold a password: once it is copied, nobody finds it in the list of processes any more. */
static const char *take_secret(struct ctl *c, char *value)
{
	const char *copy = arena_strdup(c->arena, value);
	memset(value, 'x', strlen(value));
	return copy;
}

static bool take_general(struct ctl *c, struct line *l, const char *name, char *equals)
{
	if (strcmp(name, "database") == 0)
		c->database = take_secret(c, take_value(c, l, name, equals));
	else if (strcmp(name, "config-dir") == 0)
		c->config_dir = take_value(c, l, name, equals);
	else if (strcmp(name, "json") == 0 && equals == NULL)
		c->json = true;
	else if (strcmp(name, "help") == 0 && equals == NULL) {
		print_help(stdout, c->command != NULL ? c->command->name : "");
		exit(CTL_OK);
	} else if (strcmp(name, "version") == 0 && equals == NULL) {
		puts("sigapctl " SIGAP_VERSION);
		exit(CTL_OK);
	} else
		return false;
	return true;
}

static void take_option(struct ctl *c, struct line *l)
{
	char *word = *l->at++;
	char *equals = strchr(word, '=');
	const char *name = arena_strndup(c->arena, word + 2, strcspn(word + 2, "="));
	if (take_general(c, l, name, equals))
		return;
	for (int i = 0; c->command != NULL && c->command->options[i].name != NULL; i++) {
		const struct option *o = &c->command->options[i];
		if (strcmp(o->name, name) != 0)
			continue;
		if (o->value == NULL && equals != NULL)
			ctl_usage(c, "--%s takes no value", name);
		c->values[i] = o->value == NULL ? "" : take_value(c, l, name, equals);
		if (!utf8_valid(c->values[i], strlen(c->values[i])))
			ctl_usage(c, "--%s is not UTF-8 text", name);
		return;
	}
	ctl_usage(c, "unknown option --%s", name);
}

static bool is_option(const char *word)
{
	return strncmp(word, "--", 2) == 0 && word[2] != '\0';
}

static int arguments_wanted(const struct command *d)
{
	int n = d->argument != NULL;
	for (const char *p = d->argument; p != NULL && *p != '\0'; p++)
		n += *p == ' ';
	return n;
}

/* "TO" of "FROM TO" when only one was given. */
static const char *missing_argument(const struct ctl *c)
{
	const char *name = c->command->argument;
	for (int i = 0; i < c->argument_count; i++)
		name = strchr(name, ' ') + 1;
	return arena_strndup(c->arena, name, strcspn(name, " "));
}

static void take_rest(struct ctl *c, struct line *l)
{
	while (l->at < l->end) {
		if (is_option(*l->at)) {
			take_option(c, l);
			continue;
		}
		if (c->argument_count == arguments_wanted(c->command))
			ctl_usage(c, "\"%s\" is one word too many", *l->at);
		c->arguments[c->argument_count++] = *l->at++;
	}
	c->argument = c->arguments[0];
	if (c->argument_count < arguments_wanted(c->command) && c->command->argument[0] != '[')
		ctl_usage(c, "%s is missing", missing_argument(c));
	for (int i = 0; c->command->options[i].name != NULL; i++)
		if (c->command->options[i].required && c->values[i] == NULL)
			ctl_usage(c, "--%s is missing", c->command->options[i].name);
}

/* What follows, up to the first option, as one text. */
static const char *rest_words(struct ctl *c, const struct line *l)
{
	const char *words = "";
	for (char **at = l->at; at < l->end && (*at)[0] != '-'; at++)
		words = arena_printf(c->arena, "%s%s%s", words, words[0] != '\0' ? " " : "", *at);
	return words;
}

/* What is no command: "roster --help" shows that group; anything else is a wrong call. */
static void __attribute__((noreturn)) end_without_command(struct ctl *c, const struct line *l)
{
	const char *words = rest_words(c, l);
	bool asked = false;
	for (char **at = l->at; at < l->end; at++)
		asked = asked || strcmp(*at, "--help") == 0 || strcmp(*at, "-h") == 0;
	if (asked && is_group(words)) {
		print_help(stdout, words);
		exit(CTL_OK);
	}
	fprintf(stderr, "sigapctl: unknown command\n");
	print_help(stderr, is_group(words) ? words : *l->at);
	exit(CTL_USAGE);
}

static void read_line(struct ctl *c, struct line *l)
{
	while (l->at < l->end && is_option(*l->at))
		take_option(c, l);
	if (l->at == l->end || strcmp(*l->at, "help") == 0 || strcmp(*l->at, "-h") == 0) {
		bool asked = l->at < l->end;
		l->at += asked;
		print_help(asked ? stdout : stderr, rest_words(c, l));
		exit(asked ? CTL_OK : CTL_USAGE);
	}
	c->command = take_command(l);
	if (c->command == NULL)
		end_without_command(c, l);
	take_rest(c, l);
}

int main(int argc, char **argv)
{
	struct ctl c = {.arena = arena_new()};
	struct line line = {argv + (argc > 0), argv + argc};
	read_line(&c, &line);
	int status = c.command->run(&c);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "sigapctl: standard output cannot be written: %s\n", strerror(errno));
		status = CTL_FAULT;
	}
	PQfinish(c.pg);
	arena_free(&c.arena);
	return status;
}
