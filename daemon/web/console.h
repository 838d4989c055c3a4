/* console: the web console's own files (daemon/console/, compiled in) and what it must know of this daemon. The files are for everybody; what they show needs a log-in. */
#ifndef SIGAP_FLOW_CONSOLE_H
#define SIGAP_FLOW_CONSOLE_H
#include "../flow/flow.h"
void console_get_page(void *ctx, struct http_request *r);     /* GET / */
void console_get_icon(void *ctx, struct http_request *r);     /* GET /favicon.ico: browsers ask for it by themselves */
void console_get_file(void *ctx, struct http_request *r);     /* GET /console/{file} */
void console_get_screen(void *ctx, struct http_request *r);   /* GET /console/screens/{file} */
void console_get_vendor(void *ctx, struct http_request *r);   /* GET /console/vendor/{file} */
void console_get_settings(void *ctx, struct http_request *r); /* GET /v1/console */
#endif
