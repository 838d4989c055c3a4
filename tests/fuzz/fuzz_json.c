/* fuzz_json: what json_parse accepts, PostgreSQL's json would accept (valid UTF-8, no U+0000 also in escapes, no lone surrogate), the commented reader
 * accepts too, and the writer gives back: written, read and written again it stays the same. What it refuses has a place within the text. */
#include "../../protocol/json.h"
#include "fuzz.h"

static void write_value(struct json_out *j, const cJSON *value)
{
	const cJSON *item;
	if (cJSON_IsObject(value) || cJSON_IsArray(value)) {
		cJSON_IsObject(value) ? json_begin_object(j) : json_begin_array(j);
		cJSON_ArrayForEach(item, value)
		{
			if (item->string != NULL) {
				/* member names may need escapes here, which json_key does not write */
				json_put_string(j, item->string);
				buf_addc(j->to, ':');
				j->after_key = true;
			}
			write_value(j, item);
		}
		cJSON_IsObject(value) ? json_end_object(j) : json_end_array(j);
	} else if (cJSON_IsString(value)) {
		HOLD(utf8_valid(value->valuestring, strlen(value->valuestring)));
		json_put_string(j, value->valuestring);
	} else if (cJSON_IsNumber(value)) {
		json_put_double(j, value->valuedouble);
	} else if (cJSON_IsBool(value)) {
		json_put_bool(j, cJSON_IsTrue(value));
	} else {
		HOLD(cJSON_IsNull(value));
		json_put_null(j);
	}
}

static void write_tree(const cJSON *tree, struct buf *out)
{
	struct json_out j;
	json_out_init(&j, out);
	write_value(&j, tree);
	HOLD(!out->failed);
}

static void check_accepted(const char *text, size_t size, const cJSON *tree)
{
	struct json_fault fault;
	struct buf once, twice;
	HOLD(utf8_valid(text, size));
	cJSON *commented = json_parse_commented(text, size, &fault);
	HOLD(commented != NULL);
	buf_init(&once, 64 << 20);
	buf_init(&twice, 64 << 20);
	write_tree(tree, &once);
	write_tree(commented, &twice);
	HOLD(strcmp(once.data, twice.data) == 0);
	cJSON *again = json_parse(once.data, once.len, &fault);
	HOLD(again != NULL);
	buf_reset(&twice);
	write_tree(again, &twice);
	HOLD(strcmp(once.data, twice.data) == 0);
	cJSON_Delete(commented);
	cJSON_Delete(again);
	buf_free(&once);
	buf_free(&twice);
}

static void check_refused(const struct json_fault *fault, size_t size)
{
	HOLD(fault->offset <= size && fault->line >= 1 && fault->column >= 1);
	HOLD(utf8_valid(fault->pointer, strlen(fault->pointer)));
	HOLD(fault->pointer[0] == '\0' || fault->pointer[0] == '/');
	for (const char *c = fault->detail; *c != '\0'; c++)
		HOLD(*c >= 0x20 && *c < 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_fault fault;
	const char *text = (const char *)data;
	cJSON *tree = json_parse(text, size, &fault);
	if (tree != NULL) {
		check_accepted(text, size, tree);
	} else {
		check_refused(&fault, size);
		tree = json_parse_commented(text, size, &fault);
		if (tree == NULL)
			check_refused(&fault, size);
	}
	cJSON_Delete(tree);
	return 0;
}
