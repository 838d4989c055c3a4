/* api: the table of routes, of the path's own handlers (daemon/flow) and of those here.
 *
 *   query, regions, gateways, handover, figures   reading: what is there, places, gateways, the change of shift, the numbers of a period
 *   stream (stream_look)    who listens is told what happens
 *   disclose                what is sensitive, for a reason, and who looked
 *   agencies, people, entry, holes, policies, roster_change, senders   what people change: directory, policy, roster, marks of senders
 *   login (login_door, login_page), account   people log in
 *   page                    how pages are made: link (the partner's), tasks (an agency's list), citizen (where anybody reports; citizen_form)
 *   console                 the console's files */
#ifndef SIGAP_FLOW_API_H
#define SIGAP_FLOW_API_H
#include "../io/http.h"
extern const struct http_route api_routes[];
extern const size_t api_route_count;
#endif
