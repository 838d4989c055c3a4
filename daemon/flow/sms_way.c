/* sms_way: see sms_way.h. */
#include "sms_way.h"

#include <string.h>

#include "../../protocol/sms_text.h"

enum { TEXT_MOST = 64 * 1024 };

void sms_ways_look(struct sms_ways *w, const struct flow *f, struct gates *gates, const struct spend *spend)
{
	w->conf = f->conf;
	w->now = mono_now();
	w->midnight = spend_midnight(spend);
	gates_facts(gates, f->conf, w->now, spend_today(spend), w->facts);
}

int sms_gateway_index(const struct conf *c, const char *name)
{
	const struct conf_gateway *g = conf_gateway_named(c, name);
	return g == NULL ? -1 : (int)(g - c->gateways);
}

/* One word of tried: "kannel=retry". */
static void add_trial(const struct conf *c, const char *word, size_t len, struct gateway_trial *ret)
{
	const char *equals = memchr(word, '=', len);
	for (int i = 0; equals != NULL && i < c->gateway_count; i++) {
		const char *name = c->gateways[i].name;
		if (strlen(name) != (size_t)(equals - word) || strncmp(name, word, strlen(name)) != 0)
			continue;
		size_t outcome = len - (size_t)(equals + 1 - word);
		if (outcome == strlen("permanent") && strncmp(equals + 1, "permanent", outcome) == 0)
			ret[i].refused = true;
		else if (outcome != strlen("retry_after") || strncmp(equals + 1, "retry_after", outcome) != 0)
			ret[i].failures++;
	}
}

static void read_trials(const struct conf *c, const char *tried, struct gateway_trial *ret)
{
	memset(ret, 0, CONF_GATEWAYS * sizeof *ret);
	for (const char *at = tried; *at != '\0';) {
		size_t len = strcspn(at, " ");
		add_trial(c, at, len, ret);
		at += len + strspn(at + len, " ");
	}
}

bool sms_was_held(const char *tried)
{
	const char *last = strrchr(tried, ' ');
	return strcmp(last != NULL ? last + 1 : tried, "=held") == 0;
}

struct gateway_wish sms_wish(const struct job *j)
{
	return (struct gateway_wish){j->via, j->address, j->critical, j->parts};
}

struct gateway_choice sms_way(const struct sms_ways *w, const struct gateway_wish *wish, const char *tried)
{
	struct gateway_trial trials[CONF_GATEWAYS];
	read_trials(w->conf, tried, trials);
	return gateway_choose(wish, w->facts, trials, w->conf->gateway_count, w->now, w->midnight);
}

int sms_next(const struct sms_ways *w, const struct gateway_wish *wish, const char *tried, int used,
             const struct verdict *v)
{
	struct gateway_trial trials[CONF_GATEWAYS];
	read_trials(w->conf, tried, trials);
	if (used >= 0 && v->outcome == OUTCOME_PERMANENT)
		trials[used].refused = true;
	else if (used >= 0 && v->outcome != OUTCOME_RETRY_AFTER)
		trials[used].failures++;
	struct gateway_choice c = gateway_choose(wish, w->facts, trials, w->conf->gateway_count, w->now, w->midnight);
	if (c.end == GATEWAY_NEVER)
		return SMS_GIVE_UP;
	/* one that failed as often already is none to hurry to */
	bool fresh = c.end == GATEWAY_NOW && c.gateway != used &&
	             (used < 0 || trials[used].refused || v->outcome == OUTCOME_RETRY_AFTER ||
	              trials[c.gateway].failures < trials[used].failures);
	return fresh ? 0 : SMS_BACK_OFF;
}

const char *sms_address(const struct conf_gateway *g, const char *address)
{
	const char *handle = gateway_handle(address, g->name);
	return handle != NULL ? handle : address;
}

void sms_text(const struct conf_gateway *g, const char *body, size_t len, struct buf *ret)
{
	buf_init(ret, TEXT_MOST);
	if (g->channel->handles)
		buf_add(ret, body, len);
	else
		sms_prepare(body, ret);
}
