/* charset: what gateways' bytes say as text. UTF-8, UTF-16 in both orders (UCS-2 with surrogate pairs), Windows-1252, GSM 03.38
 * ("GSM-7", a septet in each byte); what is broken is repaired, never refused. */
#ifndef SIGAP_PROTOCOL_CHARSET_H
#define SIGAP_PROTOCOL_CHARSET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/* Appends bytes to out as valid UTF-8. charset: as a gateway names it ("UTF-16BE"), NULL or unknown: the bytes decide. wide: the gateway says that it is UCS-2.
 * Returns true when something had to be replaced with U+FFFD (a lone surrogate, a NUL, bytes that are no UTF-8). */
bool charset_decode(const char *charset, bool wide, const uint8_t *bytes, size_t len, struct buf *out);
/* Appends UTF-8 as UTF-16BE in upper case hexadecimal ("0048D83D…"). */
void charset_hex_utf16(const char *utf8, struct buf *out);
/* "006700e9" -> len / 2 bytes in ret; false when len is 0 or odd or something is no hexadecimal digit. */
bool hex_decode(const char *hex, size_t len, uint8_t *ret);
#endif
