/* link: the partner's page behind /d/{token}: what, where, how urgent, and one button for each answer. Usable without JavaScript; names nobody. */
#ifndef SIGAP_FLOW_LINK_H
#define SIGAP_FLOW_LINK_H
#include "../flow/flow.h"
void link_get(void *ctx, struct http_request *r); /* GET /d/{token} */
void link_post(
        void *ctx,
        struct http_request *
                r); /* POST /d/{token}, form: event, choice and reason (why not), eta (minutes), note, seen (the version shown) */
#endif
