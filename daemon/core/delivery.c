/* delivery: see delivery.h. Sets only grow, so the order of reports cannot matter. */
#include "delivery.h"

void delivery_init(struct delivery *d, int parts)
{
	*d = (struct delivery){.parts = parts > 0 ? parts : 0};
}

void delivery_add(struct delivery *d, enum delivery_state state, int part, int parts)
{
	if (parts > d->parts)
		d->parts = parts;
	if (part <= 0) {
		d->seen |= 1u << state;
		return;
	}
	d->seen_of_parts |= 1u << state;
	if (state == DELIVERY_DELIVERED && part <= DELIVERY_PARTS)
		d->delivered[part / 8] |= (uint8_t)(1u << part % 8);
}

static bool all_parts_delivered(const struct delivery *d)
{
	for (int part = 1; part <= d->parts; part++)
		if (part > DELIVERY_PARTS || (d->delivered[part / 8] & 1u << part % 8) == 0)
			return false;
	return d->parts > 0;
}

bool delivery_now(const struct delivery *d, enum delivery_state *ret)
{
	unsigned any = d->seen | d->seen_of_parts;
	bool part_delivered = (d->seen_of_parts & 1u << DELIVERY_DELIVERED) != 0;
	if ((d->seen & 1u << DELIVERY_DELIVERED) != 0 || all_parts_delivered(d))
		*ret = DELIVERY_DELIVERED;
	else if ((any & 1u << DELIVERY_FAILED) != 0)
		*ret = DELIVERY_FAILED;
	else
		*ret = (any & 1u << DELIVERY_SENT) != 0 || part_delivered ? DELIVERY_SENT : DELIVERY_QUEUED;
	return any != 0;
}
