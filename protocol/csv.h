/* csv: rows of values separated by commas, as RFC 4180 has them: lines end in CRLF, cells that need it stand in double quotes. */
#ifndef SIGAP_PROTOCOL_CSV_H
#define SIGAP_PROTOCOL_CSV_H
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct csv_out {
	struct buf *to;
	bool begun; /* the line has a cell already */
};
void csv_out_init(struct csv_out *c, struct buf *to);
/* A text. One that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line break) gets an apostrophe in front. NULL is an empty cell. */
void csv_text(struct csv_out *c, const char *text);
void csv_int(struct csv_out *c, int64_t value);
/* With as many digits as it takes to read it back; NaN and infinity are an empty cell. */
void csv_double(struct csv_out *c, double value);
void csv_end_line(struct csv_out *c);
#endif
