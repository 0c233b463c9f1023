"""What the controller's process makes of the engines that it knows, and of how many are wanted."""

import base64
import errno
import os
import random
import signal
import sys
import time
import types
import unittest.mock
import zlib

from support import InADirectory

from hpcnb_ipyparallel import controller_process, watch
from hpcnb_ipyparallel.watch import Watch
from hpcnb_launch import job, log, records
from hpcnb_launch.failure import Failure, Stopped
from hpcnb_launch.report import Report


class KernelError(Exception):
    """As ipyparallel has it, which is not there in these tests."""


class Hub:
    """As much of ipyparallel's client as is used; engines are named by their numbers here."""

    def __init__(self, count):
        self._engines = {number - 1: f"process {number}" for number in range(1, count + 1)}
        self.busy = set()
        self.told = []
        # Gone, but `_engines` does not know it yet.
        self.gone = set()
        self.error = None

    def queue_status(self):
        if self.error:
            raise self.error
        there = {
            engine: {"queue": int(engine + 1 in self.busy), "tasks": 0} for engine in self._engines
        }
        return {engine: status for engine, status in there.items() if engine + 1 not in self.gone}

    def shutdown(self, engine, block):
        if engine + 1 in self.gone:
            raise IndexError(f"No such engine: {engine}")
        self.told.append(engine + 1)

    def end(self, *numbers):
        for number in numbers:
            del self._engines[number - 1]


class Ending(unittest.TestCase):
    def test_the_end_is_heard_of_again_where_a_library_has_caught_it(self):
        before = signal.signal(signal.SIGTERM, job.stop)
        self.addCleanup(lambda: signal.signal(signal.SIGTERM, before))
        self.addCleanup(controller_process.heed_no_end)
        child = types.SimpleNamespace(poll=lambda: None)
        controller_process.heed_end(child)
        child.poll = lambda: 1
        with self.assertRaises(Failure):
            os.kill(os.getpid(), signal.SIGCHLD)
        with self.assertRaises(Failure):
            time.sleep(60)


class Watching(InADirectory):
    def setUp(self):
        super().setUp()
        self.write(records.encode({"run": "r", "state": "waiting"}), "engines.record")
        self.set_target(0, ranges=[])
        self.said = []
        self.patch(log, say=self.said.append)
        modules = {
            "ipyparallel": types.ModuleType("ipyparallel"),
            "ipyparallel.error": types.ModuleType("error"),
        }
        modules["ipyparallel.error"].KernelError = KernelError
        patcher = unittest.mock.patch.dict(sys.modules, modules)
        patcher.start()
        self.addCleanup(patcher.stop)

    def set_target(self, wanted, ranges):
        self.write(
            records.encode({"run": "r", "groups": [{"ranges": ranges, "wanted": wanted}]}),
            "targets.record",
        )

    def watch(self, hub, meanwhile, seconds=5):
        """
        What has been published in the end. `meanwhile` is called again and again and gets the
        seconds that have gone by.
        """

        def pause(now):
            meanwhile(now)
            if now > seconds:
                raise Stopped

        self.simulate_time(pause)
        report = Report(self.path("engines.record"), "r")
        with self.assertRaises(Stopped):
            parameters = {"run": "r", "targetsRecord": self.path("targets.record")}
            Watch(hub, parameters, report).run()
        return self.published()

    def published(self):
        record, _reason = records.read(self.path("engines.record"), "r")
        return zlib.decompress(base64.b64decode(record["engines"])).decode()

    def test_engines_that_come_go_and_return_have_a_letter_each(self):
        hub = Hub(3)

        def meanwhile(now):
            if now > 1 and 2 in hub._engines:
                hub.end(3)
            if now > 2:
                hub._engines[0] = "another process"

        self.assertEqual(self.watch(hub, meanwhile), "arx")

    def test_of_more_than_are_wanted_idle_ones_end_the_highest_first(self):
        hub = Hub(4)
        hub.busy = {4}
        self.set_target(2, [[1, 4]])
        self.assertEqual(self.watch(hub, lambda now: None), "rddr")
        self.assertEqual(hub.told, [2, 3])

    def test_one_that_is_told_to_end_is_not_counted_on_from_that_moment(self):
        hub, seen = Hub(4), []
        self.set_target(2, [[1, 4]])
        self.watch(hub, lambda now: seen.append(self.published()))
        self.assertEqual(set(seen), {"rrdd"})
        hub.end(3, 4)
        self.assertEqual(hub.told, [3, 4])

    def test_one_that_was_told_to_end_and_comes_back_is_told_again(self):
        hub = Hub(2)
        self.set_target(1, [[1, 2]])

        def meanwhile(now):
            if now > 2:
                hub._engines[1] = "another process"

        self.assertEqual(self.watch(hub, meanwhile), "rd")
        self.assertEqual(hub.told, [2, 2])

    def test_engines_outside_of_what_is_wished_for_are_let_alone(self):
        hub = Hub(5)
        self.set_target(3, [[1, 1], [4, 5]])
        self.assertEqual(self.watch(hub, lambda now: None), "rrrrr")

    def test_one_that_goes_while_it_is_asked_for_is_not_counted(self):
        hub = Hub(3)
        hub.gone = {3}
        self.set_target(1, [[1, 3]])
        self.assertEqual(self.watch(hub, lambda now: None), "rdr")

    def test_one_that_goes_before_it_is_told_to_end_ends_nothing(self):
        hub = Hub(2)
        self.set_target(1, [[1, 2]])
        hub.queue_status = lambda: {engine: {"queue": 0, "tasks": 0} for engine in (0, 1)}
        hub.gone = {2}
        self.assertEqual(
            self.watch(hub, lambda now: now > 2 and 1 in hub._engines and hub.end(2)), "rd"
        )
        self.assertIn("engine 2 has gone by itself", self.said)

    def test_a_hub_that_cannot_answer_now_is_asked_again(self):
        hub = Hub(2)
        self.set_target(1, [[1, 2]])
        for hub.error in (KernelError("IndexError", "No Such Engine: [1]"), KeyError(1)):
            self.said.clear()
            hub.told.clear()

            def meanwhile(now):
                if now > 2:
                    hub.error = None

            self.assertEqual(self.watch(hub, meanwhile), "rd")
            self.assertEqual(hub.told, [2])
            self.assertTrue(any("is asked again soon" in line for line in self.said))

    def test_a_storage_that_cannot_be_written_now_is_written_later(self):
        publish, calls = Report.publish, []

        def failing(report, *arguments, **facts):
            calls.append(facts)
            if len(calls) < 4:
                raise OSError(errno.ESTALE, "Stale file handle")
            publish(report, *arguments, **facts)

        with unittest.mock.patch.object(Report, "publish", failing):
            self.assertEqual(self.watch(Hub(2), lambda now: None), "rr")
        self.assertEqual(len(calls), 4)


class Letters(InADirectory):
    def test_letters_of_many_engines_fit_into_a_record(self):
        random.seed(1)
        for count in (2000, 75000):
            letters = {number: random.choice("rrrrrrrrrx") for number in range(1, count + 1)}
            record = watch.packed(letters)
            self.assertLessEqual(
                len(records.encode({"run": "abcde12345", "state": "answering", **record})), 4096
            )
            self.assertEqual(record["count"], sum(letter == "r" for letter in letters.values()))
            text = zlib.decompress(base64.b64decode(record["engines"])).decode()
            self.assertTrue("".join(letters.values()).startswith(text))
            self.assertEqual(len(text) == count, count == 2000)

    def test_engines_that_were_never_heard_of_have_no_letter(self):
        record = watch.packed({2: "r", 4: "x"})
        self.assertEqual(zlib.decompress(base64.b64decode(record["engines"])), b"-r-x")
        self.assertEqual(watch.packed({})["count"], 0)
