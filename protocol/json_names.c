/* json_names: see json_names.h. */
#include "json_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void json_names_init(struct json_names *set)
{
	set->names = set->few_names;
	set->slots = set->few_slots;
	set->count = 0;
	set->cap = JSON_NAMES_FEW;
	memset(set->few_slots, 0, sizeof set->few_slots);
}

static uint32_t hash_of(const char *at, size_t len, uint32_t object)
{
	uint32_t hash = 2166136261u ^ (object * 0x9E3779B1u); /* FNV-1a, another start for each object */
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)at[i]) * 16777619u;
	return hash;
}

/* The slot that holds name, or the empty one where it belongs. */
static uint32_t *slot_of(const struct json_names *set, const struct json_name *name)
{
	uint32_t mask = 2 * set->cap - 1;
	for (uint32_t i = (name->hash ^ name->hash >> 15) & mask;; i = (i + 1) & mask) {
		if (set->slots[i] == 0)
			return &set->slots[i];
		const struct json_name *other = &set->names[set->slots[i] - 1];
		if (other->hash == name->hash && other->object == name->object && other->len == name->len &&
		    memcmp(other->at, name->at, name->len) == 0)
			return &set->slots[i];
	}
}

void json_names_free(struct json_names *set)
{
	if (set->names != set->few_names) {
		free(set->names);
		free(set->slots);
	}
}

static bool grow(struct json_names *set)
{
	uint32_t cap = set->cap * 2;
	struct json_name *names = malloc(cap * sizeof *names);
	uint32_t *slots = calloc(2 * (size_t)cap, sizeof *slots);
	if (names == NULL || slots == NULL) {
		free(names);
		free(slots);
		return false;
	}
	memcpy(names, set->names, set->count * sizeof *names);
	json_names_free(set);
	set->names = names;
	set->slots = slots;
	set->cap = cap;
	for (uint32_t i = 0; i < set->count; i++)
		*slot_of(set, &names[i]) = i + 1;
	return true;
}

enum json_names_added json_names_add(struct json_names *set, struct json_name *name)
{
	name->hash = hash_of(name->at, name->len, name->object);
	if (set->count == set->cap && !grow(set))
		return JSON_NAMES_NO_MEMORY;
	uint32_t *slot = slot_of(set, name);
	if (*slot != 0)
		return JSON_NAMES_TWICE;
	set->names[set->count] = *name;
	*slot = ++set->count;
	return JSON_NAMES_NEW;
}
