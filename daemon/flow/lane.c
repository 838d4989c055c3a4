/* lane: see lane.h. */
#include "lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LANE_QUEUE_MOST = 400,
	LINE_SLOTS = 16,  /* looked up again at once: twice that */
	TRIED_MOST = 1000 /* of job.tried: the latest */
};

/* ---- lanes ---- */

void lanes_init(struct lanes *l)
{
	*l = (struct lanes){.line = {.sms = true, .slots = LINE_SLOTS}};
	TAILQ_INIT(&l->line.queue);
}

void lanes_free(struct lanes *l)
{
	struct lane *lane, *next;
	HASH_ITER(hh, l->all, lane, next)
	{
		HASH_DEL(l->all, lane);
		free(lane);
	}
}

struct lane *lane_of_contact(struct lanes *l, struct uuid contact, int slots)
{
	struct lane *lane;
	HASH_FIND(hh, l->all, &contact, sizeof contact, lane);
	if (lane != NULL)
		return lane;
	lane = calloc(1, sizeof *lane);
	if (lane == NULL)
		abort();
	lane->key = contact;
	lane->slots = slots;
	TAILQ_INIT(&lane->queue);
	HASH_ADD(hh, l->all, key, sizeof lane->key, lane);
	return lane;
}

struct lane *lane_of_sms(struct lanes *l)
{
	return &l->line;
}

bool lane_is_shut(const struct lanes *l, const struct contact *contact)
{
	struct lane *lane;
	HASH_FIND(hh, l->all, &contact->id, sizeof contact->id, lane);
	return lane != NULL && breaker_is_open(&lane->breaker);
}

struct lane *lane_next(const struct lanes *l, struct lane *before)
{
	if (before == NULL)
		return (struct lane *)(uintptr_t)&l->line;
	return before->sms ? l->all : before->hh.next;
}

bool lane_has_room(const struct lane *l, struct mono now)
{
	return l->in_flight < l->slots && l->blocked_until.us <= now.us && breaker_opens_at(&l->breaker).us <= now.us;
}

bool lane_open(struct lane *l, struct mono now)
{
	return l->in_flight < l->slots && l->blocked_until.us <= now.us && breaker_allows(&l->breaker, now);
}

bool lane_full(struct lane *l, struct mono now)
{
	bool full = l->queued + l->reserved >= LANE_QUEUE_MOST;
	l->turned_away |= full;
	return full || l->blocked_until.us > now.us || breaker_opens_at(&l->breaker).us > now.us;
}

bool lane_wants(struct lane *l)
{
	if (!l->turned_away || l->queued + l->reserved > LANE_QUEUE_MOST / 2)
		return false;
	l->turned_away = false;
	return true;
}

/* ---- jobs ---- */

/* Copies text behind what is in *at already, and moves it on. */
static char *put(char **at, const char *text, size_t len)
{
	char *begin = *at;
	memcpy(begin, text, len);
	begin[len] = '\0';
	*at += len + 1;
	return begin;
}

struct job *job_new(struct rules *r, const struct contact *contact, const struct job_text *t)
{
	const char *via = t->via != NULL ? t->via : "", *tried = t->tried != NULL ? t->tried : "";
	struct job *j = calloc(1, sizeof *j + strlen(t->address) + strlen(via) + strlen(tried) + t->body_len + 4);
	if (j == NULL)
		abort();
	char *at = (char *)(j + 1);
	j->rules = rules_hold(r);
	j->contact = contact;
	j->address = put(&at, t->address, strlen(t->address));
	j->via = put(&at, via, strlen(via));
	j->tried = put(&at, tried, strlen(tried));
	j->body = put(&at, t->body, t->body_len);
	j->body_len = t->body_len;
	j->taken = j->sure = mono_now();
	if (*via == '\0')
		j->via = NULL;
	return j;
}

struct job *job_again(const struct job *j, const char *trial)
{
	const char *before = j->tried;
	while (strlen(before) > TRIED_MOST)
		before += strcspn(before, " ") + 1;
	char tried[2 * TRIED_MOST];
	snprintf(tried, sizeof tried, "%s%s%s", before, *before != '\0' && *trial != '\0' ? " " : "", trial);
	struct job *next =
	        job_new(j->rules, j->contact, &(struct job_text){j->address, j->via, tried, j->body, j->body_len});
	next->lane = j->lane;
	next->notice = j->notice;
	next->attempt = j->attempt + 1;
	next->kind = j->kind;
	next->priority = j->priority;
	next->about = j->about;
	next->taken = j->taken;
	next->age_us = j->age_us;
	next->critical = j->critical;
	next->claimed = j->claimed;
	next->parts = j->parts;
	next->follows = true;
	next->spooled = j->spooled;
	return next;
}

void job_delete(struct job *j)
{
	rules_drop(&j->rules);
	free(j);
}

void lane_add(struct lane *l, struct job *j)
{
	struct job *before = TAILQ_LAST(&l->queue, job_list);
	while (l->sms && before != NULL && before->priority > j->priority)
		before = TAILQ_PREV(before, job_list, link);
	if (before != NULL)
		TAILQ_INSERT_AFTER(&l->queue, before, j, link);
	else
		TAILQ_INSERT_HEAD(&l->queue, j, link);
	j->lane = l;
	l->queued++;
}

struct job *lane_take(struct lane *l, struct job *j)
{
	TAILQ_REMOVE(&l->queue, j, link);
	l->queued--;
	return j;
}
