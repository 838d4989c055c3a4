/* device: browsers from which somebody has logged in before. Each keeps a mark of the account, and who shows it is counted by himself when his password is wrong: strangers
 * who guess at his name cannot lock him out (OWASP: device cookies). A mark opens nothing. It is random bytes with a code over them, whose key is made of the hash of the
 * account's password, its salt included: nobody else can make one, it needs no place in the database, holds on every daemon, and ends with the password. */
#ifndef SIGAP_WEB_DEVICE_H
#define SIGAP_WEB_DEVICE_H
#include "../io/http.h"

enum { DEVICE_MARK_TEXT = 44 /* 32 bytes in base64url, NUL */ };
/* Does the request show a mark of the account whose password has this hash? ret: that mark, else "". */
bool device_find(const struct http_request *r, const char *password_hash, char ret[DEVICE_MARK_TEXT]);
/* A header line, in the request's arena, by which the browser keeps that mark (a new one, if it is "") beside those of other accounts that it showed. */
const char *device_line(const struct http_request *r, const char *password_hash, const char *mark);
#endif
