/* layer: protocol */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../protocol/html.h"

static const char view_json[] =
        "{\"n\":1042,\"zero\":0,\"minus\":-3,\"yes\":true,\"no\":false,\"none\":null,\"empty\":\"\",\"s\":\"a\","
        "\"bad\":\"<b onclick='x' a=\\\"1\\\">&amp;{{n}}[[a|b]]\\u0001\\u007f\\ttab\","
        "\"list\":[{\"s\":\"x\"},{\"t\":\"y\"}],\"nothing\":[],\"inner\":{\"s\":\"deep\",\"n\":7}}";

/* What becomes of a text; NULL when it is refused. The caller frees. */
static char *render(const char *text, bool english)
{
	const struct html_text texts[] = {
	        {"page", text}, {"other", "<{{s}}>"}, {"again", "{{>again}}"}, {"nested", "{{>other}}"}, {NULL, NULL}};
	struct json_fault fault;
	struct buf out;
	cJSON *view = json_parse(view_json, sizeof view_json - 1, &fault);
	assert_non_null(view);
	buf_init(&out, 4096);
	buf_adds(&out, "");
	bool ok = html_render(texts, "page", view, english, &out);
	char *said = ok ? strdup(out.data != NULL ? out.data : "") : NULL;
	cJSON_Delete(view);
	buf_free(&out);
	return said;
}

struct example {
	const char *text, *id, *en;
};

static void check(const struct example *examples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (int english = 0; english < 2; english++) {
			char *said = render(examples[i].text, english);
			const char *expected = english ? examples[i].en : examples[i].id;
			if (said == NULL || strcmp(said, expected) != 0)
				fail_msg("\"%s\": \"%s\", expected \"%s\"", examples[i].text,
				         said != NULL ? said : "refused", expected);
			free(said);
		}
	}
}
#define SAME(text, both)                                                                                               \
	{                                                                                                              \
		text, both, both                                                                                       \
	}

static void slots_hold_what_the_view_says(void **state)
{
	(void)state;
	const struct example examples[] = {
	        SAME("", ""),
	        SAME("plain { [ } ] text", "plain { [ } ] text"),
	        SAME("{{n}} {{minus}} {{s}}", "1042 -3 a"),
	        SAME("({{none}}{{no}}{{yes}}{{list}}{{unknown}}{{empty}})", "()"),
	        {"[[Laporan|Report]] {{n}}", "Laporan 1042", "Report 1042"},
	        {"[[ke {{n}}|to {{n}}, {{s}}]].", "ke 1042.", "to 1042, a."},
	        {"[[|only english]]", "", "only english"},
	};
	check(examples, sizeof examples / sizeof *examples);
}

static void hostile_values_stay_text(void **state)
{
	(void)state;
	const struct example examples[] = {
	        SAME("{{bad}}",
	             "&lt;b onclick=&#39;x&#39; a=&quot;1&quot;&gt;&amp;amp;{{n}}[[a|b]]\xEF\xBF\xBD\xEF\xBF\xBD\ttab"),
	};
	check(examples, 1);
}

static void sections_are_there_when_they_should(void **state)
{
	(void)state;
	const struct example examples[] = {
	        SAME("{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{#none}}0{{/none}}{{#zero}}z{{/zero}}{{#empty}}e{{/"
	             "empty}}{{#minus}}m{{/minus}}",
	             "ym"),
	        SAME("{{^yes}}y{{/yes}}{{^no}}n{{/no}}{{^none}}0{{/none}}{{^nothing}}-{{/nothing}}{{^unknown}}u{{/"
	             "unknown}}",
	             "n0-u"),
	        SAME("{{#list}}[{{s}}{{t}}{{n}}]{{/list}}", "[x1042][ay1042]"),
	        SAME("{{#inner}}{{s}}{{n}}{{/inner}}{{s}}", "deep7a"),
	        SAME("{{#s=a}}A{{/s}}{{#s=b}}B{{/s}}{{^s=a}}-A{{/s}}{{^s=b}}-B{{/s}}", "A-B"),
	        SAME("{{#yes}}1{{#yes}}2{{/yes}}{{^yes}}3{{/yes}}4{{/yes}}5", "1245"),
	        SAME("{{>other}}{{#inner}}{{>nested}}{{/inner}}", "<a><deep>"),
	};
	check(examples, sizeof examples / sizeof *examples);
}

static void what_cannot_be_rendered_is_refused(void **state)
{
	(void)state;
	static const char *const broken[] = {
	        "{{",
	        "{{}}",
	        "{{n",
	        "{{#yes}}",
	        "{{#yes}}{{/no}}",
	        "{{/yes}}",
	        "{{>missing}}",
	        "{{>again}}",
	        "[[a",
	        "[[a]]",
	        "[[a|{{n]]}}",
	        "{{#}}{{/}}",
	        "{{#yes}}{{n",
	        "{{{n}}}",
	        "[[a|b",
	        "{{n=word}}",
	        "{{#s=b}}{{{{/s}}",
	        "{{0123456789012345678901234567890123456789012345678901234567890123456789}}",
	};
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		char *said = render(broken[i], true);
		if (said != NULL)
			fail_msg("\"%s\" became \"%s\"", broken[i], said);
	}
}

static void a_page_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	const struct html_text texts[] = {{"page", "0123456789"}, {NULL, NULL}};
	struct buf out;
	buf_init(&out, 9);
	assert_false(html_render(texts, "page", NULL, false, &out));
	buf_free(&out);
	buf_init(&out, 10);
	assert_true(html_render(texts, "page", NULL, false, &out));
	assert_string_equal(out.data, "0123456789");
	assert_false(html_render(texts, "other", NULL, false, &out));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(slots_hold_what_the_view_says),
	        cmocka_unit_test(hostile_values_stay_text),
	        cmocka_unit_test(sections_are_there_when_they_should),
	        cmocka_unit_test(what_cannot_be_rendered_is_refused),
	        cmocka_unit_test(a_page_that_does_not_fit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
