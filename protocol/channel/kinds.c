/* kinds: every kind of gateway that sigap speaks with: the one list of them. */
#include <string.h>

#include "channel.h"
#include "kinds.h"

static const struct channel *const kinds[] = {
        &channel_kannel, &channel_smsgate,  &channel_twilio,   &channel_vonage,   &channel_infobip,
        &channel_jasmin, &channel_rapidpro, &channel_whatsapp, &channel_telegram, &channel_generic,
};

const struct channel *channel_of_kind(const char *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i]->name, kind) == 0)
			return kinds[i];
	return NULL;
}
