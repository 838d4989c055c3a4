/* push_address: see push_address.h. */
#include "push_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "../core/public_address.h"

bool push_address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof v4);
		return public_address_v4(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, address, sizeof v6);
		return public_address_v6(v6.sin6_addr.s6_addr);
	}
	return false;
}
