/* schema: the numbered migrations, compiled in (made by embed.cmake from the .sql files of this folder). */
#ifndef SIGAP_SCHEMA_H
#define SIGAP_SCHEMA_H
struct migration {
	int number;
	const char *name;
	const char *sql;
};
/* Ends with { 0, NULL, NULL }; numbers rise from 1 without a gap. */
extern const struct migration migrations[];
#endif
