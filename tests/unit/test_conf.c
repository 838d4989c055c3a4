/* layer: io */
/* sigapd.conf: what is understood, what is refused and with which words; sys: files, secrets, sockets. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/io/conf.h"
#include "../../daemon/io/sys.h"

#define TOKEN "abcdefgh-12345678"

struct fixture {
	char folder[64];
	struct arena *arena;
	struct buf faults;
};

static const char *path_of(struct fixture *f, const char *name)
{
	return arena_printf(f->arena, "%s/%s", f->folder, name);
}

static const char *write_file(struct fixture *f, const char *name, const char *text)
{
	const char *path = path_of(f, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	snprintf(f->folder, sizeof f->folder, "/tmp/sigap-test-conf-XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return -1;
	f->arena = arena_new();
	buf_init(&f->faults, 65536);
	unsetenv("SIGAP_DATABASE");
	unsetenv("SIGAP_LISTEN");
	setenv("CREDENTIALS_DIRECTORY", f->folder, 1);
	write_file(f, "database", "host=/run/postgresql dbname=sigap password=hush\n");
	write_file(f, "token", TOKEN "\n");
	write_file(f, "password", "s3cret\r\nsecond line\n");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char **files = sys_list_files(f->arena, f->folder, "");
	for (int i = 0; files != NULL && files[i] != NULL; i++)
		unlink(files[i]);
	rmdir(f->folder);
	buf_free(&f->faults);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static const struct conf *read_text(struct fixture *f, const char *text)
{
	buf_reset(&f->faults);
	return conf_read(f->arena, write_file(f, "t.conf", text), &f->faults);
}

static const struct conf *read_well(struct fixture *f, const char *text)
{
	const struct conf *c = read_text(f, text);
	if (c == NULL)
		fail_msg("refused: %s", f->faults.data);
	assert_int_equal(f->faults.len, 0);
	return c;
}

/* Every line of expected must be among the faults, and there must be no other; each stands behind "<path>:" */
static void assert_faults(struct fixture *f, const char *text, const char *expected)
{
	if (read_text(f, text) != NULL)
		fail_msg("accepted: %s", text);
	struct buf want;
	buf_init(&want, 65536);
	for (const char *line = expected; *line != '\0';) {
		size_t n = strcspn(line, "\n");
		buf_addf(&want, "%s/t.conf:%.*s\n", f->folder, (int)n, line);
		line += n + (line[n] == '\n');
	}
	assert_string_equal(f->faults.data, want.data);
	buf_free(&want);
}

static void an_empty_file_gives_the_defaults(void **state)
{
	struct fixture *f = *state;
	const struct conf *c = read_well(f, "");
	assert_int_equal(c->listen_count, 1);
	assert_string_equal(c->listen[0], "127.0.0.1:8080");
	assert_string_equal(c->database, "dbname=sigap");
	assert_string_equal(c->public_url, "http://127.0.0.1:8080");
	assert_string_equal(c->config_dir, f->folder);
	assert_string_equal(c->log_level, "info");
	assert_null(c->trusted_proxy);
	assert_int_equal(c->max_connections, 1000);
	assert_int_equal(c->drain_s, 10);
	assert_false(c->delivery_held);
	assert_int_equal(c->delivery_slots, 256);
	assert_int_equal(c->slots_per_contact, 8);
	assert_int_equal(c->connect_ms, 3000);
	assert_int_equal(c->total_ms, 10000);
	assert_null(c->ca_file);
	assert_int_equal(c->lease_s, 30);
	assert_int_equal(c->poll_ms, 1200);
	assert_int_equal(c->audit_s, 60);
	assert_null(c->heartbeat_url);
	assert_int_equal(c->database_away_s, 10);
	assert_int_equal(c->gateway_silent_s, 60);
	assert_int_equal(c->gateway_count, 0);
}

static void every_setting_is_taken(void **state)
{
	struct fixture *f = *state;
	const struct conf *c = read_well(f, "\xef\xbb\xbf; comment\n"
	                                    "[daemon]\r\n"
	                                    "listen = 127.0.0.1:1, [::1]:2,unix:/run/sigap/http ; inline comment\n"
	                                    "  database = host=/tmp dbname=x\n"
	                                    "\tpublic_url = https://sigap.example/\n"
	                                    "config_dir = .\n"
	                                    "log_level=warn\n"
	                                    "trusted_proxy = 127.0.0.1, ::1 unix\n"
	                                    "max_connections: 7\n"
	                                    "drain_s = 0\n"
	                                    "[delivery]\n"
	                                    "hold = yes\nslots = 10\nslots_per_contact = 3\nconnect_ms = 200\n"
	                                    "total_ms = 400\nca_file = token\nlease_s = 5\n"
	                                    "# comment\n"
	                                    "[clocks]\npoll_ms = 100");
	assert_int_equal(c->listen_count, 3);
	assert_string_equal(c->listen[1], "[::1]:2");
	assert_string_equal(c->listen[2], "unix:/run/sigap/http");
	assert_string_equal(c->database, "host=/tmp dbname=x");
	assert_string_equal(c->public_url, "https://sigap.example");
	assert_string_equal(c->config_dir, path_of(f, "."));
	assert_string_equal(c->log_level, "warn");
	assert_string_equal(c->trusted_proxy, "127.0.0.1, ::1 unix");
	assert_int_equal(c->max_connections, 7);
	assert_int_equal(c->drain_s, 0);
	assert_true(c->delivery_held);
	assert_int_equal(c->delivery_slots, 10);
	assert_int_equal(c->slots_per_contact, 3);
	assert_int_equal(c->connect_ms, 200);
	assert_int_equal(c->total_ms, 400);
	assert_string_equal(c->ca_file, path_of(f, "token"));
	assert_int_equal(c->lease_s, 5);
	assert_int_equal(c->poll_ms, 100);
}

static void a_gateway_gets_its_secrets_from_files_and_its_status_address(void **state)
{
	struct fixture *f = *state;
	const struct conf *c = read_well(f, "[gateway kannel]\n"
	                                    "send_url = http://127.0.0.1:13013/cgi-bin/sendsms\n"
	                                    "username = sigap\npassword_file = credential:password\n"
	                                    "from = SIGAP\nsmsc = modem1\ntoken_file = token\n"
	                                    "[gateway second-1]\n"
	                                    "send_url = https://sms.example/send\ntoken_file = credential:token\n"
	                                    "allow_private = no\nslots = 9\n"
	                                    "[daemon]\npublic_url = https://sigap.example\n");
	assert_int_equal(c->gateway_count, 2);
	const struct conf_gateway *g = &c->gateways[0];
	assert_string_equal(g->name, "kannel");
	assert_string_equal(g->kind, "kannel");
	assert_string_equal(g->out.name, "kannel");
	assert_string_equal(g->out.send_url, "http://127.0.0.1:13013/cgi-bin/sendsms");
	assert_string_equal(g->out.username, "sigap");
	assert_string_equal(g->out.password, "s3cret");
	assert_string_equal(g->out.from, "SIGAP");
	assert_string_equal(g->out.smsc, "modem1");
	assert_string_equal(g->token, TOKEN);
	assert_string_equal(g->out.status_url, "https://sigap.example/v1/gateways/kannel/status?token=" TOKEN);
	assert_true(g->allow_private);
	assert_int_equal(g->slots, 4);
	g++;
	assert_string_equal(g->out.status_url, "https://sigap.example/v1/gateways/second-1/status?token=" TOKEN);
	assert_null(g->out.username);
	assert_null(g->out.from);
	assert_false(g->allow_private);
	assert_int_equal(g->slots, 9);
}

static void every_fault_is_named_at_once_with_its_line_and_the_nearest_word(void **state)
{
	struct fixture *f = *state;
	assert_faults(f,
	              "port = 1\n"
	              "[daemon]\n"
	              "lisen = 127.0.0.1:1\n"
	              "hold = yes\n"
	              "weather = fine\n"
	              "what is this\n"
	              "[delivry]\n"
	              "anything = goes\n"
	              "[clocks\n"
	              "[weather]\n"
	              "[gateway Kannel!]\n"
	              "[gateway]\n"
	              "[delivery]\n"
	              "slots = 0\n"
	              "slots = 5",
	              "1: setting \"port\" stands before any [section]\n"
	              "3: unknown setting \"lisen\" in [daemon]; did you mean \"listen\"?\n"
	              "4: unknown setting \"hold\" in [daemon]; it belongs into [delivery]\n"
	              "5: unknown setting \"weather\" in [daemon]\n"
	              "6: is neither \"name = value\" nor a [section] nor a comment\n"
	              "7: unknown section [delivry]; did you mean [delivery]?\n"
	              "9: [ without ]\n"
	              "10: unknown section [weather]; known are [daemon], [delivery], [clocks], [watch], [console], "
	              "[gateway NAME]\n"
	              "11: [gateway NAME] needs a name of at most 32 lower case letters, digits and hyphens\n"
	              "12: [gateway NAME] needs a name of at most 32 lower case letters, digits and hyphens\n"
	              "14: slots must be a whole number from 1 to 4096\n"
	              "15: slots was set before, in line 14\n");
}

static void values_out_of_shape_are_refused_with_what_would_be_right(void **state)
{
	struct fixture *f = *state;
	assert_faults(f,
	              "[daemon]\n"
	              "listen = localhost:8080\n"
	              "public_url = sigap.example\n"
	              "log_level = loud\n"
	              "max_connections = 10k\n"
	              "drain_s =\n"
	              "config_dir = /dev/null\n"
	              "[delivery]\n"
	              "hold = maybe\n"
	              "slots = \"5\"\n"
	              "lease_s = 99999999999999999999\n"
	              "ca_file = /dev/null/x\n"
	              "[daemon]\n"
	              "trusted_proxy = 127.0.0.1, proxy.example\n",
	              "2: listen \"localhost:8080\" is no numeric ADDRESS:PORT, [IPV6]:PORT or unix:/PATH\n"
	              "3: public_url must be http://HOST or https://HOST, with :PORT and /PATH where needed\n"
	              "4: log_level must be one of: debug, info, warn, error\n"
	              "5: max_connections must be a whole number from 1 to 100000\n"
	              "6: drain_s has no value; leave the line out for the default\n"
	              "7: config_dir names /dev/null, which is no folder\n"
	              "9: hold must be yes or no\n"
	              "10: slots stands in quotes; values are written without\n"
	              "11: lease_s must be a whole number from 5 to 600\n"
	              "12: ca_file names /dev/null/x: Not a directory\n"
	              "14: trusted_proxy \"proxy.example\" is neither a numeric address nor unix\n");
}

static void addresses_are_checked(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {"127.0.0.1",   "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
	                                  "[::1]",       "::1:80",     "[::1:80",         "unix:relative",
	                                  "300.0.0.1:1", ",",          "1.1.1.1:1,x:1"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (read_text(f, arena_printf(f->arena, "[daemon]\nlisten = %s\n", bad[i])) != NULL)
			fail_msg("accepted: %s", bad[i]);
	assert_null(read_text(f, "[daemon]\nlisten = 1.1.1.1:1,1.1.1.1:2,1.1.1.1:3,1.1.1.1:4,1.1.1.1:5\n"));
	static const char *const bad_urls[] = {"http://",       "https://:80",  "https://u:p@h",
	                                       "https://h?x=1", "https://h/#f", "ftp://h"};
	for (size_t i = 0; i < sizeof bad_urls / sizeof bad_urls[0]; i++)
		if (read_text(f, arena_printf(f->arena, "[daemon]\npublic_url = %s\n", bad_urls[i])) != NULL)
			fail_msg("accepted: %s", bad_urls[i]);
}

static void settings_that_contradict_each_other_are_refused(void **state)
{
	struct fixture *f = *state;
	assert_faults(f, "[delivery]\nconnect_ms = 20000\nslots_per_contact = 300\n",
	              "2: connect_ms (20000) must not be more than total_ms (10000)\n"
	              "3: slots_per_contact (300) must not be more than slots (256)\n");
	/* an attempt must be over before another daemon may take it */
	assert_faults(f, "[delivery]\nlease_s = 11\n",
	              "2: lease_s (11) must be more than total_ms (10000) and one second\n");
	assert_faults(f, "[daemon]\nspool = /no/such/folder/spool.db\n",
	              "2: spool needs a folder that can be written to, /no/such/folder: No such file or directory\n");
	assert_faults(f, "[daemon]\ndatabase = dbname=x\ndatabase_file = database\n",
	              "3: database and database_file are both set; keep one\n");
	assert_faults(f,
	              "[gateway a]\nsend_url = http://h/\nusername = u\ntoken_file = token\n"
	              "[gateway b]\npassword_file = password\n",
	              "1: [gateway a] has a username; needs password_file too\n"
	              "5: [gateway b] needs token_file\n"
	              "5: [gateway b] needs send_url: it is of kind kannel\n");
}

static void a_kind_checks_what_only_it_can_know(void **state)
{
	struct fixture *f = *state;
	assert_faults(
	        f,
	        "[gateway a]\nkind = generic\ntoken_file = token\nmessage_from = /from\n"
	        "[gateway b]\nkind = generic\ntoken_file = token\nmessage_from = from\nmessage_text = /text\n"
	        "[gateway c]\nkind = generic\ntoken_file = token\nmessage_from = /from\nmessage_text = /text\n"
	        "send_url = http://h/\nsend_body = {\"to\":\"{to}\",\"text\":\"{texd}\"}\n"
	        "[gateway d]\nkind = telegram\ntoken_file = token\npassword_file = password\nsecret_file = token\n",
	        "1: [gateway a] needs message_text: it is of kind generic\n"
	        "5: [gateway b] message_from is no JSON pointer such as /data/id\n"
	        "10: [gateway c] send_body: there is no {texd}; known are {id} {to} {to_digits} {from} {text} "
	        "{status_url}\n"
	        "17: [gateway d] password_file does not hold a bot's token (123456:ABC...)\n");
	const struct conf *c = read_well(
	        f, "[gateway a]\nkind = generic\ntoken_file = token\nmessage_from = /from\nmessage_text = /text\n"
	           "send_url = http://h/\nsend_body = {\"to\":\"{to}\",\"text\":\"{text}\"}\n");
	assert_string_equal(c->gateways[0].out.mapping.send_body, "{\"to\":\"{to}\",\"text\":\"{text}\"}");
}

/* Promise: secrets come from files or the environment only, and no fault repeats one. */
static void a_secret_in_the_file_is_refused_and_not_repeated(void **state)
{
	struct fixture *f = *state;
	static const char *const texts[] = {
	        "[daemon]\ndatabase = dbname=x password=hush\n",
	        "[daemon]\ndatabase = postgresql://u:hush@h/x\n",
	        "[daemon]\ndatabase = dbname=x passwort=hush\n",
	        "[gateway k]\nsend_url = http://h/\ntoken_file = token\npassword = hush\n",
	        "[gateway k]\nsend_url = http://u:hush@h/\ntoken_file = token\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_null(read_text(f, texts[i]));
		assert_null(strstr(f->faults.data, "hush"));
	}
	write_file(f, "broken", "dbname=x passwort=hush\n");
	assert_faults(
	        f, "[daemon]\ndatabase_file = broken\n",
	        "2: database_file names a file whose first line is no connection string that libpq understands\n");
	write_file(f, "weak", "hush\n");
	assert_faults(f, "[gateway k]\nsend_url = http://h/\ntoken_file = weak\n",
	              "3: token_file names a file whose first line is no token: at least 16 letters, digits or -._~\n");
}

static void secrets_come_from_files_and_credentials(void **state)
{
	struct fixture *f = *state;
	const char *whole = "host=/run/postgresql dbname=sigap password=hush";
	assert_string_equal(read_well(f, "[daemon]\ndatabase_file = credential:database\n")->database, whole);
	assert_string_equal(read_well(f, "[daemon]\ndatabase_file = database\n")->database, whole);
	assert_faults(f, "[daemon]\ndatabase_file = credential:absent\n",
	              "2: database_file names credential:absent: No such file or directory\n");
	assert_faults(
	        f, "[daemon]\ndatabase_file = credential:../token\n",
	        "2: database_file names credential:../token: its first line is empty, or the name is not valid\n");
}

static void the_environment_stands_above_the_file(void **state)
{
	struct fixture *f = *state;
	setenv("SIGAP_DATABASE", "dbname=env password=hush", 1);
	setenv("SIGAP_LISTEN", "127.0.0.1:9", 1);
	const struct conf *c = read_well(f, "[daemon]\nlisten = 127.0.0.1:1\ndatabase_file = credential:absent\n");
	assert_string_equal(c->database, "dbname=env password=hush");
	assert_int_equal(c->listen_count, 1);
	assert_string_equal(c->listen[0], "127.0.0.1:9");
	setenv("SIGAP_LISTEN", "nonsense", 1);
	assert_null(read_text(f, ""));
	assert_string_equal(f->faults.data, "SIGAP_LISTEN \"nonsense\" is no numeric ADDRESS:PORT, [IPV6]:PORT or "
	                                    "unix:/PATH\n");
	unsetenv("SIGAP_DATABASE");
	unsetenv("SIGAP_LISTEN");
}

/* inih cuts lines at 200 bytes and would read the rest as a line of its own. */
static void a_line_that_is_too_long_is_a_fault_and_not_two_lines(void **state)
{
	struct fixture *f = *state;
	char text[400];
	memset(text, 'x', sizeof text);
	memcpy(text, "[daemon]\ndatabase = ", 20);
	memcpy(text + 380, "\nlog_level = loud\n", 19);
	assert_faults(f, text,
	              "2: is longer than 197 bytes\n"
	              "3: log_level must be one of: debug, info, warn, error\n");
}

static void a_file_that_cannot_be_read_says_why(void **state)
{
	struct fixture *f = *state;
	assert_null(conf_read(f->arena, "/nonexistent/sigapd.conf", &f->faults));
	assert_string_equal(f->faults.data, "/nonexistent/sigapd.conf: No such file or directory\n");
}

static void more_gateways_than_there_is_room_for_are_refused(void **state)
{
	struct fixture *f = *state;
	struct buf text;
	buf_init(&text, 4096);
	for (int i = 0; i < CONF_GATEWAYS; i++)
		buf_addf(&text, "[gateway g%d]\nsend_url = http://h/\ntoken_file = token\n", i);
	assert_int_equal(read_well(f, text.data)->gateway_count, CONF_GATEWAYS);
	buf_adds(&text, "[gateway more]\n");
	assert_null(read_text(f, text.data));
	assert_non_null(strstr(f->faults.data, ": more than 16 gateways\n"));
	buf_free(&text);
}

/* ---- the sample ---- */

/* The next line of *text without its end, moved past; NULL at the end. */
static char *next_line(char **text)
{
	char *line = *text;
	if (*line == '\0')
		return NULL;
	char *end = line + strcspn(line, "\n");
	*text = *end == '\0' ? end : end + 1;
	*end = '\0';
	return line;
}

/* Line by line: a comment must be the one that is printed, a setting in force must be the one that is printed there. */
static void the_sample_is_what_print_config_prints(void **state)
{
	struct fixture *f = *state;
	struct buf printed;
	size_t len;
	buf_init(&printed, 65536);
	conf_print_defaults(&printed);
	char *sample = sys_read_file(f->arena, SOURCE_DIR "/config/sigapd.conf", 65536, &len), *expected = printed.data;
	assert_non_null(sample);
	for (char *want; (want = next_line(&expected)) != NULL;) {
		char *got = next_line(&sample);
		assert_non_null(got);
		if (strcmp(got, want) == 0)
			continue;
		size_t name = strcspn(got, " ");
		if (want[0] != '#' || got[0] == '#' || strncmp(got, want + 1, name) != 0)
			fail_msg("sample: %s\nprinted: %s", got, want);
	}
	assert_null(next_line(&sample));
	buf_free(&printed);
}

static void the_sample_is_valid(void **state)
{
	struct fixture *f = *state;
	const struct conf *c = conf_read(f->arena, SOURCE_DIR "/config/sigapd.conf", &f->faults);
	if (c == NULL)
		fail_msg("%s", f->faults.data);
	assert_string_equal(c->config_dir, SOURCE_DIR "/config");
	assert_non_null(strstr(c->database, "password=hush"));
}

/* Uncommenting every default of the sample must change nothing. */
static void the_defaults_that_are_shown_are_those_in_force(void **state)
{
	struct fixture *f = *state;
	struct buf printed, text;
	buf_init(&printed, 65536);
	buf_init(&text, 65536);
	conf_print_defaults(&printed);
	bool is_default = true;
	char *rest = printed.data;
	for (char *line; (line = next_line(&rest)) != NULL;) {
		bool setting = line[0] == '#' && line[1] != ' ' && line[1] != '[';
		if (!setting)
			is_default = strstr(line, "For example:") == NULL;
		if (strcmp(line, "#[gateway kannel]") == 0)
			break;
		buf_addf(&text, "%s\n", line + (setting && is_default ? 1 : 0));
	}
	const struct conf *shown = read_well(f, text.data), *used = read_well(f, "");
	assert_string_equal(shown->listen[0], used->listen[0]);
	assert_string_equal(shown->database, used->database);
	assert_string_equal(shown->public_url, used->public_url);
	assert_string_equal(shown->log_level, used->log_level);
	assert_memory_equal(&shown->max_connections, &used->max_connections, 2 * sizeof(int));
	assert_int_equal(shown->delivery_held, used->delivery_held);
	assert_memory_equal(&shown->delivery_slots, &used->delivery_slots, 4 * sizeof(int));
	assert_int_equal(shown->lease_s, used->lease_s);
	assert_int_equal(shown->poll_ms, used->poll_ms);
	buf_free(&printed);
	buf_free(&text);
}

/* ---- sys ---- */

static void a_file_larger_than_allowed_is_not_cut_but_refused(void **state)
{
	struct fixture *f = *state;
	size_t len;
	const char *path = write_file(f, "ten", "0123456789");
	assert_string_equal(sys_read_file(f->arena, path, 10, &len), "0123456789");
	assert_int_equal(len, 10);
	assert_null(sys_read_file(f->arena, path, 9, &len));
	assert_int_equal(errno, EFBIG);
	assert_null(sys_read_file(f->arena, f->folder, 9, &len));
	assert_int_equal(errno, EISDIR);
	assert_null(sys_read_file(f->arena, path_of(f, "absent"), 9, &len));
	assert_int_equal(errno, ENOENT);
}

static void an_empty_secret_is_no_secret(void **state)
{
	struct fixture *f = *state;
	assert_null(sys_read_secret(f->arena, write_file(f, "empty", "")));
	assert_null(sys_read_secret(f->arena, write_file(f, "blank", "\nhush\n")));
	assert_int_equal(errno, EINVAL);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(sys_read_secret(f->arena, "credential:token"));
	assert_int_equal(errno, ENOENT);
}

static void files_are_listed_in_the_order_of_their_names(void **state)
{
	struct fixture *f = *state;
	for (int i = 39; i >= 0; i--)
		write_file(f, arena_printf(f->arena, "%02d.tsv", i), "");
	write_file(f, ".hidden.tsv", "");
	write_file(f, "other.txt", "");
	char *folder = arena_printf(f->arena, "%s/folder.tsv", f->folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	char **list = sys_list_files(f->arena, f->folder, ".tsv");
	rmdir(folder);
	unlink(path_of(f, ".hidden.tsv"));
	for (int i = 0; i < 40; i++)
		assert_string_equal(list[i], path_of(f, arena_printf(f->arena, "%02d.tsv", i)));
	assert_null(list[40]);
	assert_null(sys_list_files(f->arena, path_of(f, "absent"), ".tsv"));
	assert_int_equal(errno, ENOENT);
}

/* Three descriptors as systemd passes them: a listening socket, a plain file, another listening socket. A blocking one would hang libevent's loop. */
static void inherited_sockets_are_non_blocking_and_nothing_else_is_kept(void **state)
{
	struct fixture *f = *state;
	char pid[16];
	int fds[2] = {-1, -1};
	for (int fd = 3; fd < 6; fd++) {
		int made = fd == 4 ? open(path_of(f, "token"), O_RDONLY) : socket(AF_INET, SOCK_STREAM, 0);
		assert_true(made >= 0);
		if (fd != 4)
			assert_int_equal(listen(made, 1), 0);
		if (made != fd) {
			assert_int_equal(dup2(made, fd), fd);
			close(made);
		}
	}
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "3", 1);
	assert_int_equal(sys_inherited_sockets(fds, 2), 2);
	assert_int_equal(fds[0], 3);
	assert_int_equal(fds[1], 5);
	assert_true(fcntl(3, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(5, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(fcntl(4, F_GETFD), -1);
	assert_null(getenv("LISTEN_FDS"));
	assert_int_equal(sys_inherited_sockets(fds, 2), 0);
	close(3);
	close(5);
}

static void the_watchdog_is_fed_at_half_its_time(void **state)
{
	(void)state;
	char pid[16];
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(sys_watchdog_us(), 0);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(sys_watchdog_us(), 15000000);
	unsetenv("WATCHDOG_USEC");
	unsetenv("NOTIFY_SOCKET");
	sys_notify("READY=1");
}

static void the_limit_of_open_files_is_raised(void **state)
{
	(void)state;
	struct rlimit before, low, after;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	long limit = sys_raise_file_limit();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
	assert_true(after.rlim_cur == before.rlim_max);
	assert_true(limit == (after.rlim_cur == RLIM_INFINITY ? -1 : (long)after.rlim_cur));
	setrlimit(RLIMIT_NOFILE, &before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(an_empty_file_gives_the_defaults),
	        TEST(every_setting_is_taken),
	        TEST(a_gateway_gets_its_secrets_from_files_and_its_status_address),
	        TEST(every_fault_is_named_at_once_with_its_line_and_the_nearest_word),
	        TEST(values_out_of_shape_are_refused_with_what_would_be_right),
	        TEST(addresses_are_checked),
	        TEST(settings_that_contradict_each_other_are_refused),
	        TEST(a_secret_in_the_file_is_refused_and_not_repeated),
	        TEST(secrets_come_from_files_and_credentials),
	        TEST(the_environment_stands_above_the_file),
	        TEST(a_line_that_is_too_long_is_a_fault_and_not_two_lines),
	        TEST(a_file_that_cannot_be_read_says_why),
	        TEST(more_gateways_than_there_is_room_for_are_refused),
	        TEST(the_sample_is_what_print_config_prints),
	        TEST(the_sample_is_valid),
	        TEST(the_defaults_that_are_shown_are_those_in_force),
	        TEST(a_file_larger_than_allowed_is_not_cut_but_refused),
	        TEST(an_empty_secret_is_no_secret),
	        TEST(a_kind_checks_what_only_it_can_know),
	        TEST(files_are_listed_in_the_order_of_their_names),
	        TEST(inherited_sockets_are_non_blocking_and_nothing_else_is_kept),
	        TEST(the_watchdog_is_fed_at_half_its_time),
	        TEST(the_limit_of_open_files_is_raised),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
