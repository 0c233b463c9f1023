"""Records, waiting for them, and the end of a job."""

import errno
import itertools
import os
import random
import sys
import unittest.mock

from support import InADirectory

from hpcnb_launch import job, log, records, storage, waiting
from hpcnb_launch.failure import Failure
from hpcnb_launch.report import Report

CONTENT = {"strategy": "content", "seconds": 120}
NONE = {"strategy": "delay", "seconds": 0}
OWN = """
import os

def wait(paths, run, seconds):
    for path in paths:
        os.replace(f"{path}.late", path)
"""


class Records(InADirectory):
    def test_what_is_encoded_is_decoded(self):
        data = records.encode({"run": "r", "path": "/ä b'"})
        self.assertEqual(len(data), 4096)
        self.assertEqual(records.decode(data, "r"), ({"run": "r", "path": "/ä b'"}, None))

    def test_half_of_one_over_another_is_none(self):
        old, new = (
            records.encode({"run": "r", "state": state, "x": "x" * 3000})
            for state in ("waiting", "failing")
        )
        self.assertEqual(records.decode(new[:2000] + old[2000:], "r")[0], None)
        self.assertEqual(
            records.decode(new[:2000], "r"), (None, "it has 2000 bytes instead of 4096")
        )
        self.assertEqual(records.decode(bytes(4096), "r")[0], None)

    def test_one_of_another_run_is_none(self):
        self.assertEqual(
            records.decode(records.encode({"run": "old"}), "new"), (None, "it is of run old")
        )

    def test_too_large_a_record_is_refused(self):
        with self.assertRaises(ValueError):
            records.encode({"run": "x" * 4096})


class Waiting(InADirectory):
    RECORD = records.encode({"run": "r", "a": 1})

    def wait(self, *paths, readiness=CONTENT):
        return storage.wait_for_records(paths, "r", readiness)

    def test_it_ends_when_the_content_is_there(self):
        path = self.write(b" " * 4096, "a.record")
        clock = self.simulate_time(lambda now: self.write(self.RECORD, "a.record"))
        record, seconds = self.wait(path)
        self.assertEqual(record["a"], 1)
        self.assertEqual(seconds, round(clock.now, 3))
        self.assertGreater(seconds, 0)

    def test_it_is_bounded_and_says_what_was_seen(self):
        clock = self.simulate_time()
        with self.assertRaisesRegex(Failure, "After 120 s, .* it has 0 bytes"):
            self.wait(self.write(b"", "a.record"))
        self.assertAlmostEqual(clock.now, 120)
        with self.assertRaisesRegex(Failure, "No such file"):
            self.wait(self.path("no", "a.record"))

    def test_the_limit_is_one_for_all_that_a_job_reads(self):
        clock = self.simulate_time(lambda now: now > 100 and self.write(self.RECORD, "a.record"))
        with self.assertRaisesRegex(Failure, "After 120 s, .*b.record"):
            self.wait(self.path("a.record"), self.path("b.record"))
        self.assertAlmostEqual(clock.now, 120)

    def test_a_delay_is_waited_once_even_if_all_is_there(self):
        self.simulate_time()
        path = self.write(self.RECORD, "a.record")
        self.assertEqual(
            self.wait(path, path, readiness={"strategy": "delay", "seconds": 30})[-1], 30
        )

    def test_a_strategy_of_a_plugin_does_what_it_wants_and_then_the_content_counts(self):
        readiness = {"strategy": "own", "seconds": 60, "source": OWN}
        clock = self.simulate_time()
        self.write(self.RECORD, "a.record.late")
        record, seconds = self.wait(self.path("a.record"), readiness=readiness)
        self.assertEqual((record["a"], seconds), (1, 0))
        self.write(b"", "b.record.late")
        with self.assertRaisesRegex(Failure, "After 5 s"):
            self.wait(self.path("b.record"), readiness=readiness)
        self.assertAlmostEqual(clock.now, 5)

    def test_without_a_strategy_what_is_there_is_read_at_once(self):
        self.simulate_time()
        record, seconds = self.wait(self.write(self.RECORD, "a.record"), readiness=NONE)
        self.assertEqual((record["a"], seconds), (1, 0))

    def test_without_a_strategy_what_is_not_there_may_take_a_moment(self):
        clock = self.simulate_time()
        with self.assertRaisesRegex(Failure, "After 5 s"):
            self.wait(self.path("a.record"), readiness=NONE)
        self.assertAlmostEqual(clock.now, 5)

    def test_pauses_grow_to_the_longest_and_are_a_little_random(self):
        for index, pause in enumerate(itertools.islice(waiting.growing_pauses(0.05, 2.0), 30)):
            middle = min(0.05 * 1.5**index, 2.0)
            self.assertTrue(0.8 * middle <= pause <= 1.2 * middle, (index, pause))

    def test_many_that_began_together_do_not_ask_together(self):
        random.seed(1)
        times = [
            sum(itertools.islice(waiting.growing_pauses(0.05, 5.0), 20)) for _job in range(700)
        ]
        most = max(sum(second <= time < second + 1 for time in times) for second in range(100))
        self.assertLess(most, 200)


class Reports(InADirectory):
    def setUp(self):
        super().setUp()
        self.file = self.write(records.encode({"run": "r", "state": "waiting"}), "a.record")
        self.report = Report(self.file, "r")

    def state(self):
        record, _reason = records.read(self.file, "r")
        return record and record["state"]

    def break_storage(self, code=errno.EDQUOT):
        """Until what this returns is called."""
        patcher = unittest.mock.patch("os.fsync", side_effect=OSError(code, os.strerror(code)))
        patcher.start()
        self.addCleanup(unittest.mock.patch.stopall)
        return patcher.stop

    def said(self):
        lines = []
        self.patch(log, say=lines.append)
        return lines

    def test_it_is_written_in_place_and_its_last_word_stays(self):
        inode = os.stat(self.file).st_ino
        self.report.publish("failed", problem="p")
        self.report.publish("answering")
        self.assertEqual(
            records.read(self.file, "r")[0], {"run": "r", "state": "failed", "problem": "p"}
        )
        self.assertEqual(os.stat(self.file).st_ino, inode)

    def test_it_is_written_to_its_end_by_a_storage_that_takes_it_in_parts(self):
        write = os.write
        with unittest.mock.patch(
            "os.write", lambda descriptor, data: write(descriptor, data[:1000])
        ):
            self.report.publish("started")
        self.assertEqual(self.state(), "started")

    def test_a_storage_that_cannot_be_written_is_said_once_and_ends_nothing(self):
        said = self.said()
        heal = self.break_storage()
        self.assertEqual([self.report.try_publish("answering") for _try in range(3)], [False] * 3)
        self.assertEqual(len(said), 1)
        self.assertIn("quota", said[0].lower())
        heal()
        self.assertTrue(self.report.try_publish("answering"))
        self.assertEqual(self.state(), "answering")

    def test_what_others_wait_for_is_tried_until_it_is_written(self):
        self.said()
        heal = self.break_storage(errno.ESTALE)
        clock = self.simulate_time(lambda now: now > 100 and heal())
        self.report.keep_trying("failed")
        self.assertEqual(self.state(), "failed")
        self.assertGreater(clock.now, 100)

    def test_a_log_on_a_full_disk_ends_nothing(self):
        with unittest.mock.patch("builtins.print", side_effect=OSError(errno.ENOSPC, "full")):
            log.say("hello")


class Jobs(InADirectory):
    def run_job(self, work):
        """In a child, because it changes a process' standard input and ends it."""
        path = self.write(records.encode({"run": "r", "state": "waiting"}), "a.record")
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
            try:
                job.run({"reservedExitCodes": [99, 100]}, [Report(path, "r")], work)
            except SystemExit as end:
                os._exit(end.code)
            os._exit(77)
        status = os.waitpid(child, 0)[1]
        return os.WEXITSTATUS(status), records.read(path, "r")[0]

    def test_an_end_is_published(self):
        code, record = self.run_job(lambda: None)
        self.assertGreaterEqual(record.pop("seconds"), 0)
        self.assertEqual((code, record), (0, {"run": "r", "state": "ended", "told": False}))

    def test_standard_input_is_empty(self):
        def work():
            if os.read(0, 1) != b"":
                raise Failure("not empty")

        self.assertEqual(self.run_job(work)[0], 0)

    def test_a_failure_is_published_with_its_hint(self):
        def work():
            raise Failure("p", "h")

        self.assertEqual(
            self.run_job(work), (1, {"run": "r", "state": "failed", "problem": "p", "hint": "h"})
        )

    def test_an_unexpected_error_is_published(self):
        code, record = self.run_job(lambda: {}["x"])
        self.assertEqual((code, record["state"]), (1, "failed"))
        self.assertIn("KeyError: 'x'", record["problem"])

    def test_no_job_ends_with_a_code_that_a_scheduler_gives_a_meaning(self):
        for code in (99, 100):
            self.assertEqual(self.run_job(lambda code=code: sys.exit(code))[0], 1)
        self.assertEqual(self.run_job(lambda: sys.exit(3))[0], 3)

    def test_being_told_to_stop_is_an_end(self):
        code, record = self.run_job(lambda: os.kill(os.getpid(), 15))
        self.assertEqual((code, record["state"], record["told"]), (0, "ended", True))
