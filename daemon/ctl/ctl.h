/* ctl: sigapctl: one run of one command. Whatever goes wrong ends the run with one line on stderr; the database then rolls back. */
#ifndef SIGAP_CTL_CTL_H
#define SIGAP_CTL_CTL_H
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"
#include "../base/clock.h"

enum { CTL_OK = 0, CTL_FAULT = 1, CTL_USAGE = 2 }; /* exit status: done, a fault was found, called wrongly */
enum { CTL_OPTIONS = 10, CTL_ARGUMENTS = 4 };
struct option {
	const char *name;  /* "scope" for --scope */
	const char *value; /* what it takes, for the usage; NULL: it is a switch */
	bool required;
};
struct ctl;
/* A row of the command table: parser, usage and help at once. */
struct command {
	const char *name;     /* "token issue" */
	const char *argument; /* "FILE", "FROM TO", "[FILE]" when it may be left out, NULL: none */
	const char *help;
	struct option options[CTL_OPTIONS + 1]; /* the last has no name */
	int (*run)(struct ctl *c);              /* returns the exit status */
};
struct ctl {
	struct arena *arena; /* everything lives until the end of the run */
	const struct command *command;
	const char *argument; /* the first of: */
	const char *arguments[CTL_ARGUMENTS];
	int argument_count;
	const char *values[CTL_OPTIONS];
	const char *database, *config_dir; /* --database and --config-dir, or NULL */
	bool json;
	PGconn *pg; /* opened by the first query (db.h) */
};

/* The value of an option of the command's table, "" for a switch; NULL when it was not given. */
const char *ctl_option(const struct ctl *c, const char *name);
/* A whole number between least and most, or absent when the option was not given; otherwise ends with the usage. */
long ctl_number(const struct ctl *c, const char *name, long least, long most, long absent);
/* An RFC 3339 time, NULL when not given; otherwise ends with the usage. */
const char *ctl_time(const struct ctl *c, const char *name);
/* --from and --until, where they were given; ends with the usage when they are no times or in the wrong order. */
void ctl_window(const struct ctl *c, struct wall *ret_from, struct wall *ret_until);
/* An area code, absent when not given; otherwise ends with the usage. */
const char *ctl_code(const struct ctl *c, const char *name, const char *absent);
/* One of words[n], absent when not given; otherwise ends with the usage. */
const char *ctl_word(const struct ctl *c, const char *name, const char *const *words, int n, const char *absent);
/* "sigapctl:LOGIN": who runs this, for the records. */
const char *ctl_actor(struct ctl *c);
/* A whole text file: valid UTF-8 without NUL. Ends the run when it cannot be read. */
const char *ctl_read_text(struct ctl *c, const char *path, size_t *ret_len);
/* Ends the run: "sigapctl: …" on stderr, status 1. */
void ctl_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* The same with the command's usage, status 2. */
void ctl_usage(const struct ctl *c, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
#endif
