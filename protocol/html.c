/* html: see html.h. One pass over the text; what is within a section, a text or words is rendered by the same function. */
#include "html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64, STEPS_MAX = 100000 };
static const char replacement[] = "\xEF\xBF\xBD";

/* Values inside which names are looked for, the innermost first. */
struct scope {
	const cJSON *value;
	const struct scope *outer;
};
struct span {
	const char *at, *end;
};
struct rendering {
	const struct html_text *texts;
	struct buf *out;
	bool english;
	int left; /* of the work that a page may be */
};
/* What stands between {{ and }}. */
struct tag {
	char sign; /* # ^ / >, or 0 */
	char name[NAME_MAX_BYTES];
	const char *word; /* behind =, in name; NULL: none */
	const char *after;
};

static bool render(struct rendering *r, struct span text, const struct scope *scope, int depth);

/* ---- values ---- */

void html_escape(struct buf *out, const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		const char *written = c == '&'                                            ? "&amp;"
		                      : c == '<'                                          ? "&lt;"
		                      : c == '>'                                          ? "&gt;"
		                      : c == '"'                                          ? "&quot;"
		                      : c == '\''                                         ? "&#39;"
		                      : (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f ? replacement
		                                                                          : NULL;
		if (written != NULL)
			buf_adds(out, written);
		else
			buf_addc(out, *text);
	}
}

static const cJSON *find(const struct scope *scope, const char *name)
{
	for (; scope != NULL; scope = scope->outer) {
		const cJSON *found =
		        cJSON_IsObject(scope->value) ? cJSON_GetObjectItemCaseSensitive(scope->value, name) : NULL;
		if (found != NULL)
			return found;
	}
	return NULL;
}

static void put_value(struct rendering *r, const cJSON *value)
{
	if (cJSON_IsString(value))
		html_escape(r->out, value->valuestring);
	else if (cJSON_IsNumber(value) && fabs(value->valuedouble) < 1e15)
		buf_addf(r->out, "%.0f", value->valuedouble);
}

/* Is there anything to show a section for? */
static bool holds(const cJSON *value, const char *word)
{
	if (word != NULL)
		return cJSON_IsString(value) && strcmp(value->valuestring, word) == 0;
	return cJSON_IsTrue(value) || cJSON_IsObject(value) || (cJSON_IsArray(value) && value->child != NULL) ||
	       (cJSON_IsString(value) && value->valuestring[0] != '\0') ||
	       (cJSON_IsNumber(value) && (value->valuedouble < 0 || value->valuedouble > 0));
}

/* ---- tags ---- */

static const char *look_for(struct span text, const char *mark)
{
	return memmem(text.at, (size_t)(text.end - text.at), mark, strlen(mark));
}

/* Reads the tag that begins at text.at, which is "{{". */
static bool read_tag(struct span text, struct tag *ret)
{
	text.at += 2;
	const char *end = look_for(text, "}}");
	if (end == NULL || end == text.at)
		return false;
	ret->after = end + 2;
	ret->sign = strchr("#^/>", *text.at) != NULL ? *text.at++ : '\0';
	size_t len = (size_t)(end - text.at);
	if (len == 0 || len >= sizeof ret->name || memchr(text.at, '{', len) != NULL)
		return false;
	memcpy(ret->name, text.at, len);
	ret->name[len] = '\0';
	char *equals = strchr(ret->name, '=');
	ret->word = equals != NULL ? equals + 1 : NULL;
	if (equals != NULL)
		*equals = '\0';
	return true;
}

/* The end of the section that open began: sections of the same name may stand within it. */
static bool find_end(struct span text, const struct tag *open, struct tag *ret, const char **ret_at)
{
	int within = 0;
	text.at = open->after;
	while ((text.at = look_for(text, "{{")) != NULL) {
		if (!read_tag(text, ret))
			return false;
		if (strcmp(ret->name, open->name) == 0) {
			if (ret->sign == '/' && within-- == 0) {
				*ret_at = text.at;
				return true;
			}
			within += ret->sign == '#' || ret->sign == '^';
		}
		text.at = ret->after;
	}
	return false;
}

static bool render_section(struct rendering *r, struct span inside, const struct tag *t, const struct scope *scope,
                           int depth)
{
	const cJSON *value = find(scope, t->name);
	bool there = holds(value, t->word);
	if (t->sign == '^')
		return there || render(r, inside, scope, depth + 1);
	if (!there)
		return true;
	if (cJSON_IsObject(value))
		return render(r, inside, &(struct scope){value, scope}, depth + 1);
	if (!cJSON_IsArray(value))
		return render(r, inside, scope, depth + 1);
	for (const cJSON *item = value->child; item != NULL; item = item->next)
		if (!render(r, inside, &(struct scope){item, scope}, depth + 1))
			return false;
	return true;
}

static bool render_text(struct rendering *r, const char *name, const struct scope *scope, int depth)
{
	for (const struct html_text *t = r->texts; t->name != NULL; t++)
		if (strcmp(t->name, name) == 0)
			return render(r, (struct span){t->text, t->text + strlen(t->text)}, scope, depth + 1);
	return false;
}

/* From "{{" on; *at moves behind it, or behind the section's end. */
static bool render_tag(struct rendering *r, const char **at, const char *end, const struct scope *scope, int depth)
{
	struct tag t, close;
	const char *close_at;
	if (!read_tag((struct span){*at, end}, &t))
		return false;
	*at = t.after;
	switch (t.sign) {
	case '\0':
		put_value(r, find(scope, t.name));
		return t.word == NULL;
	case '>':
		return render_text(r, t.name, scope, depth);
	case '/':
		return false;
	default:
		if (!find_end((struct span){t.after, end}, &t, &close, &close_at))
			return false;
		*at = close.after;
		return render_section(r, (struct span){t.after, close_at}, &t, scope, depth);
	}
}

/* From "[[" on. */
static bool render_words(struct rendering *r, const char **at, const char *end, const struct scope *scope, int depth)
{
	struct span words = {*at + 2, end};
	const char *close = look_for(words, "]]");
	if (close == NULL)
		return false;
	words.end = close;
	const char *bar = look_for(words, "|");
	if (bar == NULL)
		return false;
	*at = close + 2;
	if (r->english)
		words.at = bar + 1;
	else
		words.end = bar;
	return render(r, words, scope, depth + 1);
}

static bool render(struct rendering *r, struct span text, const struct scope *scope, int depth)
{
	if (depth > HTML_DEPTH_MAX || r->left-- == 0)
		return false;
	const char *at = text.at;
	while (at < text.end) {
		size_t left = (size_t)(text.end - at);
		bool doubled = left > 1 && at[0] == at[1];
		if (doubled && at[0] == '{') {
			if (!render_tag(r, &at, text.end, scope, depth))
				return false;
		} else if (doubled && at[0] == '[') {
			if (!render_words(r, &at, text.end, scope, depth))
				return false;
		} else {
			const char *from = at++;
			while (at < text.end && *at != '{' && *at != '[')
				at++;
			buf_add(r->out, from, (size_t)(at - from));
		}
		if (r->out->failed)
			return false;
	}
	return true;
}

bool html_render(const struct html_text *texts, const char *name, const cJSON *view, bool english, struct buf *out)
{
	struct rendering r = {texts, out, english, STEPS_MAX};
	const struct scope outermost = {view, NULL};
	return render_text(&r, name, &outermost, 0) && !out->failed;
}
