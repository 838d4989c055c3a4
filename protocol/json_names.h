/* json_names: the member names met in one JSON document, so that a name that stands twice in an object is found at once. For the guard. */
#ifndef SIGAP_PROTOCOL_JSON_NAMES_H
#define SIGAP_PROTOCOL_JSON_NAMES_H
#include <stddef.h>
#include <stdint.h>

/* A member name, decoded. at is borrowed until the set is freed. */
struct json_name {
	const char *at;
	uint32_t len, hash, object; /* object: serial number of the object it belongs to */
};

enum { JSON_NAMES_FEW = 32 };
/* An open-addressing table, at most half full. slots hold 1 + index into names. A small document needs no memory of its own. */
struct json_names {
	struct json_name *names;
	uint32_t *slots;
	uint32_t count, cap; /* of names; there are 2 * cap slots */
	struct json_name few_names[JSON_NAMES_FEW];
	uint32_t few_slots[2 * JSON_NAMES_FEW];
};
/* The set points into itself: it must not be moved. */
void json_names_init(struct json_names *set);
void json_names_free(struct json_names *set);
enum json_names_added { JSON_NAMES_NEW, JSON_NAMES_TWICE, JSON_NAMES_NO_MEMORY };
/* Adds name, whose hash is set here. */
enum json_names_added json_names_add(struct json_names *set, struct json_name *name);
#endif
