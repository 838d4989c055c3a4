/* pg_server: a private PostgreSQL for tests in C: in a temporary folder, on a Unix socket, as an ordinary user, stopped by its own process id. For one file of tests. */
#ifndef SIGAP_TESTS_PG_SERVER_H
#define SIGAP_TESTS_PG_SERVER_H
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../daemon/base/clock.h"
#include "../../daemon/base/log.h"

static char folder[] = "/tmp/sigap-pg-XXXXXX";
static char programs[256]; /* folder of initdb and postgres */
static char conninfo[128];
static pid_t server;

static void find_programs(void)
{
	glob_t found;
	assert_int_equal(glob("/usr/lib/postgresql/*/bin", 0, NULL, &found), 0);
	snprintf(programs, sizeof programs, "%s", found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
}

static const struct passwd *ordinary_user(void)
{
	const struct passwd *user = getpwnam("postgres");
	return user != NULL ? user : getpwnam("nobody");
}

/* PostgreSQL refuses to run as root. The process ends with this one. */
static pid_t spawn(const char *const *argv)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	const struct passwd *user = ordinary_user();
	if (geteuid() == 0 &&
	    (user == NULL || setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGINT);
	int out;
	if (chdir(folder) != 0 || (out = open("server.log", O_WRONLY | O_CREAT | O_APPEND, 0600)) < 0)
		_exit(126);
	dup2(out, 1);
	dup2(out, 2);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static int wait_for_exit(pid_t pid)
{
	int status = -1;
	while (waitpid(pid, &status, 0) != pid)
		;
	return status;
}

/* One statement on a connection of its own. False when there is no server or the statement fails. */
static bool run_sql(const char *sql, char *ret_value, size_t size)
{
	PGconn *c = PQconnectdb(conninfo);
	PGresult *r = PQexec(c, sql);
	bool ok = PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK;
	if (ok && ret_value != NULL)
		snprintf(ret_value, size, "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	PQfinish(c);
	return ok;
}

static void sql(const char *statement)
{
	assert_true(run_sql(statement, NULL, 0));
}

static void start_server(void)
{
	char program[300];
	snprintf(program, sizeof program, "%s/postgres", programs);
	const char *argv[] = {program, "-D", "data", "-k", folder, "-h", "", "-c", "fsync=off", NULL};
	server = spawn(argv);
	struct mono begin = mono_now();
	while (!run_sql("select 1", NULL, 0)) {
		assert_true(mono_now().us - begin.us < 30000000);
		assert_int_equal(waitpid(server, NULL, WNOHANG), 0);
		usleep(20000);
	}
}

static void stop_server(void)
{
	if (server > 0) { /* a failing test may have left none */
		kill(server, SIGINT);
		wait_for_exit(server);
	}
	server = 0;
}

/* A cmocka setup: initialised and running. */
static int make_server(void **state)
{
	(void)state;
	log_set_level("error");
	find_programs();
	assert_non_null(mkdtemp(folder));
	if (geteuid() == 0)
		assert_int_equal(chown(folder, ordinary_user()->pw_uid, ordinary_user()->pw_gid), 0);
	char program[300];
	snprintf(program, sizeof program, "%s/initdb", programs);
	const char *argv[] = {program, "-D", "data", "-U",         "sigap",     "-A",
	                      "trust", "-E", "UTF8", "--locale=C", "--no-sync", NULL};
	assert_int_equal(wait_for_exit(spawn(argv)), 0);
	snprintf(conninfo, sizeof conninfo, "host=%s user=sigap dbname=postgres", folder);
	start_server();
	return 0;
}

static int remove_server(void **state)
{
	(void)state;
	stop_server();
	const char *argv[] = {"/bin/rm", "-rf", folder, NULL};
	int removed = wait_for_exit(spawn(argv));
	rmdir(folder); /* /tmp is sticky: the ordinary user may have emptied it only */
	return removed == 0 || access(folder, F_OK) != 0 ? 0 : -1;
}
#endif
