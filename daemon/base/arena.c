/* arena: see arena.h. A list of blocks, newest first; big allocations get a block of their own. */
#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

enum { BLOCK_BYTES = 4096 };

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};
struct arena {
	struct block *blocks;
};

static struct block *block_new(size_t size)
{
	struct block *b = size > SIZE_MAX - sizeof *b ? NULL : malloc(sizeof *b + size);
	if (b == NULL) {
		log_error("arena.exhausted", "bytes=%zu", size);
		abort();
	}
	*b = (struct block){.size = size};
	return b;
}

struct arena *arena_new(void)
{
	struct block *b = block_new(BLOCK_BYTES);
	struct arena *a = (struct arena *)(void *)b->bytes;
	b->used = (sizeof *a + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	a->blocks = b;
	return a;
}

void arena_free(struct arena **a)
{
	if (*a == NULL)
		return;
	struct block *b = (*a)->blocks;
	while (b != NULL) {
		struct block *next = b->next;
		free(b);
		b = next;
	}
	*a = NULL;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t rounded = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (rounded < size)
		rounded = size;
	struct block *b = a->blocks;
	if (b->size - b->used < rounded) {
		struct block *fresh = block_new(rounded > BLOCK_BYTES / 2 ? rounded : BLOCK_BYTES);
		if (fresh->size == rounded) { /* exactly filled: keep the open block in front */
			fresh->next = b->next;
			b->next = fresh;
		} else {
			fresh->next = b;
			a->blocks = fresh;
		}
		b = fresh;
	}
	void *at = b->bytes + b->used;
	b->used += rounded;
	return memset(at, 0, rounded);
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
	char *copy = arena_alloc(a, len + 1);
	memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
	return text == NULL ? NULL : arena_strndup(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap, again;
	va_start(ap, format);
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	char *text = arena_alloc(a, (size_t)(len < 0 ? 0 : len) + 1);
	if (len > 0)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}
