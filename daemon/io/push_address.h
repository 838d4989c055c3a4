/* push_address: may a partner's address be reached? Asked after DNS and before connect, so that no spelling of a host and no DNS answer leads inside. Pure. */
#ifndef SIGAP_IO_PUSH_ADDRESS_H
#define SIGAP_IO_PUSH_ADDRESS_H
#include <stdbool.h>
#include <sys/socket.h>

/* By core/public_address.h; false for every family but IPv4 and IPv6. */
bool push_address_is_public(const struct sockaddr *address);
#endif
