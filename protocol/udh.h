/* udh: the user data header of an SMS (3GPP TS 23.040 section 9.2.3.24), as far as it joins the parts of a long message. */
#ifndef SIGAP_PROTOCOL_UDH_H
#define SIGAP_PROTOCOL_UDH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One part of a long message: number from 1 to total, ref the same for all of them. */
struct sms_part {
	int ref, number, total;
};
/* Reads information elements 00 (8-bit reference) and 08 (16-bit reference). False, and *ret all 0, when the header names no part of several. */
bool udh_part(const uint8_t *udh, size_t len, struct sms_part *ret);
/* The same for the forms in which gateways write it: raw bytes, "050003070201", "%05%00%03%07%02%01" or "%05%00%03A%02%01". */
bool udh_part_of_text(const char *text, size_t len, struct sms_part *ret);
#endif
