/* app: see app.h. */
#include "app.h"

#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "flow/access.h"
#include "flow/alarm.h"
#include "flow/attach.h"
#include "flow/audit.h"
#include "flow/daemons.h"
#include "flow/deliver.h"
#include "flow/escalate.h"
#include "flow/flow.h"
#include "flow/gammu.h"
#include "flow/gateway_counts.h"
#include "flow/incoming.h"
#include "flow/numbers.h"
#include "flow/outage.h"
#include "flow/partner.h"
#include "flow/parts.h"
#include "flow/recent.h"
#include "flow/roster.h"
#include "flow/rules.h"
#include "flow/session.h"
#include "flow/spooled.h"
#include "flow/stock.h"
#include "flow/watch.h"
#include "io/event_loop.h"
#include "io/sys.h"
#include "io/work.h"
#include "web/api.h"
#include "web/citizen.h"
#include "web/login.h"
#include "web/stream.h"

enum {
	PATIENCE_MS = 3000,
	HEADERS_BYTES = 16 * 1024,
	BODY_BYTES = 1200 * 1024 /* above every route's own bound, so that too large a body gets a problem document */,
	IDLE_S = 75,
	REQUEST_S = 20,
	LISTEN_FDS = 4,
	WORK_THREADS = 2,
	WORK_MOST = 8,              /* 19 MiB each while it runs; further ones are told to come again */
	WITHOUT_DATABASE_MS = 3000, /* so long a daemon that starts waits for it */
	SIGNALS = 3
};

struct app {
	struct flow flow;
	struct arena *arena; /* of the configuration */
	const char *conf_path;
	const struct conf *before_reload; /* while a reload is under way */
	struct watch *watch;
	struct outage *outage;
	struct parts *parts;
	struct event *signals[SIGNALS];
	struct event *drain_end, *drain_tick;
	struct event *begin; /* without the database */
	bool listening, released, http_drained;
};

/* ---- starting ---- */

static const struct conf *read_conf(struct arena *a, const char *path)
{
	struct buf faults;
	buf_init(&faults, 32 * 1024);
	const struct conf *c = conf_read(a, path, &faults);
	if (c == NULL)
		fputs(faults.data, stderr);
	buf_free(&faults);
	return c;
}

/* This daemon in leases: the same after a restart, so that it takes up at once what it had in hand. */
static struct uuid owner_id(const struct conf *c)
{
	char host[256] = "", name[512];
	uint8_t hash[32];
	struct uuid id;
	gethostname(host, sizeof host - 1);
	snprintf(name, sizeof name, "%s %s", host, c->listen_count > 0 ? c->listen[0] : "");
	sha256(name, strlen(name), hash);
	memcpy(id.b, hash, sizeof id.b);
	return id;
}

static void on_released(void *ctx, const struct pg_result *r)
{
	struct app *app = ctx;
	if (r->status == PG_OK)
		deliver_look(app->flow.deliver, 0);
}

/* Only when the address is ours: who has it might be this very daemon, and alive. */
static void release_leases(struct app *app)
{
	app->released = true;
	struct pg_params *p = store_params(app->flow.store);
	pg_param_uuid(p, app->flow.owner);
	pg_param_bool(p, false);
	store_query(app->flow.store, SQL_RELEASE_LEASES, p, on_released, app);
}

static bool start_listening(struct app *app)
{
	struct flow *f = &app->flow;
	int fds[LISTEN_FDS];
	int inherited = sys_inherited_sockets(fds, LISTEN_FDS);
	for (int i = 0; i < inherited; i++)
		if (http_listen_fd(f->http, fds[i]) < 0)
			return false;
	for (int i = 0; inherited == 0 && i < f->conf->listen_count; i++) {
		int port = http_listen(f->http, f->conf->listen[i]);
		if (port < 0) {
			log_error("app.cannot_listen", "address=%s why=\"%s\"", f->conf->listen[i], strerror(errno));
			return false;
		}
		log_info("app.listening", "address=%s port=%d", f->conf->listen[i], port);
	}
	return true;
}

static bool begin_listening(struct app *app, const char *status)
{
	app->listening = start_listening(app);
	if (app->listening)
		sys_notify(status);
	else
		event_base_loopbreak(app->flow.base);
	return app->listening;
}

/* ---- without the database ---- */

static void on_stock_rules(void *ctx, const char *saved, size_t len)
{
	struct app *app = ctx;
	struct flow *f = &app->flow;
	if (f->rules != NULL || f->draining)
		return;
	const char *why = rules_begin(f, saved, len);
	if (why != NULL)
		log_warn("app.waits_for_database", "why=\"%s\"", why);
	else if (begin_listening(app, "READY=1\nSTATUS=the database is away: reports are kept on disk"))
		log_warn("app.began_without_database", "rules=%lld", (long long)f->rules->version);
}

static void on_begin(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct app *app = ctx;
	if (app->flow.rules == NULL && !store_is_up(app->flow.store))
		stock_rules(&app->flow, on_stock_rules, app);
}

/* ---- with it ---- */

/* Rules are there, and what was reported lately is known: from now on reports can be taken. */
static void on_recent(void *ctx)
{
	struct app *app = ctx;
	struct flow *f = &app->flow;
	if (!store_is_up(f->store))
		return;
	f->ready = true;
	numbers_start(f->numbers);
	deliver_look(f->deliver, 0);
	escalate_look(f->escalate, 0);
	stock_fill(f);
	if (!app->listening) {
		if (begin_listening(app, "READY=1\nSTATUS=taking reports"))
			release_leases(app);
		return;
	}
	sys_notify("STATUS=taking reports");
	if (deliver_held(f->deliver) == 0 && store_waiting(f->store) == 0)
		release_leases(app); /* of plans committed just as the connection broke: nobody here knows of them */
}

/* What waited on disk for the database is there before anything is decided: reports, then what was reported lately, then messages, then the clocks. */
static void on_recent_loaded(void *ctx)
{
	struct app *app = ctx;
	spooled_drain(&app->flow, SPOOL_MESSAGE, on_recent, app);
}

static void on_reports_drained(void *ctx)
{
	struct app *app = ctx;
	recent_load(app->flow.recent, on_recent_loaded, app);
}

static void on_rules(void *ctx, const char *why)
{
	struct app *app = ctx;
	struct flow *f = &app->flow;
	if (f->rules == NULL) /* the watch cannot try again without a version to compare with */
		event_base_loopbreak(f->base);
	else if (why == NULL || store_is_up(f->store)) /* what cannot be read anew stays in force, as with a reload */
		spooled_drain(f, SPOOL_REPORT, on_reports_drained, app);
}

static void on_store_up(void *ctx)
{
	struct app *app = ctx;
	log_info("app.database_up", "owner=%02x%02x", app->flow.owner.b[0], app->flow.owner.b[1]);
	daemons_register(app->flow.daemons);
	if (app->listening && !app->released)
		release_leases(app); /* of an earlier life: what is in hand now is not in the database yet */
	rules_load(&app->flow, on_rules, app);
}

static void on_store_wrote(void *ctx)
{
	struct app *app = ctx;
	stream_wake(app->flow.stream);
}

static void on_store_down(void *ctx, const char *why)
{
	struct app *app = ctx;
	char quoted[512];
	app->flow.ready = false;
	log_error("app.database_down", "why=%s", log_quote(why, quoted));
	deliver_look(app->flow.deliver, 0);
	sys_notify("STATUS=the database is away");
}

/* ---- reloading ---- */

/* Settings bound to sockets and connections that are open: a change waits for the next start. */
static void warn_of_restart(const struct conf *old, const struct conf *fresh)
{
	bool listen = old->listen_count != fresh->listen_count;
	for (int i = 0; !listen && i < old->listen_count; i++)
		listen = strcmp(old->listen[i], fresh->listen[i]) != 0;
	if (listen || strcmp(old->database, fresh->database) != 0 || old->max_connections != fresh->max_connections)
		log_warn("app.needs_restart", "settings=\"listen, database, max_connections\"");
}

static void on_reloaded(void *ctx, const char *why)
{
	struct app *app = ctx;
	if (why == NULL) {
		log_set_level(app->flow.conf->log_level);
		log_info("app.reloaded", "file=%s", app->conf_path);
	} else {
		app->flow.conf = app->before_reload; /* nothing of it stays */
		log_error("app.reload_refused", "file=%s", app->conf_path);
	}
	app->before_reload = NULL;
	sys_notify(why == NULL ? "READY=1\nSTATUS=taking reports" : "READY=1\nSTATUS=reload refused: see the log");
}

/* All or nothing: the settings and everything they lead to are read whole before any of it counts. What was read lives in the
 * app's arena to the end: calls in flight still point into the settings they began with. */
static void on_hup(evutil_socket_t sig, short what, void *ctx)
{
	(void)sig, (void)what;
	struct app *app = ctx;
	if (app->before_reload != NULL)
		return; /* one is under way */
	sys_notify("RELOADING=1");
	const struct conf *fresh = read_conf(app->arena, app->conf_path);
	if (fresh == NULL) {
		log_error("app.reload_refused", "file=%s", app->conf_path);
		sys_notify("READY=1\nSTATUS=reload refused: see the log");
		return;
	}
	warn_of_restart(app->flow.conf, fresh);
	app->before_reload = app->flow.conf;
	app->flow.conf = fresh;
	rules_load(&app->flow, on_reloaded, app);
}

/* ---- stopping ---- */

static void leave_when_idle(struct app *app)
{
	struct flow *f = &app->flow;
	bool owes = store_waiting(f->store) > 0 &&
	            store_takes_attempts(f->store); /* else only a database that is away could be told */
	if (app->http_drained && deliver_busy(f->deliver) == 0 && !owes)
		event_base_loopbreak(f->base);
}

static void on_drain_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	leave_when_idle(ctx);
}

static void on_drain_end(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	struct app *app = ctx;
	log_warn("app.drain_ended", "in_flight=%d", deliver_busy(app->flow.deliver));
	event_base_loopbreak(app->flow.base);
}

static void on_http_drained(void *ctx)
{
	struct app *app = ctx;
	app->http_drained = true;
	leave_when_idle(app);
}

static void on_term(evutil_socket_t sig, short what, void *ctx)
{
	(void)what;
	struct app *app = ctx;
	struct flow *f = &app->flow;
	if (f->draining)
		return;
	log_info("app.stopping", "signal=%d", (int)sig);
	sys_notify("STOPPING=1\nSTATUS=finishing what is under way");
	f->draining = true;
	deliver_drain(f->deliver);
	stream_drain(f->stream);
	app->drain_end = evtimer_new(f->base, on_drain_end, app);
	evtimer_add(app->drain_end, &(struct timeval){.tv_sec = f->conf->drain_s});
	app->drain_tick = event_new(f->base, -1, EV_PERSIST, on_drain_tick, app);
	event_add(app->drain_tick, &(struct timeval){.tv_usec = 20000});
	http_drain(f->http, on_http_drained, app);
}

/* What is still leased goes back to the queue, so that another daemon need not wait for the leases to end; nobody shall take over from this one. */
static void on_last(void *ctx, const struct pg_result *r)
{
	(void)r;
	event_base_loopbreak(ctx);
}

static void give_back_leases(struct app *app)
{
	struct flow *f = &app->flow;
	if (!store_is_up(f->store))
		return;
	struct pg_params *p = store_params(f->store);
	pg_param_uuid(p, f->owner);
	pg_param_bool(p, true);
	store_query(f->store, SQL_RELEASE_LEASES, p, on_last, f->base);
	event_base_loopexit(f->base, &(struct timeval){.tv_sec = 2});
	event_base_dispatch(f->base);
}

/* ---- life ---- */

static void open_modules(struct app *app)
{
	struct flow *f = &app->flow;
	const struct conf *c = f->conf;
	f->base = event_loop_new();
	f->owner = owner_id(c);
	f->link_base = arena_printf(app->arena, "%s/d/", c->public_url);
	f->push = push_open(f->base,
	                    &(struct push_options){c->connect_ms, c->total_ms, c->ca_file, "sigap/" SIGAP_VERSION});
	f->store = store_open(f->base, &(struct store_options){c->database, f->owner, c->lease_s, PATIENCE_MS},
	                      &(struct store_handlers){on_store_up, on_store_down, on_store_wrote, app});
	f->work = work_open(f->base, WORK_THREADS, WORK_MOST);
	f->sessions = sessions_open();
	f->logins = logins_open();
	f->alarms = alarm_open(f);
	f->stream = stream_open(f);
	f->numbers = numbers_open(f);
	f->recent = recent_open(f);
	f->attaching = attach_open(f);
	f->citizens = citizens_open(f);
	f->incomings = incomings_open(f);
	f->partners = partners_open();
	f->gateway_counts = gateway_counts_open(f);
	f->daemons = daemons_open(f);
	f->deliver = deliver_open(f);
	f->escalate = escalate_open(f);
	f->roster = roster_watch_open(f);
	const struct http_limits limits = {c->max_connections, HEADERS_BYTES, BODY_BYTES, IDLE_S, REQUEST_S};
	f->spooled = spooled_open(f);
	f->stock = stock_open(f);
	f->http = http_open(f->base, api_routes, api_route_count, &limits, access_gate, f);
	app->parts = parts_open(f);
	f->audit = audit_open(f);
	f->gammu = gammu_open(f);
	app->watch = watch_open(f);
	app->outage = outage_open(f);
	app->begin = evtimer_new(f->base, on_begin, app);
	evtimer_add(app->begin, &(struct timeval){.tv_sec = WITHOUT_DATABASE_MS / 1000});
	app->signals[0] = evsignal_new(f->base, SIGTERM, on_term, app);
	app->signals[1] = evsignal_new(f->base, SIGINT, on_term, app);
	struct event *hup = evsignal_new(f->base, SIGHUP, on_hup, app);
	event_add(app->signals[0], NULL);
	event_add(app->signals[1], NULL);
	event_add(hup, NULL);
	app->signals[2] = hup;
}

static void close_modules(struct app *app)
{
	struct flow *f = &app->flow;
	for (int i = 0; i < SIGNALS; i++)
		if (app->signals[i] != NULL)
			event_free(app->signals[i]);
	event_free(app->begin);
	if (app->drain_end != NULL)
		event_free(app->drain_end);
	if (app->drain_tick != NULL)
		event_free(app->drain_tick);
	incomings_stop(f->incomings);
	gammu_stop(f->gammu);
	work_close(&f->work); /* who waits for it asks the store next */
	spooled_stop(f->spooled);
	push_close(&f->push);   /* calls in flight end and are recorded as far as the store still can */
	store_close(&f->store); /* requests that still wait are answered, the watch's look too */
	spooled_close(&f->spooled);
	stock_close(&f->stock);
	outage_close(&app->outage);
	parts_close(&app->parts);
	watch_close(&app->watch);
	gammu_close(&f->gammu);
	audit_close(&f->audit);
	stream_close(&f->stream);
	http_close(&f->http);
	roster_watch_close(&f->roster);
	escalate_close(&f->escalate);
	deliver_close(&f->deliver);
	daemons_close(&f->daemons);
	incomings_close(&f->incomings);
	partners_close(&f->partners);
	gateway_counts_close(&f->gateway_counts);
	numbers_close(&f->numbers);
	citizens_close(&f->citizens);
	attach_close(&f->attaching);
	recent_close(&f->recent);
	alarm_close(&f->alarms);
	logins_close(&f->logins);
	sessions_close(&f->sessions);
	rules_drop(&f->rules);
	event_base_free(f->base);
	arena_free(&app->arena);
	libevent_global_shutdown();
	curl_global_cleanup();
}

int app_run(const char *conf_path)
{
	struct app app = {.arena = arena_new(), .conf_path = conf_path};
	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return 1;
	app.flow.conf = read_conf(app.arena, conf_path);
	if (app.flow.conf == NULL) {
		arena_free(&app.arena);
		return 1;
	}
	log_set_level(app.flow.conf->log_level);
	sys_raise_file_limit();
	open_modules(&app);
	event_base_dispatch(app.flow.base);
	bool asked = app.flow.draining;
	if (asked)
		give_back_leases(&app);
	log_info("app.stopped", "asked=%d", asked);
	close_modules(&app);
	return asked ? 0 : 1;
}
