/* kinds: the channels of all gateways, one file each; channel_of_kind() (channel.h) finds them by name. */
#ifndef SIGAP_PROTOCOL_KINDS_H
#define SIGAP_PROTOCOL_KINDS_H
#include "channel.h"

extern const struct channel channel_kannel; /* channel/kannel.c */
extern const struct channel channel_gammu;  /* channel/gammu.c */
#endif
