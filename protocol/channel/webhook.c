/* webhook: a signed JSON call to a partner's server, Standard Webhooks 1.0.0. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../webhook_sign.h"
#include "channel.h"

/* Printable ASCII without spaces: fit for a URL and for a header line. */
static bool is_plain(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return *text != '\0';
}

static const char *fault_of(const struct channel_contact *contact, const struct channel_notice *notice)
{
	if (contact->address == NULL || !is_plain(contact->address) ||
	    (strncmp(contact->address, "https://", 8) != 0 && strncmp(contact->address, "http://", 7) != 0))
		return "the webhook's address is not an http or https URL";
	if (contact->secret == NULL || *contact->secret == '\0')
		return "the webhook has no secret to sign with";
	if (!is_plain(notice->id) || strchr(notice->id, '.') != NULL)
		return "the notice's id cannot be signed"; /* the dot separates what is signed */
	return NULL;
}

static bool render(const struct gateway *gateway, const struct channel_contact *contact,
                   const struct channel_notice *notice, struct http_call *ret, char *why, size_t why_size)
{
	(void)gateway;
	char signature[WEBHOOK_SIGNATURE_MAX];
	const char *fault = fault_of(contact, notice);
	if (fault == NULL &&
	    !webhook_sign(contact->secret, notice->id, notice->now_s, notice->body, notice->body_len, signature))
		fault = "the webhook's secret is not of the form whsec_<base64>";
	if (fault == NULL) {
		ret->method = "POST";
		buf_adds(&ret->url, contact->address);
		buf_addf(&ret->headers,
		         "Content-Type: application/json\nwebhook-id: %s\nwebhook-timestamp: %" PRId64 "\n", notice->id,
		         notice->now_s);
		buf_addf(&ret->headers, "webhook-signature: %s\n", signature);
		buf_add(&ret->body, notice->body, notice->body_len);
		if (ret->url.failed || ret->headers.failed || ret->body.failed)
			fault = "the notice is too large for a webhook";
	}
	if (fault != NULL)
		snprintf(why, why_size, "%s", fault);
	return fault == NULL;
}

const struct channel channel_webhook = {.name = "webhook", .render = render, .judge = http_verdict};
