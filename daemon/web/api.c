/* api: see api.h. */
#include "api.h"

#include "../../protocol/policy_request.h"
#include "../../protocol/report_request.h"
#include "../flow/access.h"
#include "../flow/contact_test.h"
#include "../flow/coordinate.h"
#include "../flow/gateway.h"
#include "../flow/intake.h"
#include "../flow/respond.h"
#include "../flow/rules.h"
#include "../flow/shifts.h"
#include "../flow/watch.h"
#include "account.h"
#include "agencies.h"
#include "citizen.h"
#include "console.h"
#include "disclose.h"
#include "entry.h"
#include "figures.h"
#include "gateways.h"
#include "handover.h"
#include "link.h"
#include "login.h"
#include "openapi_json.h"
#include "people.h"
#include "policies.h"
#include "query.h"
#include "regions.h"
#include "roster_change.h"
#include "senders.h"
#include "stream.h"
#include "tasks.h"

enum {
	READERS = ROLE_COORDINATOR | ROLE_ADMIN | ROLE_AUDITOR,
	DECIDERS = ROLE_COORDINATOR | ROLE_ADMIN,
	EVENT_BODY = 16 * 1024,
	FORM_BODY = 8 * 1024,
	EVERYBODY = ROLE_AGENCY | READERS, /* who may log in */
	SESSION_BODY = 4 * 1024,
	GATEWAY_BODY = 1024 * 1024, /* some bring a thousand messages at once */
};

static void get_openapi(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply(r, 200, "application/json", openapi_json, openapi_json_len, NULL);
}

const struct http_route api_routes[] = {
        {"POST", "/v1/reports", intake_post_report, ROLE_SOURCE | DECIDERS, REPORT_BODY_MAX},
        {"GET", "/v1/reports/{id}", query_report, ROLE_SOURCE | READERS, 0},
        {"POST", "/v1/reports/{id}/reporter", disclose_reporter, DECIDERS, EVENT_BODY},
        {"GET", "/v1/incidents", query_incidents, READERS, 0},
        {"GET", "/v1/incidents/{id}", query_incident, READERS, 0},
        {"POST", "/v1/incidents/{id}/events", coordinate_post_event, DECIDERS, EVENT_BODY},
        {"GET", "/v1/stream", stream_get, READERS, 0},
        {"GET", "/v1/board", query_board, READERS, 0},
        {"GET", "/v1/duplicates", query_duplicates, READERS, 0},
        {"GET", "/v1/numbers", figures_get, READERS, 0},
        {"GET", "/v1/dispatches", query_dispatches, ROLE_AGENCY | READERS, 0},
        {"GET", "/v1/dispatches/{id}", query_dispatch, ROLE_AGENCY | READERS, 0},
        {"POST", "/v1/dispatches/{id}/events", respond_post_event, ROLE_AGENCY | DECIDERS, EVENT_BODY},
        {"GET", "/masuk", login_get_page, ACCESS_OPEN, 0},
        {"POST", "/masuk", login_post_page, ACCESS_OPEN, FORM_BODY},
        {"POST", "/keluar", account_post_leave, ACCESS_PAGE | ACCESS_SESSION | EVERYBODY, FORM_BODY},
        {"POST", "/v1/session", login_post, ACCESS_OPEN, SESSION_BODY},
        {"GET", "/v1/session", account_get_session, ACCESS_SESSION | EVERYBODY, 0},
        {"POST", "/v1/session/end", account_post_end, ACCESS_SESSION | EVERYBODY, SESSION_BODY},
        {"POST", "/v1/session/password", account_post_password, ACCESS_SESSION | EVERYBODY, SESSION_BODY},
        {"POST", "/v1/session/totp", account_post_totp, ACCESS_SESSION | EVERYBODY, SESSION_BODY},
        {"GET", "/lapor", citizen_get_form, ACCESS_OPEN, 0},
        {"POST", "/lapor", citizen_post_form, ACCESS_OPEN, EVENT_BODY},
        {"GET", "/lapor/{receipt}", citizen_get_status, ACCESS_OPEN, 0},
        {"GET", "/d/{token}", link_get, ACCESS_OPEN, 0},
        {"POST", "/d/{token}", link_post, ACCESS_OPEN, FORM_BODY},
        {"GET", "/v1/gateways", gateways_get, READERS, 0},
        {"GET", "/tugas", tasks_get_page, ACCESS_PAGE | ROLE_AGENCY, 0},
        {"GET", "/v1/gateways/{name}/inbound", gateway_inbound, ACCESS_GATEWAY, 0},
        {"POST", "/v1/gateways/{name}/inbound", gateway_inbound, ACCESS_GATEWAY, GATEWAY_BODY},
        {"GET", "/v1/gateways/{name}/status", gateway_status, ACCESS_GATEWAY, 0},
        {"POST", "/v1/gateways/{name}/status", gateway_status, ACCESS_GATEWAY, GATEWAY_BODY},
        {"GET", "/v1/notices/{id}", query_notice, READERS, 0},
        {"GET", "/v1/outbox", query_outbox, READERS, 0},
        {"POST", "/v1/outbox/{notice}/replay", query_replay, DECIDERS, EVENT_BODY},
        {"GET", "/v1/alarms", query_alarms, READERS, 0},
        {"GET", "/v1/access-log", disclose_log, ROLE_ADMIN | ROLE_AUDITOR, 0},
        {"GET", "/v1/senders", senders_get_all, READERS, 0},
        {"GET", "/v1/senders/{address}", senders_get, READERS, 0},
        {"POST", "/v1/senders/{address}/marks", senders_post_mark, DECIDERS, EVENT_BODY},
        {"POST", "/v1/senders/{address}/marks/{id}/retire", senders_post_retire, DECIDERS, EVENT_BODY},
        {"GET", "/v1/regions", regions_get, ROLE_SOURCE | ROLE_AGENCY | READERS, 0},
        {"GET", "/v1/agencies", agencies_get_all, READERS, 0},
        {"GET", "/v1/agencies/{slug}", agencies_get, READERS, 0},
        {"PUT", "/v1/agencies/{slug}", agencies_put, ROLE_ADMIN, ENTRY_BODY_MAX},
        {"POST", "/v1/agencies/{slug}/retire", agencies_post_retire, ROLE_ADMIN, EVENT_BODY},
        {"GET", "/v1/agencies/{slug}/changes", agencies_get_changes, READERS, 0},
        {"POST", "/v1/contacts/{id}/test", contact_test_post, DECIDERS, EVENT_BODY},
        {"GET", "/v1/people", people_get_all, READERS, 0},
        {"GET", "/v1/people/{slug}", people_get, DECIDERS, 0},
        {"PUT", "/v1/people/{slug}", people_put, ROLE_ADMIN, ENTRY_BODY_MAX},
        {"POST", "/v1/people/{slug}/retire", people_post_retire, ROLE_ADMIN, EVENT_BODY},
        {"GET", "/v1/people/{slug}/changes", people_get_changes, READERS, 0},
        {"GET", "/v1/shifts", shifts_get, READERS, 0},
        {"POST", "/v1/shifts", roster_change_post_shift, DECIDERS, EVENT_BODY},
        {"POST", "/v1/shifts/{id}/retire", roster_change_retire_shift, DECIDERS, EVENT_BODY},
        {"GET", "/v1/roster", roster_change_get, READERS, 0},
        {"POST", "/v1/rotations", roster_change_post_rotation, DECIDERS, EVENT_BODY},
        {"POST", "/v1/rotations/{slug}/retire", roster_change_retire_rotation, DECIDERS, EVENT_BODY},
        {"POST", "/v1/shifts/overrides/{id}/retire", roster_change_retire_override, DECIDERS, EVENT_BODY},
        {"POST", "/v1/shifts/accept", shifts_post_accept, DECIDERS, EVENT_BODY},
        {"POST", "/v1/shifts/overrides", shifts_post_override, DECIDERS, EVENT_BODY},
        {"POST", "/v1/shifts/swaps", shifts_post_swap, DECIDERS, EVENT_BODY},
        {"GET", "/v1/handover", handover_get, READERS, 0},
        {"GET", "/v1/handover-notes", shifts_get_notes, DECIDERS, 0},
        {"POST", "/v1/handover-notes", shifts_post_note, DECIDERS, EVENT_BODY},
        {"GET", "/v1/console", console_get_settings, READERS, 0},
        {"GET", "/", console_get_page, ACCESS_OPEN, 0},
        {"GET", "/favicon.ico", console_get_icon, ACCESS_OPEN, 0},
        {"GET", "/console/{file}", console_get_file, ACCESS_OPEN, 0},
        {"GET", "/console/screens/{file}", console_get_screen, ACCESS_OPEN, 0},
        {"GET", "/console/vendor/{file}", console_get_vendor, ACCESS_OPEN, 0},
        {"GET", "/v1/policy", policies_get, READERS, 0},
        {"PUT", "/v1/policy", policies_put, ROLE_ADMIN, POLICY_BODY_MAX},
        {"GET", "/v1/policy/versions", policies_get_versions, READERS, 0},
        {"GET", "/v1/policy/versions/{version}", policies_get_version, READERS, 0},
        {"POST", "/v1/policy/check", policies_post_check, DECIDERS, POLICY_BODY_MAX},
        {"POST", "/v1/policy/dry-run", policies_post_dry_run, DECIDERS, POLICY_BODY_MAX},
        {"GET", "/v1/openapi.json", get_openapi, ACCESS_OPEN, 0},
        {"GET", "/healthz", watch_healthz, ACCESS_OPEN, 0},
        {"GET", "/readyz", watch_readyz, ACCESS_OPEN, 0},
        {"GET", "/metrics", watch_metrics, ACCESS_OPEN, 0},
};
const size_t api_route_count = sizeof api_routes / sizeof *api_routes;
