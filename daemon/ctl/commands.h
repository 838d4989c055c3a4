/* commands: what sigapctl can do, in the order of its help; the table is in main.c. Each returns the exit status. */
#ifndef SIGAP_CTL_COMMANDS_H
#define SIGAP_CTL_COMMANDS_H
#include "ctl.h"
int command_migrate(struct ctl *c);
int command_regions_import(struct ctl *c);
int command_agencies_import(struct ctl *c);
int command_agencies_show(struct ctl *c);
int command_policy_check(struct ctl *c);
int command_policy_apply(struct ctl *c);
int command_policy_show(struct ctl *c);
int command_route(struct ctl *c);
int command_triage(struct ctl *c);
int command_token_issue(struct ctl *c);
int command_token_list(struct ctl *c);
int command_token_revoke(struct ctl *c);
int command_user_add(struct ctl *c);
int command_user_list(struct ctl *c);
int command_user_retire(struct ctl *c);
int command_user_password(struct ctl *c);
int command_user_totp_off(struct ctl *c);
int command_person_add(struct ctl *c);
int command_person_list(struct ctl *c);
int command_person_retire(struct ctl *c);
int command_shift_add(struct ctl *c);
int command_shift_list(struct ctl *c);
int command_shift_remove(struct ctl *c);
int command_who(struct ctl *c);
int command_rotation_add(struct ctl *c);
int command_rotation_list(struct ctl *c);
int command_rotation_remove(struct ctl *c);
int command_override_add(struct ctl *c);
int command_override_list(struct ctl *c);
int command_override_remove(struct ctl *c);
int command_swap(struct ctl *c);
int command_note_add(struct ctl *c);
int command_note_list(struct ctl *c);
int command_week(struct ctl *c);
int command_roster_accept(struct ctl *c);
int command_roster_export(struct ctl *c);
int command_roster_import(struct ctl *c);
int command_outbox_list(struct ctl *c);
int command_outbox_replay(struct ctl *c);
int command_gateways(struct ctl *c);
int command_alarms(struct ctl *c);
int command_duplicates(struct ctl *c);
int command_senders_list(struct ctl *c);
int command_senders_show(struct ctl *c);
int command_senders_block(struct ctl *c);
int command_senders_unblock(struct ctl *c);
int command_audit_verify(struct ctl *c);
int command_doctor(struct ctl *c);
int command_export(struct ctl *c);
int command_states(struct ctl *c);
#endif
