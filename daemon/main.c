/* sigapd: the rapid-response dispatch daemon. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "io/conf.h"
#include "io/sql.h"
#include "web/api.h"

static const char usage[] =
        "usage: sigapd --config FILE      run (settings in FILE; SIGAP_DATABASE and SIGAP_LISTEN override)\n"
        "       sigapd --print-config     every setting with its default, as a commented file\n"
        "       sigapd --print-routes     the HTTP API: method and path, one a line\n"
        "       sigapd --print-sql NAME   the text of one of its statements\n"
        "       sigapd --version\n";

static int print_config(void)
{
	struct buf out;
	buf_init(&out, 128 * 1024);
	conf_print_defaults(&out);
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
	return 0;
}

static int print_routes(void)
{
	for (size_t i = 0; i < api_route_count; i++)
		printf("%s %s\n", api_routes[i].method, api_routes[i].path);
	return 0;
}

static int print_sql(const char *name)
{
	for (int i = 0; i < SQL_STATEMENTS; i++)
		if (strcmp(sql_statements[i].name, name) == 0)
			return fputs(sql_statements[i].sql, stdout) < 0;
	fprintf(stderr, "sigapd: no statement \"%s\"\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
	        {"config", required_argument, NULL, 'c'},
	        {"print-config", no_argument, NULL, 'd'},
	        {"print-routes", no_argument, NULL, 'r'},
	        {"print-sql", required_argument, NULL, 's'},
	        {"version", no_argument, NULL, 'v'},
	        {"help", no_argument, NULL, 'h'},
	        {NULL, 0, NULL, 0},
	};
	const char *config = NULL;
	int o;
	while ((o = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (o) {
		case 'c':
			config = optarg;
			break;
		case 'd':
			return print_config();
		case 'r':
			return print_routes();
		case 's':
			return print_sql(optarg);
		case 'v':
			return puts("sigapd " SIGAP_VERSION) < 0;
		case 'h':
			return fputs(usage, stdout) < 0;
		default:
			return fputs(usage, stderr) < 0 ? 1 : 2;
		}
	}
	if (config == NULL || optind != argc)
		return fputs(usage, stderr) < 0 ? 1 : 2;
	return app_run(config);
}
