/* triage: what messages mean, one JSON answer a line; the daemon's own reading, with its lexicon. */
#include "../core/triage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "commands.h"
#include "config.h"
#include "region_source.h"
#include "snapshot.h"

enum { ANSWER_MOST = 1024 * 1024 };

struct reader {
	void (*write)(const struct reader *r, const char *text, struct buf *out);
	const struct lexicon *lexicon;
	const struct gazetteer *gazetteer;
};

static const struct gazetteer *from_files(struct ctl *c, const struct place_words *words, const char *path,
                                          const char *home)
{
	size_t n, alias_count;
	const struct region *regions = region_source_read(c, path, &n);
	const struct region_alias *aliases = region_source_aliases(c, ctl_option(c, "aliases"), &alias_count);
	if (home == NULL)
		ctl_usage(c, "--regions needs --home: the area that messages speak of, like 64.09");
	return gazetteer_build(c->arena, words, regions, n, aliases, alias_count, home);
}

static const struct gazetteer *from_database(struct ctl *c, const struct place_words *words, const char *home)
{
	if (home == NULL) {
		const struct policy *policy = snapshot_policy(c);
		if (policy == NULL)
			ctl_die("no policy is in force that names the regency: say --home CODE");
		home = policy->regency;
	}
	return snapshot_gazetteer(c, words, home);
}

static void write_verdict(const struct reader *r, const char *text, struct buf *out)
{
	struct triage t;
	triage_text(r->lexicon, r->gazetteer, text, &t);
	triage_render(&t, r->gazetteer, out);
}

static void write_features(const struct reader *r, const char *text, struct buf *out)
{
	triage_features(r->lexicon, r->gazetteer, text, out);
}

/* {"id", and everything that write() writes}. id NULL: none was given. */
static void answer(const struct reader *r, const cJSON *id, const char *text)
{
	struct buf whole, out;
	struct json_out j;
	buf_init(&whole, ANSWER_MOST);
	buf_init(&out, ANSWER_MOST);
	r->write(r, text, &whole);
	json_out_init(&j, &out);
	json_begin_object(&j);
	json_key(&j, "id");
	if (id != NULL && cJSON_IsNumber(id))
		json_put_double(&j, id->valuedouble);
	else
		json_put_string(&j, id != NULL && cJSON_IsString(id) ? id->valuestring : NULL);
	if (whole.failed || out.failed)
		ctl_die("an answer is too long");
	printf("%s,%s\n", out.data,
	       whole.data + 1); /* one object out of two: without the brace that opens the second */
	buf_free(&whole);
	buf_free(&out);
}

static bool read_line(const struct reader *r, const char *name, size_t number, const char *line, size_t len)
{
	struct json_fault fault;
	cJSON *tree = json_parse(line, len, &fault);
	const char *text = tree != NULL ? json_string(tree, "text") : NULL;
	if (text != NULL)
		answer(r, json_member(tree, "id"), text);
	else if (tree == NULL)
		fprintf(stderr, "%s:%zu:%d: %s\n", name, number, fault.column, fault.detail);
	else
		fprintf(stderr, "%s:%zu: must be an object {\"id\",\"text\"}\n", name, number);
	cJSON_Delete(tree);
	return text != NULL;
}

static int read_lines(const struct reader *r, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (file == NULL)
		ctl_die("cannot read %s: %s", path, strerror(errno));
	char *line = NULL;
	size_t room = 0, number = 0, faults = 0;
	ssize_t len;
	while ((len = getline(&line, &room, file)) >= 0) {
		number++;
		while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
			len--;
		if (len > 0)
			faults += !read_line(r, path, number, line, (size_t)len);
	}
	if (ferror(file))
		ctl_die("cannot read %s: %s", path, strerror(errno));
	free(line);
	if (file != stdin)
		fclose(file);
	return faults > 0 ? CTL_FAULT : CTL_OK;
}

/* --home: one area or several, "64.09,64.01"; "" is everywhere. */
static const char *homes(const struct ctl *c)
{
	const char *list = ctl_option(c, "home");
	char *save = NULL;
	for (char *home = strtok_r(arena_strdup(c->arena, list != NULL ? list : ""), ",", &save); home != NULL;
	     home = strtok_r(NULL, ",", &save))
		if (region_code_level(home) == LEVEL_NONE)
			ctl_usage(c, "--home must be area codes like 64.09 or 64.09,64.01");
	return list;
}

int command_triage(struct ctl *c)
{
	const char *text = ctl_option(c, "text"), *file = ctl_option(c, "file"), *regions = ctl_option(c, "regions");
	const char *home = homes(c);
	if ((text == NULL) == (file == NULL))
		ctl_usage(c, "either --text or --file");
	const struct lexicon *lexicon = config_lexicon(c, ctl_option(c, "lexicon"));
	const struct place_words *words = lexicon_place_words(lexicon);
	struct reader r = {
	        .write = ctl_option(c, "features") != NULL ? write_features : write_verdict,
	        .lexicon = lexicon,
	        .gazetteer = regions != NULL ? from_files(c, words, regions, home) : from_database(c, words, home),
	};
	if (file != NULL)
		return read_lines(&r, file);
	answer(&r, NULL, text);
	return CTL_OK;
}
