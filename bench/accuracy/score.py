#!/usr/bin/env python3
"""Accuracy of `dislodge scan` on labelled lines in the layout of Samsung/CredData.

    bench/accuracy/score.py --scanner build/release/dislodge DATA
    bench/accuracy/score.py --findings FILE DATA        of models that had not seen the repository (train.cpp)
    make accuracy DATA=DATA

DATA holds meta/*.csv (FilePath, LineStart, LineEnd, GroundTruth T, F or X, ValueStart, ValueEnd, Category) and the
files that FilePath names, relative to DATA. A row is hit when its line is named and, where the row says which
characters, the value overlaps them. A row of several categories counts in each of them and once in the total.
Rows that are nothing but UUID, nonce or salt are left out of the total. X is neither right nor wrong.
"""

import argparse
import bisect
import collections
import csv
import json
import os
import subprocess
import sys
import urllib.parse

LEFT_OUT = {"UUID", "Nonce", "Salt"}

# Published or measured by others on data of the same kind. Method and selection differ, so that they say how
# far away something is, not more. Sources: README and .ci/benchmark.txt of the data set's own scanner, and the
# measurement of rule sets on 13 of its repositories.
PEERS = [
    ("CredSweeper 1.17 (trained on the same data; published 2026)", 0.991, 0.980, 0.986),
    ("CredSweeper (published 2022)", 0.917, 0.808, 0.859),
    ("Betterleaks (published 2026, per candidate)", None, None, 0.892),
    ("detect-secrets 1.5 (13 repositories)", 0.463, 0.458, 0.460),
    ("Titus rules (13 repositories)", 0.750, 0.315, 0.444),
    ("Nosey Parker rules (13 repositories)", 0.754, 0.313, 0.443),
    ("Kingfisher 1.10 rules (13 repositories)", 0.724, 0.250, 0.372),
    ("gitleaks rules (13 repositories)", 0.908, 0.227, 0.363),
    ("Betterleaks rules (13 repositories)", 0.700, 0.240, 0.358),
]

BARS = {"F1": 0.85, "precision": 0.85, "Password": 0.85, "URL Credentials": 0.95, "Bearer Authorization": 0.95,
        "Basic Authorization": 0.95, "unlabelled": 5.0}


class Row:
    __slots__ = ("file", "first", "last", "truth", "begin", "end", "categories", "hit")

    def __init__(self, record):
        number = lambda text: int(float(text)) if text not in (None, "") else -1
        self.file = record["FilePath"]
        self.first = number(record["LineStart"])
        self.last = number(record["LineEnd"])
        self.truth = record["GroundTruth"]
        self.begin = number(record["ValueStart"])
        self.end = number(record["ValueEnd"])
        self.categories = record["Category"].split(":")
        self.hit = False

    def counted(self):
        return not set(self.categories) <= LEFT_OUT


class Text:
    """Byte offsets of a file to lines and characters."""

    def __init__(self, data):
        self.data = data
        self.starts = [0]
        at = data.find(b"\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = data.find(b"\n", at + 1)

    def place(self, offset):
        line = bisect.bisect_right(self.starts, offset) - 1
        text = self.data[self.starts[line]:offset].decode("utf-8", "replace")
        return line + 1, len(text)


def read_rows(data):
    rows = []
    for name in sorted(os.listdir(os.path.join(data, "meta"))):
        if name.endswith(".csv"):
            with open(os.path.join(data, "meta", name), newline="", encoding="utf-8") as file:
                rows += [Row(record) for record in csv.DictReader(file)]
    return rows


def plain_path(item):
    """The file of an item path and, where the secret lies in a decoded run of it, the run's offset."""
    steps = item.split("!/")
    inner = None
    for step in steps[1:]:
        if step.startswith("~") and "@" in step:
            inner = int(step.rsplit("@", 1)[1])
            break
    return urllib.parse.unquote(steps[0]), inner


def scan(scanner, folder, extra):
    command = [scanner, "scan", "--json", *extra, folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-400:]}")
    base = os.path.dirname(os.path.abspath(folder))
    for line in done.stdout.splitlines():
        if not line.startswith(b"{"):
            continue
        found = json.loads(line)
        if "item" not in found or "offset" not in found:
            continue
        path, inner = plain_path(found["item"])
        yield os.path.join(base, path), inner, found


def read_findings(data, file):
    """repository -> findings, of a file in place of a scan"""
    out = collections.defaultdict(list)
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            path, inner = plain_path(found["item"])
            out[path.split("/")[1]].append((os.path.join(data, path), inner, found))
    return out


def overlap(a_begin, a_end, b_begin, b_end):
    return a_begin < b_end and b_begin < a_end


def match(rows, places):
    """Marks the rows that are hit; returns which sightings lie on lines without a row."""
    by_line = collections.defaultdict(list)
    for row in rows:
        for line in range(row.first, min(row.last, row.first + 400) + 1):
            by_line[line].append(row)
    unlabelled = []
    for place in places:
        (first, begin), (last, end), found = place
        touched = {id(row): row for line in range(first, min(last, first + 400) + 1) for row in by_line.get(line, ())}
        if not touched:
            unlabelled.append(place)
            continue
        hits = []
        for row in touched.values():
            if row.begin < 0:
                hits.append(row)
            elif overlap((first, begin), (last, end), (row.first, row.begin),
                         (row.last, row.end if row.end >= 0 else 1 << 30)):
                hits.append(row)
        # What a true row explains is not held against a false one that shares the line without saying where.
        true = [row for row in hits if row.truth == "T"]
        for row in hits:
            if row.truth == "T" or not true or row.begin >= 0:
                row.hit = row.hit or found
    return unlabelled


def figures(rows):
    true = [row for row in rows if row.truth == "T"]
    tp = sum(1 for row in true if row.hit)
    fp = sum(1 for row in rows if row.truth == "F" and row.hit)
    precision = tp / (tp + fp) if tp + fp else None
    recall = tp / len(true) if true else None
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else (0.0 if true else None)
    return len(true), sum(1 for row in rows if row.truth == "F"), tp, fp, precision, recall, f1


def text_of(value):
    return "    -" if value is None else f"{value:5.3f}"


def line_of(name, rows):
    true, false, tp, fp, precision, recall, f1 = figures(rows)
    return (f"{name:<28}{true:6}{false:7}{tp:6}{fp:5}   {text_of(precision)}   {text_of(recall)}   {text_of(f1)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--scanner", default="build/release/dislodge")
    parser.add_argument("--option", action="append", default=[], help="further option of `dislodge scan`")
    parser.add_argument("--only", help="one repository, by its folder's name")
    parser.add_argument("--findings", help="what accuracy_train --leave-one-out --findings wrote, in place of a scan")
    parser.add_argument("--list", choices=["missed", "false", "unlabelled"], help="list rows; shows their lines")
    parser.add_argument("--category", help="with --list: this category only")
    parser.add_argument("--check", action="store_true", help="end with 1 where a bar is missed")
    options = parser.parse_args()

    rows = read_rows(options.data)
    repositories = sorted({row.file.split("/")[1] for row in rows})
    if options.only:
        repositories = [name for name in repositories if name == options.only]
        rows = [row for row in rows if row.file.split("/")[1] in repositories]
    by_file = collections.defaultdict(list)
    for row in rows:
        by_file[os.path.abspath(os.path.join(options.data, row.file))].append(row)

    given = read_findings(options.data, options.findings) if options.findings else None
    size = 0
    unlabelled = []
    unlabelled_of = collections.Counter()
    size_of = collections.Counter()
    for repository in repositories:
        folder = os.path.join(options.data, "data", repository)
        for root, _, names in os.walk(folder):
            size_of[repository] += sum(os.path.getsize(os.path.join(root, name)) for name in names)
        size += size_of[repository]
        found_in = collections.defaultdict(list)
        source = given[repository] if given is not None else scan(options.scanner, folder, options.option)
        for path, inner, found in source:
            found_in[os.path.abspath(path)].append((inner, found))
        for path, all_found in found_in.items():
            with open(path, "rb") as file:
                text = Text(file.read())
            places = []
            for inner, found in all_found:
                offset, length = (inner, 1) if inner is not None else (found["offset"], max(found["length"], 1))
                places.append((text.place(offset), text.place(offset + length), found))
            for place in match(by_file.get(path, []), places):
                unlabelled.append((path, place))
                unlabelled_of[repository] += 1

    if options.list:
        if options.list == "unlabelled":
            for path, ((line, column), _, found) in unlabelled:
                with open(path, "rb") as file:
                    text = file.read().split(b"\n")[line - 1].decode("utf-8", "replace")
                print(f"{found['rule']:<28} {found['confidence']:.2f} {os.path.relpath(path, options.data)}:{line} "
                      f"{text[max(0, column - 60):column + 60].strip()}")
            return
        want = ("T", False) if options.list == "missed" else ("F", True)
        for row in rows:
            if (row.truth, bool(row.hit)) != want or not row.counted():
                continue
            if options.category and options.category not in row.categories:
                continue
            with open(os.path.join(options.data, row.file), "rb") as file:
                text = file.read().split(b"\n")[row.first - 1].decode("utf-8", "replace")
            rule = f"{row.hit['rule']} {row.hit['confidence']:.2f} " if row.hit else ""
            print(f"{':'.join(row.categories)} {row.file}:{row.first} {rule}"
                  f"{text[max(0, row.begin - 60):max(row.begin, 0) + 110].strip()}")
        return

    print(f"{'category':<28}{'true':>6}{'false':>7}{'hit':>6}{'f.h.':>5}   prec.   recall   F1")
    categories = collections.Counter(name for row in rows for name in row.categories)
    of = {name: [row for row in rows if name in row.categories] for name in categories}
    for name in sorted(of, key=lambda one: -figures(of[one])[0]):
        print(line_of(name, of[name]))
    counted = [row for row in rows if row.counted()]
    print(line_of("all without UUID/nonce/salt", counted))
    print(line_of("... and none beside them", [row for row in rows if not set(row.categories) & LEFT_OUT]))
    print()
    print(f"{'repository':<28}{'true':>6}{'false':>7}{'hit':>6}{'f.h.':>5}   prec.   recall   F1   unlabelled/MB")
    for name in repositories:
        own = [row for row in counted if row.file.split("/")[1] == name]
        print(f"{line_of(name, own)}   {unlabelled_of[name] / max(size_of[name] / 1e6, 1e-6):6.1f}")
    rate = len(unlabelled) / max(size / 1e6, 1e-6)
    print(f"\nhits on unlabelled lines: {len(unlabelled)} in {size / 1e6:.2f} MB, {rate:.2f} a MB")
    print("\npeers (other selections of the same data)        prec.   recall   F1")
    for name, precision, recall, f1 in PEERS:
        print(f"  {name:<60}{text_of(precision)}   {text_of(recall)}   {text_of(f1)}")

    _, _, _, _, precision, _, f1 = figures(counted)
    missed = []
    for name, bar in BARS.items():
        if name == "F1":
            value, good = f1, f1 is not None and f1 >= bar
        elif name == "precision":
            value, good = precision, precision is not None and precision >= bar
        elif name == "unlabelled":
            value, good = rate, rate <= bar
        else:
            recall = figures(of[name])[5] if name in of else None
            value, good = recall, recall is None or recall >= bar
        if not good:
            missed.append(f"{name} {text_of(value)} (bar {bar})")
    print("\nbars: " + ("all met" if not missed else "missed: " + ", ".join(missed)))
    if options.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
