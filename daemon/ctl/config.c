/* config: see config.h. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../io/sys.h"

enum { LEXICON_FILES = 32, FAULTS_MOST = 64 * 1024, PATH_MOST = 4096 };

static const char *config_folder(struct ctl *c)
{
	const char *set = c->config_dir != NULL ? c->config_dir : getenv("SIGAP_CONFIG_DIR");
	if (set != NULL && set[0] != '\0')
		return set;
	char self[PATH_MOST];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self);
	while (len > 0 && self[len - 1] != '/')
		len--;
	if (len > 0 && len < (ssize_t)sizeof self) {
		const char *beside = arena_printf(c->arena, "%.*s../config", (int)len, self);
		if (access(arena_printf(c->arena, "%s/lexicon", beside), R_OK) == 0)
			return beside;
	}
	return "/etc/sigap";
}

const struct lexicon *config_lexicon(struct ctl *c, const char *folder)
{
	if (folder == NULL)
		folder = arena_printf(c->arena, "%s/lexicon", config_folder(c));
	char **paths = sys_list_files(c->arena, folder, ".tsv");
	if (paths == NULL)
		ctl_die("cannot read %s: %s", folder, strerror(errno));
	struct lexicon_file files[LEXICON_FILES];
	size_t n = 0;
	for (; n < LEXICON_FILES && paths[n] != NULL; n++) {
		files[n].name = paths[n];
		files[n].text = ctl_read_text(c, paths[n], &files[n].len);
	}
	if (n == 0)
		ctl_die("no lexicon in %s", folder);
	struct lexicon_fault fault = {.line = 0};
	const struct lexicon *lexicon = lexicon_build(c->arena, files, n, &fault);
	if (lexicon == NULL)
		ctl_die("%s:%d: %s", fault.file, fault.line, fault.detail);
	return lexicon;
}

const struct replies *config_replies(struct ctl *c)
{
	const char *path = arena_printf(c->arena, "%s/replies/replies.tsv", config_folder(c));
	size_t len;
	const char *text = ctl_read_text(c, path, &len);
	struct buf faults;
	buf_init(&faults, FAULTS_MOST);
	const struct replies *replies = replies_read(c->arena, path, text, len, &faults);
	if (replies == NULL) {
		fputs(faults.data, stderr);
		ctl_die("%s has faults", path);
	}
	buf_free(&faults);
	return replies;
}
