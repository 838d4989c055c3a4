/* kinds: the channels of all gateways, one file each; channel_of_kind() (channel.h) finds them by name. */
#ifndef SIGAP_PROTOCOL_KINDS_H
#define SIGAP_PROTOCOL_KINDS_H
#include "channel.h"

extern const struct channel channel_kannel;   /* channel/kannel.c */
extern const struct channel channel_smsgate;  /* channel/smsgate.c */
extern const struct channel channel_twilio;   /* channel/twilio.c */
extern const struct channel channel_vonage;   /* channel/vonage.c */
extern const struct channel channel_infobip;  /* channel/infobip.c */
extern const struct channel channel_jasmin;   /* channel/jasmin.c */
extern const struct channel channel_rapidpro; /* channel/rapidpro.c */
extern const struct channel channel_whatsapp; /* channel/whatsapp.c */
extern const struct channel channel_telegram; /* channel/telegram.c */
extern const struct channel channel_generic;  /* channel/generic.c */
#endif
