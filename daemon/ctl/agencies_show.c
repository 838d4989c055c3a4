/* agencies_show: the directory in force, in the form that agencies import reads. It holds the partners' secrets, without which it could not be imported. */
#include <stdio.h>

#include "commands.h"
#include "db.h"

/* One object for each agency; of a contact only what is said of its channel. */
static const struct pg_statement show = {
        "show_agencies",
        "select json_build_object('slug', a.slug, 'name', a.name, 'kind', a.kind, 'jurisdiction', a.jurisdiction, "
        "'contacts', coalesce((select json_agg(case k.channel when 'webhook' then json_strip_nulls(json_build_object("
        "'channel', k.channel, 'url', k.address, 'secret', k.secret, 'allow_private', nullif(k.allow_private, false))) "
        "else json_build_object('channel', k.channel, 'phone', k.address) end order by k.position, k.id) from contact "
        "k "
        "where k.agency = a.slug and k.retired_at is null), '[]')) from agency a where a.retired_at is null order by "
        "a.slug"};

int command_agencies_show(struct ctl *c)
{
	const struct rows *agencies = db_query(c, &show, DB_NONE);
	fputs("{\"agencies\":[", stdout);
	for (int i = 0; i < agencies->count; i++)
		printf("%s\n%s", i > 0 ? "," : "", db_cell(agencies, i, 0)); /* a line each, for diff */
	puts("\n]}");
	return CTL_OK;
}
