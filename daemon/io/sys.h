/* sys: the service manager and the file system: sd_notify, inherited sockets, reading files and secrets. */
#ifndef SIGAP_IO_SYS_H
#define SIGAP_IO_SYS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
/* "READY=1\nSTATUS=…"; does nothing when not started by a service manager. */
void sys_notify(const char *state);
/* Half of WATCHDOG_USEC in microseconds, 0 when no watchdog is wanted. */
int64_t sys_watchdog_us(void);
/* Sockets passed by the service manager, non-blocking, close-on-exec; fills at most max, returns the number. */
int sys_inherited_sockets(int *fds, int max);
/* Whole file into the arena, NUL terminated; NULL with errno when it cannot be read or exceeds max bytes. */
char *sys_read_file(struct arena *a, const char *path, size_t max, size_t *ret_len);
/* A secret: first line of the file, without the line end. path may start with "credential:" → $CREDENTIALS_DIRECTORY/…. */
char *sys_read_secret(struct arena *a, const char *path);
/* The files of a folder with that suffix, sorted by name, full paths; NULL-terminated array. NULL with errno. */
char **sys_list_files(struct arena *a, const char *folder, const char *suffix);
/* Soft limit of open files raised to the hard limit; returns it. */
long sys_raise_file_limit(void);
#endif
