#!/bin/sh
# names.sh [ROOT]: every function that a header of protocol/ or daemon/ declares is named module_verb: it begins with the stem of the
# header or its first or last word (singular or plural), or with a prefix that tests/lint/prefixes allows for that header, with the reason.
# Prints "file:line: what is wrong"; exit status 1 when there is anything.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}"

# shellcheck disable=SC2016  # the awk program is not for the shell to expand
find protocol daemon -name '*.h' | sort | xargs awk -v list="$here/prefixes" '
BEGIN {
	while ((getline line < list) > 0) {
		sub(/#.*/, "", line)
		n = split(line, word, /[ \t]+/)
		for (i = 2; i <= n; i++) if (word[i] != "") allowed[word[1]] = allowed[word[1]] " " word[i]
	}
}
# Takes comments, directives and everything between braces away; what is left is split at semicolons.
FNR == 1 { comment = 0; depth = 0; statement = ""; directive = 0
	stem = FILENAME; sub(/.*\//, "", stem); sub(/[.]h$/, "", stem) }
{
	text = $0
	if (directive || (!comment && text ~ /^[ \t]*#/)) { directive = text ~ /\\$/; next }
	out = ""
	while (text != "") {
		if (comment) {
			if ((i = index(text, "*/")) == 0) break
			text = substr(text, i + 2)
			comment = 0
			continue
		}
		if ((i = index(text, "/*")) > 0) { head = substr(text, 1, i - 1); text = substr(text, i + 2); comment = 1 }
		else { head = text; text = "" }
		out = out head " "
	}
	sub(/\/\/.*/, "", out)
	m = length(out)
	for (i = 1; i <= m; i++) {
		c = substr(out, i, 1)
		if (c == "{") depth++
		else if (c == "}") { depth--; if (depth == 0) statement = "" }
		else if (depth > 0) continue
		else if (c == ";") { judge(statement); statement = "" }
		else { if (statement == "" && c != " " && c != "\t") at = FNR; if (statement != "" || (c != " " && c != "\t")) statement = statement c }
	}
	if (statement != "") statement = statement " "
}
function begins(name, prefix) { return prefix != "" && (name == prefix || index(name, prefix "_") == 1) }
function ours(name, stem,    single) {
	single = stem
	sub(/s$/, "", single)
	return begins(name, stem) || begins(name, single) || begins(name, stem "s")
}
function judge(text,    name, word, n, k, extra) {
	if (text ~ /^(typedef|static|struct [a-z_]+ *$|enum )/ && text !~ /\(/) return
	if (text ~ /^typedef/ || (k = index(text, "(")) == 0) return
	name = substr(text, 1, k - 1)
	sub(/[ \t]+$/, "", name)
	sub(/.*[^A-Za-z0-9_]/, "", name)
	if (name == "__attribute__" || name !~ /[a-z]/) return # a macro: LIST_HEAD()
	n = split(stem, word, "_")
	if (ours(name, stem) || ours(name, word[1]) || ours(name, word[n])) return
	n = split(allowed[FILENAME], extra, " ")
	for (k = 1; k <= n; k++) if (begins(name, extra[k])) return
	print FILENAME ":" at ": " name "() does not begin with \"" stem "_\" nor with a prefix that tests/lint/prefixes allows"
	bad = 1
}
END { exit bad }
'
