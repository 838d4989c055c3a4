/* directory: see directory.h. Look-ups go through one multi-map of composed keys, built once over the immutable snapshot. */
#include "directory.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* What a key speaks of: its first byte. */
enum key_kind {
	KEY_ROUTE = 'r',
	KEY_AGENCY = 'a',
	KEY_PERSON = 'p',
	KEY_PHONE = 't',
	KEY_HUMAN = 'h',
	KEY_CONTACT = 'c'
};
enum { KEY_MAX = 128 };

struct entry {
	uint64_t hash;
	const char *key;
	size_t len;
	const void *value;
	struct entry *next; /* within a bucket, in the order of the directory */
};
struct directory_index {
	struct entry **buckets;
	size_t mask;
};
struct key {
	char bytes[KEY_MAX];
	size_t len; /* 0: too long to be in the index */
};

/* FNV-1a, 64 bit, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_of(const char *bytes, size_t len)
{
	uint64_t h = 14695981039346656037ULL;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 1099511628211ULL;
	return h ^ h >> 32;
}

static struct key key_of(enum key_kind kind, const void *bytes, size_t len)
{
	struct key k;
	k.len = len < KEY_MAX ? len + 1 : 0;
	k.bytes[0] = (char)kind;
	if (k.len > 0)
		memcpy(k.bytes + 1, bytes, len);
	return k;
}

static struct key key_of_text(enum key_kind kind, const char *text)
{
	return key_of(kind, text, strlen(text));
}

static struct key key_of_route(enum agency_kind kind, const char *prefix, size_t len)
{
	struct key k = key_of(KEY_ROUTE, prefix, len);
	assert(k.len > 0 && k.len < KEY_MAX);
	k.bytes[k.len++] = (char)('A' + (int)kind);
	return k;
}

/* The first entry of the key at or after e in its bucket. */
static const struct entry *same_key(const struct entry *e, const struct key *k, uint64_t hash)
{
	while (e != NULL && (e->hash != hash || e->len != k->len || memcmp(e->key, k->bytes, k->len) != 0))
		e = e->next;
	return e;
}

static const struct entry *find(const struct directory *d, const struct key *k, uint64_t *ret_hash)
{
	assert(d->index != NULL);
	*ret_hash = hash_of(k->bytes, k->len);
	return k->len == 0 ? NULL : same_key(d->index->buckets[*ret_hash & d->index->mask], k, *ret_hash);
}

static const void *find_one(const struct directory *d, struct key k)
{
	uint64_t hash;
	const struct entry *e = find(d, &k, &hash);
	return e == NULL ? NULL : e->value;
}

/* Puts in front: the caller inserts in reverse order. */
static void insert(struct arena *a, struct directory_index *x, struct key k, const void *value)
{
	if (k.len == 0)
		return;
	struct entry *e = arena_new_of(a, struct entry);
	*e = (struct entry){hash_of(k.bytes, k.len), arena_strndup(a, k.bytes, k.len), k.len, value, NULL};
	struct entry **bucket = &x->buckets[e->hash & x->mask];
	e->next = *bucket;
	*bucket = e;
}

static size_t entries_needed(const struct directory *d)
{
	size_t n = d->person_count * 2;
	for (size_t i = 0; i < d->agency_count; i++)
		n += 1 + d->agencies[i].jurisdiction_count + d->agencies[i].contact_count * 2;
	return n;
}

static void index_agency(struct arena *a, struct directory_index *x, const struct agency *g)
{
	for (size_t c = g->contact_count; c-- > 0;) {
		const struct contact *contact = &g->contacts[c];
		if (contact->channel == CHANNEL_SMS)
			insert(a, x, key_of_text(KEY_PHONE, contact->address), contact);
		if (!uuid_is_nil(contact->id))
			insert(a, x, key_of(KEY_CONTACT, contact->id.b, sizeof contact->id.b), contact);
	}
	for (size_t j = 0; j < g->jurisdiction_count && !g->retired; j++)
		if (strlen(g->jurisdiction[j]) < REGION_CODE_MAX)
			insert(a, x, key_of_route(g->kind, g->jurisdiction[j], strlen(g->jurisdiction[j])), g);
	insert(a, x, key_of_text(KEY_AGENCY, g->slug), g);
}

void directory_index(struct arena *a, struct directory *d)
{
	struct directory_index *x = arena_new_of(a, struct directory_index);
	size_t buckets = 64;
	while (buckets < entries_needed(d))
		buckets *= 2;
	x->mask = buckets - 1;
	x->buckets = arena_array(a, struct entry *, buckets);
	for (size_t i = d->person_count; i-- > 0;) {
		insert(a, x, key_of_text(KEY_PERSON, d->people[i].slug), &d->people[i]);
		if (d->people[i].phone != NULL)
			insert(a, x, key_of_text(KEY_HUMAN, d->people[i].phone), &d->people[i]);
	}
	for (size_t i = d->agency_count; i-- > 0;)
		index_agency(a, x, &d->agencies[i]);
	d->index = x;
}

const struct agency *directory_agency(const struct directory *d, const char *slug)
{
	return find_one(d, key_of_text(KEY_AGENCY, slug));
}

const struct person *directory_person(const struct directory *d, const char *slug)
{
	return find_one(d, key_of_text(KEY_PERSON, slug));
}

const struct contact *directory_contact(const struct directory *d, struct uuid id)
{
	return find_one(d, key_of(KEY_CONTACT, id.b, sizeof id.b));
}

const struct person *directory_person_by_phone(const struct directory *d, const char *e164)
{
	return find_one(d, key_of_text(KEY_HUMAN, e164));
}

size_t directory_contacts_by_phone(const struct directory *d, const char *e164, const struct contact **ret, size_t max)
{
	struct key k = key_of_text(KEY_PHONE, e164);
	uint64_t hash;
	size_t n = 0;
	for (const struct entry *e = find(d, &k, &hash); e != NULL && n < max; e = same_key(e->next, &k, hash))
		ret[n++] = e->value;
	return n;
}

/* Length of the code of the area around code[len]: 13 -> 8 -> 5 -> 2 -> 0. */
static size_t wider_length(const char *code, size_t len)
{
	while (len > 0 && code[--len] != '.')
		;
	return len;
}

/* The longest beginning of code that is not narrower than level. */
static size_t length_at(const char *code, enum region_level level)
{
	static const size_t lengths[REGION_LEVELS] = {0, 2, 5, 8, 13};
	size_t len = strlen(code);
	while (len > lengths[level])
		len = wider_length(code, len);
	return len;
}

/* Active agencies of that kind which name exactly this area. */
static size_t at_area(const struct directory *d, enum agency_kind kind, const char *code, size_t len,
                      const struct agency **ret, size_t max)
{
	struct key k = key_of_route(kind, code, len);
	uint64_t hash;
	size_t n = 0;
	for (const struct entry *e = find(d, &k, &hash); e != NULL && n < max; e = same_key(e->next, &k, hash))
		if (n == 0 || ret[n - 1] != e->value)
			ret[n++] = e->value;
	return n;
}

size_t directory_route(const struct directory *d, enum agency_kind kind, const char *code, enum region_level level,
                       const struct agency **ret, size_t max)
{
	if (strlen(code) >= REGION_CODE_MAX)
		return 0;
	for (size_t len = length_at(code, level);; len = wider_length(code, len)) {
		size_t n = at_area(d, kind, code, len, ret, max);
		if (n > 0 || len == 0)
			return n;
	}
}

const struct agency *directory_wider(const struct directory *d, const struct agency *from, const char *code)
{
	size_t len = 0;
	if (strlen(code) >= REGION_CODE_MAX)
		return NULL;
	for (size_t j = 0; j < from->jurisdiction_count; j++) {
		size_t own = strlen(from->jurisdiction[j]);
		if (own > len && region_code_within(code, from->jurisdiction[j]))
			len = own;
	}
	const struct agency *wider = NULL;
	while (len > 0 && wider == NULL) {
		len = wider_length(code, len);
		at_area(d, from->kind, code, len, &wider, 1);
	}
	return wider;
}

size_t directory_on_duty(const struct directory *d, struct wall at, const char *code, const struct person **ret,
                         size_t max)
{
	return roster_people(&d->roster, at, code, ret, max);
}
