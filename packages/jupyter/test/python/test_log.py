"""The bound of a job's log, and what goes with a job that is killed."""

import os
import subprocess
import sys
import time

from support import InADirectory

from hpcnb_launch import log


class Log(InADirectory):
    def setUp(self):
        super().setUp()
        self.patch(log, LOG_LIMIT=6000, LOG_HEAD=1000, LOG_TAIL=2000)
        self.log = os.open(self.path("log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.addCleanup(os.close, self.log)

    def test_its_middle_is_left_out_and_writing_goes_on_at_the_end(self):
        os.write(self.log, b"".join(b"%07d\n" % number for number in range(1000)))
        log.shorten_log(self.log)
        os.write(self.log, b"after\n")
        lines = self.read("log").splitlines()
        self.assertEqual(lines[:125], [f"{number:07d}" for number in range(125)])
        self.assertRegex(lines[126], "^hpcnb: 0 MB of this log are left out here")
        self.assertEqual(lines[127:], [f"{number:07d}" for number in range(750, 1000)] + ["after"])

    def test_one_that_is_written_without_end_stays_within_its_bound(self):
        program = """
from hpcnb_launch import log
log.LOG_LIMIT, log.LOG_HEAD, log.LOG_TAIL, log.LOG_EVERY = 6_000_000, 1_000_000, 2_000_000, 0.01
log.keep_log_bounded()
for number in range(400_000):
    print("%0100d" % number, flush=number % 1000 == 0)
"""
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=self.log, stderr=self.log
        ) as child:
            largest = 0
            while child.poll() is None:
                largest = max(largest, os.path.getsize(self.path("log")))
                time.sleep(0.001)
        self.assertEqual(child.returncode, 0)
        text = self.read("log")
        self.assertLess(len(text), 20_000_000)
        self.assertLess(largest, 30_000_000)
        self.assertIn("are left out here", text)
        self.assertTrue(text.endswith(f"{399_999:0100d}\n"))


class Killed(InADirectory):
    def test_its_directory_goes_with_it(self):
        """Also when all of its group is killed, and though what it started holds its pipes."""
        program = """
import subprocess
from hpcnb_launch import directories
directory = directories.make_scratch_directory()
open(directory + "/secret", "w").close()
child = subprocess.Popen(["sleep", "600"])
print(directory, child.pid, flush=True)
child.wait()
"""
        environment = {**os.environ, "TMPDIR": self.root}
        with subprocess.Popen(
            [sys.executable, "-c", program],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as job:
            directory, child = job.stdout.readline().split()
            self.assertEqual(sorted(os.listdir(directory)), ["owner", "secret"])
            job.kill()
        deadline = time.monotonic() + 10
        while os.path.exists(directory) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(int(child), 9)
        self.assertEqual(os.listdir(self.root), [])
