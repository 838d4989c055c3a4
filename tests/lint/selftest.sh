#!/bin/sh
# selftest.sh: do layers.sh, names.sh and length.sh find what they are there for? Builds a small tree with one fault each and looks
# for the line that names it. Prints what was not found; exit status 1 when there is anything.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
bad=0

mkdir -p "$tree/protocol" "$tree/daemon/core" "$tree/daemon/io" "$tree/daemon/ctl" "$tree/daemon/flow" "$tree/tests/unit"
cd "$tree"
echo 'add_custom_command(OUTPUT x/made.h)' >CMakeLists.txt
printf 'int buf_add(int x);\nvoid wrong_one(\n\tint a);\n#define OTHER(x) x\nstruct s {\n\tint (*call)(void);\n};\n' >protocol/buf.h
printf '#include "buf.h"\n#include "../daemon/io/pg.h"\n#include <sys/socket.h>\n' >protocol/buf.c
printf '/* int stray(void); */\nint pg_open(void) __attribute__((const));\nint sql_text(void);\n' >daemon/io/pg.h
printf '#include "../../protocol/buf.h"\n#include "../flow/flow.h"\n#include "absent.h"\n#include "made.h"\n#include <sys/socket.h>\n' >daemon/io/pg.c
printf 'int flow_run(void);\n' >daemon/flow/flow.h
printf '#include "../io/pg.h"\n#include "../flow/flow.h"\n' >daemon/ctl/ctl.c
printf '/* layer: core */\n#include "../../protocol/buf.h"\n#include "../../daemon/io/pg.h"\n' >tests/unit/test_a.c
printf 'no layer\n' >tests/unit/test_b.c
{
	printf 'static int\nlong_one(void)\n{\n'
	yes '	step();' | head -n 69
	printf '}\n\nint short_one(void)\n{\n'
	yes '	step();' | head -n 67
	printf '}\n'
} >daemon/core/long.c
yes '' | head -n 701 >daemon/core/big.c
yes '' | head -n 700 >daemon/core/just.c

# expect LINT LINES: it fails, and exactly these places are named.
expect() {
	status=0
	sh "$here/$1.sh" "$tree" >"$tree/out" || status=$?
	got=$(sed 's/: .*//' "$tree/out")
	if [ "$status" -eq 0 ] || [ "$got" != "$2" ]; then
		printf '%s.sh ended with %d and named:\n%s\nexpected:\n%s\n' "$1" "$status" "$got" "$2"
		bad=1
	fi
}
expect layers 'daemon/ctl/ctl.c:2
daemon/io/pg.c:2
daemon/io/pg.c:3
protocol/buf.c:2
protocol/buf.c:3
tests/unit/test_a.c:3
tests/unit/test_b.c:1
tests/unit/test_b.c:1'
expect names 'daemon/io/pg.h:3
protocol/buf.h:2'
expect length 'daemon/core/big.c:701
daemon/core/long.c:2'
exit $bad
