/* gammu: Gammu SMSD with its PostgreSQL tables (schema version 17), both ways, and its RunOnReceive script. Facts: gammu-doc 1.42 smsd/{run,tables}.html, pgsql.sql, and runs of
 * Debian's 1.42.0-8 with the dummy phone.
 *
 * In: a long message is one row of inbox for each part; SMSD waits for all of them (MultipartTimeout, 600 s) and then writes them, the whole text in "TextDecoded" of the first, or what
 * came of them, each part with its own text. Out: a row of outbox, further parts in outbox_multipart. sentitems tells what became of it.
 * The script posts {"phone","ids","from","text"} to …/inbound, signed like GitHub's webhooks: X-Signature: sha256=HMAC of the raw body. */
#ifndef SIGAP_PROTOCOL_GAMMU_H
#define SIGAP_PROTOCOL_GAMMU_H
#include "../sms_text.h"
#include "channel.h"

/* One row of inbox. Strings belong to the caller. */
struct gammu_row {
	int64_t id;
	const char *phone_id, *sender, *smsc;
	const char *text;    /* "TextDecoded" */
	const char *hex;     /* "Text" */
	const char *coding;  /* "Default_No_Compression", "Unicode_No_Compression", "8bit", … */
	const char *udh;     /* hexadecimal, "" when there is none */
	int64_t received_us; /* "ReceivingDateTime" as the modem's clock shows it, in UTC */
	int age_s;           /* since SMSD wrote the row */
};
enum { GAMMU_WAITS = -1 };
/* Makes messages of rows (in the order of their ids): adds them to ret and tells for each row the index of its message, or GAMMU_WAITS: it is a part whose others may still
 * come, until it is patience_s old. A message that never came whole is marked truncated. external_id is "PHONE:ID" of its first row. */
void gammu_join(const struct gammu_row *rows, size_t n, int patience_s, struct inbound *ret, int *message_of);

/* One part on its way out: "Coding", "UDH" (hexadecimal; "" for a message of one part), "TextDecoded". */
struct gammu_part {
	const char *coding;
	char udh[13];
	struct buf text;
};
/* Splits text into at most SMS_MAX_PARTS parts, numbered under ref (0..255); returns how many, 0 with the reason in why when it cannot be sent. The caller frees the parts' texts. */
int gammu_parts(const char *text, uint8_t ref, struct gammu_part parts[SMS_MAX_PARTS], char *why, size_t why_size);
/* "Status" of sentitems -> what it says of the notice. False for a word that is none of Gammu's. */
bool gammu_state(const char *status, enum delivery_state *ret);
#endif
