/* sms_text: GSM 03.38 coding and counting of outgoing SMS (3GPP TS 23.038, 23.040). */
#ifndef SIGAP_PROTOCOL_SMS_TEXT_H
#define SIGAP_PROTOCOL_SMS_TEXT_H
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum sms_coding { SMS_GSM7, SMS_UCS2 };
enum { SMS_MAX_PARTS = 3 };
struct sms_size {
	enum sms_coding coding;
	int units; /* septets or UTF-16 code units */
	int parts; /* 160/153 septets, 70/67 code units; an escape pair or surrogate pair is never split */
};
/* Measures UTF-8 text. */
struct sms_size sms_measure(const char *utf8);
/* One part of a text: a piece of it. */
struct sms_slice {
	const char *text; /* within what was split: not NUL terminated */
	size_t len;       /* bytes */
	int units;        /* septets or code units */
};
/* Cuts text into the parts that sms_measure counts, for gateways that want each part on its own. Returns their number, 0 for "", also when it is more than max: then
 * ret holds the first max of them. What one sees as one character (a letter with its accents, an emoji of several) stays in one part as long as it fits into one. */
int sms_split(const char *utf8, struct sms_slice *ret, int max);
/* Appends text with characters outside GSM-7 replaced where a plain equivalent exists (curly quotes, dashes, ellipsis, NBSP, accents, tab -> space);
 * control characters are dropped. What has no equivalent stays (the message is then UCS-2). */
void sms_transliterate(const char *utf8, struct buf *out);
/* What leaves as an SMS: as it is when it is GSM-7 and fits three parts, else transliterated, and cut when that is still too long. */
void sms_prepare(const char *utf8, struct buf *out);
/* Cuts text so that it fits max_parts, at a character boundary, ending in "..." when something was cut. */
void sms_fit(const char *utf8, int max_parts, struct buf *out);
#endif
