#!/usr/bin/env python3
"""Recall of our own rules on the examples that other scanners ship with their rules.

    bench/accuracy/peers.py --scanner build/release/dislodge CATALOGUES [--list] [--half even|odd]

CATALOGUES is a folder with one folder a scanner, each a checkout or a part of one:

    YAML rules with `examples` and `negative_examples` or `non_examples` (Nosey Parker, Kingfisher 1.x, Titus)
    Go sources with cmd/generate/config (gitleaks, Betterleaks): their examples exist only while their generator
    runs, some are random. A copy is run with `go` in which the function that checks the examples writes them down
    instead; the random ones differ from run to run, so they are kept beside the sources (examples.json).

Each example is scanned by itself, as a text file whose name says nothing. A positive is found if one of our sightings
overlaps the bytes that the scanner's own rule takes from it (its rule is run by `rules import`; where that takes
nothing, or has several groups of which any may be the secret, any sighting counts). Ours are asked for with --places:
some scanners count hosts, buckets and account numbers as findings. A negative is hit if anything is reported in it as
a secret; what is none (places, ids) counts where the rule itself is about such: where most of its positives are found
as such only. Negatives say that one rule must not match, and many hold what another rule, or another scanner, calls a
secret: `sk_live_...` must not be WorkOS's, and is Stripe's. So they are counted in all, and apart: a hit negative holds
another secret if each of the places that we report overlaps what another rule (of another name) of the same scanner, or
of one of the others, reports in it. A negative that another rule reports in and we do not counts apart too, so that it
does not make the rest look better. The bar is told for both. What the scanners' rules take is kept beside their
sources (spans.json, named.json).
`--half` shows only the examples of which a hash is even, or odd: what was looked at while rules were written, and
what was not. --list names misses and hits, masked: runs of letters and digits over five keep their first three.
"""

import argparse
import collections
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

import yaml

MODELS = ("assigned-password", "assigned-secret", "password-in-prose")  # ours, which run beside imported rules

# In place of gitleaks' and Betterleaks' utils/validate.go: writes the examples down, checks nothing.
RECORDER = """package utils

import (
	"encoding/json"
	"os"

	"{module}/config"
)

func record(r *config.Rule, positive []string, negative []string) *config.Rule {{
	file, err := os.OpenFile(os.Getenv("EXAMPLES_OUT"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0600)
	if err != nil {{
		panic(err)
	}}
	defer file.Close()
	err = json.NewEncoder(file).Encode(map[string]any{{"id": r.RuleID, "positive": positive, "negative": negative}})
	if err != nil {{
		panic(err)
	}}
	return r
}}

func Validate(rule config.Rule, positive []string, negative []string) *config.Rule {{
	return record(&rule, positive, negative)
}}

func values(paths map[string]string) []string {{
	out := []string{{}}
	for _, text := range paths {{
		out = append(out, text)
	}}
	return out
}}

func ValidateWithPaths(rule config.Rule, positive map[string]string, negative map[string]string) *config.Rule {{
	return record(&rule, values(positive), values(negative))
}}
"""


class Example:
    __slots__ = ("catalogue", "rule", "text", "wanted", "spans", "found", "named", "several", "places")

    def __init__(self, catalogue, rule, text, wanted, several=False):
        self.catalogue, self.rule, self.text, self.wanted, self.several = catalogue, rule, text, wanted, several
        self.spans, self.found, self.places = [], [], True
        self.named = []  # (begin, end, catalogue) that another rule reports in a negative

    def even(self):
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 0

    def hit(self):
        if not self.wanted:
            return bool(self.reported())
        if not self.spans:
            return bool(self.found)
        return any(a < d and c < b for a, b in self.spans for c, d, _, _ in self.found)

    def reported(self):
        """What counts as reported in a negative."""
        return [(begin, end) for begin, end, _, public in self.found if self.places or not public]

    def holds_another(self):
        """Whether another rule, by the scanners' own word, names a secret here: in what we report, if we report anything.

        "own": one of the same scanner; "other": one of another scanner; else None.
        """
        def names(which):
            spans = [(a, b) for a, b, catalogue in self.named if which == "other" or catalogue == self.catalogue]
            return bool(spans) and all(any(a < d and c < b for a, b in spans) for c, d in self.reported())
        return next((which for which in ("own", "other") if names(which)), None)


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **more)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-600:]}")
    return done.stdout


def go_examples(folder):
    """(rule, example, wanted) of gitleaks or Betterleaks sources."""
    kept = os.path.join(folder, "examples.json")
    if not os.path.exists(kept):
        with open(os.path.join(folder, "go.mod"), encoding="utf-8") as file:
            module = re.search(r"^module\s+(\S+)", file.read(), re.M).group(1)
        with tempfile.TemporaryDirectory() as work:
            copy = os.path.join(work, "sources")
            shutil.copytree(folder, copy)
            with open(os.path.join(copy, "cmd/generate/config/utils/validate.go"), "w", encoding="utf-8") as file:
                file.write(RECORDER.format(module=module))
            out = os.path.join(work, "examples.json")
            generator = os.path.join(copy, "cmd/generate/config")
            run(["go", "run", ".", os.path.join(work, "rules.toml")], cwd=generator,
                env={**os.environ, "EXAMPLES_OUT": out, "GOFLAGS": "-mod=mod"})
            shutil.move(out, kept)
    with open(kept, encoding="utf-8") as file:
        for line in file:
            one = json.loads(line)
            for wanted in (True, False):
                for text in one["positive" if wanted else "negative"] or []:
                    yield one["id"], text, wanted


def groups_of(pattern):
    """How many groups of a pattern capture."""
    return len(re.findall(r"(?<!\\)\((?!\?(?!P?<[A-Za-z]))", re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "_", pattern)))


def yaml_files(folder):
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".yml", ".yaml")):
                yield os.path.join(place, name)


def yaml_examples(folder):
    """(file, rule, example, wanted, whether the rule has several groups) of YAML rule files."""
    for path in yaml_files(folder):
        with open(path, encoding="utf-8") as file:
            try:
                content = yaml.safe_load(file)
            except yaml.YAMLError:
                continue
        if not isinstance(content, dict) or not isinstance(content.get("rules"), list):
            continue
        for rule in content["rules"]:
            if not isinstance(rule, dict) or "pattern" not in rule:
                continue
            several = groups_of(str(rule["pattern"])) > 1
            for text in rule.get("examples") or []:
                yield path, rule["id"], str(text), True, several
            for field in ("negative_examples", "non_examples"):
                for text in rule.get(field) or []:
                    yield path, rule["id"], str(text), False, several


def write(texts, folder):
    os.makedirs(folder)
    for number, text in enumerate(texts):
        with open(os.path.join(folder, f"{number:06}.txt"), "w", encoding="utf-8") as file:
            file.write(text)


def public_rules():
    """Ids of our rules that name what is no secret."""
    out = set()
    for path in glob.glob(os.path.join(os.path.dirname(__file__), "../../rules/secrets/*.toml")):
        with open(path, "rb") as file:
            out |= {rule["id"] for rule in tomllib.load(file)["rule"] if rule.get("identifier")}
    return out


def scan(scanner, folder, *options, public=frozenset()):
    """example's number -> [(begin, end, rule, whether it is no secret)]"""
    out = collections.defaultdict(list)
    for line in run([scanner, "scan", "--json", *options, folder]).splitlines():
        if line.startswith(b"{"):
            one = json.loads(line)
            if "offset" in one and "rule" in one:
                number = re.search(r"(\d{6})\.txt(!/~\w+@(\d+))?", one["item"])
                begin = int(number.group(3) or one["offset"])  # of a decoded run: where the run begins
                out[int(number.group(1))].append((begin, begin + one["length"], one["rule"], one["rule"] in public))
    return out


def slug(rule):
    return re.sub(r"[^a-z0-9]+", "-", rule.lower()).strip("-")


def find_spans(scanner, folder, examples, sources, work):
    """What the scanner's own rules take from their positives."""
    kept_at = os.path.join(folder, "spans.json")
    kept = {}
    if os.path.exists(kept_at):
        with open(kept_at, encoding="utf-8") as file:
            kept = json.load(file)
    key = lambda one: hashlib.sha256(f"{one.rule}\n{one.wanted}\n{one.text}".encode()).hexdigest()
    positives = [one for one in examples if one.wanted]
    if any(key(one) not in kept for one in positives):
        for number, (path, mine) in enumerate(sources):
            toml = os.path.join(work, f"rules-{number}.toml")
            run([scanner, "rules", "import", path, "--out", toml])
            if not os.path.exists(toml):
                continue
            mine = [one for one in mine if one.wanted]
            texts = os.path.join(work, f"spans-{number}")
            write([one.text for one in mine], texts)
            found = scan(scanner, texts, "--rules", toml, "--rejected")
            for place, one in enumerate(mine):
                kept[key(one)] = [(a, b) for a, b, rule, _ in found.get(place, ()) if slug(rule).endswith(slug(one.rule))]
        with open(kept_at, "w", encoding="utf-8") as file:
            json.dump(kept, file)
    for one in positives:
        one.spans = [] if one.several else [tuple(span) for span in kept.get(key(one), ())]


def family(rule):
    """A rule's name without its scanner's: Titus carries rules of Nosey Parker and Kingfisher, which are no other rules."""
    return re.sub(r"^(np|kingfisher|titus|betterleaks|gitleaks)-", "", slug(rule))


def find_named(scanner, folder, negatives, configurations, work):
    """What rules of any of the scanners report in each negative, its own rule apart."""
    kept_at = os.path.join(folder, "named.json")
    key = lambda one: hashlib.sha256(one.text.encode()).hexdigest()
    kept = {}
    if os.path.exists(kept_at):
        with open(kept_at, encoding="utf-8") as file:
            kept = json.load(file)
    if any(key(one) not in kept for one in negatives):
        texts = os.path.join(work, "negatives")
        write([one.text for one in negatives], texts)
        kept = {key(one): [] for one in negatives}
        for number, (catalogue, path) in enumerate(configurations):
            toml = os.path.join(work, f"all-{number}.toml")
            run([scanner, "rules", "import", path, "--out", toml])
            if not os.path.exists(toml):
                continue
            for place, found in scan(scanner, texts, "--rules", toml).items():
                kept[key(negatives[place])] += [(a, b, catalogue, rule) for a, b, rule, _ in found if rule not in MODELS]
        with open(kept_at, "w", encoding="utf-8") as file:
            json.dump(kept, file)
    for one in negatives:
        one.named = [(a, b, catalogue) for a, b, catalogue, rule in kept[key(one)] if family(rule) != family(one.rule)]


def masked(text):
    return re.sub(r"[0-9A-Za-z]{6,}", lambda m: m.group()[:3] + "*" * (len(m.group()) - 3), text.replace("\n", "\\n"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogues")
    parser.add_argument("--scanner", default="build/release/dislodge")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--half", choices=("even", "odd"))
    parser.add_argument("--only", help="a catalogue's name")
    parser.add_argument("--raw", help="write misses and hits in clear to this file (mode 0600)")
    parser.add_argument("--check", action="store_true", help="end with 1 where a bar is missed")
    options = parser.parse_args()
    scanner = os.path.abspath(options.scanner)

    totals = []
    judged = []  # (catalogue, its examples)
    raw = []
    public = public_rules()
    configurations = []  # what holds the rules of each scanner
    for catalogue in sorted(os.listdir(options.catalogues)):
        if not os.path.isdir(os.path.join(options.catalogues, catalogue)):
            continue
        config = os.path.join(options.catalogues, catalogue, "config")
        tomls = sorted(glob.glob(os.path.join(config, "*.toml")))
        configurations += [(catalogue, path) for path in tomls or [os.path.join(options.catalogues, catalogue)]]
    for catalogue in sorted(os.listdir(options.catalogues)):
        folder = os.path.join(options.catalogues, catalogue)
        if not os.path.isdir(folder) or (options.only and options.only != catalogue):
            continue
        examples, sources = [], []
        if os.path.exists(os.path.join(folder, "cmd/generate/config/utils/validate.go")):
            mine = [Example(catalogue, *one) for one in go_examples(folder)]
            examples += mine
            configuration = [os.path.join(folder, "config", name) for name in os.listdir(os.path.join(folder, "config"))
                             if name.endswith(".toml")]
            sources += [(path, mine) for path in configuration]
        else:
            by_file = collections.defaultdict(list)
            for path, *one in yaml_examples(folder):
                example = Example(catalogue, *one)
                examples.append(example)
                by_file[os.path.dirname(path)].append(example)
            sources += sorted(by_file.items())
        unique = {}
        for one in examples:
            unique.setdefault((one.text, one.wanted), one)
        with tempfile.TemporaryDirectory() as work:
            find_spans(scanner, folder, examples, sources, work)
            examples = list(unique.values())
            write([one.text for one in examples], os.path.join(work, "own"))
            found = scan(scanner, os.path.join(work, "own"), "--places", public=public)
            by_rule = collections.defaultdict(list)
            for number, one in enumerate(examples):
                one.found = found.get(number, [])
                if one.wanted:
                    by_rule[one.rule].append(bool(one.found) and all(public for _, _, _, public in one.found))
            for one in examples:
                one.places = sum(by_rule[one.rule]) * 2 > len(by_rule[one.rule])
        judged.append((catalogue, examples))
    with tempfile.TemporaryDirectory() as work:
        negatives = [one for _, examples in judged for one in examples if not one.wanted]
        find_named(scanner, options.catalogues, negatives, configurations, work)
    for catalogue, examples in judged:
        for half in ("even", "odd"):
            shown = [one for one in examples if one.even() == (half == "even")]
            if options.half and options.half != half:
                continue
            totals.append((catalogue, half, shown))
            for one in shown:
                if one.hit() == one.wanted:
                    continue
                raw.append({"catalogue": catalogue, "rule": one.rule, "wanted": one.wanted, "text": one.text,
                            "holds_another": None if one.wanted else one.holds_another(), "places": one.places,
                            "spans": one.spans, "found": one.found, "half": half})
                if options.list:
                    rules = ",".join(sorted({rule for _, _, rule, _ in one.found}))
                    print(f"{'missed' if one.wanted else 'hit'}\t{catalogue}\t{one.rule}\t{rules}\t{masked(one.text)[:160]}")
    if options.raw:
        with open(os.open(options.raw, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(one) + "\n" for one in raw)

    return tell(totals, options.check)


def tell(totals, check):
    """Prints the table; 1 if a bar is to be held and is missed."""
    print(f"{'catalogue':24} {'half':5} {'positives found':>24} {'negatives hit':>22} {'hold another secret':>20} "
          f"{'the rest of them hit':>22}")
    share = lambda part: f"{sum(one.hit() for one in part)} / {len(part)} = {percent(part):5.1f} %" if part else "none"
    percent = lambda part: 100 * sum(one.hit() for one in part) / len(part)
    everything = [one for _, _, part in totals for one in part]
    for name, half, shown in totals + [("all", "both", everything)]:
        positive = [one for one in shown if one.wanted]
        negative = [one for one in shown if not one.wanted]
        apart = [one for one in negative if one.holds_another()]
        rest = [one for one in negative if not one.holds_another()]
        print(f"{name:24} {half:5} {share(positive):>24} {share(negative):>22} "
              f"{f'{sum(one.hit() for one in apart)} of {len(apart)}':>20} {share(rest):>22}")
    hits = [one for one in negative if one.hit()]
    print(f"of the {len(hits)} negatives that are hit:")
    for which, why in (("own", "a secret by another rule of the same scanner, which reports the same bytes"),
                       ("other", "a secret by a rule of another of these scanners, which reports the same bytes"),
                       (None, "a secret by our rules alone: false alarms, or forms that none of them knows")):
        print(f"  {sum(one.holds_another() == which for one in hits):5} {why}")
    if not positive or not rest:
        return 0
    verdict = lambda held: "met" if held else "missed"
    found = percent(positive) >= 97
    print("bar of 97 % of positives:", verdict(found))
    print("bar of  3 % of negatives: all of them", verdict(percent(negative) <= 3) + ";",
          "those that hold no other secret", verdict(percent(rest) <= 3))
    return 1 if check and (not found or percent(rest) > 3) else 0


if __name__ == "__main__":
    sys.exit(main())
