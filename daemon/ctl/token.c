/* token: bearer tokens of the API: shown once, stored as SHA-256. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "table.h"

enum { LOCK, AGENCY, TAKEN, ISSUE, LIST, REVOKE };
static const struct pg_statement sql[] = {
        [LOCK] = {"lock", "lock table token in share row exclusive mode"},
        [AGENCY] = {"agency", "select 1 from agency where slug = $1 and retired_at is null"},
        [TAKEN] = {"taken", "select 1 from token where name = $1 and revoked_at is null"},
        [ISSUE] = {"issue", "insert into token (hash, role, agency, scope, name, expires_at) values ($1::bytea, $2, "
                            "$3, $4, $5, now() + $6::int * interval '1 day')"},
        [LIST] = {"list", "select name, role, agency, scope, created_at, expires_at, expires_at <= now() from token "
                          "where revoked_at is null order by name"},
        [REVOKE] = {"revoke", "update token set revoked_at = now() where name = $1 and revoked_at is null returning 1"},
};

static const char *const roles[] = {"source", "agency", "coordinator", "admin", "auditor"};
enum {
	ROLES = sizeof roles / sizeof *roles,
	DAYS_MOST = 3660,
	SECRET = 40,
	CHECK = 6,
	TOKEN_TEXT = 4 + SECRET + CHECK + 1
};

/* CRC-32 as in zlib and PNG (ISO-HDLC, reflected polynomial edb88320). */
static uint32_t crc32(const char *text)
{
	uint32_t crc = 0xffffffff;
	for (; *text != '\0'; text++) {
		crc ^= (unsigned char)*text;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320 & (0u - (crc & 1)));
	}
	return ~crc;
}

/* "sgp_", 40 random characters, and their CRC-32 as six digits of base 62: a scanner for leaked secrets knows a real one without asking us. */
static void make_token(char ret[TOKEN_TEXT])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	memcpy(ret, "sgp_", 4);
	random_text(ret + 4, SECRET);
	uint32_t crc = crc32(ret + 4);
	for (int i = CHECK - 1; i >= 0; i--) {
		ret[4 + SECRET + i] = digits[crc % 62];
		crc /= 62;
	}
	ret[TOKEN_TEXT - 1] = '\0';
}

static const char *hash_of(struct ctl *c, const char *token)
{
	uint8_t hash[32];
	char hex[65];
	sha256(token, strlen(token), hash);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return arena_printf(c->arena, "\\x%s", hex);
}

static void check_agency(struct ctl *c, const char *role, const char *agency)
{
	if ((strcmp(role, "agency") == 0) != (agency != NULL))
		ctl_usage(c, "--agency goes with --role agency, and with no other");
	if (agency != NULL && db_query(c, &sql[AGENCY], DB_WITH(agency))->count == 0)
		ctl_die("agency %s is not in the directory", agency);
}

int command_token_issue(struct ctl *c)
{
	const char *role = ctl_word(c, "role", roles, ROLES, NULL), *agency = ctl_option(c, "agency");
	const char *name = ctl_option(c, "name"), *scope = ctl_code(c, "scope", "");
	long days = ctl_number(c, "days", 1, DAYS_MOST, 0);
	if (name == NULL)
		name = agency != NULL ? agency : role;
	if (name[0] == '\0')
		ctl_usage(c, "--name must not be empty");
	check_agency(c, role, agency);
	char token[TOKEN_TEXT];
	make_token(token);
	db_begin(c);
	db_query(c, &sql[LOCK], DB_NONE);
	if (db_query(c, &sql[TAKEN], DB_WITH(name))->count > 0)
		ctl_die("there is a token named \"%s\" already: choose another --name or revoke that one", name);
	db_query(c, &sql[ISSUE],
	         DB_WITH(hash_of(c, token), role, agency, scope, name,
	                 days > 0 ? arena_printf(c->arena, "%ld", days) : NULL));
	db_commit(c);
	table_tell_text(c, token, "name", name, "role", role, "agency", agency, "scope", scope, "token", token);
	sodium_memzero(token, sizeof token);
	return CTL_OK;
}

int command_token_list(struct ctl *c)
{
	static const struct column columns[] = {
	        {"name", CELL_TEXT},       {"role", CELL_TEXT},       {"agency", CELL_TEXT},  {"scope", CELL_TEXT},
	        {"created_at", CELL_TIME}, {"expires_at", CELL_TIME}, {"expired", CELL_BOOL},
	};
	struct table *t = table_new(c, columns, sizeof columns / sizeof *columns);
	table_add_rows(t, db_query(c, &sql[LIST], DB_NONE));
	table_print(t, "no tokens");
	return CTL_OK;
}

int command_token_revoke(struct ctl *c)
{
	if (db_query(c, &sql[REVOKE], DB_WITH(c->argument))->count == 0)
		ctl_die("no token is named \"%s\"", c->argument);
	table_tell(c, "name", c->argument);
	return CTL_OK;
}
