/* buf: see buf.h. */
#include "buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char nothing[1] = "";

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){.data = nothing, .max = max_bytes};
}

void buf_free(struct buf *b)
{
	if (b->cap > 0)
		free(b->data);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->cap > 0)
		b->data[0] = '\0';
}

/* Makes room for more bytes and the final NUL. */
static bool make_room(struct buf *b, size_t more)
{
	if (more > b->max || b->len > b->max - more) {
		b->failed = true;
		return false;
	}
	size_t needed = b->len + more + 1;
	if (needed <= b->cap)
		return true;
	size_t cap = b->cap > 0 ? b->cap : 256;
	while (cap < needed)
		cap *= 2;
	char *data = realloc(b->cap > 0 ? b->data : NULL, cap);
	if (data == NULL) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (!make_room(b, len))
		return false;
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

bool buf_adds(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

bool buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool buf_vaddf(struct buf *b, const char *format, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int needed = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (needed < 0 || !make_room(b, (size_t)needed)) {
		b->failed = true;
		return false;
	}
	vsnprintf(b->data + b->len, (size_t)needed + 1, format, ap);
	b->len += (size_t)needed;
	return true;
}

bool buf_addf(struct buf *b, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bool ok = buf_vaddf(b, format, ap);
	va_end(ap);
	return ok;
}
