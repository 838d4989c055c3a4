#!/bin/sh
# length.sh [ROOT]: no function longer than 70 lines, no file longer than 700 (the house keeps most below 40 and reads a file in one
# sitting; the cure is a table or a second noun); tests, which are lists of cases, 1300. Counts from the line of the function's name to its closing brace.
# Prints "file:line: what is wrong"; exit status 1 when there is anything.
set -eu
cd "${1:-$(dirname "$0")/../..}"

# shellcheck disable=SC2016  # the awk program is not for the shell to expand
find protocol daemon tests -name '*.[ch]' | sort | xargs awk -v function_max=70 -v file_most=700 -v test_most=1300 '
function end_of_file() {
	file_max = file ~ /^tests\// ? test_most : file_most
	if (file != "" && lines > file_max) { print file ":" lines ": file of " lines " lines, at most " file_max; bad = 1 }
}
FNR == 1 { end_of_file(); file = FILENAME; inside = 0; head = "" }
{ lines = FNR }
# The format of the house puts the braces of functions, and of nothing else, alone into the first column.
!inside && /^[A-Za-z_].*\(/ { head = $0; start = FNR; sub(/\(.*/, "", head); sub(/.*[^A-Za-z0-9_]/, "", head) }
/^\{$/ { inside = 1 }
/^\}$/ && inside {
	inside = 0
	if (FNR - start + 1 > function_max) {
		print file ":" start ": " head "() has " FNR - start + 1 " lines, at most " function_max
		bad = 1
	}
}
END { end_of_file(); exit bad }
'
