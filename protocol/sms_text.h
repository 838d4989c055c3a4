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
/* The parts that the text is sent as, as pieces of it. Returns how many, as sms_measure counts them; 0 when there are none or more than SMS_MAX_PARTS. */
struct sms_span {
	const char *text;
	size_t len;
};
int sms_split(const char *utf8, struct sms_span ret[SMS_MAX_PARTS]);
/* Appends text with characters outside GSM-7 replaced where a plain equivalent exists (curly quotes, dashes, ellipsis, NBSP, accents, tab -> space);
 * control characters are dropped. What has no equivalent stays (the message is then UCS-2). */
void sms_transliterate(const char *utf8, struct buf *out);
/* Cuts text so that it fits max_parts, at a character boundary, ending in "..." when something was cut. */
void sms_fit(const char *utf8, int max_parts, struct buf *out);
#endif
