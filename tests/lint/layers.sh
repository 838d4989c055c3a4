#!/bin/sh
# layers.sh [ROOT]: a file includes only from its own folder and from folders to its left:
#   protocol -> daemon/base -> daemon/core -> daemon/io -> daemon/flow -> daemon/web -> daemon/*.c
# Beside that line stand daemon/schema (a leaf, for flow, daemon/*.c and ctl) and daemon/ctl (sees up to io, and schema). A unit
# test sees up to the layer that its first line names. protocol and core are pure: no header of the outside
# world. A header without a folder may also be one that CMakeLists.txt generates. Prints "file:line: what is wrong"; exit status 1 when there is anything.
set -eu
cd "${1:-$(dirname "$0")/../..}"

# shellcheck disable=SC2016  # the awk program is not for the shell to expand
find protocol daemon tests -name '*.[ch]' | sort | xargs awk '
function layer_of(path) {
	if (path ~ /^protocol\//) return "protocol"
	if (path ~ /^daemon\/[^\/]*$/) return "main"
	if (path ~ /^daemon\//) { sub(/^daemon\//, "", path); sub(/\/.*/, "", path); return path }
	return ""
}
function normal(path,    n, i, part, out, depth) {
	n = split(path, part, "/")
	depth = 0
	for (i = 1; i <= n; i++) {
		if (part[i] == "..") { if (depth > 0) depth--; else return "" }
		else if (part[i] != "." && part[i] != "") out[++depth] = part[i]
	}
	path = out[1]
	for (i = 2; i <= depth; i++) path = path "/" out[i]
	return path
}
function exists(path,    line, ok) {
	ok = (getline line < path) >= 0
	close(path)
	return ok
}
function complain(text) { print FILENAME ":" FNR ": " text; bad = 1 }
function may(from, to) {
	if (to == "schema") return from == "schema" || from == "flow" || from == "main" || from == "ctl"
	if (from == "ctl") return to == "ctl" || (to in rank && rank[to] <= rank["io"])
	if (!(from in rank) || !(to in rank)) return from == to
	return rank[to] <= rank[from]
}
BEGIN {
	n = split("protocol base core io flow web main", order, " ")
	for (i = 1; i <= n; i++) rank[order[i]] = i
	while ((getline line < "CMakeLists.txt") > 0) build = build "\n" line
	outside = "^(event2/|curl/|libpq|sys/|netinet/|arpa/|net/|systemd/|(netdb|unistd|fcntl|dirent|poll|pthread|signal|sqlite3|ini)[.]h)"
}
FNR == 1 {
	from = layer_of(FILENAME)
	if (FILENAME ~ /^tests\/unit\/test_[^\/]*[.]c$/) {
		if ($0 !~ /^\/\* layer: [a-z]+ \*\/$/) complain("the first line of a unit test names its layer: /* layer: core */")
		from = $3
		if (!(from in rank)) { complain("unknown layer \"" from "\""); from = "" }
	}
	folder = FILENAME
	sub(/[^\/]*$/, "", folder)
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	if (quoted[2] !~ /\// && !exists(folder quoted[2]) && index(build, "/" quoted[2])) next # made by the build
	to = normal(folder quoted[2])
	if (to == "" || !exists(to)) { complain("\"" quoted[2] "\" is no file of the project, as seen from " folder); next }
	if (from == "" || layer_of(to) == "") next
	if (!may(from, layer_of(to))) complain(from " must not include \"" quoted[2] "\": " layer_of(to) " is not to its left")
}
/^[ \t]*#[ \t]*include[ \t]*</ && FILENAME !~ /^tests\// && (from == "protocol" || from == "core") {
	header = $0
	sub(/^[^<]*</, "", header)
	sub(/>.*/, "", header)
	if (header ~ outside) complain(from " is pure: <" header "> belongs to the outside world")
}
END { exit bad }
'
