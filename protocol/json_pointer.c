/* json_pointer: see json_pointer.h. */
#include "json_pointer.h"

#include <stdlib.h>
#include <string.h>

bool json_pointer_valid(const char *pointer)
{
	if (*pointer != '\0' && *pointer != '/')
		return false;
	for (const char *tilde = strchr(pointer, '~'); tilde != NULL; tilde = strchr(tilde + 1, '~'))
		if (tilde[1] != '0' && tilde[1] != '1')
			return false;
	return true;
}

/* Is the token [token, token + len) this member's name? */
static bool names(const char *token, size_t len, const char *name)
{
	for (const char *end = token + len; token < end; token++, name++) {
		char c = *token;
		if (c == '~' && token + 1 < end)
			c = *++token == '1' ? '/' : '~';
		if (*name != c)
			return false;
	}
	return *name == '\0';
}

/* An index has no sign and no zero in front. */
static const cJSON *element(const cJSON *array, const char *token, size_t len)
{
	enum { DIGITS_MOST = 6 };
	if (len == 0 || len > DIGITS_MOST || strspn(token, "0123456789") < len || (*token == '0' && len > 1))
		return NULL;
	return cJSON_GetArrayItem(array, atoi(token));
}

static const cJSON *step(const cJSON *at, const char *token, size_t len)
{
	if (cJSON_IsArray(at))
		return element(at, token, len);
	if (!cJSON_IsObject(at))
		return NULL;
	const cJSON *member = at->child;
	while (member != NULL && !names(token, len, member->string))
		member = member->next;
	return member;
}

const cJSON *json_pointer_find(const cJSON *document, const char *pointer)
{
	const cJSON *at = document;
	while (at != NULL && *pointer == '/') {
		size_t len = strcspn(++pointer, "/");
		at = step(at, pointer, len);
		pointer += len;
	}
	return at;
}
