/* link: see link.h. */
#include "link.h"

#include <stdlib.h>
#include <string.h>

#include "../../protocol/form.h"
#include "../../protocol/json.h"
#include "../../protocol/rfc3339.h"
#include "busy.h"
#include "respond.h"

static const char headers[] =
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'\nReferrer-Policy: no-referrer\n";
static const char page_top[] =
        "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>Sigap: penugasan</title><style>"
        "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:0 "
        "auto;padding:1rem;color:#111;background:#fff}"
        "h1{font-size:1.3rem;margin:.2rem 0}dl{margin:1rem 0}dt{color:#444;font-size:.95rem}dd{margin:0 0 "
        ".7rem;font-weight:600}"
        "button,input{font:inherit;width:100%;box-sizing:border-box;padding:.9rem;margin:.35rem 0;border-radius:.5rem;"
        "border:2px solid "
        "#1b4f8f}button{background:#1b4f8f;color:#fff;font-weight:700}button.no{background:#fff;color:#8a1c1c;"
        "border-color:#8a1c1c}.state{padding:.7rem;background:#eef3fa;border-left:.4rem solid #1b4f8f}"
        ".warn{background:#fdf1e3;border-color:#b35900}small{color:#444}</style></head><body>";

struct state_words {
	const char *id, *en;
};
static const struct state_words state_words[DISPATCH_STATES] = {
        [DISPATCH_NOTIFIED] = {"Menunggu jawaban Anda", "Waiting for your answer"},
        [DISPATCH_SEEN] = {"Menunggu jawaban Anda", "Waiting for your answer"},
        [DISPATCH_ACCEPTED] = {"Diterima. Terima kasih.", "Accepted. Thank you."},
        [DISPATCH_DECLINED] = {"Ditolak. Petugas piket diberi tahu.", "Declined. The duty officer is told."},
        [DISPATCH_EN_ROUTE] = {"Menuju lokasi", "On the way"},
        [DISPATCH_ON_SCENE] = {"Tiba di lokasi", "On scene"},
        [DISPATCH_COMPLETED] = {"Selesai. Terima kasih.", "Done. Thank you."},
        [DISPATCH_CANCELLED] = {"Dibatalkan: tidak perlu lagi", "Stood down: no longer needed"},
        [DISPATCH_EXPIRED] = {"Belum ada jawaban; jawaban Anda masih berguna", "No answer yet; yours is still welcome"},
};
static const struct {
	enum dispatch_event event;
	const char *label;
} buttons[] = {
        {ON_ACCEPT, "Terima <small>(Accept)</small>"},
        {ON_EN_ROUTE, "Menuju lokasi <small>(On the way)</small>"},
        {ON_ON_SCENE, "Tiba di lokasi <small>(On scene)</small>"},
        {ON_COMPLETE, "Selesai <small>(Done)</small>"},
};

static void add_escaped(struct buf *out, const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		switch (*text) {
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		default:
			buf_addc(out, *text);
		}
	}
}

static void add_fact(struct buf *out, const char *label, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	buf_addf(out, "<dt>%s</dt><dd>", label);
	add_escaped(out, value);
	buf_adds(out, "</dd>");
}

static void add_buttons(struct buf *out, const struct respond *r)
{
	for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++) {
		struct dispatch_step s = dispatch_step(r->row.state, buttons[i].event);
		if (s.fits && !s.repeats)
			buf_addf(out,
			         "<form method=\"post\"><input type=\"hidden\" name=\"event\" "
			         "value=\"%s\"><button>%s</button></form>",
			         dispatch_event_names[buttons[i].event], buttons[i].label);
	}
	if (dispatch_step(r->row.state, ON_DECLINE).fits)
		buf_adds(out,
		         "<form method=\"post\"><input type=\"hidden\" name=\"event\" value=\"decline\"><input "
		         "name=\"reason\" "
		         "required maxlength=\"300\" placeholder=\"Alasan tidak dapat (reason)\" aria-label=\"Alasan\">"
		         "<button class=\"no\">Tolak <small>(Decline)</small></button></form>");
}

static void render_page(const struct respond *r, const char *notice, struct buf *out)
{
	char by[6], text[300];
	const struct policy *policy = r->flow->rules->policy;
	int offset = policy->utc_offset_s;
	const struct type_rules *type = &policy->types[r->incident.type];
	clock_format(r->row.accept_by.us, offset, by);
	const struct region *region = gazetteer_by_code(r->flow->rules->gazetteer, r->incident.region);
	buf_adds(out, page_top);
	buf_addf(out, "<h1>Penugasan %lld</h1>", (long long)r->incident.number);
	if (notice != NULL)
		buf_addf(out, "<p class=\"state warn\" role=\"alert\">%s</p>", notice);
	buf_addf(out, "<p class=\"state\"><b>%s</b><br><small>%s</small></p><dl>", state_words[r->row.state].id,
	         state_words[r->row.state].en);
	add_fact(out, "Kejadian (incident)",
	         type->label_id != NULL ? type->label_id : incident_type_names[r->incident.type]);
	static const char *const urgency[URGENCIES] = {"Biasa", "Tinggi", "Kritis"};
	add_fact(out, "Kegawatan (urgency)", urgency[r->incident.urgency]);
	snprintf(text, sizeof text, "%s%s%s", region != NULL ? region->name : r->incident.region,
	         r->incident.place_text != NULL ? ", " : "",
	         r->incident.place_text != NULL ? r->incident.place_text : "");
	add_fact(out, "Lokasi (place)", text);
	add_fact(out, "Dukungan yang diminta (task)", r->row.task);
	if (r->row.state == DISPATCH_NOTIFIED || r->row.state == DISPATCH_SEEN) {
		snprintf(text, sizeof text, "pukul %s", by);
		add_fact(out, "Mohon dijawab sebelum (answer by)", text);
	}
	buf_adds(out, "</dl>");
	if (incident_is_open(r->incident.state))
		add_buttons(out, r);
	buf_adds(out, "<p><small>Dinas Sosial, Tim Reaksi Cepat. Setiap laporan dijawab dengan hormat dan "
	              "cepat.</small></p></body></html>");
}

static void reply_page(const struct respond *r, struct http_request *request, int status, const char *notice)
{
	struct buf body;
	buf_init(&body, 30 * 1024);
	render_page(r, notice, &body);
	http_reply(request, status, "text/html; charset=utf-8", body.data, body.len, headers);
	buf_free(&body);
}

static void reply_gone(struct http_request *request)
{
	static const char text[] = "<h1>Tautan tidak berlaku</h1><p>Penugasan ini sudah berakhir atau tautannya salah. "
	                           "<small>(This link is no longer valid.)</small></p></body></html>";
	struct buf body;
	buf_init(&body, 8 * 1024);
	buf_adds(&body, page_top);
	buf_adds(&body, text);
	http_reply(request, 404, "text/html; charset=utf-8", body.data, body.len, headers);
	buf_free(&body);
}

/* The link ends with its dispatch. */
static bool has_expired(const struct respond *r)
{
	return !incident_is_open(r->incident.state) || r->row.state == DISPATCH_CANCELLED;
}

static void on_done(struct respond *r, enum respond_end how)
{
	struct http_request *request = r->ctx;
	if (how == RESPOND_UNAVAILABLE)
		busy_reply(request, "layanan sedang terganggu, mohon coba lagi (please try again)");
	else if (how == RESPOND_UNKNOWN || how == RESPOND_AMBIGUOUS || has_expired(r))
		reply_gone(request);
	else if (how == RESPOND_CONFLICT)
		reply_page(r, request, 409,
		           "Jawaban itu tidak sesuai lagi; keadaan terbaru di bawah. (That answer no longer fits.)");
	else
		reply_page(r, request, 200, NULL);
}

/* Opening the page is being seen; a page that cannot be "seen" any more is shown all the same. */
static void on_seen(struct respond *r, enum respond_end how)
{
	on_done(r, how == RESPOND_CONFLICT ? RESPOND_DONE : how);
}

static struct respond *begin(struct flow *f, struct http_request *request)
{
	struct respond *r = arena_new_of(request->arena, struct respond);
	r->flow = f;
	r->arena = request->arena;
	r->eta_minutes = -1;
	r->actor = "partner via link";
	r->ctx = request;
	r->done = on_done;
	if (f->rules == NULL) {
		busy_reply(request, "starting");
		return NULL;
	}
	if (!link_token_read(f->rules->link_key, request->segments[0], &r->dispatch)) {
		reply_gone(request);
		return NULL;
	}
	return r;
}

void link_get(void *ctx, struct http_request *request)
{
	struct respond *r = begin(ctx, request);
	if (r == NULL)
		return;
	r->event = ON_SEEN;
	r->done = on_seen;
	respond_submit(r);
}

/* A decline without a reason changes nothing: the page asks for it. */
static void on_reason_missing(struct respond *r, enum respond_end how)
{
	if (how == RESPOND_DONE && !has_expired(r))
		reply_page(r, r->ctx, 422,
		           "Mohon tulis alasan, agar instansi lain dapat diminta. (Please give a reason.)");
	else
		on_done(r, how);
}

/* The field as text: whole, valid UTF-8, at most max bytes; NULL when absent or unusable. */
static const char *text_field(const struct form *form, const char *name, size_t max)
{
	const struct form_field *f = form_field(form, name);
	bool usable = f != NULL && f->value_len <= max && utf8_valid(f->value, f->value_len);
	return usable ? f->value : NULL;
}

void link_post(void *ctx, struct http_request *request)
{
	struct respond *r = begin(ctx, request);
	struct form form;
	if (r == NULL)
		return;
	if (!form_parse(request->body, request->body_len, &form)) {
		http_reply_fault(request, 400, "malformed-form", "the form could not be read");
		return;
	}
	const char *event = text_field(&form, "event", 20);
	const char *reason = text_field(&form, "reason", 1200);
	int e = event == NULL ? -1 : name_index(dispatch_event_names, ON_CANCEL, event); /* the answers only */
	bool readable = e >= 0 && (reason != NULL || form_field(&form, "reason") == NULL);
	if (readable) {
		r->event = (enum dispatch_event)e;
		r->reason = reason != NULL && reason[0] != '\0' ? arena_strdup(r->arena, reason) : NULL;
	}
	form_free(&form);
	if (!readable) {
		http_reply_fault(request, 422, "invalid-event",
		                 "event must be accept, decline, en_route, on_scene or complete; reason must be text");
		return;
	}
	if (r->event == ON_DECLINE && r->reason == NULL) {
		r->read_only = true;
		r->done = on_reason_missing;
	}
	respond_submit(r);
}
