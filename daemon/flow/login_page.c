/* login_page: see login_page.h. */
#include "login_page.h"

#include <stdio.h>
#include <string.h>

enum { PAGE_MOST = 16 * 1024 };

static const char headers[] =
        "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'\n"
        "Referrer-Policy: same-origin\nX-Frame-Options: DENY\nCross-Origin-Opener-Policy: same-origin\n"
        "Cross-Origin-Resource-Policy: same-origin\nPermissions-Policy: geolocation=(), camera=(), microphone=()\n";

static const struct {
	int status;
	const char *id, *en;
} faults[] = {
        [LOGIN_PAGE_FINE] = {200, NULL, NULL},
        [LOGIN_PAGE_BLANK] = {422, "Tulis nama pengguna dan kata sandi.", "Please enter user name and password."},
        [LOGIN_PAGE_WRONG] = {401, "Nama pengguna, kata sandi atau kode tidak cocok. Silakan coba lagi.",
                              "User name, password or code does not match. Please try again."},
        [LOGIN_PAGE_CODE] = {401, "Akun ini memakai kode sekali pakai. Tulis juga kodenya.",
                             "This account uses one-time codes. Please enter the code as well."},
        [LOGIN_PAGE_WAIT] = {429, "Terlalu banyak percobaan. Silakan coba lagi dalam %d detik.",
                             "Too many attempts. Please try again in %d seconds."},
        [LOGIN_PAGE_AWAY] = {503, "Layanan sedang terganggu. Silakan coba lagi sebentar lagi.",
                             "The service is disturbed. Please try again in a moment."},
};

bool login_page_secure(const struct conf *c)
{
	return strncmp(c->public_url, "https://", 8) == 0;
}

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

/* The texts of the table hold one %d at most. */
static void add_number(struct buf *out, const char *text, int number)
{
	const char *hole = strstr(text, "%d");
	size_t before = hole == NULL ? strlen(text) : (size_t)(hole - text);
	buf_add(out, text, before);
	if (hole != NULL)
		buf_addf(out, "%d%s", number, hole + 2);
}

static void add_fault(struct buf *out, const struct login_page *page)
{
	if (page->fault == LOGIN_PAGE_FINE)
		return;
	buf_adds(out, "<p class=\"notice error\" role=\"alert\" id=\"fault\">");
	add_number(out, faults[page->fault].id, page->wait_s);
	buf_adds(out, " <small lang=\"en\">");
	add_number(out, faults[page->fault].en, page->wait_s);
	buf_adds(out, "</small></p>\n");
}

static void add_form(struct buf *out, const struct login_page *page)
{
	const char *about = page->fault == LOGIN_PAGE_FINE ? "" : " aria-describedby=\"fault\"";
	buf_adds(out, "<form method=\"post\" action=\"/masuk\" class=\"card\">\n");
	if (page->next != NULL) {
		buf_adds(out, "<input type=\"hidden\" name=\"next\" value=\"");
		add_escaped(out, page->next);
		buf_adds(out, "\">\n");
	}
	buf_addf(out,
	         "<label for=\"user\">Nama pengguna <small lang=\"en\">(User name)</small></label>\n"
	         "<input id=\"user\" name=\"user\" autocomplete=\"username\" autocapitalize=\"none\" "
	         "spellcheck=\"false\" maxlength=\"64\" required%s%s value=\"",
	         about, page->fault == LOGIN_PAGE_CODE ? "" : " autofocus");
	add_escaped(out, page->user);
	buf_addf(out,
	         "\">\n"
	         "<label for=\"password\">Kata sandi <small lang=\"en\">(Password)</small></label>\n"
	         "<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" "
	         "maxlength=\"200\" required%s>\n"
	         "<label for=\"code\">Kode sekali pakai, bila dipakai <small lang=\"en\">(One-time code, if "
	         "used)</small></label>\n"
	         "<input id=\"code\" name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\" "
	         "maxlength=\"8\"%s>\n"
	         "<button type=\"submit\">Masuk <small lang=\"en\">(Log in)</small></button>\n</form>\n",
	         about, page->fault == LOGIN_PAGE_CODE ? " autofocus" : "");
}

void login_page_reply(struct http_request *r, const struct login_page *page)
{
	struct buf body;
	buf_init(&body, PAGE_MOST);
	buf_adds(&body,
	         "<!doctype html>\n<html lang=\"id\">\n<head>\n<meta charset=\"utf-8\">\n"
	         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Masuk - Sigap</title>\n"
	         "<link rel=\"icon\" href=\"/console/icon.svg\" type=\"image/svg+xml\">\n"
	         "<link rel=\"stylesheet\" href=\"/console/pages.css\">\n</head>\n<body>\n<main class=\"narrow\">\n"
	         "<h1>Sigap <small>Tim Reaksi Cepat, Dinas Sosial</small></h1>\n");
	add_fault(&body, page);
	add_form(&body, page);
	buf_adds(&body, "<p><small>Lupa kata sandi? Hubungi admin Sigap di kantor Anda. <span lang=\"en\">(Forgotten "
	                "your password? Ask your office's Sigap administrator.)</span></small></p>\n"
	                "</main>\n</body>\n</html>\n");
	const char *retry = page->wait_s > 0 ? arena_printf(r->arena, "Retry-After: %d\n", page->wait_s) : "";
	http_reply(r, faults[page->fault].status, "text/html; charset=utf-8", body.data, body.len,
	           arena_printf(r->arena, "%s%s%s", headers, retry,
	                        page->secure ? "Strict-Transport-Security: max-age=31536000\n" : ""));
	buf_free(&body);
}
