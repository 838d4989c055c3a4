/* region_file: the CSV files of administrative areas and of their other names (config/regions/). Pure. */
#ifndef SIGAP_CORE_REGION_FILE_H
#define SIGAP_CORE_REGION_FILE_H
#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"
#include "gazetteer.h"

/* Lines "code,name" or, as in idn-area-data, "code,parent_code,name"; the first line is a header. Fields are not quoted: a name may hold a bare quote
 * (35.13.15.2017 is Soka"an) and holds no comma. Names in capitals only are put in title case. Empty lines and lines with # are skipped.
 * False: *ret_n is the number of the line that is no region. */
bool regions_parse(struct arena *a, const char *text, size_t len, struct region **ret, size_t *ret_n);
/* Lines "code,alias,kind,source" with a header, quoted where needed (RFC 4180). False as above. */
bool aliases_parse(struct arena *a, const char *text, size_t len, struct region_alias **ret, size_t *ret_n);
#endif
