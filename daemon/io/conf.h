/* conf: sigapd.conf: one table of settings is parser, default, bound and help at once (conf.c). INI, read with inih; ";" and "#" comment. */
#ifndef SIGAP_IO_CONF_H
#define SIGAP_IO_CONF_H
#include <stdbool.h>

#include "../../protocol/buf.h"
#include "../../protocol/channel/channel.h"
#include "../base/arena.h"

enum { CONF_GATEWAYS = 16, CONF_LISTENERS = 4 };
struct conf_gateway {
	const char *name, *kind;       /* [gateway NAME]  kind = kannel */
	const struct channel *channel; /* of that kind */
	struct gateway
	        out; /* what the channel needs to know; inbound_url and status_url are made from public_url and token */
	const char *token;    /* from token_file: must be the query's token= of inbound and status calls */
	bool allow_private;   /* default true: gateways usually stand beside the daemon */
	int slots;            /* concurrent sends, default 4 */
	int parts_wait_s;     /* for the missing parts of a long message */
	int per_minute;       /* messages at most, of this daemon; 0: no limit */
	int price;            /* of one part, in the smallest unit that the operator counts in */
	int daily_cap;        /* spent a day at most, in the same unit; 0: no limit */
	int reserve;          /* per cent of daily_cap that only critical incidents and alarms may use */
	const char *database; /* kind gammu: libpq conninfo of its tables */
	const char *phone_id; /* kind gammu: PhoneID of the modem, NULL: any */
	int utc_offset_min;   /* kind gammu: of the modem's clock */
};
struct conf {
	/* [daemon] */
	const char *listen[CONF_LISTENERS];
	int listen_count;       /* listen = 127.0.0.1:8080, [::1]:8080 (comma separated) */
	const char *database;   /* libpq conninfo; database_file = path of a file holding it */
	const char *public_url; /* "https://sigap.example": base of links */
	const char
	        *trusted_proxy; /* "127.0.0.1, unix": whose X-Forwarded-For is believed (http_client); NULL: nobody's */
	const char *config_dir; /* where lexicon/ and replies/ are; default the folder of the file */
	const char *log_level;
	int max_connections; /* 1000 */
	const char *spool;   /* the file that reports wait in while the database is away; NULL: none */
	int spool_mb;        /* 256: at most so large */
	int drain_s;         /* 10 */
	/* [delivery] */
	bool delivery_held;                    /* hold = yes: plans are committed, nothing is sent */
	int delivery_slots, slots_per_contact; /* 256, 8 */
	int connect_ms, total_ms;              /* 3000, 10000 */
	const char *ca_file;
	int lease_s; /* 30 */
	/* [clocks] */
	int poll_ms; /* 1200: at most this between two looks at the database for due work */
	/* [watch] */
	int audit_s;               /* 60 */
	const char *heartbeat_url; /* NULL: none */
	int database_away_s;       /* 10 */
	int gateway_silent_s;      /* 60 */
	/* [console] */
	const char *tiles;                  /* URL template of the map's pictures, NULL: none */
	int session_idle_s, session_most_s; /* 28800, 86400 */
	struct conf_gateway gateways[CONF_GATEWAYS];
	int gateway_count;
};
/* Reads file. NULL with one line per fault in faults ("sigapd.conf:12: unknown setting \"lisen\" in [daemon]; did you mean \"listen\"?"). Overrides: environment SIGAP_DATABASE, SIGAP_LISTEN. */
const struct conf *conf_read(struct arena *a, const char *path, struct buf *faults);
/* The gateway of that name; NULL: there is none. */
const struct conf_gateway *conf_gateway_named(const struct conf *c, const char *name);
/* Every setting with default, bound and help, as a commented sigapd.conf (sigapd --print-config). */
void conf_print_defaults(struct buf *out);
#endif
