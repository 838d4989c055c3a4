/* query: reading. Each answer is one statement that makes the JSON; access is checked on what it returns beside. */
#ifndef SIGAP_FLOW_QUERY_H
#define SIGAP_FLOW_QUERY_H
#include "../flow/flow.h"
void query_report(void *ctx, struct http_request *r);     /* GET /v1/reports/{id} */
void query_incidents(void *ctx, struct http_request *r);  /* GET /v1/incidents?state=&type=&region=&after= */
void query_incident(void *ctx, struct http_request *r);   /* GET /v1/incidents/{id} */
void query_board(void *ctx, struct http_request *r);      /* GET /v1/board: what is open, for a wall */
void query_dispatches(void *ctx, struct http_request *r); /* GET /v1/dispatches?state= */
void query_dispatch(void *ctx, struct http_request *r);   /* GET /v1/dispatches/{id} */
void query_notice(void *ctx, struct http_request *r);     /* GET /v1/notices/{id} */
void query_alarms(void *ctx, struct http_request *r);     /* GET /v1/alarms?state=active|all */
void query_duplicates(void *ctx, struct http_request *r); /* GET /v1/duplicates?state=open|all */
void query_outbox(void *ctx, struct http_request *r);     /* GET /v1/outbox?state=dead|waiting */
void query_replay(void *ctx, struct http_request *r);     /* POST /v1/outbox/{notice}/replay */
/* A list of the directory: ?all=1 is the statement's $1. */
void query_list(void *ctx, struct http_request *r, enum sql statement);
#endif
