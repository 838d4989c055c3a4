"""Turns the console's files into one C table: embed.py FOLDER OUT. Only what a browser asks for is taken: modules, styles, pages, drawings;
what stands in pages/ is made into pages by the server (web/page.c)."""
import gzip
import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


def literal(data):
    """Bytes as C string literals. Octal escapes are always three digits, so that no digit after one is taken for part of it."""
    def escape(byte):
        char = chr(byte)
        return "\\" + char if char in '"\\' else char if 32 <= byte < 127 and char != "?" else f"\\{byte:03o}"

    lines = [data[i:i + 80] for i in range(0, len(data), 80)] or [b""]
    return "\n".join('\t"' + "".join(map(escape, line)) + '"' for line in lines)


folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
files = sorted(p for p in folder.rglob("*") if p.suffix in TYPES and not {"node_modules", "pages"} & set(p.relative_to(folder).parts))
texts, rows = [], []
for i, path in enumerate(files):
    data = path.read_bytes()
    packed = gzip.compress(data, 9, mtime=0)
    tag = hashlib.sha256(data).hexdigest()[:20]
    texts.append(f"static const char plain_{i}[] =\n{literal(data)};\nstatic const char packed_{i}[] =\n{literal(packed)};\n")
    rows.append(f'\t{{ "{path.relative_to(folder).as_posix()}", "{TYPES[path.suffix]}", "{tag}", '
                f"plain_{i}, {len(data)}, packed_{i}, {len(packed)} }},\n")
out.mkdir(parents=True, exist_ok=True)
(out / "console_files.h").write_text("""/* generated from daemon/console */
#include <stddef.h>
struct console_file {
	const char *path; /* below /console/: "screens/board.js" */
	const char *type;
	const char *tag; /* of its content */
	const char *plain;
	size_t plain_len;
	const char *packed; /* gzip */
	size_t packed_len;
};
extern const struct console_file console_files[]; /* by path */
extern const size_t console_file_count;
""")
(out / "console_files.c").write_text(
    '/* generated from daemon/console */\n#include "console_files.h"\n' + "".join(texts)
    + "const struct console_file console_files[] = {\n" + "".join(rows) + "};\n"
    + "const size_t console_file_count = sizeof console_files / sizeof *console_files;\n")
