/* layer: core */
/* Promise: the host of a URL that is known to lead inside is known in every spelling; a name that only DNS can tell of is let through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/core/public_address.h"

static const struct {
	const char *host;
	bool refused;
} cases[] = {
        {"127.0.0.1", true},
        {"127.0.0.1.", true},
        {"10.1.2.3", true},
        {"10.258", true},
        {"0x7f.1", true},
        {"0177.0.0.1", true},
        {"2130706433", true},
        {"0xa9fea9fe", true},
        {"192.168.1.300", false},
        {"192.168.1.1.1", false},
        {"4294967296", false},
        {"18446744073709551626.0.0.1", false}, /* 2 to the 64th, and 10 */
        {"8.8.8.8", false},
        {"134744072", false},
        {"1.1", false},
        {"0x", false},
        {"09.0.0.1", false},
        {"10.example", false},
        {"10..1.1", false},
        {"", false},
        {".", false},
        {"localhost", true},
        {"LocalHost.", true},
        {"in.localhost", true},
        {"notlocalhost", false},
        {"localhost.example", false},
        {"kantor.example", false},
        {"[::1]", true},
        {"[::]", true},
        {"[fd00:1:2:3:4:5:6:7]", true},
        {"[FE80::1%25eth0]", true},
        {"[::ffff:10.0.0.1]", true},
        {"[::ffff:a00:1]", true},
        {"[64:ff9b::192.168.0.1]", true},
        {"[1::]", true},
        {"[2001:db8::1]", true},
        {"[2606:4700:4700::1111]", false},
        {"[2606:4700:0:0:0:0:0:1]", false},
        {"[::ffff:8.8.8.8]", false},
        {"[fd00::1::2]", false},
        {"[fd00:1:2:3:4:5:6]", false},
        {"[fd00:1:2:3:4:5:6:7:8]", false},
        {"[fd00::12345]", false},
        {"[fd00:]", false},
        {"[]", false},
        {"[", false},
        {"[fd00::1", false},
};

static void a_host_that_leads_inside_is_known_in_every_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (public_address_refuses(cases[i].host, strlen(cases[i].host)) != cases[i].refused)
			fail_msg("%s should be %s", cases[i].host, cases[i].refused ? "refused" : "let through");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_host_that_leads_inside_is_known_in_every_spelling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
