/* kinds: the channels of all gateways, one file each; channel_of_kind() (channel.h) finds them by name. */
#ifndef SIGAP_PROTOCOL_KINDS_H
#define SIGAP_PROTOCOL_KINDS_H
#include "channel.h"

extern const struct channel channel_kannel;  /* channel/kannel.c */
extern const struct channel channel_twilio;  /* channel/twilio.c */
extern const struct channel channel_vonage;  /* channel/vonage.c */
extern const struct channel channel_infobip; /* channel/infobip.c */
extern const struct channel channel_jasmin;  /* channel/jasmin.c */
#endif
