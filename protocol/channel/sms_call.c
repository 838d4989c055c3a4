/* sms_call: see sms_call.h. */
#include "sms_call.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../utf8.h"

bool sms_call_refuse(char *why, size_t why_size, const char *reason)
{
	snprintf(why, why_size, "%s", reason);
	return false;
}

/* ---- out ---- */

const char *sms_call_check(const struct channel_contact *contact, const struct channel_notice *notice,
                           struct sms_call *ret)
{
	static const char plain[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
	if (contact->address == NULL || !phone_normalise(contact->address, ret->to))
		return "the contact's phone number is not of the form +62812...";
	if (strlen(notice->body) != notice->body_len || !utf8_valid(notice->body, notice->body_len))
		return "the text is not valid UTF-8";
	ret->size = sms_measure(notice->body);
	if (ret->size.parts == 0)
		return "the text is empty";
	if (ret->size.parts > SMS_MAX_PARTS)
		return "the text is longer than three parts";
	if (notice->id[0] == '\0' || strspn(notice->id, plain) != strlen(notice->id))
		return "the notice's id does not fit into a URL";
	return NULL;
}

void sms_call_status_url(struct buf *out, const struct gateway *g, const char *id)
{
	buf_addf(out, "%s%cref=%s", g->status_url, strchr(g->status_url, '?') != NULL ? '&' : '?', id);
}

void sms_call_basic(struct buf *out, const char *user, const char *password)
{
	struct buf both;
	buf_init(&both, 2048);
	buf_addf(&both, "%s:%s", user != NULL ? user : "", password != NULL ? password : "");
	unsigned char *text = malloc(both.len / 3 * 4 + 5);
	if (text == NULL || both.failed) {
		out->failed = true;
	} else {
		EVP_EncodeBlock(text, (const unsigned char *)both.data, (int)both.len);
		buf_addf(out, "Basic %s", (const char *)text);
	}
	free(text);
	OPENSSL_cleanse(both.data, both.len);
	buf_free(&both);
}

void sms_call_not_its_words(struct verdict *v, const struct channel_answer *answer, const char *who)
{
	v->outcome = OUTCOME_UNKNOWN;
	snprintf(v->detail, sizeof v->detail, "HTTP %d, but not %s's words: is send_url right?", answer->status, who);
}

void sms_call_words(struct verdict *v, const struct channel_answer *answer, const char *kind, const char *code,
                    const char *words)
{
	char plain[60];
	inbound_copy_plain(plain, sizeof plain, code);
	snprintf(v->detail, sizeof v->detail, "HTTP %d, %s %s%s%s", answer->status, kind, plain,
	         words != NULL ? ": " : "", words != NULL ? words : "");
}

/* ---- in ---- */

bool sms_call_fields(const struct inbound_request *r, struct form *ret)
{
	return r->body_len > 0 ? form_parse(r->body, r->body_len, ret) : form_parse(r->query, r->query_len, ret);
}

void sms_call_sender(char *to, size_t size, const char *from)
{
	enum { SHORT_CODE_MOST = 7, E164_MOST = 15 };
	size_t len = strlen(from);
	bool bare = len > SHORT_CODE_MOST && len <= E164_MOST && from[0] != '0' && strspn(from, "0123456789") == len;
	to[0] = '+';
	inbound_copy_plain(to + bare, size - bare, from);
}

void sms_call_ref(const struct inbound_request *r, char *ret, size_t size)
{
	struct form query;
	ret[0] = '\0';
	if (!form_parse(r->query, r->query_len, &query))
		return;
	const char *ref = form_value(&query, "ref");
	if (ref != NULL && strlen(ref) < size)
		inbound_copy_plain(ret, size, ref);
	form_free(&query);
}

bool sms_call_state(const struct sms_call_state *states, const char *word, enum delivery_state *ret)
{
	for (; word != NULL && states->word != NULL; states++)
		if (strcasecmp(states->word, word) == 0) {
			*ret = states->state;
			return true;
		}
	return false;
}
