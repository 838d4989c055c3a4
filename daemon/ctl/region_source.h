/* region_source: administrative areas and their other names, from files as the commands take them. */
#ifndef SIGAP_CTL_REGION_SOURCE_H
#define SIGAP_CTL_REGION_SOURCE_H
#include "../core/gazetteer.h"
#include "ctl.h"
/* path: a CSV file, or a folder with provinces.csv, regencies.csv, districts.csv and villages.csv as in idn-area-data. Ends the run with "file:line" on a fault. */
const struct region *region_source_read(struct ctl *c, const char *path, size_t *ret_n);
/* path NULL: none. */
const struct region_alias *region_source_aliases(struct ctl *c, const char *path, size_t *ret_n);
#endif
