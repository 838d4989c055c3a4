/* report_form: what a citizen sent by the form of /lapor: fields -> struct, every fault named. Pure. */
#ifndef SIGAP_PROTOCOL_REPORT_FORM_H
#define SIGAP_PROTOCOL_REPORT_FORM_H
#include <stdbool.h>

#include "buf.h"
#include "form.h"
#include "phone.h"

enum { REPORT_FORM_TEXT_MAX = 1000, REPORT_FORM_PLACE_MAX = 200 /* characters */, REPORT_FORM_KEY_MAX = 40 };
enum report_form_fault {
	REPORT_FORM_NO_TEXT = 1 << 0,
	REPORT_FORM_LONG_TEXT = 1 << 1,
	REPORT_FORM_LONG_PLACE = 1 << 2,
	REPORT_FORM_AREA = 1 << 3,      /* no code of an area */
	REPORT_FORM_PHONE = 1 << 4,     /* no telephone number */
	REPORT_FORM_POSITION = 1 << 5,  /* not both coordinates, or none on earth */
	REPORT_FORM_TRAP = 1 << 6,      /* the field that people do not see was filled */
	REPORT_FORM_UNREADABLE = 1 << 7 /* no text in UTF-8, or no key */
};
/* Strings are the form's own and live as long as it; "" for what was not said. As typed (control characters have become spaces), also where they are faults, so that the
 * page can show them again. */
struct report_form {
	const char *text, *area, *place, *typed_phone;
	char phone[PHONE_MAX]; /* E.164, "" without one or when the reporter wants to stay unknown */
	bool anonymous;
	bool has_position;
	double lat, lon;
	const char *key; /* of this copy of the form: letters and digits; sent twice, it is one report */
	unsigned faults; /* enum report_form_fault */
};
/* Reads the fields text, area, place, phone, anonymous, lat, lon, website (the trap) and key; others are ignored. True when there is no fault. */
bool report_form_read(const struct form *f, struct report_form *ret);
/* The same as a body of POST /v1/reports, which is how it is kept: {"text","place":{"village_code","text","lat","lon"},"reporter":{"phone","anonymous"}}. */
void report_form_render(const struct report_form *r, struct buf *out);
#endif
