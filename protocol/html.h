/* html: pages from texts with slots. A text says what stands where; a view (a JSON object) says what fills it. Pure.
 *
 *   {{name}}                what the view has under that name, escaped: a string, or a number without fraction; nothing when there is none
 *   {{#name}}…{{/name}}     once for each item of a list, inside of which the item's own names go first; once inside an object; once when it is
 *                           true, a text that is not empty or a number that is not 0; else not at all
 *   {{#name=word}}…{{/name}}   once when it is that very text
 *   {{^name}}…{{/name}}     once when the section with # would not be there at all; {{^name=word}} likewise
 *   {{>name}}               another text
 *   [[kata|word]]           the words in the reader's language, Indonesian | English; they may hold slots
 *
 * Slots stand between tags or within quoted attributes, nowhere else: that is where escaping makes them harmless. */
#ifndef SIGAP_PROTOCOL_HTML_H
#define SIGAP_PROTOCOL_HTML_H
#include <stdbool.h>

#include "buf.h"
#include "json.h"

struct html_text {
	const char *name, *text;
};
enum { HTML_DEPTH_MAX = 16 /* sections, words and texts within each other */ };
/* Appends text with & < > " ' written so that they are themselves; control characters other than tab and line end become U+FFFD. NULL appends nothing. */
void html_escape(struct buf *out, const char *text);
/* Renders the text of that name; texts end with a NULL name, view may be NULL. False when a text is missing, unfinished, too deep or repeats too often, or out is full: out is then of no use. */
bool html_render(const struct html_text *texts, const char *name, const cJSON *view, bool english, struct buf *out);
#endif
