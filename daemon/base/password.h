/* password: argon2id as libsodium writes it ("$argon2id$v=19$m=…"). Costs: OWASP's password storage sheet, 19 MiB and two passes. */
#ifndef SIGAP_BASE_PASSWORD_H
#define SIGAP_BASE_PASSWORD_H
#include <stdbool.h>

enum { PASSWORD_HASH_TEXT = 128, PASSWORD_LEAST = 12 /* characters */, PASSWORD_MOST = 200 };
/* What is wrong with a password that this user wants, or NULL. Never repeats it. */
const char *password_fault(const char *password, const char *user);
/* Takes tens of milliseconds and 19 MiB: never on the loop's thread. False when memory runs out. */
bool password_hash(const char *password, char ret[PASSWORD_HASH_TEXT]);
/* The same cost. Does the password belong to the hash? hash "": no, after the same time. */
bool password_fits(const char *password, const char *hash);
/* A password for a person to type: letters and digits that cannot be mistaken for each other, in groups. 100 bits. */
enum { PASSWORD_MADE_TEXT = 24 };
void password_make(char ret[PASSWORD_MADE_TEXT]);
#endif
