/* conf_value: how the value of one setting is read, checked and stored. Shared by conf.c's table only. */
#ifndef SIGAP_IO_CONF_VALUE_H
#define SIGAP_IO_CONF_VALUE_H
#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"

struct conf_setting;
struct conf_place {
	struct arena *arena;
	const char *folder; /* of the file: what relative paths start from */
};
/* Stores value at field. Returns NULL, or what is wrong and what would be right, to stand behind the setting's name; never repeats a value that
 * may be secret. */
typedef const char *conf_value_reader(const struct conf_place *p, const struct conf_setting *s, void *field,
                                      const char *value);
struct conf_setting {
	int section;
	const char *name;
	conf_value_reader *read;
	size_t offset;       /* of the field in struct conf, or in struct conf_gateway */
	int min, max;        /* conf_value_number */
	const char *choices; /* conf_value_choice: "a, b" */
	const char *initial; /* the default as it would be written; NULL: none */
	const char *example; /* shown where there is no default */
	bool required;
	const char *help;
};

conf_value_reader conf_value_text;     /* const char *: anything */
conf_value_reader conf_value_number;   /* int, min to max */
conf_value_reader conf_value_flag;     /* bool: yes or no */
conf_value_reader conf_value_choice;   /* const char *: one of choices */
conf_value_reader conf_value_url;      /* const char *: http(s)://HOST[:PORT][/PATH], stored without trailing slashes */
conf_value_reader conf_value_tiles;    /* const char *: http(s)://HOST[:PORT]/PATH with {z}, {x} and {y} */
conf_value_reader conf_value_listen;   /* struct conf: listen, listen_count */
conf_value_reader conf_value_proxies;  /* const char *: numeric addresses, or unix */
conf_value_reader conf_value_conninfo; /* const char *: without a password */
conf_value_reader conf_value_conninfo_any;  /* const char *: a password is welcome (environment) */
conf_value_reader conf_value_conninfo_file; /* const char *: the file's first line */
conf_value_reader conf_value_path;          /* const char *: a readable file */
conf_value_reader conf_value_own_file;      /* const char *: a file of the daemon's, in a folder that it can write to */
conf_value_reader conf_value_folder;        /* const char * */
conf_value_reader conf_value_secret;        /* const char *: the first line of the file that value names */
conf_value_reader conf_value_token;         /* the same: at least 16 characters that need no escaping in a URL */
#endif
