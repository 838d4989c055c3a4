/* work: see work.h. Two lists under one lock: what waits for a thread, and what waits for the loop; an eventfd wakes the loop. */
#include "work.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { THREADS_MOST = 8 };
TAILQ_HEAD(work_list, work_item);

struct work {
	pthread_mutex_t lock; /* guards the two lists and stopping */
	pthread_cond_t more;
	struct work_list waiting, finished;
	bool stopping;
	pthread_t threads[THREADS_MOST];
	int thread_count;
	int count, most; /* the loop's: taken and not yet done */
	int wake_fd;
	struct event *wake;
};

static struct work_item *next_item(struct work *w)
{
	pthread_mutex_lock(&w->lock);
	while (!w->stopping && TAILQ_EMPTY(&w->waiting))
		pthread_cond_wait(&w->more, &w->lock);
	struct work_item *item = w->stopping ? NULL : TAILQ_FIRST(&w->waiting);
	if (item != NULL)
		TAILQ_REMOVE(&w->waiting, item, link);
	pthread_mutex_unlock(&w->lock);
	return item;
}

static void *work_in_thread(void *arg)
{
	struct work *w = arg;
	struct work_item *item;
	while ((item = next_item(w)) != NULL) {
		item->run(item->ctx);
		pthread_mutex_lock(&w->lock);
		TAILQ_INSERT_TAIL(&w->finished, item, link);
		pthread_mutex_unlock(&w->lock);
		eventfd_write(w->wake_fd, 1);
	}
	return NULL;
}

/* Hands a whole list back to the owners. */
static void hand_back(struct work *w, struct work_list *list, bool ran)
{
	struct work_item *item;
	while ((item = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, item, link);
		w->count--;
		item->done(item->ctx, ran);
	}
}

static void on_finished(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct work *w = arg;
	eventfd_t n;
	struct work_list list = TAILQ_HEAD_INITIALIZER(list);
	eventfd_read(fd, &n);
	pthread_mutex_lock(&w->lock);
	TAILQ_CONCAT(&list, &w->finished, link);
	pthread_mutex_unlock(&w->lock);
	hand_back(w, &list, true);
}

/* Signals are the loop's. */
static void start_threads(struct work *w, int threads)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (; w->thread_count < threads; w->thread_count++)
		if (pthread_create(&w->threads[w->thread_count], NULL, work_in_thread, w) != 0)
			abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct work *work_open(struct event_base *base, int threads, int most)
{
	struct work *w = calloc(1, sizeof *w);
	if (w == NULL || threads < 1 || threads > THREADS_MOST)
		abort();
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	TAILQ_INIT(&w->waiting);
	TAILQ_INIT(&w->finished);
	w->most = most;
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->wake = w->wake_fd < 0 ? NULL : event_new(base, w->wake_fd, EV_READ | EV_PERSIST, on_finished, w);
	if (w->wake == NULL)
		abort();
	event_add(w->wake, NULL);
	start_threads(w, threads);
	return w;
}

bool work_add(struct work *w, struct work_item *item)
{
	if (w->count >= w->most)
		return false;
	w->count++;
	pthread_mutex_lock(&w->lock);
	TAILQ_INSERT_TAIL(&w->waiting, item, link);
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
	return true;
}

void work_close(struct work **wp)
{
	struct work *w = *wp;
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->more);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->thread_count; i++)
		pthread_join(w->threads[i], NULL);
	w->most = 0; /* what done begins anew is refused */
	hand_back(w, &w->finished, true);
	hand_back(w, &w->waiting, false);
	event_free(w->wake);
	close(w->wake_fd);
	pthread_cond_destroy(&w->more);
	pthread_mutex_destroy(&w->lock);
	free(w);
	*wp = NULL;
}
