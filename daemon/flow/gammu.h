/* gammu: gateways of kind gammu that name a database: SMSD's tables are read and written directly. inbox is looked at every poll_ms, and at once when the RunOnReceive script calls;
 * a row counts as taken only when its message is on disk here. Several daemons may look at one inbox: the key of a message is the same for all. */
#ifndef SIGAP_FLOW_GAMMU_H
#define SIGAP_FLOW_GAMMU_H
#include "../../protocol/channel/channel.h"
#include "../io/push.h"
#include "flow.h"

struct gammu;
struct gammu *gammu_open(struct flow *f);
void gammu_close(struct gammu **g);
/* Something has come in: look now. */
void gammu_hint(struct gammu *g);
/* Hands a notice to SMSD of gateway, which has a database. done(ctx, answer) runs once, from the loop: as if a server had answered, status 200 and the row's id, or 503, or a transport
 * that failed; channel_gammu.judge() reads it. */
void gammu_send(struct gammu *g, const struct conf_gateway *gateway, const struct channel_contact *to,
                const struct channel_notice *notice, push_done *done, void *ctx);
#endif
