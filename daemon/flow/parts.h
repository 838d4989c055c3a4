/* parts: long messages that a gateway brings in parts. Each part is on disk before the gateway is told so; whoever keeps the last one joins them and sends the whole on its way
 * (incoming.h). What a daemon that died left whole, and what waited too long for a part that never came, is found by a look at start and several times a minute. */
#ifndef SIGAP_FLOW_PARTS_H
#define SIGAP_FLOW_PARTS_H
#include "incoming.h"

bool parts_is_part(const struct inbound_message *m);
/* Keeps a part; ends in in->done. Of m nothing is needed any more when this returns. */
void parts_take(struct incoming *in, const struct inbound_message *m);

struct parts *parts_open(struct flow *f);
void parts_close(struct parts **p);
#endif
