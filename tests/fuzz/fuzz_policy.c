/* fuzz_policy: policy.jsonc, agencies.json and the reply texts read from any bytes. The first byte chooses the reader. */
#include "../../daemon/core/policy.h"
#include "../../daemon/core/policy_place.h"
#include "../../daemon/core/replies.h"
#include "fuzz.h"

static void read_policy(struct arena *a, const char *text, size_t len, struct buf *faults)
{
	const struct policy *p = policy_read(a, "f", text, len, faults);
	struct directory d = {0};
	if (p == NULL)
		return;
	struct gazetteer *g =
	        gazetteer_build(a, NULL, &(struct region){"64.09.01.1003", "Petung"}, 1, NULL, 0, p->regency);
	directory_index(a, &d);
	policy_holes(p, &d, g, (struct wall){1}, faults, NULL);
}

static void read_agencies(struct arena *a, const char *text, size_t len, struct buf *faults)
{
	struct directory d = {0};
	const struct agency *found[4];
	if (!directory_read_agencies(a, text, len, &d.agencies, &d.agency_count, faults))
		return;
	directory_index(a, &d);
	directory_route(&d, KIND_POLICE, "64.09.01.1003", LEVEL_VILLAGE, found, 4);
}

/* The pointer up to the first NUL byte, the text behind it: places are asked of texts that were parsed, but nothing may be read outside them. */
static void find_place(struct arena *a, const char *text, size_t len)
{
	char *copy = arena_strndup(a, text, len);
	size_t pointer = 0;
	while (copy[pointer] != '\0')
		pointer++;
	if (pointer < len)
		policy_place(text + pointer + 1, len - pointer - 1, copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const char *text = (const char *)data + 1;
	struct arena *a = arena_new();
	struct buf faults;
	buf_init(&faults, 1 << 20);
	switch (data[0] % 4) {
	case 0:
		read_policy(a, text, size - 1, &faults);
		break;
	case 1:
		read_agencies(a, text, size - 1, &faults);
		break;
	case 2:
		replies_read(a, "f", text, size - 1, &faults);
		break;
	default:
		find_place(a, text, size - 1);
	}
	buf_free(&faults);
	arena_free(&a);
	return 0;
}
