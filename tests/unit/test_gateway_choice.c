/* layer: core */
/* Which of several SMS gateways takes a notice: the way it came, then the order of the configuration; the next when one cannot; never beyond a cap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/gateway_choice.h"

enum { GATEWAYS = 4, CASES = 50000 };
#define PHONE "+628123"

static const struct mono now = {1000000000}, midnight = {5000000000};
static const struct gateway_trial untried[GATEWAYS];

static struct gateway_facts open_gateway(const char *name)
{
	return (struct gateway_facts){.name = name, .slots = 4};
}

static struct gateway_choice choose(struct gateway_wish wish, const struct gateway_facts *g,
                                    const struct gateway_trial *trials, int n)
{
	if (wish.address == NULL)
		wish.address = PHONE;
	if (wish.parts == 0)
		wish.parts = 1;
	return gateway_choose(&wish, g, trials, n, now, midnight);
}

#define CHOOSE(g, n, ...) choose((struct gateway_wish){__VA_ARGS__}, g, untried, n)

static void the_first_of_the_configuration_is_taken_without_a_word(void **state)
{
	(void)state;
	const struct gateway_facts g[] = {open_gateway("a"), open_gateway("b")};
	struct gateway_choice c = CHOOSE(g, 2, .parts = 1);
	assert_int_equal(c.end, GATEWAY_NOW);
	assert_int_equal(c.gateway, 0);
	assert_string_equal(c.why, "");
}

static void a_reply_goes_back_the_way_the_message_came(void **state)
{
	(void)state;
	const struct gateway_facts g[] = {open_gateway("a"), open_gateway("b")};
	assert_int_equal(CHOOSE(g, 2, .via = "b").gateway, 1);
	assert_int_equal(CHOOSE(g, 2, .via = "gone").gateway, 0);
}

static void what_cannot_take_it_is_passed_over_and_the_reason_says_so(void **state)
{
	(void)state;
	static const char *const whys[] = {"not a: failing or asked for patience",
	                                   "not a: per_minute used up",
	                                   "not a: daily cap used up",
	                                   "not a: failing, being tried",
	                                   "not a: all slots in use and failing",
	                                   "not a: refused it",
	                                   "not a: failed before"};
	for (int i = 0; i < 7; i++) {
		struct gateway_facts g[] = {open_gateway("a"), open_gateway("b")};
		struct gateway_trial t[] = {{.refused = i == 5, .failures = i == 6}, {0}};
		g[0].closed_until.us = i == 0 ? now.us + 1 : 0;
		g[0].per_minute = g[0].sent_in_minute = i == 1 ? 3 : 0;
		g[0].spent = g[0].daily_cap = i == 2 ? 100 : 0;
		g[0].price = 1;
		g[0].probing = i == 3;
		g[0].in_flight = i == 4 ? 4 : 0;
		g[0].failing = i == 4;
		struct gateway_choice c = choose((struct gateway_wish){.via = "a"}, g, t, 2);
		assert_int_equal(c.end, GATEWAY_NOW);
		assert_int_equal(c.gateway, 1);
		assert_string_equal(c.why, whys[i]);
	}
}

static void a_busy_gateway_that_works_is_waited_for_but_not_by_what_is_critical(void **state)
{
	(void)state;
	struct gateway_facts g[] = {open_gateway("a"), open_gateway("b")};
	g[0].in_flight = 4;
	assert_int_equal(CHOOSE(g, 2, .critical = false).end, GATEWAY_SLOT);
	assert_int_equal(CHOOSE(g, 2, .critical = true).gateway, 1);
}

static void a_handle_is_reached_through_its_own_gateway_alone(void **state)
{
	(void)state;
	struct gateway_facts g[] = {open_gateway("a"), open_gateway("bot"), open_gateway("bo")};
	g[1].handles = true;
	assert_int_equal(CHOOSE(g, 3, .address = "bot:77").gateway, 1);
	assert_int_equal(CHOOSE(g, 3, .via = "bot").gateway, 0);
	struct gateway_choice c = CHOOSE(g, 3, .address = "other:77");
	assert_int_equal(c.end, GATEWAY_NEVER);
	assert_string_equal(c.why, "no SMS gateway reaches this address");
	assert_int_equal(CHOOSE(g, 0, .parts = 1).end, GATEWAY_NEVER);
	assert_string_equal(gateway_handle("bot:77", "bot"), "77");
	assert_null(gateway_handle("bot:77", "bo"));
	assert_null(gateway_handle(PHONE, "bot"));
}

static void without_money_the_critical_use_the_reserve_and_the_rest_waits_for_midnight(void **state)
{
	(void)state;
	struct gateway_facts g[] = {open_gateway("a")};
	g[0].price = 10;
	g[0].daily_cap = 100;
	g[0].reserve = 30;
	g[0].spent = 61; /* 70 are for everybody */
	struct gateway_choice c = CHOOSE(g, 1, .critical = false);
	assert_int_equal(c.end, GATEWAY_LATER);
	assert_true(c.capped);
	assert_int_equal(c.at.us, midnight.us);
	assert_string_equal(c.why, "a: daily cap used up");
	assert_int_equal(CHOOSE(g, 1, .critical = true, .parts = 3).end, GATEWAY_NOW);
	assert_int_equal(CHOOSE(g, 1, .critical = true, .parts = 4).end, GATEWAY_LATER);
	c = CHOOSE(g, 1, .critical = true, .parts = 11); /* no day is long enough */
	assert_int_equal(c.end, GATEWAY_NEVER);
	assert_string_equal(c.why, "a: costs more than its daily cap leaves");
}

static void the_nearest_moment_is_waited_for(void **state)
{
	(void)state;
	struct gateway_facts g[] = {open_gateway("a"), open_gateway("b"), open_gateway("c")};
	g[0].closed_until.us = now.us + 9000000;
	g[1].per_minute = g[1].sent_in_minute = 1;
	g[1].minute_frees.us = now.us + 4000000;
	g[2].price = 1;
	g[2].spent = g[2].daily_cap = 1;
	struct gateway_choice c = CHOOSE(g, 3, .parts = 1);
	assert_int_equal(c.end, GATEWAY_LATER);
	assert_int_equal(c.at.us, now.us + 4000000);
	assert_false(c.capped);
}

static void what_is_critical_proves_no_gateway_while_another_is_open(void **state)
{
	(void)state;
	struct gateway_facts g[] = {open_gateway("a"), open_gateway("b")};
	g[0].unproven = true;
	assert_int_equal(CHOOSE(g, 2, .critical = false).gateway, 0);
	struct gateway_choice c = CHOOSE(g, 2, .critical = true);
	assert_int_equal(c.gateway, 1);
	assert_string_equal(c.why, "not a: not proven yet");
	assert_int_equal(CHOOSE(g, 1, .critical = true).gateway, 0);
}

static void the_one_that_failed_least_is_tried_next(void **state)
{
	(void)state;
	const struct gateway_facts g[] = {open_gateway("a"), open_gateway("b"), open_gateway("c")};
	const struct gateway_trial t[] = {{.failures = 2}, {.failures = 1}, {.failures = 1}};
	assert_int_equal(choose((struct gateway_wish){.via = "a"}, g, t, 3).gateway, 1);
	assert_int_equal(choose((struct gateway_wish){.via = "c"}, g, t, 3).gateway, 2);
}

/* ---- properties ---- */

static int drawn(int n)
{
	return (int)(random() % n);
}

static const char *const names[GATEWAYS] = {"a", "b", "c", "bot"};

static void draw(struct gateway_facts *g, struct gateway_trial *t)
{
	for (int i = 0; i < GATEWAYS; i++) {
		g[i] = (struct gateway_facts){
		        .name = names[i],
		        .handles = i == 3,
		        .closed_until = {drawn(4) == 0 ? now.us + drawn(100) : now.us - drawn(100)},
		        .probing = drawn(8) == 0,
		        .failing = drawn(4) == 0,
		        .slots = 1 + drawn(3),
		        .in_flight = drawn(4),
		        .per_minute = drawn(3),
		        .sent_in_minute = drawn(3),
		        .minute_frees = {now.us + drawn(60)},
		        .price = drawn(3),
		        .spent = drawn(12),
		        .daily_cap = drawn(2) * 10,
		        .reserve = drawn(5) * 25};
		t[i] = (struct gateway_trial){.failures = drawn(3), .refused = drawn(6) == 0};
	}
}

static struct gateway_wish draw_wish(void)
{
	static const char *const addresses[] = {PHONE, PHONE, PHONE, "bot:1", "a:1", "nobody:1"};
	static const char *const vias[] = {NULL, "a", "b", "c", "bot", "gone"};
	return (struct gateway_wish){vias[drawn(6)], addresses[drawn(6)], drawn(2) == 0, 1 + drawn(3)};
}

/* Could this one ever take it? And now? Said once more, in other words than the code's. */
static bool ever(const struct gateway_wish *w, const struct gateway_facts *g, const struct gateway_trial *t)
{
	bool mine = w->address[0] == '+'
	                    ? !g->handles
	                    : strncmp(w->address, g->name, strlen(g->name)) == 0 && w->address[strlen(g->name)] == ':';
	int64_t budget = w->critical ? g->daily_cap : g->daily_cap - (g->daily_cap * g->reserve + 99) / 100;
	return mine && !t->refused && (g->daily_cap == 0 || (int64_t)g->price * w->parts <= budget);
}

static bool could(const struct gateway_wish *w, const struct gateway_facts *g, const struct gateway_trial *t)
{
	int64_t budget = w->critical ? g->daily_cap : g->daily_cap - (g->daily_cap * g->reserve + 99) / 100;
	int64_t cost = (int64_t)g->price * w->parts;
	bool money = g->daily_cap == 0 || cost == 0 || g->spent + cost <= budget;
	bool minute = g->per_minute == 0 || g->sent_in_minute < g->per_minute;
	return ever(w, g, t) && money && minute && !g->probing && g->closed_until.us <= now.us &&
	       g->in_flight < g->slots;
}

/* What is critical proves no gateway; then where it failed less often, the way it came, the order of the configuration. */
static int place(const struct gateway_wish *w, const struct gateway_facts *g, const struct gateway_trial *t, int i)
{
	bool via = w->via != NULL && strcmp(w->via, g[i].name) == 0;
	return (w->critical && g[i].unproven) * 1000 + t[i].failures * 100 + !via * 10 + i;
}

static void one_that_can_is_found_and_one_that_cannot_is_never_taken(void **state)
{
	(void)state;
	srandom(1);
	for (int n = 0; n < CASES; n++) {
		struct gateway_facts g[GATEWAYS];
		struct gateway_trial t[GATEWAYS];
		draw(g, t);
		struct gateway_wish w = draw_wish();
		struct gateway_choice c = gateway_choose(&w, g, t, GATEWAYS, now, midnight);
		bool any_now = false, any_ever = false;
		for (int i = 0; i < GATEWAYS; i++) {
			any_now |= could(&w, &g[i], &t[i]);
			any_ever |= ever(&w, &g[i], &t[i]);
		}
		assert_int_equal(c.end == GATEWAY_NEVER, !any_ever);
		if (c.end == GATEWAY_NOW)
			assert_true(could(&w, &g[c.gateway], &t[c.gateway]));
		else
			assert_int_equal(c.gateway, -1);
		if (any_now)
			assert_true(c.end == GATEWAY_NOW || (c.end == GATEWAY_SLOT && !w.critical));
		if (c.end == GATEWAY_LATER)
			assert_true(c.at.us > now.us - 1 && c.at.us <= midnight.us);
		for (int i = 0; c.end == GATEWAY_NOW && i < GATEWAYS; i++)
			if (could(&w, &g[i], &t[i]))
				assert_true(place(&w, g, t, i) >= place(&w, g, t, c.gateway));
	}
}

static void a_day_of_messages_never_costs_more_than_the_caps(void **state)
{
	(void)state;
	srandom(2);
	for (int day = 0; day < 300; day++) {
		struct gateway_facts g[3];
		int64_t ordinary[3] = {0};
		for (int i = 0; i < 3; i++) {
			g[i] = open_gateway(names[i]);
			g[i].price = drawn(9);
			g[i].daily_cap = 1 + drawn(200);
			g[i].reserve = drawn(101);
		}
		for (int m = 0; m < 200; m++) {
			struct gateway_wish w = {NULL, PHONE, drawn(3) == 0, 1 + drawn(3)};
			struct gateway_choice c = gateway_choose(&w, g, untried, 3, now, midnight);
			if (c.end != GATEWAY_NOW)
				continue;
			g[c.gateway].spent += (int64_t)g[c.gateway].price * w.parts;
			if (!w.critical)
				ordinary[c.gateway] += (int64_t)g[c.gateway].price * w.parts;
		}
		for (int i = 0; i < 3; i++) {
			assert_true(g[i].spent <= g[i].daily_cap);
			assert_true(ordinary[i] <= gateway_budget(g[i].daily_cap, g[i].reserve, false));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_of_the_configuration_is_taken_without_a_word),
	        cmocka_unit_test(a_reply_goes_back_the_way_the_message_came),
	        cmocka_unit_test(what_cannot_take_it_is_passed_over_and_the_reason_says_so),
	        cmocka_unit_test(a_busy_gateway_that_works_is_waited_for_but_not_by_what_is_critical),
	        cmocka_unit_test(a_handle_is_reached_through_its_own_gateway_alone),
	        cmocka_unit_test(without_money_the_critical_use_the_reserve_and_the_rest_waits_for_midnight),
	        cmocka_unit_test(the_nearest_moment_is_waited_for),
	        cmocka_unit_test(what_is_critical_proves_no_gateway_while_another_is_open),
	        cmocka_unit_test(the_one_that_failed_least_is_tried_next),
	        cmocka_unit_test(one_that_can_is_found_and_one_that_cannot_is_never_taken),
	        cmocka_unit_test(a_day_of_messages_never_costs_more_than_the_caps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
