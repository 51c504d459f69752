#!/usr/bin/env python3
"""A case that a Spark cluster read is the case that one machine read: spark_job_test.py DISLODGE SOURCE_DIR.

With pyspark (`make spark`) the job runs on Spark's own local cluster of two; without it, on a stand-in that runs the
parts in turn, which tests the job and the program but not Spark."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = sys.argv[1], sys.argv[2]
EVIDENCE = os.path.join(SOURCE, "examples/northwind/evidence")
JOB = os.path.join(SOURCE, "scale/spark_job.py")
try:
    import pyspark  # noqa: F401

    WITH_SPARK = True
except ImportError:
    WITH_SPARK = False


def run(*words, env=None):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, check=False)


class SparkJobTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="dislodge-spark-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.key = os.path.join(self.folder, "key")
        self.assertEqual(run(PROGRAM, "new", self.path("empty"), "--key-file", self.key).returncode, 0)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def dislodge(self, *words):
        done = run(PROGRAM, *words, "--key-file", self.key)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def job(self, *words, program=PROGRAM):
        env = dict(os.environ, SPARK_MASTER="local[2]", PYSPARK_PYTHON=sys.executable,
                   PYSPARK_SUBMIT_ARGS="--master local[2,4] pyspark-shell", SPARK_LOCAL_IP="127.0.0.1")
        if not WITH_SPARK:
            env["PYTHONPATH"] = os.path.join(SOURCE, "tests/scale/stand_in")
        return run(sys.executable, JOB, "--dislodge", program, "--seal-to", self.path("empty/case.pub"), "--out",
                   self.path("out"), *words, env=env)

    def dump_of_shards(self, name):
        shutil.copytree(self.path("empty"), self.path(name))
        out = self.path("out")
        self.dislodge("merge", self.path(name),
                      *sorted(os.path.join(out, file) for file in os.listdir(out) if file.startswith("shard-")))
        return self.dislodge("dump", self.path(name), "--canonical")

    def dump_of_one_machine(self):
        shutil.copytree(self.path("empty"), self.path("one"))
        self.dislodge("add", self.path("one"), EVIDENCE)
        self.dislodge("investigate", self.path("one"))
        return self.dislodge("dump", self.path("one"), "--canonical")

    def test_a_cluster_reads_what_one_machine_reads(self):
        done = self.job("--parts", "5", EVIDENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Every file is hashed once, by one part.
        hashed = []
        for i in range(5):
            with open(self.path("out", f"inventory-{i:05d}"), encoding="utf-8") as lines:
                hashed += [line.split(" ", 4)[4] for line in lines if not line.startswith("#")]
        self.assertEqual(len(hashed), len(set(hashed)))
        self.assertGreater(len(hashed), 20)
        self.assertEqual(self.dump_of_shards("cluster"), self.dump_of_one_machine())

    def test_a_part_that_is_lost_is_done_again(self):
        # Dies on its first try at each shard, as a machine does that is taken away.
        frail = self.path("frail")
        with open(frail, "w", encoding="utf-8") as script:
            script.write(f"""#!/bin/sh
case "$*" in *--shard*)
  mark="{self.folder}/tried-$(echo "$*" | sed 's/.*--shard \\([0-9]*\\).*/\\1/')"
  [ -e "$mark" ] || {{ touch "$mark"; kill -9 $$; }};;
esac
exec "{PROGRAM}" "$@"
""")
        os.chmod(frail, os.stat(frail).st_mode | stat.S_IXUSR)
        done = self.job("--parts", "2", EVIDENCE, program=frail)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(os.path.exists(self.path("tried-0")))
        self.assertTrue(os.path.exists(self.path("tried-1")))
        self.assertFalse([file for file in os.listdir(self.path("out")) if ".attempt-" in file])
        self.assertEqual(self.dump_of_shards("again"), self.dump_of_one_machine())

    def test_what_is_called_wrongly_is_not_tried_again(self):
        done = self.job("--parts", "2", self.path("no-such-folder"))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("there is no such file or folder", done.stderr)


if __name__ == "__main__":
    print("spark_job_test: with pyspark" if WITH_SPARK else "spark_job_test: without pyspark, on a stand-in")
    unittest.main(argv=sys.argv[:1], verbosity=2)
