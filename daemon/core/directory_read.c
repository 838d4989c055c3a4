/* directory_read: agencies.json -> agencies. Every fault is reported, with the path of the value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/phone.h"
#include "../../protocol/webhook_sign.h"
#include "directory.h"
#include "public_address.h"

enum { SLUG_MAX = 64, NAME_MAX_BYTES = 160, URL_MAX_BYTES = 500, CONTACTS_MAX = 16, JURISDICTIONS_MAX = 2000 };

struct reader {
	struct arena *arena;
	struct buf *faults;
	char path[80];               /* of the object being read: "agencies[3].contacts[0]" */
	const struct agency *before; /* the entry that is changed: what its contacts keep; NULL: there is none */
	bool alone;                  /* one entry that is changed, not a file */
	bool bad;
};

/* A line "path: what is wrong", whatever the text quotes; what does not fit is left out. */
static void __attribute__((format(printf, 3, 4))) fault(struct reader *r, const char *member, const char *format, ...)
{
	const char *dot = *r->path != '\0' && *member != '\0' ? "." : "";
	r->bad = true;
	if (!buf_addf(r->faults, "%s%s%s: ", r->path, dot, member))
		return;
	size_t from = r->faults->len;
	va_list ap;
	va_start(ap, format);
	buf_vaddf(r->faults, format, ap);
	va_end(ap);
	for (char *c = r->faults->data + from; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	buf_addc(r->faults, '\n');
}

/* An object with no other members than the named ones? names: NULL terminated. */
static bool is_object_of(struct reader *r, const cJSON *item, const char *const *names)
{
	if (!cJSON_IsObject(item)) {
		fault(r, "", "must be an object");
		return false;
	}
	const cJSON *member;
	cJSON_ArrayForEach(member, item)
	{
		int n = 0;
		while (names[n] != NULL && strcmp(names[n], member->string) != 0)
			n++;
		if (names[n] == NULL)
			fault(r, "", "unknown member \"%.40s\"", member->string);
	}
	return true;
}

/* The member's text, 1..max bytes without control characters; otherwise a fault and NULL. */
static const char *text_of(struct reader *r, const cJSON *object, const char *name, size_t max)
{
	const char *text = json_string(object, name);
	size_t len = text == NULL ? 0 : strlen(text);
	if (len == 0 || len > max) {
		fault(r, name, "must be a text of 1 to %zu bytes", max);
		return NULL;
	}
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
			fault(r, name, "must not contain control characters");
			return NULL;
		}
	return arena_strdup(r->arena, text);
}

static const char *slug_of(struct reader *r, const cJSON *object)
{
	const char *slug = text_of(r, object, "slug", SLUG_MAX);
	if (slug != NULL && !directory_slug_valid(slug)) {
		fault(r, "slug", "may have only a-z, 0-9 and single - between them");
		return NULL;
	}
	return slug;
}

bool directory_slug_valid(const char *slug)
{
	size_t len = strlen(slug);
	return len > 0 && len <= SLUG_MAX && strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == len &&
	       slug[0] != '-' && slug[len - 1] != '-' && strstr(slug, "--") == NULL;
}

static void read_jurisdiction(struct reader *r, const cJSON *object, struct agency *ret)
{
	const cJSON *list = json_member(object, "jurisdiction"), *item;
	int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
	if (n < 1 || n > JURISDICTIONS_MAX) {
		fault(r, "jurisdiction", "must be a list of 1 to %d area codes", JURISDICTIONS_MAX);
		return;
	}
	const char **codes = arena_array(r->arena, const char *, (size_t)n);
	size_t count = 0;
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item) || region_code_level(item->valuestring) == LEVEL_NONE) {
			fault(r, "jurisdiction",
			      "must hold area codes like \"64\", \"64.09\", \"64.09.01\", "
			      "\"64.09.01.1003\"");
			return;
		}
		size_t i = 0;
		while (i < count && strcmp(codes[i], item->valuestring) != 0)
			i++;
		if (i < count)
			fault(r, "jurisdiction", "names %s twice", codes[i]);
		codes[count++] = arena_strdup(r->arena, item->valuestring);
	}
	ret->jurisdiction = codes;
	ret->jurisdiction_count = count;
}

/* The contact that was there before whose secret this one keeps: the one that it names, else the one with the same address. */
static const struct contact *secret_kept(struct reader *r, const cJSON *object, const char *url)
{
	const char *name = json_string(object, "id");
	struct uuid id = {{0}};
	if (json_member(object, "id") != NULL && (name == NULL || !uuid_parse(name, &id)))
		fault(r, "id", "must be the id of a contact that this agency has");
	for (size_t i = 0; r->before != NULL && i < r->before->contact_count; i++) {
		const struct contact *c = &r->before->contacts[i];
		bool same = name != NULL ? uuid_equal(c->id, id) : url != NULL && strcmp(c->address, url) == 0;
		if (c->channel == CHANNEL_WEBHOOK && c->secret != NULL && same)
			return c;
	}
	return NULL;
}

static void read_secret(struct reader *r, const cJSON *object, struct contact *ret)
{
	const struct contact *kept = r->alone ? secret_kept(r, object, ret->address) : NULL;
	if (kept != NULL && json_member(object, "secret") == NULL) {
		ret->id = kept->id;
		return;
	}
	const char *secret = text_of(r, object, "secret", URL_MAX_BYTES);
	if (secret != NULL && !webhook_secret_valid(secret))
		fault(r, "secret", "must be \"whsec_\" and base64 of 16 to 64 bytes");
	ret->secret = secret;
}

/* Without its port. */
static size_t host_length(const char *host, size_t len)
{
	size_t end = len;
	while (end > 0 && host[end - 1] >= '0' && host[end - 1] <= '9')
		end--;
	return end > 0 && host[end - 1] == ':' ? end - 1 : len;
}

/* What could never be delivered to is refused here already, for its notices would be tried for days in vain. */
static void check_url(struct reader *r, const char *url, bool allow_private)
{
	size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
	size_t host = strcspn(url + scheme, "/?#");
	if (scheme == 0 || host == 0 || strpbrk(url, " \"<>\\^`{|}#") != NULL)
		fault(r, "url", "must be an absolute http:// or https:// address without a fragment");
	else if (memchr(url + scheme, '@', host) != NULL)
		fault(r, "url", "must not hold a user name or password");
	else if (!allow_private && scheme == 7)
		fault(r, "url", "must be https://; only with \"allow_private\" may it be http://");
	else if (!allow_private && public_address_refuses(url + scheme, host_length(url + scheme, host)))
		fault(r, "url", "is an address of a private network, which needs \"allow_private\": true");
}

static void read_webhook(struct reader *r, const cJSON *object, struct contact *ret)
{
	const cJSON *private = json_member(object, "allow_private");
	if (private != NULL && !cJSON_IsBool(private))
		fault(r, "allow_private", "must be true or false");
	ret->allow_private = cJSON_IsTrue(private);
	ret->address = text_of(r, object, "url", URL_MAX_BYTES);
	if (ret->address != NULL)
		check_url(r, ret->address, ret->allow_private);
	read_secret(r, object, ret);
}

static void read_sms(struct reader *r, const cJSON *object, struct contact *ret)
{
	const char *phone = text_of(r, object, "phone", 40);
	char e164[PHONE_MAX];
	if (phone == NULL)
		return;
	if (!phone_normalise(phone, e164))
		fault(r, "phone", "is no telephone number; write it as \"+62812...\"");
	ret->address = arena_strdup(r->arena, e164);
}

static void read_contact(struct reader *r, const cJSON *item, struct contact *ret)
{
	/* the first is known of an entry that is changed only */
	static const char *const webhook[] = {"id", "channel", "url", "secret", "allow_private", "note", NULL};
	static const char *const sms[] = {"id", "channel", "phone", "note", NULL};
	const char *channel = cJSON_IsObject(item) ? json_string(item, "channel") : NULL;
	int kind = channel == NULL ? -1 : name_index(channel_kind_names, CHANNELS, channel);
	if (kind < 0) {
		fault(r, cJSON_IsObject(item) ? "channel" : "", "must be %s",
		      cJSON_IsObject(item) ? "\"webhook\" or \"sms\"" : "an object");
		return;
	}
	ret->channel = (enum channel_kind)kind;
	is_object_of(r, item, (ret->channel == CHANNEL_WEBHOOK ? webhook : sms) + !r->alone);
	if (ret->channel == CHANNEL_WEBHOOK)
		read_webhook(r, item, ret);
	else
		read_sms(r, item, ret);
}

static void refuse_repeated_contact(struct reader *r, const struct contact *all, size_t n)
{
	for (size_t i = 0; i < n && all[n].address != NULL; i++)
		if (all[i].channel == all[n].channel && all[i].address != NULL &&
		    strcmp(all[i].address, all[n].address) == 0)
			fault(r, "", "the same address as in contacts[%zu]", i);
}

static void read_contacts(struct reader *r, const cJSON *object, struct agency *ret)
{
	const cJSON *list = json_member(object, "contacts"), *item;
	int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : -1;
	if (n < 0 || n > CONTACTS_MAX) {
		fault(r, "contacts", "must be a list of at most %d contacts", CONTACTS_MAX);
		return;
	}
	struct contact *contacts = arena_array(r->arena, struct contact, (size_t)n + 1);
	size_t path = strlen(r->path), i = 0;
	cJSON_ArrayForEach(item, list)
	{
		snprintf(r->path + path, sizeof r->path - path, "%scontacts[%zu]", path > 0 ? "." : "", i);
		contacts[i].agency = ret;
		read_contact(r, item, &contacts[i]);
		refuse_repeated_contact(r, contacts, i);
		r->path[path] = '\0';
		i++;
	}
	ret->contacts = contacts;
	ret->contact_count = i;
}

static void read_agency(struct reader *r, const cJSON *item, struct agency *ret)
{
	static const char *const names[] = {"slug", "name", "kind", "jurisdiction", "contacts", "note", NULL};
	if (!is_object_of(r, item, names))
		return;
	ret->slug = slug_of(r, item);
	ret->name = text_of(r, item, "name", NAME_MAX_BYTES);
	const char *kind = json_string(item, "kind");
	int k = kind == NULL ? -1 : name_index(agency_kind_names, AGENCY_KINDS, kind);
	if (k < 0)
		fault(r, "kind",
		      "must be one of police, disaster_agency, health_facility, village_office, "
		      "social_office, shelter, civil_order, other");
	ret->kind = k < 0 ? KIND_OTHER : (enum agency_kind)k;
	read_jurisdiction(r, item, ret);
	read_contacts(r, item, ret);
}

struct named {
	const char *slug;
	size_t at;
};

static int by_slug(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->slug, y->slug);
	return order != 0 ? order : x->at < y->at ? -1 : 1;
}

static void refuse_repeated_slugs(struct reader *r, const struct agency *agencies, size_t n)
{
	struct named *named = arena_array(r->arena, struct named, n + 1);
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (agencies[i].slug != NULL)
			named[count++] = (struct named){agencies[i].slug, i};
	qsort(named, count, sizeof *named, by_slug);
	for (size_t i = 1; i < count; i++)
		if (strcmp(named[i].slug, named[i - 1].slug) == 0)
			fault(r, "", "agencies[%zu].slug: \"%s\" is also the slug of agencies[%zu]", named[i].at,
			      named[i].slug, named[i - 1].at);
}

static void read_list(struct reader *r, const cJSON *tree, const struct agency **ret, size_t *ret_count)
{
	static const char *const names[] = {"agencies", "note", NULL};
	if (!is_object_of(r, tree, names))
		return;
	const cJSON *list = json_member(tree, "agencies"), *item;
	if (!cJSON_IsArray(list)) {
		fault(r, "agencies", "must be a list");
		return;
	}
	size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
	struct agency *agencies = arena_array(r->arena, struct agency, n + 1);
	cJSON_ArrayForEach(item, list)
	{
		snprintf(r->path, sizeof r->path, "agencies[%zu]", i);
		read_agency(r, item, &agencies[i++]);
	}
	r->path[0] = '\0';
	refuse_repeated_slugs(r, agencies, n);
	*ret = agencies;
	*ret_count = n;
}

bool directory_read_agencies(struct arena *a, const char *text, size_t len, const struct agency **ret,
                             size_t *ret_count, struct buf *faults)
{
	struct reader r = {.arena = a, .faults = faults};
	struct json_fault syntax;
	*ret = NULL;
	*ret_count = 0;
	cJSON *tree = json_parse_commented(text, len, &syntax);
	if (tree == NULL) {
		fault(&r, "", "line %d, column %d (%s): %s", syntax.line, syntax.column, syntax.pointer, syntax.detail);
		return false;
	}
	read_list(&r, tree, ret, ret_count);
	cJSON_Delete(tree);
	return !r.bad;
}

bool directory_read_entry(struct arena *a, const cJSON *entry, const struct agency *before, struct agency *ret,
                          struct buf *faults)
{
	struct reader r = {.arena = a, .faults = faults, .before = before, .alone = true};
	*ret = (struct agency){.slug = NULL};
	read_agency(&r, entry, ret);
	return !r.bad;
}
