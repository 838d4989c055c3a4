/* string_map: see string_map.h. Open addressing with linear probing, at most half full. */
#include "string_map.h"

#include <string.h>

struct slot {
	const char *key;
	uint32_t hash, value;
};
struct string_map {
	struct arena *arena;
	struct slot *slots;
	size_t size, used; /* size: a power of two */
};

uint32_t text_hash(const char *text, size_t len)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return h;
}

/* As text_hash, in the one pass that finds the end too. */
static uint32_t key_hash(const char *key)
{
	uint32_t h = 2166136261u;
	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return h;
}

struct string_map *string_map_new(struct arena *a, size_t expected)
{
	struct string_map *m = arena_new_of(a, struct string_map);
	m->arena = a;
	m->size = 16;
	while (m->size < expected * 2)
		m->size *= 2;
	m->slots = arena_array(a, struct slot, m->size);
	return m;
}

static struct slot *find(const struct string_map *m, const char *key, uint32_t hash)
{
	size_t i = hash & (m->size - 1);
	while (m->slots[i].key != NULL && (m->slots[i].hash != hash || strcmp(m->slots[i].key, key) != 0))
		i = (i + 1) & (m->size - 1);
	return &m->slots[i];
}

static void grow(struct string_map *m)
{
	struct slot *old = m->slots;
	size_t old_size = m->size;
	m->size *= 2;
	m->slots = arena_array(m->arena, struct slot, m->size);
	for (size_t i = 0; i < old_size; i++)
		if (old[i].key != NULL)
			*find(m, old[i].key, old[i].hash) = old[i];
}

uint32_t *string_map_at(struct string_map *m, const char *key)
{
	uint32_t hash = key_hash(key);
	struct slot *s = find(m, key, hash);
	if (s->key != NULL)
		return &s->value;
	if (m->used * 2 >= m->size) {
		grow(m);
		s = find(m, key, hash);
	}
	*s = (struct slot){key, hash, STRING_MAP_NONE};
	m->used++;
	return &s->value;
}

uint32_t string_map_get(const struct string_map *m, const char *key)
{
	const struct slot *s = find(m, key, key_hash(key));
	return s->key == NULL ? STRING_MAP_NONE : s->value;
}
