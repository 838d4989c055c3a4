/* config: the files that triage and texts are made of. */
#ifndef SIGAP_CTL_CONFIG_H
#define SIGAP_CTL_CONFIG_H
#include "../core/replies.h"
#include "../core/triage.h"
#include "ctl.h"
/* folder NULL: lexicon/ of the configuration. Each ends the run when a file has a fault. The configuration is --config-dir, else $SIGAP_CONFIG_DIR, else
 * config/ beside the build folder of a checkout, else /etc/sigap. */
const struct lexicon *config_lexicon(struct ctl *c, const char *folder);
const struct replies *config_replies(struct ctl *c);
#endif
