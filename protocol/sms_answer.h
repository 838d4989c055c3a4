/* sms_answer: what a partner's SMS means: "TERIMA 1042", "TOLAK 1042 tidak ada petugas", "terima", "ok siap 1042", "otw", "sdh tiba", "selesai". */
#ifndef SIGAP_PROTOCOL_SMS_ANSWER_H
#define SIGAP_PROTOCOL_SMS_ANSWER_H
#include <stdbool.h>
#include <stdint.h>

struct sms_answer {
	const char *
	        event; /* "accept", "decline", "en_route", "on_scene", "complete", "claim" (AMBIL, a person on duty); static */
	int64_t number;   /* incident number, 0 when none was written */
	int eta_minutes;  /* "TERIMA 1042 15 menit", "otw 20 mnt"; -1 when none */
	bool shift;       /* "SIAP PIKET": of a person on duty, it is about a shift and no dispatch */
	char reason[300]; /* rest of the text after the word and the number, trimmed; "" when none */
};
/* Reads one SMS (UTF-8) of a known partner or person on duty. Case, punctuation and common spellings do not matter
 * (terima, trima, trm, ok, oke, siap, ya, yes, setuju; tolak, tdk bisa, tidak bisa, gak bisa, no, tidak; otw, meluncur, menuju, jalan, berangkat; tiba, sampai, smp, di lokasi;
 * selesai, sls, done, beres; ambil; berhalangan, tidak piket). "tidak terima", "belum bisa terima", "blm siap", "tidak siap" are declines, "belum tiba"/"blm sampai" are no answer. False when the text is no answer. */
bool sms_answer_read(const char *text, struct sms_answer *ret);
#endif
