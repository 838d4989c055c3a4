/* region_file: see region_file.h. */
#include "region_file.h"

#include <string.h>

struct lines {
	char *next;
	size_t number;
};

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 1;
	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

/* The next line that says something, NUL terminated, without its line end; NULL at the end. The header is line 1 and never returned. */
static char *next_line(struct lines *l)
{
	while (l->next != NULL) {
		char *line = l->next;
		l->next = strchr(line, '\n');
		if (l->next != NULL)
			*l->next++ = '\0';
		line[strcspn(line, "\r")] = '\0';
		if (l->number++ > 0 && line[0] != '\0' && line[0] != '#')
			return line;
	}
	return NULL;
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}
static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static void title_case(char *name)
{
	size_t capitals = 0;
	for (const char *p = name; *p != '\0'; p++) {
		capitals += is_upper(*p);
		if (is_lower(*p))
			return;
	}
	if (capitals < 3) /* "II" stays */
		return;
	for (char *p = name + 1; *p != '\0'; p++)
		if (is_upper(*p) && (is_upper(p[-1]) || is_lower(p[-1])))
			*p = (char)(*p + 32);
}

static bool read_region(char *line, struct region *ret)
{
	char *name = strchr(line, ',');
	if (name == NULL || region_code_level(line) != LEVEL_NONE)
		return false;
	*name++ = '\0';
	char *third = strchr(name, ',');
	if (third != NULL) {
		*third = '\0';
		if (region_code_level(name) != LEVEL_NONE && region_code_within(line, name))
			name = third + 1;
		else
			*third = ',';
	}
	title_case(name);
	*ret = (struct region){line, name};
	return region_code_level(line) != LEVEL_NONE && name[0] != '\0';
}

bool regions_parse(struct arena *a, const char *text, size_t len, struct region **ret, size_t *ret_n)
{
	struct lines l = {arena_strndup(a, text, len), 0};
	size_t n = 0;
	*ret = arena_array(a, struct region, count_lines(text, len));
	for (char *line = next_line(&l); line != NULL; line = next_line(&l)) {
		if (!read_region(line, &(*ret)[n++])) {
			*ret_n = l.number;
			return false;
		}
	}
	*ret_n = n;
	return true;
}

/* Takes one field off *rest, unquoted in place. Sets *rest to NULL after the last. */
static char *next_field(char **rest)
{
	char *field = *rest, *from = field, *to = field;
	bool quoted = *from == '"';
	if (quoted)
		from++;
	while (*from != '\0' && (quoted || *from != ',')) {
		if (quoted && *from == '"') {
			if (from[1] != '"') {
				quoted = false;
				from++;
				continue;
			}
			from++;
		}
		*to++ = *from++;
	}
	*rest = *from == ',' ? from + 1 : NULL;
	*to = '\0';
	return field;
}

bool aliases_parse(struct arena *a, const char *text, size_t len, struct region_alias **ret, size_t *ret_n)
{
	struct lines l = {arena_strndup(a, text, len), 0};
	size_t n = 0;
	*ret = arena_array(a, struct region_alias, count_lines(text, len));
	for (char *line = next_line(&l); line != NULL; line = next_line(&l)) {
		char *rest = line;
		const char *field[3] = {"", "", ""};
		for (size_t f = 0; f < 3 && rest != NULL; f++)
			field[f] = next_field(&rest);
		if (region_code_level(field[0]) == LEVEL_NONE || field[1][0] == '\0' || field[2][0] == '\0') {
			*ret_n = l.number;
			return false;
		}
		(*ret)[n++] = (struct region_alias){field[0], field[1], field[2]};
	}
	*ret_n = n;
	return true;
}
