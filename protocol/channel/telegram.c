/* telegram: a Telegram bot (Bot API). Updates carry X-Telegram-Bot-Api-Secret-Token, set with setWebhook. Its senders are chats, known by a number that may
 * have more than 32 bits and is no telephone; there are no delivery reports. gateway: password the bot's token, which is part of the address that is
 * called and must be in no log; secret the secret token; send_url another Bot API server than api.telegram.org. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../utf8.h"
#include "kinds.h"
#include "payload.h"
#include "sms_call.h"

enum { TEXT_MOST = 4096, RETRY_MOST_S = 3600 };

/* ---- messages ---- */

/* "/lapor ada ..." -> "ada ...". A bare command says nothing: everybody who opens a bot sends "/start" before the first word. */
static const char *without_command(const char *text)
{
	if (text == NULL || *text != '/')
		return text;
	text += strcspn(text, " \n");
	return text + strspn(text, " \n");
}

/* What can be said without words comes with a label, so that a person looks and the sender is asked what it is about. All else (stickers, games, "has
 * joined") is no report and wants no answer. An animation is told as a document, too. */
static const struct {
	const char *member, *label;
} media[] = {
        {"photo", "foto"},  {"video", "video"},      {"video_note", "video"},     {"voice", "pesan suara"},
        {"audio", "audio"}, {"document", "dokumen"}, {"contact", "kartu kontak"},
};

static void read_content(const cJSON *message, struct inbound_message *m)
{
	const cJSON *venue = json_member(message, "venue"), *location = json_member(message, "location");
	payload_text(&m->text, without_command(json_string(message, "text")));
	payload_text(&m->text, json_string(message, "caption"));
	payload_text(&m->text, json_string(venue, "title"));
	payload_text(&m->text, json_string(venue, "address"));
	payload_position(m, json_string(location, "latitude"), json_string(location, "longitude"));
	if (location != NULL)
		payload_label(&m->text, "lokasi");
	for (size_t i = 0; i < sizeof media / sizeof *media; i++)
		if (json_member(message, media[i].member) != NULL)
			payload_label(&m->text, media[i].label);
}

static void read_name(const cJSON *from, struct inbound_message *m)
{
	const char *first = json_string(from, "first_name"), *last = json_string(from, "last_name");
	char both[2 * sizeof m->name];
	snprintf(both, sizeof both, "%s%s%s", first != NULL ? first : "", last != NULL ? " " : "",
	         last != NULL ? last : "");
	utf8_trim(both);
	payload_name(m->name, sizeof m->name, both);
}

/* An answer in a group would show everybody there what somebody reported: a group's message is taken, with nobody to answer. */
static void read_sender(const cJSON *chat, const cJSON *from, struct inbound_message *m)
{
	const char *type = json_string(chat, "type");
	if (type != NULL && strcmp(type, "private") == 0)
		payload_plain(m->from, sizeof m->from, chat, "id");
	read_name(from, m);
}

static void drop_last(struct inbound *all)
{
	inbound_message_free(&all->messages[--all->message_count]);
}

/* False when it is none that we know. A message without anything to say is taken as nothing. */
static bool add_message(const cJSON *message, const char *update_id, bool repaired, struct inbound *ret)
{
	const cJSON *chat = json_member(message, "chat");
	struct inbound_message *m = inbound_add_message(ret);
	if (m == NULL || json_string(chat, "id") == NULL || update_id == NULL)
		return false;
	payload_id(m->external_id, sizeof m->external_id, update_id);
	m->repaired = repaired;
	read_sender(chat, json_member(message, "from"), m);
	const char *edited = json_string(message, "edit_date");
	payload_seconds(m, edited != NULL ? edited : json_string(message, "date"));
	read_content(message, m);
	bool fits = !m->text.failed;
	if (fits && m->text.len == 0)
		drop_last(ret);
	return fits;
}

/* A button of ours was pressed: its data is what it stands for ("1"). */
static bool add_callback(const cJSON *query, const char *update_id, bool repaired, struct inbound *ret)
{
	const char *data = json_string(query, "data");
	struct inbound_message *m = data != NULL ? inbound_add_message(ret) : NULL;
	if (data == NULL)
		return true; /* a game */
	if (m == NULL || update_id == NULL)
		return false;
	payload_id(m->external_id, sizeof m->external_id, update_id);
	m->repaired = repaired;
	read_sender(json_member(json_member(query, "message"), "chat"), json_member(query, "from"), m);
	payload_text(&m->text, data);
	return !m->text.failed;
}

static bool read_update(const cJSON *update, bool repaired, struct inbound *ret)
{
	const char *id = json_string(update, "update_id");
	const cJSON *message = json_member(update, "message"), *edited = json_member(update, "edited_message");
	const cJSON *query = json_member(update, "callback_query");
	if (message != NULL)
		return add_message(message, id, repaired, ret);
	if (edited != NULL && json_member(edited, "location") != NULL)
		return true; /* a live location moves every few seconds; where it began is known */
	if (edited != NULL)
		return add_message(edited, id, repaired, ret);
	if (query != NULL)
		return add_callback(query, id, repaired, ret);
	return id != NULL; /* channel posts, polls, memberships */
}

/* ---- in ---- */

static bool is_genuine(const struct gateway *gateway, const struct inbound_request *r, char *why, size_t why_size)
{
	enum { SECRET_MOST = 256 };
	char value[SECRET_MOST + 2];
	if (!payload_header(r, "X-Telegram-Bot-Api-Secret-Token", value, sizeof value))
		return sms_call_refuse(why, why_size, "no secret token: give secret_token to setWebhook");
	return digest_same(value, gateway->secret, false) ||
	       sms_call_refuse(why, why_size, "the secret token is not secret_file's");
}

static enum inbound_end read(const struct gateway *gateway, enum door door, const struct inbound_request *request,
                             struct inbound *ret, char *why, size_t why_size)
{
	(void)door;
	bool repaired;
	if (!is_genuine(gateway, request, why, why_size))
		return INBOUND_FORGED;
	cJSON *update = payload_read(request, &repaired, why, why_size);
	if (update == NULL)
		return INBOUND_UNREADABLE;
	bool whole = read_update(update, repaired, ret);
	if (!whole)
		sms_call_refuse(why, why_size, "the update is not what the Bot API says");
	cJSON_Delete(update);
	return whole ? INBOUND_TAKEN : INBOUND_UNREADABLE;
}

/* ---- out ---- */

/* "7001" or "telegram:7001" -> "7001"; NULL when it is no private chat (groups have negative numbers). */
static const char *chat_of(const struct gateway *gateway, const char *address)
{
	enum { DIGITS_MOST = 19 };
	size_t name = gateway->name != NULL ? strlen(gateway->name) : 0;
	if (address == NULL)
		return NULL;
	if (name > 0 && strncmp(address, gateway->name, name) == 0 && address[name] == ':')
		address += name + 1;
	size_t len = strlen(address);
	return len > 0 && len <= DIGITS_MOST && *address != '0' && strspn(address, "0123456789") == len ? address
	                                                                                                : NULL;
}

/* As Telegram counts: UTF-16 units. */
static size_t length_of(const char *text)
{
	size_t units = utf8_length(text);
	for (; *text != '\0'; text++)
		units += (unsigned char)*text >= 0xF0;
	return units;
}

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	const char *chat = chat_of(gateway, contact->address), *fault = NULL;
	if (chat == NULL)
		fault = "the contact is not a private Telegram chat";
	else if (gateway->password == NULL)
		fault = "no bot with a token";
	else if (strlen(notice->body) != notice->body_len || !utf8_valid(notice->body, notice->body_len))
		fault = "the text is not valid UTF-8";
	else if (notice->body_len == 0 || length_of(notice->body) > TEXT_MOST)
		fault = "the text is empty or longer than 4096 characters";
	if (fault != NULL)
		return sms_call_refuse(why, why_size, fault);
	ret->method = "POST";
	buf_addf(&ret->url, "%s/bot%s/sendMessage",
	         gateway->send_url != NULL ? gateway->send_url : "https://api.telegram.org", gateway->password);
	buf_adds(&ret->headers, "Content-Type: application/json\n");
	struct json_out j;
	json_out_init(&j, &ret->body);
	json_begin_object(&j);
	json_key(&j, "chat_id");
	json_put_raw(&j, chat, strlen(chat));
	json_member_string(&j, "text", notice->body);
	json_key(&j, "link_preview_options");
	json_begin_object(&j);
	json_member_bool(&j, "is_disabled", true);
	json_end_object(&j);
	json_end_object(&j);
	return (!ret->url.failed && !ret->body.failed) || sms_call_refuse(why, why_size, "the call is too long");
}

/* {"ok":true,"result":{"message_id":…, … the whole message}}: only its beginning may have been kept, so it is looked at as text. */
static void judge_accepted(struct verdict *v, const struct channel_answer *answer)
{
	static const char head[] = "{\"ok\":true,", id[] = "\"message_id\":";
	const char *body = answer->body != NULL ? answer->body : "";
	if (strncmp(body, head, sizeof head - 1) != 0) {
		sms_call_not_its_words(v, answer, "Telegram");
		return;
	}
	const char *at = strstr(body, id);
	at = at != NULL ? at + sizeof id - 1 : "";
	snprintf(v->gateway_ref, sizeof v->gateway_ref, "%.*s", (int)strspn(at, "0123456789"), at);
}

/* {"ok":false,"error_code":429,"description":…,"parameters":{"retry_after":7}} */
static void judge_refused(struct verdict *v, const struct channel_answer *answer, const cJSON *body)
{
	const char *wait = json_string(json_member(body, "parameters"), "retry_after");
	const char *words = json_string(body, "description");
	int seconds = wait != NULL ? atoi(wait) : 0;
	if (answer->status == 429 && seconds > 0) {
		v->outcome = OUTCOME_RETRY_AFTER;
		v->retry_after_s = seconds < RETRY_MOST_S ? seconds : RETRY_MOST_S;
	}
	if (answer->status == 401 || answer->status == 404)
		snprintf(v->detail, sizeof v->detail, "HTTP %d: the bot is not known, check password_file",
		         answer->status);
	else if (words != NULL)
		payload_words(v, words);
}

static struct verdict judge(const struct channel_answer *answer)
{
	struct verdict v = http_verdict(answer);
	if (answer->transport != TRANSPORT_ANSWERED)
		return v;
	cJSON *body = payload_answer(answer);
	if (v.outcome == OUTCOME_OK)
		judge_accepted(&v, answer);
	else
		judge_refused(&v, answer, body);
	cJSON_Delete(body);
	return v;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static bool check(const struct gateway *gateway, char *why, size_t why_size)
{
	size_t number = strspn(gateway->password, "0123456789"), secret = strlen(gateway->secret);
	const char *rest = gateway->password + number;
	if (number == 0 || *rest != ':' || rest[1] == '\0' || strspn(rest + 1, LETTERS) != strlen(rest + 1))
		return sms_call_refuse(why, why_size, "password_file does not hold a bot's token (123456:ABC...)");
	if (secret > 256 || strspn(gateway->secret, LETTERS) != secret)
		return sms_call_refuse(why, why_size,
		                       "secret_file may only hold letters, digits, _ and -, at most 256 (setWebhook)");
	return true;
}

static const char *const needs[] = {"password_file", "secret_file", NULL};

const struct channel channel_telegram = {
        .name = "telegram",
        .render = render,
        .judge = judge,
        .read = read,
        .accepted = {[DOOR_INBOUND] = {200, "text/plain; charset=utf-8", ""},
                     [DOOR_STATUS] = {200, "text/plain; charset=utf-8", ""}},
        .needs = needs,
        .check = check,
        .handles = true,
};
