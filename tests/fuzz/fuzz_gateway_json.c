/* fuzz_gateway_json: what the strict reader takes is taken here too, and holds the same texts; every text that comes out is valid UTF-8. */
#include "../../protocol/gateway_json.h"
#include "fuzz.h"

static void hold_texts(const cJSON *item)
{
	HOLD(!cJSON_IsNumber(item));
	if (cJSON_IsString(item))
		HOLD(utf8_valid(item->valuestring, strlen(item->valuestring)));
	const cJSON *child;
	cJSON_ArrayForEach(child, item) hold_texts(child);
}

static void hold_same(const cJSON *strict, const cJSON *mended)
{
	HOLD(strict->type == mended->type || (cJSON_IsNumber(strict) && cJSON_IsString(mended)));
	HOLD(cJSON_GetArraySize(strict) == cJSON_GetArraySize(mended));
	if (cJSON_IsString(strict))
		HOLD(strcmp(strict->valuestring, mended->valuestring) == 0);
	for (const cJSON *a = strict->child, *b = mended->child; a != NULL; a = a->next, b = b->next)
		hold_same(a, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_fault fault;
	bool repaired;
	if (size > 8000)
		return 0;
	cJSON *strict = json_parse((const char *)data, size, &fault);
	cJSON *mended = gateway_json_parse((const char *)data, size, &repaired, &fault);
	HOLD(mended != NULL || fault.detail[0] != '\0');
	if (mended != NULL)
		hold_texts(mended);
	if (strict != NULL) {
		HOLD(mended != NULL && !repaired);
		hold_same(strict, mended);
	}
	cJSON_Delete(strict);
	cJSON_Delete(mended);
	return 0;
}
