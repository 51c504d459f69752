#!/usr/bin/env python3
"""Reads evidence on a Spark cluster, for a case that is elsewhere.

    spark-submit scale/spark_job.py --seal-to CASE/case.pub --parts 64 --out /shared/run-1 /evidence/mail /evidence/repos
    dislodge merge CASE /shared/run-1/shard-*          # where the case is

Two stages, each one task a part: first the machines share the hashing (inventories), then each reads the units that
fall to its shard. Every machine sees the evidence and the folder of --out under the same names, and has the same
`dislodge`. Spark only says who does which part, and does a lost part again: what a task leaves behind is a file that
is renamed into place when it is whole, so a part that ran twice is one part. Results are sealed to the case; neither
Spark nor any of its machines can read them.

Exit codes are those of dislodge: 0 done, 2 usage, 3 finished but some input is damaged, 4 stopped.
"""

import argparse
import os
import subprocess
import sys
import time

DONE, USAGE, DAMAGED, STOPPED = 0, 2, 3, 4


def run_part(program, arguments, target):
    """One part: `dislodge scan ... --out TARGET`, unless an earlier attempt has finished it. Runs on an executor."""
    begin = time.monotonic()
    if os.path.exists(target):
        return {"target": target, "code": DONE, "seconds": 0.0, "says": "there already"}
    # A second attempt at the same part may run beside the first: each writes a file of its own.
    attempt = f"{target}.attempt-{os.uname().nodename}-{os.getpid()}"
    done = subprocess.run([program, "scan", *arguments, "--out", attempt], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    says = done.stdout.strip().splitlines()[-1:] or [""]
    if done.returncode in (DONE, DAMAGED):
        os.replace(attempt, target)
    elif done.returncode != USAGE:
        # Disk, memory or a lost machine: Spark tries the part again, elsewhere if it can.
        raise RuntimeError(f"{program} scan ended with {done.returncode}: {says[0]}")
    return {"target": target, "code": done.returncode, "seconds": time.monotonic() - begin, "says": says[0]}


def stage(spark, name, parts, program, arguments_of, target_of):
    """Runs one stage on all executors; the worst exit code of its parts."""
    spark.setJobDescription(f"dislodge: {name}")
    work = [(program, arguments_of(i), target_of(i)) for i in range(parts)]
    worst, begin = DONE, time.monotonic()
    for result in spark.parallelize(work, parts).map(lambda part: run_part(*part)).collect():
        print(f"{name}: {result['says']} ({result['seconds']:.1f} s)", file=sys.stderr)
        worst = USAGE if USAGE in (worst, result["code"]) else max(worst, result["code"])
    print(f"{name}: {parts} parts in {time.monotonic() - begin:.1f} s", file=sys.stderr)
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="evidence, as every machine sees it")
    parser.add_argument("--seal-to", required=True, metavar="CASE/case.pub", help="public key of the case")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the shards, seen by every machine")
    parser.add_argument("--parts", required=True, type=int, metavar="N",
                        help="shards to cut the work into: several times the number of executors, so that the "
                             "last one is not waited for long")
    parser.add_argument("--workers", type=int, default=0, metavar="N",
                        help="processes a shard (default: spark.task.cpus)")
    parser.add_argument("--dislodge", default="dislodge", metavar="PROGRAM", help="the program on every machine")
    parser.add_argument("--option", action="append", default=[], metavar="WORD",
                        help="a further word for `dislodge scan`, such as --option=--no-ocr; may be repeated")
    given = parser.parse_args()
    if given.parts < 1:
        parser.error("--parts: at least 1")

    from pyspark import SparkConf, SparkContext

    spark = SparkContext(conf=SparkConf().setAppName("dislodge"))
    try:
        workers = given.workers or int(spark.getConf().get("spark.task.cpus", "1"))
        paths = [os.path.abspath(path) for path in given.paths]
        out = os.path.abspath(given.out)
        os.makedirs(out, mode=0o700, exist_ok=True)
        inventories = [os.path.join(out, f"inventory-{i:05d}") for i in range(given.parts)]
        known = [word for inventory in inventories for word in ("--known", inventory)]
        seal_to = os.path.abspath(given.seal_to)
        code = stage(spark, "inventory", given.parts, given.dislodge,
                     lambda i: ["--inventory", f"{i}/{given.parts}", *paths],
                     lambda i: inventories[i])
        if code == USAGE:
            return code
        # From here on every machine knows every file; each reads its own units and nothing else.
        code = stage(spark, "shard", given.parts, given.dislodge,
                     lambda i: ["--shard", f"{i}/{given.parts}", "--seal-to", seal_to, "--workers", str(workers),
                                *known, *given.option, *paths],
                     lambda i: os.path.join(out, f"shard-{i:05d}"))
        if code != USAGE:
            print(f"next, where the case is: dislodge merge CASE {out}/shard-*", file=sys.stderr)
        return code
    except Exception as error:  # Py4J hands on what a task raised, with Spark's own frames around it
        print(f"spark_job: {error}", file=sys.stderr)
        return STOPPED
    finally:
        spark.stop()


if __name__ == "__main__":
    sys.exit(main())
