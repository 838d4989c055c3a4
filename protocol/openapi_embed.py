"""Turns openapi.yaml into the C text that the daemon serves at /v1/openapi.json: openapi_embed.py SOURCE FOLDER"""
import json
import pathlib
import sys

import yaml

source, folder = sys.argv[1], pathlib.Path(sys.argv[2])
text = json.dumps(yaml.safe_load(pathlib.Path(source).read_text("utf-8")), ensure_ascii=True, separators=(",", ":"))
lines = [text[i:i + 100] for i in range(0, len(text), 100)]
quoted = "\n".join('\t"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"' for line in lines)
folder.mkdir(parents=True, exist_ok=True)
(folder / "openapi_json.h").write_text("/* generated from protocol/openapi.yaml */\n#include <stddef.h>\nextern const char openapi_json[];\nextern const size_t openapi_json_len;\n")
(folder / "openapi_json.c").write_text('/* generated from protocol/openapi.yaml */\n#include "openapi_json.h"\nconst char openapi_json[] =\n' + quoted + ";\nconst size_t openapi_json_len = sizeof openapi_json - 1;\n")
