/* layer: io */
/* Work in threads: the loop goes on meanwhile, too much is refused, and every piece comes back once. Passwords, which it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sodium.h>

#include "../../daemon/base/password.h"
#include "../../daemon/io/work.h"
#include "loop.h"

enum { MOST = 4 };
/* A piece that waits in its thread until the test lets it go. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool go;
	int begun;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};

struct piece {
	struct work_item item;
	int runs, ends, ran;
	struct work *again; /* to be added anew when it is done */
};

static void run(void *ctx)
{
	struct piece *p = ctx;
	pthread_mutex_lock(&gate.lock);
	gate.begun++;
	pthread_cond_broadcast(&gate.changed);
	while (!gate.go)
		pthread_cond_wait(&gate.changed, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
	p->runs++;
}

static void done(void *ctx, bool ran)
{
	struct piece *p = ctx;
	p->ends++;
	p->ran += ran;
	if (p->again != NULL)
		assert_false(work_add(p->again, &p->item)); /* it is being closed */
}

static struct piece piece_new(void)
{
	return (struct piece){.item = {.run = run, .done = done}};
}

static void open_gate(bool go)
{
	pthread_mutex_lock(&gate.lock);
	gate.go = go;
	gate.begun = go ? gate.begun : 0;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
}

static void wait_begun(int n)
{
	pthread_mutex_lock(&gate.lock);
	while (gate.begun < n)
		pthread_cond_wait(&gate.changed, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

static void every_piece_comes_back_once_and_too_much_is_refused(void **state)
{
	(void)state;
	struct event_base *base = event_base_new();
	struct work *w = work_open(base, 2, MOST);
	struct piece pieces[MOST + 1];
	open_gate(false);
	for (int i = 0; i <= MOST; i++) {
		pieces[i] = piece_new();
		pieces[i].item.ctx = &pieces[i];
		assert_int_equal(work_add(w, &pieces[i].item), i < MOST);
	}
	wait_begun(2); /* both threads are at it, the others wait */
	open_gate(true);
	LOOP_WAIT(base, pieces[0].ends + pieces[1].ends + pieces[2].ends + pieces[3].ends == MOST);
	for (int i = 0; i < MOST; i++)
		assert_true(pieces[i].runs == 1 && pieces[i].ends == 1 && pieces[i].ran == 1);
	assert_int_equal(pieces[MOST].ends, 0);
	assert_true(work_add(w, &pieces[MOST].item)); /* there is room again */
	LOOP_WAIT(base, pieces[MOST].ends == 1);
	work_close(&w);
	assert_null(w);
	work_close(&w);
	event_base_free(base);
}

static void *open_gate_in_thread(void *arg)
{
	(void)arg;
	open_gate(true);
	return NULL;
}

static void closing_ends_what_runs_and_tells_who_waits(void **state)
{
	(void)state;
	struct event_base *base = event_base_new();
	struct work *w = work_open(base, 1, MOST);
	struct piece first = piece_new(), second = piece_new();
	first.item.ctx = &first;
	second.item.ctx = &second;
	second.again = w;
	open_gate(false);
	assert_true(work_add(w, &first.item));
	assert_true(work_add(w, &second.item));
	wait_begun(1);
	pthread_t other;
	assert_int_equal(pthread_create(&other, NULL, open_gate_in_thread, NULL), 0);
	work_close(&w);
	pthread_join(other, NULL);
	assert_true(first.runs == 1 && first.ends == 1 && first.ran == 1);
	assert_true(second.ends == 1 && second.runs == second.ran);
	event_base_free(base);
}

static void a_password_fits_its_own_hash_only(void **state)
{
	(void)state;
	char hash[PASSWORD_HASH_TEXT], again[PASSWORD_HASH_TEXT];
	assert_true(password_hash("kucing-hitam-42", hash) && password_hash("kucing-hitam-42", again));
	assert_string_not_equal(hash, again); /* a salt of its own */
	assert_memory_equal(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
	assert_true(password_fits("kucing-hitam-42", hash));
	assert_false(password_fits("kucing-hitam-43", hash));
	assert_false(password_fits("", ""));
	assert_false(password_fits("kucing-hitam-42", ""));
}

static void weak_passwords_are_refused(void **state)
{
	(void)state;
	static const char *const weak[] = {"",
	                                   "pendek",
	                                   "elevenchars",
	                                   "aaaaaaaaaaaaaaaa",
	                                   "abababababababab",
	                                   "rahasia-ani-1",
	                                   "RAHASIA-ANI-1-2",
	                                   "\xff\xfe-bukan-utf8-123"};
	for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
		assert_non_null(password_fault(weak[i], "ani"));
	assert_null(password_fault("kucing-hitam-42", "ani"));
	assert_null(password_fault("perahu kertas di hulu", "ani"));
	char made[PASSWORD_MADE_TEXT], other[PASSWORD_MADE_TEXT];
	password_make(made);
	password_make(other);
	assert_null(password_fault(made, "ani"));
	assert_int_equal(strlen(made), PASSWORD_MADE_TEXT - 1);
	assert_string_not_equal(made, other);
}

static int start(void **state)
{
	(void)state;
	return sodium_init() < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_piece_comes_back_once_and_too_much_is_refused),
	        cmocka_unit_test(closing_ends_what_runs_and_tells_who_waits),
	        cmocka_unit_test(a_password_fits_its_own_hash_only),
	        cmocka_unit_test(weak_passwords_are_refused),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
