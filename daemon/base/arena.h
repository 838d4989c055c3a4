/* arena: memory that is freed all at once: one per request, job or snapshot. */
#ifndef SIGAP_BASE_ARENA_H
#define SIGAP_BASE_ARENA_H
#include <stddef.h>
struct arena;
struct arena *arena_new(void);
/* Frees everything and sets *a to NULL. Accepts NULL inside. */
void arena_free(struct arena **a);
/* Zeroed memory, aligned for any type. Never returns NULL: running out of memory ends the process (abort, after a log line). */
void *arena_alloc(struct arena *a, size_t size);
char *arena_strdup(struct arena *a, const char *text); /* NULL stays NULL */
char *arena_strndup(struct arena *a, const char *text, size_t len);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define arena_new_of(a, type)   ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))
#endif
