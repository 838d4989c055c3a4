/* fuzz_spool_doc: a document that can be read says the same when it is written and read again; one that cannot says why. */
#include "../../daemon/io/spool_doc.h"
#include "fuzz.h"

enum { DOC_MOST = 16 * 1024 * 1024 };

static void write_again(struct arena *a, const char *doc, size_t len, struct buf *out)
{
	const char *why = NULL;
	const struct store_report *r = spool_doc_read(a, doc, len, &why);
	HOLD((r == NULL) == (why != NULL));
	if (r != NULL)
		spool_doc_write(r, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct buf once, twice;
	buf_init(&once, DOC_MOST);
	buf_init(&twice, DOC_MOST);
	write_again(a, (const char *)data, size, &once);
	if (once.len > 0) {
		write_again(a, once.data, once.len, &twice);
		HOLD(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
	}
	buf_free(&once);
	buf_free(&twice);
	arena_free(&a);
	return 0;
}
