/* public_address: which addresses lie in the world outside, and which host of a URL is known beforehand not to. Pure. */
#ifndef SIGAP_CORE_PUBLIC_ADDRESS_H
#define SIGAP_CORE_PUBLIC_ADDRESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for global unicast addresses; false for loopback, private, link-local (with the clouds' metadata services), shared, documentation, benchmarking, multicast and
 * reserved ones. address: in the host's byte order. */
bool public_address_v4(uint32_t address);
/* The same of 16 bytes as they travel; false also for those that lead to such an IPv4 address. */
bool public_address_v6(const uint8_t *address);
/* host: as it stands in a URL, "[::1]" with its brackets. True when it is an address that is not public, in any spelling that leads to one, or localhost; false for every other
 * name, for only DNS tells where it leads. */
bool public_address_refuses(const char *host, size_t len);
#endif
