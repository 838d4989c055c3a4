/* ical_person: see ical_person.h. */
#include "ical_person.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "roster.h"

static const char *extension(icalcomponent *event, const char *name)
{
	for (icalproperty *p = icalcomponent_get_first_property(event, ICAL_X_PROPERTY); p != NULL;
	     p = icalcomponent_get_next_property(event, ICAL_X_PROPERTY)) {
		const char *own = icalproperty_get_x_name(p);
		if (own != NULL && strcasecmp(own, name) == 0)
			return icalproperty_get_x(p);
	}
	return NULL;
}

/* All CATEGORIES with a space between them. */
static const char *categories(struct arena *a, icalcomponent *event)
{
	const char *all = "";
	for (icalproperty *p = icalcomponent_get_first_property(event, ICAL_CATEGORIES_PROPERTY); p != NULL;
	     p = icalcomponent_get_next_property(event, ICAL_CATEGORIES_PROPERTY))
		all = arena_printf(a, "%s %s", all, icalproperty_get_categories(p));
	return all;
}

static bool inside_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || (unsigned char)c >= 0x80;
}

/* Where text says words, as whole words; NULL: nowhere. */
static const char *said(const char *text, const char *words)
{
	size_t len = strlen(words);
	for (const char *at = text; len > 0 && *at != '\0'; at++)
		if (strncasecmp(at, words, len) == 0 && (at == text || !inside_word(at[-1])) && !inside_word(at[len]))
			return at;
	return NULL;
}

struct mention {
	const struct person *person;
	const char *at;
	size_t len;
};

static struct mention mention_of(const char *text, const struct person *p)
{
	const char *name = said(text, p->name), *slug = said(text, p->slug);
	if (name != NULL && (slug == NULL || strlen(p->name) >= strlen(p->slug)))
		return (struct mention){p, name, strlen(p->name)};
	return (struct mention){p, slug, slug != NULL ? strlen(p->slug) : 0};
}

/* The one person that the text names: "Ani Lestari" is not Ani as well. Two: *ret_other is another one. */
static const struct person *person_said(const struct directory *d, const char *text, const struct person **ret_other)
{
	struct mention best = {NULL, NULL, 0};
	*ret_other = NULL;
	for (size_t i = 0; i < d->person_count; i++) {
		struct mention m = mention_of(text, &d->people[i]);
		if (m.len > best.len)
			best = m;
	}
	for (size_t i = 0; i < d->person_count && best.person != NULL; i++) {
		struct mention m = mention_of(text, &d->people[i]);
		bool within = m.at >= best.at && m.at + m.len <= best.at + best.len;
		if (m.len > 0 && m.person != best.person && (!within || m.len == best.len))
			*ret_other = m.person;
	}
	return best.person;
}

static const struct person *find_person(struct arena *a, const struct directory *d, icalcomponent *event,
                                        const char **ret_why)
{
	const char *slug = extension(event, "X-SIGAP-PERSON"), *summary = icalcomponent_get_summary(event);
	if (slug != NULL) {
		const struct person *p = directory_person(d, slug);
		*ret_why = arena_printf(a, "X-SIGAP-PERSON %s is not on the roster; add him, or name somebody who is",
		                        slug);
		return p;
	}
	const struct person *other = NULL, *p = person_said(d, summary != NULL ? summary : "", &other);
	if (p == NULL)
		p = person_said(d, categories(a, event), &other);
	*ret_why = other != NULL ? arena_printf(a, "names %s and %s; a shift is one person's", p->slug, other->slug)
	                         : arena_printf(a,
	                                        "SUMMARY \"%.80s\" names nobody of the roster; write a slug or a name "
	                                        "of sigapctl roster person list, or X-SIGAP-PERSON",
	                                        summary != NULL ? summary : "");
	return other != NULL ? NULL : p;
}

/* "koordinator" in the text; NULL when it says no role. */
static const char *role_said(const char *text)
{
	static const struct {
		const char *word;
		int role;
	} words[] = {{"coordinator", 0}, {"koordinator", 0}, {"officer", 1}, {"petugas", 1}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (said(text, words[i].word) != NULL)
			return roster_roles[words[i].role];
	return NULL;
}

const struct person *ical_person(struct arena *a, const struct directory *d, icalcomponent *event,
                                 const char **ret_role, const char **ret_why)
{
	const struct person *p = find_person(a, d, event, ret_why);
	const char *role = extension(event, "X-SIGAP-ROLE"), *summary = icalcomponent_get_summary(event);
	if (p == NULL)
		return NULL;
	if (role != NULL && name_index(roster_roles, ROSTER_ROLES, role) < 0) {
		*ret_why = arena_printf(a, "X-SIGAP-ROLE %s is no role; it is coordinator or officer", role);
		return NULL;
	}
	if (role == NULL)
		role = role_said(categories(a, event));
	if (role == NULL && summary != NULL && strchr(summary, ':') != NULL)
		role = role_said(arena_strndup(a, summary, strcspn(summary, ":")));
	*ret_role = arena_strdup(a, role != NULL ? role : p->role);
	return p;
}
