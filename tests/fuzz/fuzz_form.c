/* fuzz_form: what form_parse reads, form_add writes and form_parse reads again as the same fields; nothing is invented: the decoded bytes are no more than the text's. */
#include "../../protocol/buf.h"
#include "../../protocol/form.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct form form, again;
	struct buf out;
	if (!form_parse((const char *)data, size, &form)) {
		HOLD(form.count == 0);
		return 0;
	}
	size_t decoded = 0;
	buf_init(&out, 4 * size + 64);
	for (size_t i = 0; i < form.count; i++) {
		const struct form_field *f = &form.fields[i];
		HOLD(f->value[f->value_len] == '\0');
		decoded += strlen(f->name) + f->value_len;
		if (out.len > 0)
			buf_addc(&out, '&');
		form_encode(&out, f->name, strlen(f->name));
		buf_addc(&out, '=');
		form_encode(&out, f->value, f->value_len);
	}
	HOLD(decoded <= size && !out.failed);
	HOLD(form_parse(out.data, out.len, &again) && again.count == form.count);
	for (size_t i = 0; i < form.count; i++) {
		const struct form_field *a = &form.fields[i], *b = &again.fields[i];
		HOLD(strcmp(a->name, b->name) == 0 && a->value_len == b->value_len);
		HOLD(memcmp(a->value, b->value, a->value_len) == 0);
	}
	form_free(&form);
	form_free(&again);
	buf_free(&out);
	return 0;
}
