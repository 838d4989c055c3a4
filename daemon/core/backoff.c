/* backoff: see backoff.h. */
#include "backoff.h"

/* Longest wait after so many attempts; the last one goes on for ever. Equal jitter: half of it is certain, half is drawn
 * (source: AWS Architecture Blog, "Exponential Backoff And Jitter"), so that 60 s becomes 30-60 s. */
static const int longest_ms[] = {0, 1000, 2000, 4000, 8000, 15000, 30000, 60000};

int backoff_ms(int attempt, double random)
{
	enum { LAST = sizeof longest_ms / sizeof longest_ms[0] - 1 };
	int i = attempt < 0 ? 0 : attempt > LAST ? LAST : attempt;
	double drawn = random > 0 ? random < 1 ? random : 1 : 0;
	int half = longest_ms[i] / 2;
	return half + (int)(drawn * (longest_ms[i] - half));
}
