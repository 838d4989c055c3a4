/* ration: see ration.h. For each rule a party has the moment at which all that it used is paid back; it may go ahead of now by one period. */
#include "ration.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { WAYS = 8, PARTY_BYTES = 8 };

struct party {
	uint64_t id; /* 0: nobody */
	int64_t paid_us[RATION_RULES];
};
struct ration {
	struct ration_rule rules[RATION_RULES];
	struct party *parties;
	size_t sets;
	unsigned char key[crypto_shorthash_KEYBYTES]; /* nobody can choose whom he pushes out */
};

struct ration *ration_make(struct arena *a, size_t places, const struct ration_rule rules[RATION_RULES])
{
	struct ration *r = arena_new_of(a, struct ration);
	memcpy(r->rules, rules, sizeof r->rules);
	r->sets = (places + WAYS - 1) / WAYS;
	r->parties = arena_array(a, struct party, r->sets * WAYS);
	crypto_shorthash_keygen(r->key);
	return r;
}

static uint64_t id_of(const struct ration *r, const char *party)
{
	uint64_t id;
	crypto_shorthash((unsigned char *)&id, (const unsigned char *)party, strlen(party), r->key);
	return id != 0 ? id : 1;
}

static struct party *find(const struct ration *r, uint64_t id)
{
	struct party *set = &r->parties[(id % r->sets) * WAYS];
	for (int i = 0; i < WAYS; i++)
		if (set[i].id == id)
			return &set[i];
	return NULL;
}

/* A free place, or that of whoever has paid back soonest. */
static struct party *place_for(struct ration *r, uint64_t id)
{
	struct party *set = &r->parties[(id % r->sets) * WAYS], *chosen = set;
	for (int i = 1; i < WAYS && chosen->id != 0; i++)
		if (set[i].id == 0 || set[i].paid_us[0] < chosen->paid_us[0])
			chosen = &set[i];
	*chosen = (struct party){.id = id};
	return chosen;
}

static int64_t period_us(const struct ration_rule *rule)
{
	return (int64_t)rule->period_s * 1000000;
}

/* When all is paid back, this one included. */
static int64_t paid_then(const struct ration_rule *rule, int64_t paid_us, struct mono now)
{
	return (paid_us > now.us ? paid_us : now.us) + period_us(rule) / rule->count;
}

static int wait_of(const struct ration *r, const struct party *p, struct mono now)
{
	int64_t most = 0;
	for (int i = 0; i < RATION_RULES && p != NULL; i++) {
		const struct ration_rule *rule = &r->rules[i];
		if (rule->count == 0)
			continue;
		int64_t ahead = paid_then(rule, p->paid_us[i], now) - now.us - period_us(rule);
		most = ahead > most ? ahead : most;
	}
	return (int)((most + 999999) / 1000000);
}

int ration_wait(const struct ration *r, const char *party, struct mono now)
{
	return wait_of(r, find(r, id_of(r, party)), now);
}

int ration_take(struct ration *r, const char *party, struct mono now)
{
	uint64_t id = id_of(r, party);
	struct party *p = find(r, id);
	int wait = wait_of(r, p, now);
	if (wait > 0)
		return wait;
	if (p == NULL)
		p = place_for(r, id);
	for (int i = 0; i < RATION_RULES; i++)
		if (r->rules[i].count != 0)
			p->paid_us[i] = paid_then(&r->rules[i], p->paid_us[i], now);
	return 0;
}

/* The first four groups of an IPv6 address, as far as "::" does not stand for them; what is shortened differently is the same network only
 * when it was written in one way, as inet_ntop and proxies do. */
void ration_party(const char *address, char ret[RATION_PARTY_TEXT])
{
	snprintf(ret, RATION_PARTY_TEXT, "%s", address);
	if (strchr(ret, ':') == NULL)
		return;
	int groups = 0;
	for (char *c = ret; *c != '\0'; c++) {
		bool gap = c[0] == ':' && c[1] == ':';
		if (gap || (*c == ':' && ++groups == 4)) {
			*c = '\0';
			return;
		}
	}
}
