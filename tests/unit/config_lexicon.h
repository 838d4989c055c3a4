/* config_lexicon: the lexicon of config/lexicon/ for unit tests, with as much training as a test wants. Needs SOURCE_DIR and cmocka. */
#ifndef SIGAP_TESTS_CONFIG_LEXICON_H
#define SIGAP_TESTS_CONFIG_LEXICON_H
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../../daemon/core/triage.h"

enum { CONFIG_LEXICON_FILES = 32, CONFIG_LEXICON_ROOM = 1 << 20 };

/* without: names of files that are left out, with a space behind each ("learned.tsv signs.tsv "). */
static struct lexicon *config_lexicon_read(struct arena *a, const char *without)
{
	struct lexicon_file files[CONFIG_LEXICON_FILES];
	struct lexicon_fault fault;
	glob_t found;
	size_t n = 0;
	assert_int_equal(glob(arena_printf(a, "%s/config/lexicon/*.tsv", SOURCE_DIR), 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc && n < CONFIG_LEXICON_FILES; i++) {
		const char *name = arena_strdup(a, strrchr(found.gl_pathv[i], '/') + 1);
		char *text = arena_alloc(a, CONFIG_LEXICON_ROOM);
		if (strstr(without, arena_printf(a, "%s ", name)) != NULL)
			continue;
		FILE *f = fopen(found.gl_pathv[i], "rb");
		assert_non_null(f);
		size_t len = fread(text, 1, CONFIG_LEXICON_ROOM - 1, f);
		fclose(f);
		files[n++] = (struct lexicon_file){name, text, len};
	}
	globfree(&found);
	struct lexicon *lexicon = lexicon_build(a, files, n, &fault);
	if (lexicon == NULL)
		fail_msg("%s:%d: %s", fault.file, fault.line, fault.detail);
	return lexicon;
}
#endif
