/* partner: what a known telephone answers: an agency's about its dispatch ("TERIMA 1042"), a person on duty's about an incident ("AMBIL 1042") or about the next shift ("SIAP"). */
#ifndef SIGAP_FLOW_PARTNER_H
#define SIGAP_FLOW_PARTNER_H
#include "incoming.h"

/* What is known of telephones that answer. */
struct partners *partners_open(void);
void partners_close(struct partners **p);

/* False when it is no such answer: then nothing was done, and the message is somebody else's. True: it ends in done. */
bool partner_take(struct incoming *in);
#endif
