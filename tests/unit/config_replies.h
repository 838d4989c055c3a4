/* config_replies: the texts of config/replies/ for unit tests. Needs SOURCE_DIR and cmocka. */
#ifndef SIGAP_TESTS_CONFIG_REPLIES_H
#define SIGAP_TESTS_CONFIG_REPLIES_H
#include <stdio.h>

#include "../../daemon/core/replies.h"

enum { CONFIG_REPLIES_ROOM = 1 << 17 };

static struct replies *config_replies_read(struct arena *a)
{
	struct buf faults;
	FILE *f = fopen(arena_printf(a, "%s/config/replies/replies.tsv", SOURCE_DIR), "rb");
	assert_non_null(f);
	char *text = arena_alloc(a, CONFIG_REPLIES_ROOM);
	size_t len = fread(text, 1, CONFIG_REPLIES_ROOM - 1, f);
	fclose(f);
	buf_init(&faults, 4096);
	struct replies *r = replies_read(a, "replies.tsv", text, len, &faults);
	if (r == NULL)
		fail_msg("%s", faults.data);
	buf_free(&faults);
	return r;
}
#endif
