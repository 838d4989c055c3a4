/* plan_notice: one notice to one contact or person: webhook body or SMS text. No personal data in either. */
#include <stdio.h>
#include <string.h>

#include "../../protocol/notice_body.h"
#include "../../protocol/rfc3339.h"
#include "../../protocol/sms_text.h"
#include "plan_parts.h"

enum { SEPTETS = 160, NUMBER_TEXT = 16 };

static const char *const urgency_words[URGENCIES] = {
        [URGENCY_NORMAL] = "Biasa",
        [URGENCY_HIGH] = "Tinggi",
        [URGENCY_CRITICAL] = "Kritis",
};
/* New incidents go before reminders, reminders before the rest. */
static const int priorities[NOTICE_KINDS] = {
        [NOTICE_CREATED] = 0, [NOTICE_REMINDER] = 1, [NOTICE_CANCELLED] = 2,
        [NOTICE_UPDATED] = 2, [NOTICE_RECEIPT] = 2,  [NOTICE_DUTY] = 1,
};

/* Septets of plain text, -1 when a character is not ASCII or not in GSM-7. sms_measure() knows all characters; this one is for the hot path. */
static int ascii_septets(const char *text)
{
	int n = 0;
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '^':
		case '{':
		case '}':
		case '\\':
		case '[':
		case '~':
		case ']':
		case '|':
			n += 2;
			break;
		case '`':
			return -1;
		default:
			if (*text < ' ' || *text > '~')
				return -1;
			n++;
		}
	}
	return n;
}

static int septets_of(const char *text)
{
	int n = ascii_septets(text);
	return n >= 0 ? n : sms_measure(text).units;
}

/* Bytes of the UTF-8 character at text. */
static size_t char_bytes(const char *text)
{
	size_t n = 1;
	while (((unsigned char)text[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static struct sms_size measure_char(const char *text, size_t bytes)
{
	char one[8] = "";
	memcpy(one, text, bytes < sizeof one ? bytes : sizeof one - 1);
	return sms_measure(one);
}

const char *plan_sms_safe(struct plan_work *w, const char *text)
{
	if (ascii_septets(text) >= 0)
		return text;
	buf_reset(&w->scratch);
	sms_transliterate(text, &w->scratch);
	char *safe = arena_strndup(w->arena, w->scratch.data, w->scratch.len), *to = safe;
	for (const char *at = safe; *at != '\0';) {
		size_t bytes = char_bytes(at);
		bool known = measure_char(at, bytes).coding == SMS_GSM7;
		memmove(to, known ? at : "?", known ? bytes : 1);
		to += known ? bytes : 1;
		at += bytes;
	}
	*to = '\0';
	return safe;
}

/* The beginning of text in at most max septets; a full stop marks the cut. */
static const char *cut(struct plan_work *w, const char *text, int max)
{
	size_t len = 0;
	int used = 1; /* the full stop */
	while (text[len] != '\0') {
		size_t bytes = char_bytes(text + len);
		used += measure_char(text + len, bytes).units;
		if (used > max)
			break;
		len += bytes;
	}
	return arena_printf(w->arena, "%.*s.", (int)len, text);
}

/* Shortens the values that may be shortened, in this order, until over septets are saved. */
static void shorten(struct plan_work *w, struct reply_value *values, size_t n, int over)
{
	static const char *const cuttable[] = {"desa", "alasan", "tugas", "jenis", "atasan"};
	enum { LEAST = 4 };
	for (size_t c = 0; c < sizeof cuttable / sizeof *cuttable && over > 0; c++)
		for (size_t i = 0; i < n; i++) {
			int has = strcmp(values[i].name, cuttable[c]) == 0 ? septets_of(values[i].value) : 0;
			if (has <= LEAST)
				continue;
			int keep = has - over > LEAST ? has - over : LEAST;
			values[i].value = cut(w, values[i].value, keep);
			over -= has - septets_of(values[i].value);
		}
}

/* Leaves the text in w->scratch. */
static void fill_one_part(struct plan_work *w, const char *key, const struct reply_value *values, size_t n)
{
	enum { VALUES_MAX = 8 };
	buf_reset(&w->scratch);
	replies_fill(w->setting->replies, key, values, n, &w->scratch);
	int over = septets_of(w->scratch.data) - SEPTETS;
	if (over <= 0 || n > VALUES_MAX)
		return;
	struct reply_value shorter[VALUES_MAX];
	memcpy(shorter, values, n * sizeof *values);
	shorten(w, shorter, n, over);
	buf_reset(&w->scratch);
	replies_fill(w->setting->replies, key, shorter, n, &w->scratch);
}

static struct plan_notice *add_notice(struct plan_work *w, enum notice_kind kind, enum channel_kind channel,
                                      const char *address)
{
	struct plan *p = w->plan;
	if (p->notice_count == PLAN_NOTICES) {
		plan_add_reason(p, "more than %d notices: the rest is left to the ladders", PLAN_NOTICES);
		return NULL;
	}
	struct plan_notice *n = &p->notices[p->notice_count++];
	*n = (struct plan_notice){.id = w->setting->new_id(),
	                          .kind = kind,
	                          .priority = priorities[kind],
	                          .channel = channel,
	                          .address = address,
	                          .dispatch = -1};
	return n;
}

static void keep_body(struct plan_work *w, struct plan_notice *n)
{
	n->body = arena_strndup(w->arena, w->scratch.data, w->scratch.len);
	n->body_len = w->scratch.len;
}

struct plan_notice *plan_add_sms(struct plan_work *w, enum notice_kind kind, const char *phone, const char *key,
                                 const struct reply_value *values, size_t n)
{
	struct plan_notice *notice = add_notice(w, kind, CHANNEL_SMS, phone);
	if (notice == NULL)
		return NULL;
	fill_one_part(w, key, values, n);
	keep_body(w, notice);
	return notice;
}

static bool is_answered(const struct plan_dispatch_view *d)
{
	return strcmp(d->state, "notified") != 0 && strcmp(d->state, "seen") != 0;
}

/* Minutes for a reminder: of silence while there is no answer, else beyond the limit. At least one: nobody is told that he is late by nothing. */
static int minutes_of(const struct plan_dispatch_view *d, int late_s)
{
	bool waiting = !is_answered(d) && !d->lapsed;
	int minutes = (late_s + (waiting ? d->accept_s : 0)) / 60;
	return minutes > 0 ? minutes : 1;
}

/* Which text says that to a partner by SMS. An agency that has answered is not asked to answer again. */
static const char *partner_text(enum notice_kind kind, const struct plan_dispatch_view *d, int more_reports)
{
	switch (kind) {
	case NOTICE_REMINDER:
		return d->lapsed ? "partner_lapsed" : is_answered(d) ? "partner_late" : "partner_remind";
	case NOTICE_CANCELLED:
		return "partner_standdown";
	case NOTICE_UPDATED:
		return more_reports > 0 ? "partner_more" : "partner_update";
	default:
		return "partner_request";
	}
}

static struct plan_notice *tell_by_sms(struct plan_work *w, const struct plan_dispatch_view *d,
                                       const struct contact *contact, enum notice_kind kind, int late_s)
{
	char minutes[NUMBER_TEXT], more[NUMBER_TEXT];
	snprintf(minutes, sizeof minutes, "%d", minutes_of(d, late_s));
	snprintf(more, sizeof more, "%d", w->about.more_reports);
	const struct reply_value values[] = {
	        {"no", w->number},
	        {"jenis", plan_label(w->setting->policy, w->about.type)},
	        {"prioritas", urgency_words[w->about.urgency]},
	        {"desa", w->place_words},
	        {"tugas", plan_sms_safe(w, d->task)},
	        {"menit", minutes},
	        {"jumlah", more},
	};
	return plan_add_sms(w, kind, contact->address, partner_text(kind, d, w->about.more_reports), values,
	                    sizeof values / sizeof *values);
}

/* base + the dispatch's token; ret has room for size bytes. */
static const char *answer_link(const struct plan_setting *s, struct uuid dispatch, char *ret, size_t size)
{
	char token[LINK_TOKEN_TEXT];
	link_token_make(s->link_key, dispatch, token);
	snprintf(ret, size, "%s%s", s->link_base, token);
	return ret;
}

static struct plan_notice *tell_by_webhook(struct plan_work *w, const struct plan_dispatch_view *d,
                                           const struct contact *contact, enum notice_kind kind, int late_s)
{
	struct plan_notice *n = add_notice(w, kind, CHANNEL_WEBHOOK, contact->address);
	if (n == NULL)
		return NULL;
	const struct plan_extra_input *about = &w->about;
	bool village = region_code_level(about->region) == LEVEL_VILLAGE;
	char notice[UUID_TEXT], dispatch[UUID_TEXT], link[600];
	uuid_format(n->id, notice);
	uuid_format(d->id, dispatch);
	struct notice_view view = {
	        .kind = notice_kind_names[kind],
	        .notice = notice,
	        .at_us = w->setting->now.us,
	        .dispatch = {.id = dispatch,
	                     .role = d->role,
	                     .task = d->task,
	                     .state = d->state,
	                     .url = answer_link(w->setting, d->id, link, sizeof link),
	                     .version = d->version,
	                     .accept_by_us = d->accept_by_us,
	                     .arrive_by_us = d->arrive_by_us},
	        .incident = {.id = w->incident,
	                     .type = incident_type_names[about->type],
	                     .urgency = urgency_names[about->urgency],
	                     .summary = about->summary,
	                     .village_code = village ? about->region : NULL,
	                     .village_name = village ? w->place_name : NULL,
	                     .place_text = about->place_text,
	                     .number = about->number,
	                     .version = about->incident_version,
	                     .has_position = about->has_position,
	                     .lat = about->lat,
	                     .lon = about->lon},
	        .more_reports = kind == NOTICE_UPDATED ? about->more_reports : 0,
	        .late_s = late_s,
	};
	buf_reset(&w->scratch);
	notice_body_render(&view, &w->scratch);
	keep_body(w, n);
	return n;
}

void plan_tell_contact(struct plan_work *w, const struct plan_dispatch_view *d, int index,
                       const struct contact *contact, enum notice_kind kind, int late_s)
{
	struct plan_notice *n = contact->channel == CHANNEL_WEBHOOK ? tell_by_webhook(w, d, contact, kind, late_s)
	                                                            : tell_by_sms(w, d, contact, kind, late_s);
	if (n == NULL)
		return;
	n->contact = contact;
	n->about = d->id;
	n->dispatch = index;
}

/* values with the incident's own in front: no, prioritas, desa. */
static size_t tell_each(struct plan_work *w, const struct person *const *people, size_t count, const char *key,
                        const struct reply_value *values, size_t n)
{
	enum { OWN = 3, MORE_MAX = 4 };
	struct reply_value all[OWN + MORE_MAX] = {
	        {"no", w->number},
	        {"prioritas", urgency_words[w->about.urgency]},
	        {"desa", w->place_words},
	};
	size_t told = 0, more = n < MORE_MAX ? n : MORE_MAX;
	if (more > 0)
		memcpy(all + OWN, values, more * sizeof *values);
	for (size_t i = 0; i < count; i++)
		if (people[i]->phone != NULL &&
		    plan_add_sms(w, NOTICE_DUTY, people[i]->phone, key, all, OWN + more) != NULL)
			told++;
	return told;
}

size_t plan_tell_people(struct plan_work *w, const struct person *only, const char *key,
                        const struct reply_value *values, size_t n)
{
	const struct person *people[PLAN_DUTY_MAX] = {only};
	size_t count = only != NULL ? 1
	                            : directory_on_duty(w->setting->directory, w->setting->now, w->about.region, people,
	                                                PLAN_DUTY_MAX);
	return tell_each(w, people, count, key, values, n);
}
