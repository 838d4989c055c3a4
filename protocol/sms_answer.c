/* sms_answer: see sms_answer.h. A text is cut into words, the words get a meaning from one table, and each clause is weighed:
 * what it says, whether it is denied, asked, or still to come. When in doubt there is no answer: only an answer stops the clock. */
#include "sms_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

/* ---- words ---- */

enum meaning {
	OTHER,
	NUMBER,    /* digits */
	FILLER,    /* says nothing by itself: forms of address, pronouns, "sudah" has its own */
	STRONG_YES,
	WEAK_YES,  /* only at the beginning of a clause: people write "ya" and "siap" everywhere */
	CAN,       /* a modal; alone it is a weak yes */
	STRONG_NO,
	NOT,       /* denies what follows */
	NOT_YET,
	OUTSIDE,   /* "bukan", "luar": a decline before OWN */
	OWN,       /* area, competence */
	RESOURCE,  /* what an agency lacks */
	LACK,
	HARMLESS,  /* "tidak masalah" */
	GO,        /* en route */
	WAY,       /* "jalan": also a road */
	ARRIVE,    /* "tiba", "sampai": also "until" */
	AT,        /* "di" */
	PLACE,     /* "lokasi", "tkp" */
	AT_PLACE,
	DONE,
	CLAIM,
	ALREADY,
	SOON,      /* not yet so, but it will be */
	HEDGE,     /* first something else */
	BUT,
	QUESTION,
	THANKS,
	UNTIL,     /* after "sampai": not an arrival */
	MINUTES,
	HOURS,
	HALF,
	CLOCK,     /* "pukul": a time of day follows */
	COUNTED,   /* what follows a number that is no incident */
	COUNTER,   /* what stands before such a number */
	LABEL,     /* "no", "laporan": the incident's number follows */
	AGENCY     /* "polsek": a name follows */
};

static const struct {
	enum meaning meaning;
	const char *words; /* separated by spaces; runs of one letter are also tried as a single one */
} vocabulary[] = {
