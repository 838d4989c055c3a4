/* user: people who log in to the console. Passwords come from standard input or are made here; they never stand in a command line. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "../base/password.h"
#include "commands.h"
#include "table.h"

enum { AGENCY, PERSON, TAKEN, ADD, LIST, FIND, RETIRE, PASSWORD, TOTP_OFF, END };
static const struct pg_statement sql[] = {
        [AGENCY] = {"agency", "select 1 from agency where slug = $1 and retired_at is null"},
        [PERSON] = {"person", "select 1 from person where slug = $1 and retired_at is null"},
        [TAKEN] = {"taken", "select retired_at is not null from account where name = $1"},
        [ADD] = {"add", "insert into account (name, display, role, agency, scope, person, password_hash, must_change, "
                        "created_by) "
                        "values ($1, $2, $3, $4, $5, $6, $7, $8::boolean, $9)"},
        [LIST] = {"list", "select a.name, a.display, a.role, a.agency, a.scope, a.person, a.totp_secret is not null, "
                          "a.created_at, "
                          "(select max(s.seen_at) from session s where s.account = a.id) from account a where "
                          "a.retired_at is null order by a.name"},
        [FIND] = {"find", "select id from account where name = $1 and retired_at is null"},
        [RETIRE] =
                {"retire",
                 "update account set retired_at = now(), totp_secret = null, totp_offered = null where id = $1::uuid"},
        [PASSWORD] = {"password",
                      "update account set password_hash = $2, password_changed_at = now(), must_change = $3::boolean "
                      "where id = $1::uuid"},
        [TOTP_OFF] = {"totp-off",
                      "update account set totp_secret = null, totp_offered = null, totp_step = 0 where id = $1::uuid"},
        [END] = {"end", "delete from session where account = $1::uuid"},
};
static const char *const roles[] = {"agency", "coordinator", "admin", "auditor"};
enum { ROLES = sizeof roles / sizeof *roles, LINE_MOST = 1024, NAME_MOST = 40 };

/* ---- passwords ---- */

/* The first line of standard input, which is not shown when it is typed. */
static void read_line(const char *prompt, char ret[LINE_MOST])
{
	struct termios shown, hidden;
	bool typed = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
	if (typed) {
		fputs(prompt, stderr);
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	char *line = fgets(ret, LINE_MOST, stdin);
	if (typed) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		fputc('\n', stderr);
	}
	if (line == NULL)
		ctl_die("no password came on standard input; --generate makes one");
	ret[strcspn(ret, "\r\n")] = '\0';
}

static void ask_password(const char *name, char ret[LINE_MOST])
{
	char again[LINE_MOST];
	read_line("Password: ", ret);
	const char *fault = password_fault(ret, name);
	if (fault != NULL)
		ctl_die("the password %s", fault);
	if (!isatty(STDIN_FILENO))
		return;
	read_line("Once more: ", again);
	if (strcmp(ret, again) != 0)
		ctl_die("the two are not the same");
	sodium_memzero(again, sizeof again);
}

struct new_password {
	char text[LINE_MOST], hash[PASSWORD_HASH_TEXT];
};

/* A password that is asked for, or made here. Before any row is locked: people type slowly. */
static void take_password(struct ctl *c, const char *name, struct new_password *ret)
{
	if (sodium_init() < 0)
		ctl_die("libsodium does not start");
	if (ctl_option(c, "generate") != NULL)
		password_make(ret->text);
	else
		ask_password(name, ret->text);
	if (!password_hash(ret->text, ret->hash))
		ctl_die("no memory for hashing the password");
}

/* Once it is in force: a password that was made is shown, this once. */
static void show_password(struct ctl *c, const char *name, struct new_password *p)
{
	if (ctl_option(c, "generate") != NULL)
		table_tell_text(c, p->text, "name", name, "password", p->text);
	else
		table_tell(c, "name", name);
	sodium_memzero(p, sizeof *p);
}

static const char *must_change(const struct ctl *c)
{
	return ctl_option(c, "keep") == NULL ? "true" : "false";
}

/* ---- commands ---- */

static void check_name(const struct ctl *c, const char *name)
{
	static const char inner[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(name), at = strspn(name, inner);
	bool fits = len > 0 && len <= NAME_MOST && at > 0;
	while (fits && name[at] != '\0') {
		size_t more = strchr("._-", name[at]) == NULL ? 0 : strspn(name + at + 1, inner);
		fits = more > 0;
		at += 1 + more;
	}
	if (!fits)
		ctl_usage(c, "--name is at most %d lower case letters and digits, with . _ - between them", NAME_MOST);
}

static void check_references(struct ctl *c, const char *role, const char *agency, const char *person)
{
	if ((strcmp(role, "agency") == 0) != (agency != NULL))
		ctl_usage(c, "--agency goes with --role agency, and with no other");
	if (agency != NULL && db_query(c, &sql[AGENCY], DB_WITH(agency))->count == 0)
		ctl_die("agency %s is not in the directory", agency);
	if (person != NULL && db_query(c, &sql[PERSON], DB_WITH(person))->count == 0)
		ctl_die("person %s is not on the roster", person);
}

int command_user_add(struct ctl *c)
{
	const char *name = ctl_option(c, "name"), *role = ctl_word(c, "role", roles, ROLES, NULL);
	const char *agency = ctl_option(c, "agency"), *person = ctl_option(c, "person");
	const char *display = ctl_option(c, "display"), *scope = ctl_code(c, "scope", "");
	check_name(c, name);
	if (display == NULL || display[0] == '\0')
		display = name;
	check_references(c, role, agency, person);
	const struct rows *taken = db_query(c, &sql[TAKEN], DB_WITH(name));
	if (taken->count > 0 && db_bool(db_cell(taken, 0, 0)))
		ctl_die("\"%s\" was somebody who is retired: choose another name, the history names that one", name);
	if (taken->count > 0)
		ctl_die("there is a user named \"%s\" already", name);
	struct new_password password;
	take_password(c, name, &password);
	db_query(c, &sql[ADD],
	         DB_WITH(name, display, role, agency, scope, person, password.hash, must_change(c), ctl_actor(c)));
	show_password(c, name, &password);
	return CTL_OK;
}

int command_user_list(struct ctl *c)
{
	static const struct column columns[] = {
	        {"name", CELL_TEXT},   {"display", CELL_TEXT},    {"role", CELL_TEXT},
	        {"agency", CELL_TEXT}, {"scope", CELL_TEXT},      {"person", CELL_TEXT},
	        {"codes", CELL_BOOL},  {"created_at", CELL_TIME}, {"seen_at", CELL_TIME},
	};
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	table_add_rows(t, db_query(c, &sql[LIST], DB_NONE));
	table_print(t, "no users");
	return CTL_OK;
}

/* The id of the user named by the argument. */
static const char *find_user(struct ctl *c)
{
	const struct rows *found = db_query(c, &sql[FIND], DB_WITH(c->argument));
	if (found->count == 0)
		ctl_die("no user is named \"%s\"", c->argument);
	return db_cell(found, 0, 0);
}

/* Whatever changed: whoever is logged in with it must do so anew. */
static void end_sessions(struct ctl *c, const char *id)
{
	db_query(c, &sql[END], DB_WITH(id));
	db_commit(c);
}

int command_user_retire(struct ctl *c)
{
	const char *id = find_user(c);
	db_begin(c);
	db_query(c, &sql[RETIRE], DB_WITH(id));
	end_sessions(c, id);
	table_tell(c, "name", c->argument);
	return CTL_OK;
}

int command_user_password(struct ctl *c)
{
	struct new_password password;
	const char *id = find_user(c);
	take_password(c, c->argument, &password);
	db_begin(c);
	db_query(c, &sql[PASSWORD], DB_WITH(id, password.hash, must_change(c)));
	end_sessions(c, id);
	show_password(c, c->argument, &password);
	return CTL_OK;
}

int command_user_totp_off(struct ctl *c)
{
	const char *id = find_user(c);
	db_begin(c);
	db_query(c, &sql[TOTP_OFF], DB_WITH(id));
	end_sessions(c, id);
	table_tell(c, "name", c->argument);
	return CTL_OK;
}
