/* id: see id.h. */
#include "id.h"

#include <ctype.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

enum { RANDOM_BUFFER = 2048, UUID_RANDOM = 8, MAC_BYTES = 8, LINK_BYTES = sizeof(struct uuid) + MAC_BYTES };

/* Safe to repeat and from any thread. An id that is not random could repeat: better no daemon. */
static void need_randomness(void)
{
	if (sodium_init() < 0) {
		log_error("id.no_randomness", "library=libsodium");
		abort();
	}
}

/* One call of the system's generator serves 256 ids. The buffer is the thread's own; used bytes are never given
 * twice. */
static void random_few(uint8_t ret[UUID_RANDOM])
{
	static _Thread_local struct {
		uint8_t bytes[RANDOM_BUFFER];
		size_t left;
	} pool;
	if (pool.left == 0) {
		need_randomness();
		randombytes_buf(pool.bytes, sizeof pool.bytes);
		pool.left = sizeof pool.bytes;
	}
	pool.left -= UUID_RANDOM;
	memcpy(ret, pool.bytes + pool.left, UUID_RANDOM);
}

/* 48 bits of milliseconds and 12 bits of the fraction (RFC 9562 section 6.2 method 3). Always more than the one before,
 * in every thread: when the clock
 * stands still or steps back, the count goes on from the last value. */
static uint64_t next_stamp(void)
{
	static _Atomic uint64_t last;
	uint64_t us = (uint64_t)wall_now().us;
	uint64_t stamp = us / 1000 << 12 | us % 1000 * 4096 / 1000;
	uint64_t seen = atomic_load_explicit(&last, memory_order_relaxed);
	uint64_t next;
	do
		next = stamp > seen ? stamp : seen + 1;
	while (!atomic_compare_exchange_weak_explicit(&last, &seen, next, memory_order_relaxed, memory_order_relaxed));
	return next;
}

struct uuid uuid_make(void)
{
	struct uuid id;
	uint64_t stamp = next_stamp();
	for (int i = 0; i < 6; i++)
		id.b[i] = (uint8_t)(stamp >> (52 - 8 * i));
	id.b[6] = (uint8_t)(0x70 | (stamp >> 8 & 0x0f));
	id.b[7] = (uint8_t)stamp;
	random_few(id.b + 8);
	id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3f));
	return id;
}

void uuid_format(struct uuid id, char ret[UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *at = ret;
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = digits[id.b[i] >> 4];
		*at++ = digits[id.b[i] & 15];
	}
	*at = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uuid_parse(const char *text, struct uuid *ret)
{
	struct uuid id;
	if (strlen(text) != UUID_TEXT - 1)
		return false;
	const char *at = text;
	for (int i = 0; i < 16; i++) {
		if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
			return false;
		int high = hex_digit(at[0]), low = hex_digit(at[1]);
		if (high < 0 || low < 0)
			return false;
		id.b[i] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	*ret = id;
	return true;
}

bool uuid_equal(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof a.b) == 0;
}

bool uuid_is_nil(struct uuid a)
{
	return uuid_equal(a, (struct uuid){.b = {0}});
}

void sha256(const void *bytes, size_t len, uint8_t ret[32])
{
	crypto_hash_sha256(ret, bytes, len);
}

void random_text(char *ret, size_t len)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	need_randomness();
	for (size_t i = 0; i < len; i++)
		ret[i] = alphabet[randombytes_uniform(sizeof alphabet - 1)]; /* without modulo bias */
	ret[len] = '\0';
}

static void link_mac(const uint8_t key[32], struct uuid dispatch, uint8_t ret[MAC_BYTES])
{
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256(mac, dispatch.b, sizeof dispatch.b, key);
	memcpy(ret, mac, MAC_BYTES);
	sodium_memzero(mac, sizeof mac);
}

void link_token_make(const uint8_t key[32], struct uuid dispatch, char ret[LINK_TOKEN_TEXT])
{
	uint8_t bytes[LINK_BYTES];
	memcpy(bytes, dispatch.b, sizeof dispatch.b);
	link_mac(key, dispatch, bytes + sizeof dispatch.b);
	sodium_bin2base64(ret, LINK_TOKEN_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool link_token_read(const uint8_t key[32], const char *token, struct uuid *ret_dispatch)
{
	uint8_t bytes[LINK_BYTES], mac[MAC_BYTES];
	size_t len;
	if (strlen(token) != LINK_TOKEN_TEXT - 1)
		return false;
	if (sodium_base642bin(bytes, sizeof bytes, token, LINK_TOKEN_TEXT - 1, NULL, &len, NULL,
	                      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    len != sizeof bytes)
		return false;
	struct uuid dispatch;
	memcpy(dispatch.b, bytes, sizeof dispatch.b);
	link_mac(key, dispatch, mac);
	if (sodium_memcmp(mac, bytes + sizeof dispatch.b, MAC_BYTES) != 0)
		return false;
	*ret_dispatch = dispatch;
	return true;
}

/* ---- receipts ---- */

enum { CHECK_LETTERS = 5, NUMBER_DIGITS = 18 };

/* Without letters that look like digits or each other, and without U, so that chance writes no words. */
static void receipt_check(const uint8_t key[32], int64_t number, char ret[CHECK_LETTERS + 1])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	char text[64]; /* longer than the 16 bytes of a link: neither can stand for the other */
	int len = snprintf(text, sizeof text, "receipt of report number %" PRId64, number);
	crypto_auth_hmacsha256(mac, (const unsigned char *)text, (unsigned long long)len, key);
	for (int i = 0; i < CHECK_LETTERS; i++)
		ret[i] = alphabet[mac[i] % (sizeof alphabet - 1)];
	ret[CHECK_LETTERS] = '\0';
}

void receipt_make(const uint8_t key[32], int64_t number, char ret[RECEIPT_TEXT])
{
	char check[CHECK_LETTERS + 1];
	receipt_check(key, number, check);
	snprintf(ret, RECEIPT_TEXT, "%" PRId64 "-%s", number, check);
}

static char as_in_receipts(char c)
{
	c = (char)toupper((unsigned char)c);
	return (char)(c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c);
}

bool receipt_read(const uint8_t key[32], const char *text, int64_t *ret_number)
{
	char right[CHECK_LETTERS + 1], given[CHECK_LETTERS + 1] = "";
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > NUMBER_DIGITS || text[0] == '0' || text[digits] != '-' ||
	    strlen(text + digits + 1) != CHECK_LETTERS)
		return false;
	int64_t number = strtoll(text, NULL, 10);
	for (int i = 0; i < CHECK_LETTERS; i++)
		given[i] = as_in_receipts(text[digits + 1 + (size_t)i]);
	receipt_check(key, number, right);
	if (sodium_memcmp(given, right, CHECK_LETTERS) != 0)
		return false;
	*ret_number = number;
	return true;
}
