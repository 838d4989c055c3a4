/* long_message: which parts make one message. A telephone counts its long messages with 8 or 16 bits (3GPP TS 23.040, 9.2.3.24.1) and begins again: the same reference
 * later is another message. Networks and gateways bring parts in any order, late, and twice. */
#ifndef SIGAP_CORE_LONG_MESSAGE_H
#define SIGAP_CORE_LONG_MESSAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../protocol/buf.h"
#include "../base/arena.h"
#include "../base/clock.h"

enum { LONG_MESSAGE_PARTS = 255 };
/* One part, of a sender, to a receiver, under one reference and total. */
struct long_part {
	const char *id; /* the gateway's */
	int number;     /* from 1 */
	const char *text;
	struct wall received;
	struct wall sent; /* as the gateway says; us 0: unknown */
};
struct long_message {
	const struct long_part *parts[LONG_MESSAGE_PARTS]; /* by number - 1; NULL: not here */
	int total, present;
	struct wall first_received, last_sent;
	const char **ids; /* of its parts and of their repetitions: what is not waited for any more once it is kept */
	size_t id_count;
};
/* Sorts n parts of one total into messages: a part belongs to the message that is nearest in time, within window_s, and lacks it, or has it with the same text (a repetition).
 * Parts in the order in which they were received. Returns how many messages; *ret in the arena. */
size_t long_message_sort(struct arena *a, const struct long_part *parts, size_t n, int total, int window_s,
                         struct long_message **ret);
/* All parts are here, or the first has waited for the others long enough. */
bool long_message_is_due(const struct long_message *m, struct wall now, int wait_s);
/* The parts in order; "[...]" where some are missing. */
void long_message_text(const struct long_message *m, struct buf *out);
#endif
