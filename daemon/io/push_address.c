/* push_address: see push_address.h. From the IANA special-purpose address registries (RFC 6890): what is not "globally reachable" there is refused. */
#include "push_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct v4_block {
	uint32_t from;
	int bits;
};
#define V4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
static const struct v4_block v4_refused[] = {
        {V4(0, 0, 0, 0), 8},       /* this network */
        {V4(10, 0, 0, 0), 8},      /* private, RFC 1918 */
        {V4(100, 64, 0, 0), 10},   /* shared, RFC 6598 */
        {V4(127, 0, 0, 0), 8},     /* loopback */
        {V4(169, 254, 0, 0), 16},  /* link-local; metadata services at 169.254.169.254 */
        {V4(172, 16, 0, 0), 12},   /* private */
        {V4(192, 0, 0, 0), 24},    /* protocol assignments; metadata services at 192.0.0.192 */
        {V4(192, 0, 2, 0), 24},    /* documentation */
        {V4(192, 88, 99, 0), 24},  /* 6to4 relays, RFC 7526 */
        {V4(192, 168, 0, 0), 16},  /* private */
        {V4(198, 18, 0, 0), 15},   /* benchmarking */
        {V4(198, 51, 100, 0), 24}, /* documentation */
        {V4(203, 0, 113, 0), 24},  /* documentation */
        {V4(224, 0, 0, 0), 4},     /* multicast */
        {V4(240, 0, 0, 0), 4},     /* reserved, broadcast */
};

struct v6_block {
	uint8_t from[6];
	int bits;
};
/* Within 2000::/3, the only part in global use. */
static const struct v6_block v6_global = {{0x20}, 3};
static const struct v6_block v6_refused[] = {
        {{0x20, 0x01, 0x00}, 23},             /* 2001::/23 protocol assignments: Teredo, benchmarking, ORCHID */
        {{0x20, 0x01, 0x0d, 0xb8}, 32},       /* documentation */
        {{0x20, 0x02}, 16},                   /* 6to4: leads to any IPv4 address */
        {{0x3f, 0xff, 0x00}, 20},             /* documentation, RFC 9637 */
        {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48}, /* AS112 */
};

static bool v4_is_public(uint32_t address)
{
	for (size_t i = 0; i < sizeof v4_refused / sizeof *v4_refused; i++)
		if ((address ^ v4_refused[i].from) >> (32 - v4_refused[i].bits) == 0)
			return false;
	return true;
}

static bool in_block(const uint8_t *address, const struct v6_block *block)
{
	int bytes = block->bits / 8, rest = block->bits % 8;
	if (memcmp(address, block->from, (size_t)bytes) != 0)
		return false;
	return rest == 0 || (address[bytes] ^ block->from[bytes]) >> (8 - rest) == 0;
}

static bool v6_is_public(const uint8_t *address)
{
	/* ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (NAT64, RFC 6052) are IPv4 in other clothes */
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	if (memcmp(address, mapped, sizeof mapped) == 0 || memcmp(address, nat64, sizeof nat64) == 0)
		return v4_is_public(V4(address[12], address[13], address[14], address[15]));
	if (!in_block(address, &v6_global))
		return false;
	for (size_t i = 0; i < sizeof v6_refused / sizeof *v6_refused; i++)
		if (in_block(address, &v6_refused[i]))
			return false;
	return true;
}

bool push_address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof v4);
		return v4_is_public(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, address, sizeof v6);
		return v6_is_public(v6.sin6_addr.s6_addr);
	}
	return false;
}
