/* delivery: what has become of an SMS after a gateway took it. Gateways report in any order, repeatedly, for the whole message or part by part; the state is what all
 * reports together say, so their order and number do not matter; as long as a gateway does not change its mind about the number of parts, it only rises.
 *
 *   (nothing) < queued < sent < failed < delivered
 *
 * Delivered: the whole message was, or each of its parts. Failed: the whole message or one part was, and it is not delivered: final, unless the telephone got it after all.
 * Sent: one part delivered, or anything sent. SQL: notice_delivery() (schema/0003_words.sql) says the same; a test compares them. */
#ifndef SIGAP_CORE_DELIVERY_H
#define SIGAP_CORE_DELIVERY_H
#include <stdbool.h>
#include <stdint.h>

#include "../../protocol/channel/channel.h"

enum { DELIVERY_PARTS = 255 }; /* more fit into no user data header (3GPP TS 23.040, 9.2.3.24.1) */
struct delivery {
	unsigned seen;          /* bit per enum delivery_state that was reported of the whole message */
	unsigned seen_of_parts; /* the same, of single parts */
	uint8_t delivered[DELIVERY_PARTS / 8 + 1]; /* bit per part */
	int parts; /* of the message: the highest number that anybody told; 0: not known, single parts prove nothing then */
};
/* parts: that we sent; 0: not known. */
void delivery_init(struct delivery *d, int parts);
/* One report. part 0: about the whole message; parts 0: it does not say of how many. */
void delivery_add(struct delivery *d, enum delivery_state state, int part, int parts);
/* False when nothing was reported. */
bool delivery_now(const struct delivery *d, enum delivery_state *ret);
#endif
