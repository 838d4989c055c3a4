/* public_address: see public_address.h. From the IANA special-purpose address registries (RFC 6890): what is not "globally reachable" there is refused. */
#include "public_address.h"

#include <string.h>
#include <strings.h>

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

bool public_address_v4(uint32_t address)
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

bool public_address_v6(const uint8_t *address)
{
	/* ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (NAT64, RFC 6052) are IPv4 in other clothes */
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	if (memcmp(address, mapped, sizeof mapped) == 0 || memcmp(address, nat64, sizeof nat64) == 0)
		return public_address_v4(V4(address[12], address[13], address[14], address[15]));
	if (!in_block(address, &v6_global))
		return false;
	for (size_t i = 0; i < sizeof v6_refused / sizeof *v6_refused; i++)
		if (in_block(address, &v6_refused[i]))
			return false;
	return true;
}

/* ---- addresses as they are written in a URL: read here, as what the C library has for it belongs to the network, of which nothing here may know ---- */

static int digit_of(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : 99;
}

/* One number of an IPv4 address, up to the dot: decimal, 0x hexadecimal or 0 octal. False when it is none, or above 32 bits. */
static bool read_part(const char **at, const char *end, uint64_t *ret)
{
	const char *p = *at;
	int base = 10;
	if (end - p > 1 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		p += 2;
	} else if (end - p > 1 && p[0] == '0' && p[1] != '.') {
		base = 8;
		p++;
	}
	const char *digits = p;
	*ret = 0;
	for (; p < end && *p != '.'; p++) {
		if (digit_of(*p) >= base)
			return false;
		*ret = *ret * (unsigned)base + (unsigned)digit_of(*p);
		if (*ret > UINT32_MAX)
			return false;
	}
	*at = p;
	return p > digits;
}

/* In all the spellings that lead to one: "10.1.2.3", "10.258", "0xa010203", "167838211"; the last number fills what is left. */
static bool read_v4(const char *text, size_t len, uint32_t *ret)
{
	const char *p = text, *end = text + len;
	uint64_t address = 0, part;
	for (int left = 32; p < end && left > 0; p++) {
		if (!read_part(&p, end, &part))
			return false;
		bool last = p == end || p + 1 == end; /* a dot may end a host */
		if (part >> (last ? left : 8) != 0)
			return false;
		left = last ? 0 : left - 8;
		address |= part << left;
		if (last) {
			*ret = (uint32_t)address;
			return true;
		}
	}
	return false;
}

/* The groups before and behind "::" into the two ends of an address; count: how many stand there. */
static void place_groups(const uint16_t *groups, size_t count, size_t gap, uint8_t *ret)
{
	memset(ret, 0, 16);
	for (size_t i = 0; i < count; i++) {
		size_t to = i < gap ? i : i + 8 - count;
		ret[2 * to] = (uint8_t)(groups[i] >> 8);
		ret[2 * to + 1] = (uint8_t)groups[i];
	}
}

/* RFC 4291, 2.2. */
static bool read_v6(const char *text, size_t len, uint8_t *ret)
{
	uint16_t groups[8];
	size_t n = 0, i = 0, gap = SIZE_MAX;
	uint32_t v4;
	if (len >= 2 && text[0] == ':' && text[1] == ':')
		gap = 0, i = 2;
	while (i < len) {
		size_t from = i;
		unsigned value = 0;
		for (; i < len && i < from + 4 && digit_of(text[i]) < 16; i++)
			value = value * 16 + (unsigned)digit_of(text[i]);
		if (i < len && text[i] == '.' && n <= 6 && read_v4(text + from, len - from, &v4)) {
			groups[n++] = (uint16_t)(v4 >> 16);
			groups[n++] = (uint16_t)v4;
			break;
		}
		if (i == from || n == 8)
			return false;
		groups[n++] = (uint16_t)value;
		if (i == len)
			break;
		if (text[i] != ':' || ++i == len)
			return false;
		if (text[i] == ':') {
			if (gap != SIZE_MAX)
				return false;
			gap = n;
			i++;
		}
	}
	if (gap == SIZE_MAX ? n != 8 : n > 7)
		return false;
	place_groups(groups, n, gap < n ? gap : n, ret);
	return true;
}

/* RFC 6761, 6.3: "localhost" and all below it are this machine, whatever DNS would say. */
static bool is_localhost(const char *host, size_t len)
{
	static const char name[] = "localhost";
	const size_t size = sizeof name - 1;
	len -= len > 0 && host[len - 1] == '.';
	return len >= size && strncasecmp(host + len - size, name, size) == 0 &&
	       (len == size || host[len - size - 1] == '.');
}

bool public_address_refuses(const char *host, size_t len)
{
	uint32_t v4;
	uint8_t v6[16];
	if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
		const char *zone = memchr(host, '%', len);
		size_t end = zone != NULL ? (size_t)(zone - host) : len - 1;
		return read_v6(host + 1, end - 1, v6) && !public_address_v6(v6);
	}
	return is_localhost(host, len) || (read_v4(host, len, &v4) && !public_address_v4(v4));
}
