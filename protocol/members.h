/* members: reads a JSON object into a struct by a table of the members it may have. Every fault is added to a problem with its JSON pointer. */
#ifndef SIGAP_PROTOCOL_MEMBERS_H
#define SIGAP_PROTOCOL_MEMBERS_H
#include "json.h"
#include "problem.h"

struct member_at;
/* A row of the table; the last row has no name. null counts as absent and never reaches read. */
struct member {
	const char *name;
	/* Checks value and stores it in target, or says what is wrong with member_fault. */
	void (*read)(const struct member_at *at, const cJSON *value, void *target);
	size_t offset;                /* of the field within target */
	int max;                      /* most characters of a string */
	double least, most;           /* bounds of a number */
	const char *const *words;     /* the words allowed, ended by NULL */
	const struct member *members; /* of a nested object; offsets count from the same target */
};
/* The member being read and the objects around it. */
struct member_at {
	const struct member *member;
	const struct member_at *up; /* NULL at the top */
	const struct member *top;   /* the table of the whole body */
	struct problem *problem;
};

/* Reads a whole body: bytes -> *ret_tree and target. False with *ret_problem 400 malformed-json, or 422 of the type fault_type when the body is no
 * object. Faults of members are added to *ret_problem, which is started as a 422; the caller looks at its error_count. The tree owns what target points to. */
bool members_read_body(const char *body, size_t len, const struct member *table, void *target, const char *fault_type,
                       cJSON **ret_tree, struct problem *ret_problem);
/* Adds a fault of the member being read. */
void member_fault(const struct member_at *at, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* True when the problem has a fault at pointer. */
bool members_faulty(const struct problem *p, const char *pointer);
/* A member that must be there: adds a fault unless it was given, or is named as faulty already. */
void members_need(struct problem *p, bool given, const char *pointer);
/* True when the member is there and not null. */
bool members_given(const cJSON *object, const char *name);

/* Readers. A field that is set already, because the same can be said in two places, is a fault. */
/* const char *: at most max characters, no control characters except \n, \r and \t; all blank counts as absent. */
void member_text(const struct member_at *at, const cJSON *value, void *target);
/* const char *: one of words. */
void member_word(const struct member_at *at, const cJSON *value, void *target);
/* const char *: administrative code, province to village. */
void member_region_code(const struct member_at *at, const cJSON *value, void *target);
/* double between least and most. */
void member_number(const struct member_at *at, const cJSON *value, void *target);
/* int, whole, between least and most. */
void member_int(const struct member_at *at, const cJSON *value, void *target);
/* bool. */
void member_flag(const struct member_at *at, const cJSON *value, void *target);
/* A nested object with members. */
void member_object(const struct member_at *at, const cJSON *value, void *target);
/* int64_t: Unix microseconds of a time (RFC 3339, not before 2000). */
void member_moment(const struct member_at *at, const cJSON *value, void *target);
/* The same check, for readers of their own. */
bool member_time(const struct member_at *at, const cJSON *value, int64_t *ret_us);
/* Nothing but spaces of whatever kind, tabs and line ends. */
bool member_is_blank(const char *text);
/* Checks a string as member_text does; NULL when faulty or blank. */
const char *member_string(const struct member_at *at, const cJSON *value);
#endif
