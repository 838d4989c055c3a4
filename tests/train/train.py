#!/usr/bin/python3
"""Learns config/lexicon/learned.tsv from labelled messages.

The hand-written rules of types.tsv give each type a score; what is learned is a small correction for each concept
that a message holds: multinomial logistic regression, pulled strongly towards "the rules are right".
    train.py --ctl BUILD/sigapctl              k-fold figures of rules alone and of rules with the correction
    train.py --ctl BUILD/sigapctl --write      the same, then learned.tsv from all lines
Only the standard library; the same lines in the same order give the same file.
"""
import argparse
import collections
import json
import math
import os
import random
import re
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TYPES = ["unsure", "abandoned_person", "unclaimed_body", "shackled_patient", "other_social", "not_a_report",
         "status_query", "followup"]
MAIN = TYPES[1:4]
# Every file with the weight of its lines: real negatives are many and alike.
FILES = [("sms_dev.jsonl", 1.0), ("sms_hard_dev.jsonl", 1.0), ("sms_challenge.jsonl", 1.0), ("sms_more_dev.jsonl", 1.0),
         ("real_sms_negatives_dev.jsonl", 0.25)]
SURE = 0.7          # as in tests/unit/test_triage.c
RARE = 3            # a concept seen in fewer lines says nothing
PULL = 0.01         # L2 towards zero, per line
MOST = 2.5          # no single concept may outweigh a rule
ALL = 5.0           # nor all of them together: as in triage.c, add_learned()
EPOCHS = 45
RUNS = 1
HIDDEN = 0.05       # of the concepts of a line, in training
RATE = 0.15


def features_of(ctl, path):
    with tempfile.TemporaryDirectory() as folder:
        for name in os.listdir(os.path.join(ROOT, "config/lexicon")):
            if name.endswith(".tsv") and name != "learned.tsv":
                os.symlink(os.path.join(ROOT, "config/lexicon", name), os.path.join(folder, name))
        regions = os.path.join(ROOT, "config/regions")
        out = subprocess.run([ctl, "triage", "--features", "--file", path, "--lexicon", folder, "--home", "64.09",
                              "--regions", os.path.join(regions, "kaltim.csv"),
                              "--aliases", os.path.join(regions, "ppu_aliases.csv")],
                             check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


class Line:
    def __init__(self, label, features, weight, source):
        self.type = TYPES.index(label["type"])
        self.scores = [features["scores"][t] for t in TYPES]
        self.concepts = features["concepts"]
        self.weight, self.source, self.text = weight, source, label["text"]


def read_lines(ctl):
    lines = []
    for name, weight in FILES:
        path = os.path.join(ROOT, "tests/data", name)
        if not os.path.exists(path):
            continue
        labels = [json.loads(line) for line in open(path, encoding="utf-8")]
        found = features_of(ctl, path)
        assert len(labels) == len(found), name
        lines += [Line(label, f, weight, name) for label, f in zip(labels, found)]
    return lines


def shares(line, learned, all_of_it=1e9, concepts=None):
    added = [0.0] * len(TYPES)
    for c in line.concepts if concepts is None else concepts:
        row = learned.get(c)
        if row is not None:
            for t, w in enumerate(row):
                added[t] += w
    scores = [s + max(-all_of_it, min(all_of_it, a)) for s, a in zip(line.scores, added)]
    top = max(scores)
    e = [math.exp(s - top) for s in scores]
    total = sum(e)
    return [x / total for x in e]


def train(lines):
    """The mean of some runs: what depends on the order of the lines cancels out."""
    runs = [train_once(lines, seed) for seed in range(RUNS)]
    return {c: [sum(run[c][t] for run in runs) / RUNS for t in range(len(TYPES))] for c in runs[0]}


def evidence():
    """The concepts that the lexicon itself takes as evidence of no report (phrases "idle" and "proof")."""
    names = {"idle", "proof"}
    for line in open(os.path.join(ROOT, "config/lexicon/phrases.tsv"), encoding="utf-8"):
        if line.startswith(("idle\t", "proof\t")):
            names |= set(re.findall(r"@([a-z_]+)", line)) - {"begin", "end"}
    return names


def train_once(lines, seed):
    """AdaGrad over the lines in a fixed random order; of each line some concepts are hidden, so that none relies on another alone."""
    seen = collections.Counter(c for line in lines for c in line.concepts)
    known = {c: [0.0] * len(TYPES) for c, n in seen.items() if n >= RARE and (n < 0.6 * len(lines) or c == "begin")}
    speed = {c: [1.0] * len(TYPES) for c in known}
    order = random.Random(seed)
    proofs, none = evidence(), TYPES.index("not_a_report")
    for _ in range(EPOCHS):
        some = list(lines)
        order.shuffle(some)
        for line in some:
            concepts = [c for c in line.concepts if c in known and order.random() >= HIDDEN]
            p = shares(line, known, concepts=concepts)
            for c in concepts:
                row = known[c]
                pace = speed[c]
                for t in range(1, len(TYPES)):
                    g = line.weight * (p[t] - (t == line.type)) + PULL * row[t]
                    pace[t] += g * g
                    # plain words ("tolong", "pak") never speak for "no report"
                    most = 0.0 if t == none and c not in proofs else MOST
                    row[t] = max(-MOST, min(most, row[t] - RATE * g / math.sqrt(pace[t])))
    return known


def verdict(line, learned):
    """The type as triage.c decides it: the likeliest real type; 0 is a question."""
    p = shares(line, learned, ALL)
    best = max(range(1, len(TYPES)), key=lambda t: p[t])
    sure = p[best]
    if TYPES[best] == "not_a_report":
        sure *= 1 - max(0, min(1, 3 * (sum(p[1:4]) - 0.12)))
        if "proof" not in line.concepts:
            sure *= 0.58
    if TYPES[best] in ("not_a_report", "status_query", "followup") and "shown" in line.concepts:
        sure *= p[best]
    return best if sure >= SURE else 0


def report(title, lines, verdicts):
    print(title)
    for source in [name for name, _ in FILES]:
        some = [(l, v) for l, v in zip(lines, verdicts) if l.source == source]
        if not some:
            continue
        row = []
        for t in range(1, len(TYPES)):
            mine = [v for l, v in some if l.type == t]
            if mine:
                row.append("%s %.3f/%.3f" % (TYPES[t][:9], mine.count(t) / len(mine), mine.count(0) / len(mine)))
        wrong = sum(TYPES[v] in MAIN and TYPES[l.type] not in MAIN for l, v in some)
        print("  %-30s %s | others taken for a main type: %d" % (source, " ".join(row), wrong))


def write(learned, path):
    with open(path, "w", encoding="utf-8") as out:
        out.write("# What the training added to the rules of types.tsv: made by tests/train/train.py --write, not by hand.\n"
                  "# Columns, separated by one tab: type, concept (=word: that word), weight.\n")
        for concept in sorted(learned):
            for t, weight in enumerate(learned[concept]):
                if abs(weight) >= 0.05:
                    out.write("%s\t%s\t%.2f\n" % (TYPES[t], concept, weight))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ctl", required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--misses", action="store_true", help="show the lines that the folds got wrong")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = read_lines(options.ctl)
    report("rules alone (right/asked)", lines, [verdict(line, {}) for line in lines])
    order = list(range(len(lines)))
    random.Random(1).shuffle(order)
    verdicts = [0] * len(lines)
    for fold in range(options.folds):
        held = set(order[fold::options.folds])
        learned = train([line for i, line in enumerate(lines) if i not in held])
        for i in held:
            verdicts[i] = verdict(lines[i], learned)
    report("with what was learned, %d-fold" % options.folds, lines, verdicts)
    for line, v in zip(lines, verdicts):
        if options.misses and v != line.type and line.weight == 1:
            print("%s -> %s %.2f | %s" % (TYPES[line.type], TYPES[v], max(shares(line, {})[1:]), line.text[:170]))
    if options.write:
        write(train(lines), os.path.join(ROOT, "config/lexicon/learned.tsv"))


if __name__ == "__main__":
    main()
