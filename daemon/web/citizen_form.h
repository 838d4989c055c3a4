/* citizen_form: how the form of /lapor looks: the areas to choose from, what was typed before, what is wrong with it. */
#ifndef SIGAP_FLOW_CITIZEN_FORM_H
#define SIGAP_FLOW_CITIZEN_FORM_H
#include "../../protocol/report_form.h"
#include "../flow/flow.h"

/* Replies with the form. typed: what is shown again, with its faults; NULL: an empty form with a key of its own. wait_s: 0, or how long this address must wait. */
void citizen_form_reply(const struct flow *f, struct http_request *r, int status, const struct report_form *typed,
                        int wait_s);
#endif
