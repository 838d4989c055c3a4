/* fault: see fault.h. */
#include "fault.h"

#ifdef SIGAP_FAULT_POINTS
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fault_point(const char *name)
{
	static int left = -1;
	const char *wanted = getenv("SIGAP_KILL_AT");
	size_t len = strlen(name);
	if (wanted == NULL || strncmp(wanted, name, len) != 0 || (wanted[len] != '\0' && wanted[len] != ':'))
		return;
	if (left < 0)
		left = wanted[len] == ':' ? atoi(wanted + len + 1) : 1;
	if (--left == 0)
		kill(getpid(), SIGKILL);
}
#endif
