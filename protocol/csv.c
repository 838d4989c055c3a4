/* csv: see csv.h. */
#include "csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void csv_out_init(struct csv_out *c, struct buf *to)
{
	*c = (struct csv_out){.to = to};
}

static void begin_cell(struct csv_out *c)
{
	if (c->begun)
		buf_addc(c->to, ',');
	c->begun = true;
}

void csv_text(struct csv_out *c, const char *text)
{
	begin_cell(c);
	if (text == NULL || text[0] == '\0')
		return;
	bool formula = strchr("=+-@\t\r\n", text[0]) != NULL, quoted = strpbrk(text, ",\"\r\n") != NULL;
	if (quoted)
		buf_addc(c->to, '"');
	if (formula)
		buf_addc(c->to, '\'');
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '"')
			buf_addc(c->to, '"');
		buf_addc(c->to, *at);
	}
	if (quoted)
		buf_addc(c->to, '"');
}

void csv_int(struct csv_out *c, int64_t value)
{
	begin_cell(c);
	buf_addf(c->to, "%" PRId64, value);
}

void csv_double(struct csv_out *c, double value)
{
	char text[32];
	begin_cell(c);
	if (!isfinite(value))
		return;
	snprintf(text, sizeof text, "%.15g", value);
	if (strtod(text, NULL) != value)
		snprintf(text, sizeof text, "%.17g", value);
	buf_adds(c->to, text);
}

void csv_end_line(struct csv_out *c)
{
	buf_adds(c->to, "\r\n");
	c->begun = false;
}
