/* incoming_doc: a gateway's message as a JSON document, for the spool: it is taken later as it would have been taken now. */
#ifndef SIGAP_FLOW_INCOMING_DOC_H
#define SIGAP_FLOW_INCOMING_DOC_H
#include "../io/spool.h"
#include "incoming.h"

void incoming_doc_write(const struct incoming *in, struct buf *out);
/* The message that the record holds, with when it came; done and ctx are the caller's to fill. m, initialised by the caller, gets what the gateway said (parts.h wants it).
 * NULL: it is no such document. */
struct incoming *incoming_doc_read(struct flow *f, const struct conf_gateway *gateway, const struct spool_record *r,
                                   struct inbound_message *m);
#endif
