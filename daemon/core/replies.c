/* replies: see replies.h. Texts are cut into literal and placeholder pieces once, when they are read. */
#include "replies.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../protocol/sms_text.h"

enum { PIECES_MAX = 24, SEPTETS_MAX = 160, LINE_MAX_BYTES = 2000 };

/* Every text the daemon sends, with the placeholders that its sender fills. */
static const struct {
	const char *key, *placeholders;
} known[] = {
        {"ack_auto", "no jam"},
        {"ask_place", "no"},
        {"ask_place_choice", "no a b"},
        {"ask_district", "no a"},
        {"ask_type", "no"},
        {"accepted", "no mitra"},
        {"en_route", "no jam"},
        {"on_scene", "no"},
        {"delay", "no jam"},
        {"body_advice", "no"},
        {"pasung_advice", "no"},
        {"baby_advice", "no"},
        {"danger_advice", "no"},
        {"redirect", "no instansi kontak"},
        {"status_open", "no status tgl jam"},
        {"status_unknown", ""},
        {"status_other_phone", ""},
        {"merged", "no"},
        {"followup_ok", "no"},
        {"closed_done", "no"},
        {"closed_notfound", "no"},
        {"closed_family", "no"},
        {"rating", "no"},
        {"nonreport", ""},
        {"confidential", ""},
        {"emergency", "no"},
        {"emergency_fire", "no"},
        {"emergency_water", "no"},
        {"emergency_medical", "no"},
        {"emergency_police", "no"},
        {"ask_place_again", "no"},
        {"ask_type_again", "no"},
        {"answer_noted", "no jam"},
        {"withdraw_noted", "no"},
        {"state_open", ""},
        {"state_triaged", ""},
        {"state_in_progress", ""},
        {"state_en_route", ""},
        {"state_on_scene", ""},
        {"state_handed_over", ""},
        {"state_closed", ""},
        {"state_cancelled", ""},
        {"partner_request", "no jenis prioritas desa tugas"},
        {"partner_remind", "no menit"},
        {"partner_late", "no menit"},
        {"partner_lapsed", "no menit"},
        {"partner_standdown", "no desa"},
        {"partner_update", "no jenis prioritas desa"},
        {"partner_more", "no jumlah jenis desa"},
        {"partner_recorded", "no status"},
        {"partner_conflict", "no status"},
        {"partner_which", ""},
        {"contact_test", ""},
        {"contact_test_noted", ""},
        {"shift_alert", "no prioritas desa menit atasan jam"},
        {"duty_triage", "no prioritas desa menit"},
        {"duty_alert", "no prioritas desa menit alasan"},
        {"duty_note", "no prioritas desa alasan"},
        {"duty_standdown", "no desa alasan"},
        {"duty_emergency", "no"},
        {"duty_blocked", "no"},
        {"duty_followup", "no"},
        {"late", "menit"},
        {"alarm", "alasan"},
        {"shift_ask", "peran tgl jam"},
        {"shift_accepted", "tgl jam"},
        {"shift_refused", "tgl jam"},
        {"shift_none", ""},
        {"shift_begins", "jam jumlah"},
        {"shift_begins_note", "jam jumlah catatan"},
};
enum { KEYS = sizeof known / sizeof *known };

struct piece {
	const char *text; /* literal text, or the placeholder's name */
	size_t len;
	bool placeholder;
};
struct reply {
	struct piece pieces[PIECES_MAX];
	size_t count;
	bool read;
};
struct replies {
	struct reply by_key[KEYS];
};
struct reader {
	struct arena *arena;
	const char *file;
	int line;
	struct replies *replies;
	struct buf *faults;
	bool bad;
};

static int key_index(const char *key)
{
	for (int k = 0; k < KEYS; k++)
		if (strcmp(known[k].key, key) == 0)
			return k;
	return -1;
}

const char *replies_placeholders(const char *key)
{
	int k = key_index(key);
	return k < 0 ? NULL : known[k].placeholders;
}

static void __attribute__((format(printf, 2, 3))) fault(struct reader *r, const char *format, ...)
{
	r->bad = true;
	buf_addf(r->faults, "%s:%d: ", r->file, r->line);
	va_list ap;
	va_start(ap, format);
	buf_vaddf(r->faults, format, ap);
	va_end(ap);
	buf_addc(r->faults, '\n');
}

/* Is name[len] one of the space separated words? */
static bool is_word_of(const char *words, const char *name, size_t len)
{
	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");
		if (word == len && memcmp(at, name, len) == 0)
			return true;
		at += word;
	}
	return false;
}

static void add_piece(struct reader *r, struct reply *reply, const char *text, size_t len, bool placeholder)
{
	if (len == 0 && !placeholder)
		return;
	if (reply->count == PIECES_MAX) {
		if (!r->bad)
			fault(r, "more than %d pieces in one text", PIECES_MAX);
		return;
	}
	reply->pieces[reply->count++] = (struct piece){arena_strndup(r->arena, text, len), len, placeholder};
}

/* Cuts text into pieces and checks its placeholders. */
static void read_text(struct reader *r, int k, const char *text)
{
	struct reply *reply = &r->replies->by_key[k];
	while (*text != '\0') {
		size_t literal = strcspn(text, "{}");
		add_piece(r, reply, text, literal, false);
		text += literal;
		if (*text == '\0')
			return;
		size_t name = *text == '{' ? strcspn(text + 1, "{}") : 0;
		if (*text == '}' || text[1 + name] != '}') {
			fault(r, "text \"%s\": a brace without its pair; write {name}", known[k].key);
			return;
		}
		if (!is_word_of(known[k].placeholders, text + 1, name))
			fault(r, "text \"%s\": unknown placeholder {%.*s}; this text may use: %s", known[k].key,
			      (int)(name > 40 ? 40 : name), text + 1,
			      *known[k].placeholders != '\0' ? known[k].placeholders : "none");
		else
			add_piece(r, reply, text + 1, name, true);
		text += name + 2;
	}
}

/* One line of the table: fields[0..3], tabs already cut away. */
static void read_row(struct reader *r, char *const fields[4])
{
	int k = key_index(fields[0]);
	if (k < 0) {
		fault(r, "unknown text \"%.40s\"", fields[0]);
		return;
	}
	struct reply *reply = &r->replies->by_key[k];
	if (reply->read) {
		fault(r, "text \"%s\" stands here a second time", fields[0]);
		return;
	}
	reply->read = true;
	if (fields[1][0] == '\0')
		fault(r, "text \"%s\" is empty", fields[0]);
	else if (sms_measure(fields[1]).coding != SMS_GSM7)
		fault(r, "text \"%s\" has a character outside the GSM-7 alphabet: it would cost twice as many SMS",
		      fields[0]);
	read_text(r, k, fields[1]);
	char *end;
	long septets = strtol(fields[3], &end, 10);
	if (end == fields[3] || *end != '\0' || septets < 1 || septets > SEPTETS_MAX)
		fault(r, "text \"%s\": column 4 is its length filled in, 1 to %d septets", fields[0], SEPTETS_MAX);
}

static void read_line(struct reader *r, char *line)
{
	size_t len = strcspn(line, "\r");
	line[len] = '\0';
	if (len == 0 || line[0] == '#' || strncmp(line, "key\t", 4) == 0)
		return;
	char *fields[4];
	for (int f = 0; f < 4; f++) {
		fields[f] = line;
		line += strcspn(line, "\t");
		if (*line == '\0' && f < 3) {
			fault(r, "4 columns separated by tabs are needed: key, text, english, septets");
			return;
		}
		if (*line == '\t')
			*line++ = '\0';
	}
	if (*line != '\0')
		fault(r, "more than 4 columns");
	else
		read_row(r, fields);
}

struct replies *replies_read(struct arena *a, const char *file, const char *text, size_t len, struct buf *faults)
{
	struct reader r = {a, file, 0, arena_new_of(a, struct replies), faults, false};
	const char *end = text + len;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t bytes = (size_t)((stop != NULL ? stop : end) - text);
		char line[LINE_MAX_BYTES];
		r.line++;
		if (bytes >= sizeof line || memchr(text, '\0', bytes) != NULL) {
			fault(&r, "not a line of text of at most %d bytes", LINE_MAX_BYTES - 1);
		} else {
			memcpy(line, text, bytes);
			line[bytes] = '\0';
			read_line(&r, line);
		}
		text += bytes + (stop != NULL);
	}
	for (int k = 0; k < KEYS; k++)
		if (!r.replies->by_key[k].read)
			fault(&r, "text \"%s\" is missing", known[k].key);
	return r.bad ? NULL : r.replies;
}

static const char *value_of(const struct piece *p, const struct reply_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(values[i].name, p->text, p->len) == 0 && values[i].name[p->len] == '\0')
			return values[i].value;
	return NULL;
}

void replies_fill(const struct replies *r, const char *key, const struct reply_value *values, size_t n, struct buf *out)
{
	int k = key_index(key);
	assert(k >= 0);
	if (k < 0)
		return;
	const struct reply *reply = &r->by_key[k];
	for (size_t i = 0; i < reply->count; i++) {
		const struct piece *p = &reply->pieces[i];
		if (!p->placeholder) {
			buf_add(out, p->text, p->len);
			continue;
		}
		const char *value = value_of(p, values, n);
		assert(value != NULL);
		if (value != NULL)
			buf_adds(out, value);
	}
}

/* ---- our own texts that come back ---- */

static const char *find(const char *text, const struct piece *p)
{
	for (; *text != '\0'; text++)
		if (strncasecmp(text, p->text, p->len) == 0)
			return text;
	return NULL;
}

/* Where the literal pieces of a reply begin and end when all stand in text in their order. Pieces of a few letters prove nothing and are passed over. */
static bool find_echo(const struct reply *reply, const char *text, const char **ret_begin, const char **ret_end)
{
	enum { PIECE_LEAST = 4, ALL_LEAST = 30 };
	size_t seen = 0;
	for (size_t i = 0; i < reply->count; i++) {
		const struct piece *p = &reply->pieces[i];
		if (p->placeholder || p->len < PIECE_LEAST)
			continue;
		const char *at = find(text, p);
		if (at == NULL)
			return false;
		if (seen == 0)
			*ret_begin = at;
		seen += p->len;
		*ret_end = text = at + p->len;
	}
	return seen >= ALL_LEAST;
}

/* Words of at least two letters. */
static int count_words(const char *text, size_t len)
{
	int words = 0;
	for (size_t i = 0, letters = 0; i < len; i++) {
		letters = isalpha((unsigned char)text[i]) ? letters + 1 : 0;
		words += letters == 2;
	}
	return words;
}

/* The text without the one that ends last; NULL: there is none. */
static const char *without_last(const struct replies *r, struct arena *a, const char *text, int words_before)
{
	const char *begin = NULL, *end = NULL;
	for (int k = 0; k < KEYS; k++) {
		const char *b = NULL, *e = NULL;
		if (find_echo(&r->by_key[k], text, &b, &e) && (end == NULL || e > end)) {
			begin = b;
			end = e;
		}
	}
	if (end == NULL)
		return NULL;
	if (count_words(text, (size_t)(begin - text)) < words_before)
		return end;
	return arena_printf(a, "%.*s\n%s", (int)(begin - text), text, end);
}

const char *replies_without_echo(const struct replies *r, struct arena *a, const char *text, int words_before)
{
	enum { ECHOES_MOST = 8 };
	const char *rest = NULL, *less = text;
	for (int i = 0; i < ECHOES_MOST && (less = without_last(r, a, less, words_before)) != NULL; i++)
		rest = less;
	return rest;
}

bool replies_is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n.\"'>")] == '\0';
}
