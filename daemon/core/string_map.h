/* string_map: text -> number, built once and read often. Keys are borrowed: they must live as long as the map. */
#ifndef SIGAP_CORE_STRING_MAP_H
#define SIGAP_CORE_STRING_MAP_H
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"

enum { STRING_MAP_NONE = UINT32_MAX >> 1 }; /* the value of a key that is not there, or was just added */
struct string_map;
struct string_map *string_map_new(struct arena *a, size_t expected);
/* The value's place; a key that is new starts with STRING_MAP_NONE. Valid until the next string_map_at. */
uint32_t *string_map_at(struct string_map *m, const char *key);
uint32_t string_map_get(const struct string_map *m, const char *key);
/* FNV-1a, 32 bits. http://www.isthe.com/chongo/tech/comp/fnv/ */
uint32_t text_hash(const char *text, size_t len);
#endif
