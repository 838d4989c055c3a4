/* long_message: see long_message.h. */
#include "long_message.h"

#include <string.h>

static const char gap[] = "[...]";

static int64_t sent_us(const struct long_part *p)
{
	return p->sent.us != 0 ? p->sent.us : p->received.us;
}

/* The message that p belongs to, or NULL: a repetition before one that lacks it, then the nearest in time. */
static struct long_message *find(struct long_message *messages, size_t n, const struct long_part *p, int window_s)
{
	struct long_message *best = NULL;
	bool best_repeats = false;
	int64_t best_us = 0;
	for (size_t i = 0; i < n; i++) {
		struct long_message *m = &messages[i];
		const struct long_part *same = m->parts[p->number - 1];
		int64_t distance_us = sent_us(p) - m->last_sent.us;
		distance_us = distance_us < 0 ? -distance_us : distance_us;
		bool repeats = same != NULL && strcmp(same->text, p->text) == 0;
		if ((same != NULL && !repeats) || distance_us > (int64_t)window_s * 1000000)
			continue;
		if (best == NULL || repeats > best_repeats || (repeats == best_repeats && distance_us < best_us)) {
			best = m;
			best_repeats = repeats;
			best_us = distance_us;
		}
	}
	return best;
}

size_t long_message_sort(struct arena *a, const struct long_part *parts, size_t n, int total, int window_s,
                         struct long_message **ret)
{
	struct long_message *messages = arena_array(a, struct long_message, n > 0 ? n : 1);
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct long_part *p = &parts[i];
		if (p->number < 1 || p->number > total || total > LONG_MESSAGE_PARTS)
			continue;
		struct long_message *m = find(messages, count, p, window_s);
		if (m == NULL) {
			m = &messages[count++];
			m->total = total;
			m->first_received = p->received;
			m->ids = arena_array(a, const char *, n);
		}
		m->last_sent = (struct wall){sent_us(p)};
		m->ids[m->id_count++] = p->id;
		if (m->parts[p->number - 1] == NULL) {
			m->parts[p->number - 1] = p;
			m->present++;
		}
	}
	*ret = messages;
	return count;
}

bool long_message_is_due(const struct long_message *m, struct wall now, int wait_s)
{
	return m->present == m->total || now.us - m->first_received.us >= (int64_t)wait_s * 1000000;
}

void long_message_text(const struct long_message *m, struct buf *out)
{
	for (int i = 0; i < m->total; i++) {
		if (m->parts[i] != NULL)
			buf_adds(out, m->parts[i]->text);
		else if (i == 0 || m->parts[i - 1] != NULL)
			buf_adds(out, gap);
	}
}
