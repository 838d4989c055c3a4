#!/usr/bin/python3
"""Learns config/lexicon/learned.tsv and signs.tsv from labelled messages.

The hand-written rules of types.tsv give each type a score. Two models stand beside them, both multinomial logistic
regression: one over the concepts that a message holds, one over the signs in its words (whole words, their beginnings
and endings, neighbours). triage.c adds up all three. They are trained apart, so that neither hides behind the other.
    train.py --ctl BUILD/sigapctl              k-fold figures of rules alone and of all three together
    train.py --ctl BUILD/sigapctl --write      the two files from all lines
Needs only the standard library and a C compiler (fit.c); the same lines in the same order give the same files.
"""
import argparse
import collections
import json
import math
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TYPES = ["unsure", "abandoned_person", "unclaimed_body", "shackled_patient", "other_social", "not_a_report",
         "status_query", "followup"]
MAIN = TYPES[1:4]
# Every file with the weight of its lines: real negatives are many and alike.
FILES = [("sms_dev.jsonl", 1.0), ("sms_hard_dev.jsonl", 1.0), ("sms_challenge.jsonl", 1.0), ("sms_more_dev.jsonl", 1.0),
         ("sms_wide_dev.jsonl", 1.0), ("sms_others_dev.jsonl", 1.0), ("real_sms_negatives_dev.jsonl", 1.0)]
SURE = 0.7            # as in tests/unit/test_triage.c
RULES_SHARE = 0.52   # as in triage.c, add_learned()
RULES_AGAINST = 8.0   # the same
UNSURE_LESS = 5.0     # the same
CASES_FIRST = 1.0     # the same
UNSURE_WEIGHT = 2.0   # lines that say too little are few, and short
RULES_BESIDE = 0.2    # how far the rules count while the concepts are trained
CONCEPTS_SHARE = 1.3  # what is written is each model's weight times its share
SIGNS_SHARE = 0.9
RATE, PULL, EPOCHS, HIDDEN = 0.5, 1e-4, 20, 0.2   # see fit.c
LEAST = 12            # hundredths; what weighs less is not written
RARE_CONCEPT, RARE_SIGN = 1, 2                    # what fewer lines hold says nothing


class Line:
    def __init__(self, label, features, weight, source):
        self.type = TYPES.index(label["type"])
        top = max(features["scores"].values())
        self.rules = [max(-RULES_AGAINST, features["scores"][t] - top) for t in TYPES]
        self.alone = [features["scores"][t] for t in TYPES]
        self.concepts = features["concepts"]
        self.signs = list(dict.fromkeys(features["signs"]))
        self.words = features["words"]
        self.weight = weight * (1 if self.type else UNSURE_WEIGHT)
        self.source, self.text = source, label["text"]


def features_of(ctl, path):
    with tempfile.TemporaryDirectory() as folder:
        for name in os.listdir(os.path.join(ROOT, "config/lexicon")):
            if name.endswith(".tsv") and name not in ("learned.tsv", "signs.tsv"):
                os.symlink(os.path.join(ROOT, "config/lexicon", name), os.path.join(folder, name))
        regions = os.path.join(ROOT, "config/regions")
        out = subprocess.run([ctl, "triage", "--features", "--file", path, "--lexicon", folder, "--home", "64.09",
                              "--regions", os.path.join(regions, "kaltim.csv"),
                              "--aliases", os.path.join(regions, "ppu_aliases.csv")],
                             check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def read_lines(ctl, files):
    lines = []
    for path, weight in files:
        if not os.path.exists(path):
            sys.exit("%s is missing" % path)
        labels = [json.loads(line) for line in open(path, encoding="utf-8")]
        found = features_of(ctl, path)
        assert len(labels) == len(found), path
        lines += [Line(label, f, weight, os.path.basename(path)) for label, f in zip(labels, found)]
    return lines


def fit(program, lines, features_of_line, size_of_line, rare, beside):
    seen = collections.Counter(f for line in lines for f in features_of_line(line))
    names = [f for f, n in sorted(seen.items()) if n >= rare]
    number = {f: i for i, f in enumerate(names)}
    rows = []
    for line in lines:
        rows.append(" ".join([str(line.weight), str(line.type - 1)] + ["%.3f" % (beside * x) for x in line.rules[1:]] +
                             [str(number[f]) for f in features_of_line(line) if f in number] +
                             [str(size_of_line(line))]))
    out = subprocess.run([program, str(RATE), str(PULL), str(EPOCHS), str(HIDDEN)], input="\n".join(rows) + "\n",
                         check=True, capture_output=True, text=True).stdout
    return {f: [float(x) for x in row.split()] for f, row in zip(names, out.splitlines())}


class Model:
    def __init__(self, program, lines):
        self.concepts = fit(program, lines, lambda l: l.concepts, lambda l: len(l.concepts), RARE_CONCEPT, RULES_BESIDE)
        self.signs = fit(program, lines, lambda l: l.signs, lambda l: l.words, RARE_SIGN, 0.0)

    def scores(self, line):
        score = [RULES_SHARE * x for x in line.rules]
        score[0] -= UNSURE_LESS
        score[1:4] = [x + CASES_FIRST for x in score[1:4]]
        for features, rows, size, share in ((line.concepts, self.concepts, len(line.concepts), CONCEPTS_SHARE),
                                            (line.signs, self.signs, line.words, SIGNS_SHARE)):
            scale = share / math.sqrt(size + 1)
            for f in features:
                for t, w in enumerate(rows.get(f, ())):
                    score[t + 1] += w * scale
        return score


def shares(scores):
    e = [math.exp(s - max(scores)) for s in scores]
    return [x / sum(e) for x in e]


def verdict(line, scores):
    """The type as triage.c decides it: the likeliest real type; 0 is a question."""
    p = shares(scores)
    best = max(range(1, len(TYPES)), key=lambda t: p[t])
    sure = p[best]
    if TYPES[best] == "not_a_report":
        sure *= 1 - max(0, min(1, 3 * (max(sum(p[1:4]), sum(shares(line.alone)[1:4])) - 0.12)))
        if ("hint" in line.concepts or "village" in line.concepts) and "proof" not in line.concepts:
            sure *= 0.58 + 0.42 * max(0, min(1, (p[best] - 0.9) * 15))
    if TYPES[best] in ("not_a_report", "status_query", "followup") and "shown" in line.concepts:
        sure *= p[best]
    if TYPES[best] in MAIN and line.alone[best] < -2.5: # no rule speaks for it
        sure *= math.sqrt(p[best]) * (0.58 if line.words <= 9 else 1)
    return best if sure >= SURE else 0


def report(title, lines, verdicts):
    print(title)
    for source in dict.fromkeys(line.source for line in lines):
        some = [(l, v) for l, v in zip(lines, verdicts) if l.source == source]
        row = []
        for t in range(len(TYPES)):
            mine = [v for l, v in some if l.type == t]
            if mine:
                row.append("%s %.3f/%.3f" % (TYPES[t][:9], mine.count(t) / len(mine), mine.count(0) / len(mine)))
        wrong = sum(TYPES[v] in MAIN and TYPES[l.type] not in MAIN for l, v in some)
        print("  %-30s %s | others taken for a main type: %d" % (source, " ".join(row), wrong))


def write(model):
    for name, rows, share, kind, what in (
            ("learned.tsv", model.concepts, CONCEPTS_SHARE, "concept (=word: that word)", "the concepts"),
            ("signs.tsv", model.signs, SIGNS_SHARE, "sign", "words, their beginnings and endings and their neighbours")):
        with open(os.path.join(ROOT, "config/lexicon", name), "w", encoding="utf-8") as out:
            out.write("# What the training found %s to say: made by tests/train/train.py --write, not by hand.\n" % what)
            out.write("# Columns, separated by one tab: %s, hundredths for %s.\n" % (kind, " ".join(TYPES[1:])))
            for feature in sorted(rows):
                weights = [round(100 * share * w) for w in rows[feature]]
                if max(map(abs, weights)) >= LEAST:
                    out.write("%s\t%s\n" % (feature, " ".join(map(str, weights))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ctl", required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--misses", action="store_true", help="show the lines that the folds got wrong")
    parser.add_argument("--also", action="append", default=[], metavar="FILE", help="more labelled lines")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    files = [(os.path.join(ROOT, "tests/data", name), weight) for name, weight in FILES]
    lines = read_lines(options.ctl, files + [(path, 1.0) for path in options.also])
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "fit")
        subprocess.run(["cc", "-O2", "-o", program, os.path.join(ROOT, "tests/train/fit.c"), "-lm"], check=True)
        if options.folds > 1:
            report("rules alone (right/asked)", lines, [verdict(line, line.alone) for line in lines])
            order = list(range(len(lines)))
            random.Random(1).shuffle(order)
            verdicts = [0] * len(lines)
            for fold in range(options.folds):
                held = set(order[fold::options.folds])
                model = Model(program, [line for i, line in enumerate(lines) if i not in held])
                for i in held:
                    verdicts[i] = verdict(lines[i], model.scores(lines[i]))
                    if options.misses and verdicts[i] != lines[i].type:
                        print("%s -> %s | %s" % (TYPES[lines[i].type], TYPES[verdicts[i]], lines[i].text[:170]))
            report("with what was learned, %d-fold" % options.folds, lines, verdicts)
        if options.write:
            write(Model(program, lines))


if __name__ == "__main__":
    main()
