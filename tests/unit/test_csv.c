/* layer: protocol */
/* Promise: what leaves as CSV is read back as it was, and no cell is a formula. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../protocol/csv.h"

static void assert_cell(const char *text, const char *expected)
{
	struct buf b;
	struct csv_out c;
	buf_init(&b, 1024);
	csv_out_init(&c, &b);
	csv_text(&c, text);
	assert_string_equal(b.len > 0 ? b.data : "", expected);
	buf_free(&b);
}

static void cells_are_quoted_only_where_they_need_it(void **state)
{
	(void)state;
	assert_cell("Petung", "Petung");
	assert_cell("", "");
	assert_cell(NULL, "");
	assert_cell("Babulu, PPU", "\"Babulu, PPU\"");
	assert_cell("RSUD \"RAPB\"", "\"RSUD \"\"RAPB\"\"\"");
	assert_cell("dua\nbaris", "\"dua\nbaris\"");
	assert_cell("a=b", "a=b");
}

static void no_cell_is_a_formula(void **state)
{
	(void)state;
	assert_cell("=1+1", "'=1+1");
	assert_cell("+62812", "'+62812");
	assert_cell("-1", "'-1");
	assert_cell("@SUM(A1)", "'@SUM(A1)");
	assert_cell("\t=1", "'\t=1");
	assert_cell("\r=1", "\"'\r=1\"");
	assert_cell("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
}

static void lines_end_and_numbers_are_plain(void **state)
{
	(void)state;
	struct buf b;
	struct csv_out c;
	buf_init(&b, 1024);
	csv_out_init(&c, &b);
	csv_int(&c, -3);
	csv_double(&c, 12.5);
	csv_double(&c, 90);
	csv_double(&c, 0.1234567);
	csv_double(&c, 0.1 + 0.2);
	csv_double(&c, NAN);
	csv_text(&c, "x");
	csv_end_line(&c);
	csv_text(&c, NULL);
	csv_int(&c, 0);
	csv_end_line(&c);
	assert_string_equal(b.data, "-3,12.5,90,0.1234567,0.30000000000000004,,x\r\n,0\r\n");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(cells_are_quoted_only_where_they_need_it),
	        cmocka_unit_test(no_cell_is_a_formula),
	        cmocka_unit_test(lines_end_and_numbers_are_plain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
