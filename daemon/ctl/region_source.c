/* region_source: see region_source.h. */
#include "region_source.h"

#include <string.h>
#include <sys/stat.h>

#include "../core/region_file.h"

static struct region *read_file(struct ctl *c, const char *path, size_t *ret_n)
{
	size_t len;
	const char *text = ctl_read_text(c, path, &len);
	struct region *regions;
	if (!regions_parse(c->arena, text, len, &regions, ret_n))
		ctl_die("%s:%zu: must be \"code,name\" or \"code,parent code,name\"", path, *ret_n);
	if (*ret_n == 0)
		ctl_die("%s: no area in it", path);
	return regions;
}

static const struct region *read_folder(struct ctl *c, const char *folder, size_t *ret_n)
{
	static const char *const names[] = {"provinces", "regencies", "districts", "villages"};
	struct region *parts[4];
	size_t counts[4], at = 0;
	*ret_n = 0;
	for (int i = 0; i < 4; i++) {
		parts[i] = read_file(c, arena_printf(c->arena, "%s/%s.csv", folder, names[i]), &counts[i]);
		*ret_n += counts[i];
	}
	struct region *all = arena_array(c->arena, struct region, *ret_n);
	for (int i = 0; i < 4; i++) {
		memcpy(all + at, parts[i], counts[i] * sizeof *all);
		at += counts[i];
	}
	return all;
}

const struct region *region_source_read(struct ctl *c, const char *path, size_t *ret_n)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? read_folder(c, path, ret_n) : read_file(c, path, ret_n);
}

const struct region_alias *region_source_aliases(struct ctl *c, const char *path, size_t *ret_n)
{
	struct region_alias *aliases = NULL;
	size_t len;
	*ret_n = 0;
	if (path == NULL)
		return NULL;
	const char *text = ctl_read_text(c, path, &len);
	if (!aliases_parse(c->arena, text, len, &aliases, ret_n))
		ctl_die("%s:%zu: must be \"code,alias,kind,source\"", path, *ret_n);
	return aliases;
}
