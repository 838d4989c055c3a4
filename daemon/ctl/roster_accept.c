/* roster_accept: a shift is accepted for its person, who said so by voice or on paper. */
#include "../../protocol/rfc3339.h"
#include "commands.h"
#include "roster.h"
#include "snapshot.h"
#include "table.h"

static const struct pg_statement accept_shift = {"accept_shift",
                                                 "insert into shift_check as c (person, role, starts_at, ends_at, "
                                                 "accepted_at, answer) values ($1, $2, $3, $4, now(), $5) "
                                                 "on conflict (person, role, starts_at) do update set accepted_at = "
                                                 "coalesce(c.accepted_at, now()), refused_at = null, "
                                                 "ends_at = excluded.ends_at, answer = excluded.answer"};

int command_roster_accept(struct ctl *c)
{
	struct duty_span s = roster_shift_at(c, c->arguments[0], c->arguments[1]);
	char from[RFC3339_MAX], until[RFC3339_MAX];
	if (s.until.us <= snapshot_now(c).us)
		ctl_die("that shift of %s has ended", c->arguments[0]);
	rfc3339_format(s.from.us, from);
	rfc3339_format(s.until.us, until);
	db_query(c, &accept_shift, DB_WITH(s.person->slug, s.role, from, until, ctl_actor(c)));
	table_tell(c, "person", s.person->slug, "role", s.role, "from", from, "until", until);
	return CTL_OK;
}
