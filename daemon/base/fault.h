/* fault: named points at which a test kills the daemon, to prove that nothing is lost there. Compiled in only with SIGAP_FAULT_POINTS. */
#ifndef SIGAP_BASE_FAULT_H
#define SIGAP_BASE_FAULT_H
#ifdef SIGAP_FAULT_POINTS
/* Ends the process with SIGKILL when the environment's SIGAP_KILL_AT names this point (":n" after the name: at the n-th time). */
void fault_point(const char *name);
#else
#define fault_point(name) ((void)0)
#endif
#endif
