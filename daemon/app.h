/* app: owns every module; starts them in order, stops them in reverse. */
#ifndef SIGAP_APP_H
#define SIGAP_APP_H
/* Runs the daemon with the settings of that file until SIGTERM or SIGINT; SIGHUP reloads. Returns the exit status: 0 ended as asked, 1 could not start. */
int app_run(const char *conf_path);
#endif
