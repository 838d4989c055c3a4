/* backoff: when the next attempt is due. First minute dense: 0, 1, 2, 4, 8, 15, 30 s, then every 30-60 s; equal jitter. */
#ifndef SIGAP_CORE_BACKOFF_H
#define SIGAP_CORE_BACKOFF_H
/* attempt: how many attempts were made (1 after the first). random: 0..1. Returns milliseconds until the next one. */
int backoff_ms(int attempt, double random);
#endif
