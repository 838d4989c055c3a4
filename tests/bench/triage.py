#!/usr/bin/python3
"""What reading one message costs, with all villages of Indonesia loaded, beside searching it for 200 words.

The areas come from the npm package idn-area-data (ODbL; fetched, not kept here). The lines are the labelled messages and the real ones of tests/data. At home
is one regency, as in a deployment; "everywhere" searches all villages at once. glibc's regexec and Python's re, each with one alternation of the same size, search
the same lines in the same run; they find words and understand nothing. Times are of the processor, one core.
"""
import json
import os
import re
import subprocess
import tempfile
import time

import rig

AREAS = rig.ROOT / "tests/bench/node/node_modules/idn-area-data/data"
LEVELS = ("provinces", "regencies", "districts", "villages")
LINES = ("sms_dev.jsonl", "real_sms_negatives_dev.jsonl", "place_challenge.jsonl")
HOMES = {"": "64.09", "everywhere.": ""}
REPEATS = 5 if rig.QUICK else 40


def areas(path):
    """All areas in one file. Lines are cut at commas: no field has one, and 24 names hold a bare quote."""
    with open(path, "w") as out:
        out.write("code,parent_code,name\n")
        for level in LEVELS:
            out.writelines((AREAS / f"{level}.csv").read_text().splitlines(keepends=True)[1:])


def messages(path):
    texts = []
    for name in LINES:
        with open(rig.ROOT / "tests/data" / name) as lines:
            texts += [" ".join(json.loads(line)["text"].split()) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return texts


def python_re(texts):
    """Mean microseconds per message."""
    words = list(dict.fromkeys(word for text in texts for word in re.findall("[a-z]{4,}", text.lower())))[:200]
    pattern = re.compile("|".join(words), re.IGNORECASE)
    begin = time.process_time()
    for _ in range(REPEATS):
        for text in texts:
            pattern.search(text)
    return (time.process_time() - begin) / REPEATS / len(texts) * 1e6


def run(folder, home):
    config = rig.ROOT / "config"
    lexicon = sorted(str(path) for path in (config / "lexicon").glob("*.tsv"))
    command = [rig.BUILD / "bench_triage", folder / "areas.csv", config / "regions/ppu_aliases.csv", home, folder / "lines"]
    answer = subprocess.run([*map(str, command), str(REPEATS), *lexicon], check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def main():
    with tempfile.TemporaryDirectory(prefix="sigap-bench-") as name:
        folder = rig.pathlib.Path(name)
        areas(folder / "areas.csv")
        texts = messages(folder / "lines")
        for prefix, home in HOMES.items():
            rounds = [run(folder, home) for _ in range(rig.ROUNDS)]
            peers = {
                "regexec_200_words": [r["regexec_200_words"]["mean_us"] for r in rounds],
                "python_re_200_words": [python_re(texts) for _ in rounds],
            }
            for what in ("triage", "place"):
                for measure in ("mean_us", "p50_us", "p99_us"):
                    against = peers if measure == "mean_us" else None
                    rig.figure(f"triage.{prefix}{what}_{measure}", [r[what][measure] for r in rounds], "us", against)
            rig.figure(f"triage.{prefix}load_ms", [r["load_ms"] for r in rounds], "ms")
            rig.figure(f"triage.{prefix}memory", [r["memory_kib"] / 1024 for r in rounds], "MiB")


if __name__ == "__main__":
    os.chdir(rig.ROOT)
    main()
