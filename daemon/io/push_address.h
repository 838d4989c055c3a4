/* push_address: may a partner's address be reached? Asked after DNS and before connect, so that no spelling of a host and no DNS answer leads inside. Pure. */
#ifndef SIGAP_IO_PUSH_ADDRESS_H
#define SIGAP_IO_PUSH_ADDRESS_H
#include <stdbool.h>
#include <sys/socket.h>

/* True for global unicast addresses; false for loopback, private, link-local (with the clouds' metadata services), shared, documentation, benchmarking, multicast and
 * reserved ones, for IPv6 addresses that lead to such an IPv4 address, and for every other family. */
bool push_address_is_public(const struct sockaddr *address);
#endif
