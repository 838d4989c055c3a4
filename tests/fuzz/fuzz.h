/* fuzz: what the fuzz targets share. */
#ifndef SIGAP_TESTS_FUZZ_H
#define SIGAP_TESTS_FUZZ_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../protocol/json.h"
#include "../../protocol/problem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The promise a target makes: ends the run with its words when it is broken, with or without NDEBUG. */
#define HOLD(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "does not hold: %s\n", #condition);                                            \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

/* A refusal names at least one fault, and its document is itself valid JSON. */
static inline void hold_problem(const struct problem *p)
{
	struct buf out;
	struct json_fault fault;
	HOLD((p->status == 400 || p->status == 422) && p->error_count > 0);
	buf_init(&out, 1 << 20);
	problem_render(p, &out);
	cJSON *tree = json_parse(out.data, out.len, &fault);
	HOLD(tree != NULL);
	cJSON_Delete(tree);
	buf_free(&out);
}
#endif
