/* buf: a growable byte buffer that knows its own maximum. Always NUL terminated, so `data` is also a C string. */
#ifndef SIGAP_PROTOCOL_BUF_H
#define SIGAP_PROTOCOL_BUF_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;  /* never NULL after buf_init; NUL terminated at data[len] */
	size_t len;  /* bytes, without the final NUL */
	size_t cap;  /* bytes allocated */
	size_t max;  /* len never exceeds this */
	bool failed; /* sticky: an addition did not fit or memory ran out; content is then incomplete */
};

/* Starts empty; max_bytes bounds its growth. No allocation happens before the first addition. */
void buf_init(struct buf *b, size_t max_bytes);
/* Frees the memory; the buffer is empty and usable again. */
void buf_free(struct buf *b);
/* Forgets the content and the failure, keeps the memory. */
void buf_reset(struct buf *b);
/* Each returns false (and sets failed) when the addition does not fit; nothing is added then. */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_adds(struct buf *b, const char *text);
bool buf_addc(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_vaddf(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
#endif
