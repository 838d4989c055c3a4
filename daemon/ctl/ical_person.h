/* ical_person: whose shift a calendar's event is. */
#ifndef SIGAP_CTL_ICAL_PERSON_H
#define SIGAP_CTL_ICAL_PERSON_H
#include <libical/ical.h>

#include "../core/directory.h"

/* X-SIGAP-PERSON, or the one person whose slug or name SUMMARY, else CATEGORIES, says; the role from X-SIGAP-ROLE, from CATEGORIES, from the words before
 * a colon in SUMMARY ("Piket koordinator: Ani"), else the person's own. NULL with what is wrong and what would be right in *ret_why. */
const struct person *ical_person(struct arena *a, const struct directory *d, icalcomponent *event,
                                 const char **ret_role, const char **ret_why);
#endif
