"""
How an engine finds out that its controller has forgotten it, and that a silent controller is still
there.
"""

import types

from support import InADirectory

from hpcnb_ipyparallel import presence, watch
from hpcnb_ipyparallel.presence import Presence
from hpcnb_launch import records, storage
from hpcnb_launch.waiting import AwakeClock


class Engine:
    number, ident = 2, "own"

    def __init__(self):
        self.asked, self.left, self.accepted, self.published = 0, None, True, "r"

    def ask(self):
        self.asked += 1

    def letter(self):
        return self.published

    def was_accepted(self):
        return self.accepted

    def leave(self, code):
        self.left = code


class Presences(InADirectory):
    def setUp(self):
        super().setUp()
        self.clock = types.SimpleNamespace(now=1000.0, monotonic=lambda: self.clock.now)
        self.patch("time", monotonic=self.clock.monotonic)
        self.engine = Engine()
        self.presence = Presence(self.engine, 500)
        self.presence.connected(True)

    def run_for(self, seconds, engines=None):
        """
        Until it has left. `engines` is what the controller answers, if it does; the seconds that
        went by.
        """
        start = self.clock.now
        while self.engine.left is None and self.clock.now - start < seconds:
            self.clock.now += presence.LOOK
            asked = self.engine.asked
            self.presence.turn()
            if engines is not None and self.engine.asked > asked:
                self.presence.answered(engines)
        return self.clock.now - start

    def suspend(self, seconds):
        self.clock.now += seconds

    def test_one_that_was_suspended_and_forgotten_leaves_within_seconds(self):
        self.run_for(100, {1: "own"})
        self.suspend(45)
        seconds = self.run_for(100, {0: "other"})
        self.assertEqual(self.engine.left, presence.FORGOTTEN)
        self.assertLess(seconds, 15)
        self.assertGreater(seconds, presence.FORGETTING)

    def test_one_that_was_suspended_and_is_still_known_stays(self):
        self.suspend(45)
        self.run_for(1000, {1: "own"})
        self.assertIsNone(self.engine.left)

    def test_of_what_was_unknown_before_a_suspension_nothing_counts_after_it(self):
        self.run_for(100, {1: "own"})
        self.suspend(45)
        self.run_for(8, {})
        self.suspend(45)
        self.run_for(8, {})
        self.assertIsNone(self.engine.left)
        self.run_for(100, {1: "own"})
        self.assertIsNone(self.engine.left)

    def test_one_that_was_forgotten_without_a_suspension_learns_it_from_what_is_published(self):
        self.run_for(100, {1: "own"})
        self.engine.published = "x"
        self.run_for(100, {})
        self.assertEqual(self.engine.left, presence.FORGOTTEN)

    def test_one_that_is_well_asks_once(self):
        self.run_for(3600, {1: "own"})
        self.assertEqual(self.engine.asked, 1)

    def test_a_silent_controller_is_waited_for_without_limit_and_asked_once(self):
        self.engine.accepted = False
        self.run_for(36_000)
        self.assertIsNone(self.engine.left)
        self.assertEqual(self.engine.asked, 1)
        self.assertTrue(self.presence.is_there())

    def test_a_registration_that_the_controller_never_completes_is_given_up(self):
        self.engine.accepted = False
        self.run_for(1000, {})
        self.assertEqual(self.engine.left, presence.UNKNOWN)

    def test_a_controller_that_is_gone_is_no_longer_there(self):
        self.presence.connected(False)
        self.run_for(5)
        self.assertTrue(self.presence.is_there())
        self.run_for(20)
        self.assertFalse(self.presence.is_there())
        self.assertIsNone(self.engine.left)
        self.engine.accepted = False
        self.run_for(100)
        self.assertEqual(self.engine.left, presence.UNKNOWN)

    def test_one_whose_number_another_living_process_has_does_not_come_back(self):
        self.suspend(45)
        seconds = self.run_for(1000, {1: "other"})
        self.assertEqual(self.engine.left, presence.REPLACED)
        self.assertGreater(seconds, presence.TWIN_LIMIT)

    def test_what_was_asked_of_a_connection_that_broke_is_asked_again(self):
        self.suspend(45)
        self.run_for(3)
        self.presence.connected(False)
        self.presence.connected(True)
        self.run_for(100, {})
        self.assertEqual(self.engine.left, presence.FORGOTTEN)

    def test_the_letter_of_an_engine_is_found_in_what_is_published(self):
        letters = watch.packed({1: "r", 3: "x"})
        path = self.write(
            records.encode({"run": "r", "state": "answering", **letters}), "engines.record"
        )
        self.assertEqual(
            [presence.published_letter(path, "r", number) for number in (1, 2, 3, 4)],
            ["r", "-", "x", "-"],
        )
        self.assertEqual(presence.published_letter(self.path("none"), "r", 1), "-")


class AwakeClocks(InADirectory):
    def test_a_suspension_counts_little(self):
        clock = self.simulate_time()
        awake = AwakeClock()
        for _second in range(30):
            clock.sleep(1)
            awake.now()
        self.assertEqual(awake.now(), 30)
        clock.sleep(36_000)
        self.assertLessEqual(awake.now(), 50)

    def test_what_a_job_waits_for_is_waited_for_also_after_a_suspension(self):
        path = self.write(b"", "a.record")

        def meanwhile(now):
            if 10 < now < 1000:
                clock.now += 3600
            if now > 3700:
                self.write(records.encode({"run": "r"}), "a.record")

        clock = self.simulate_time(meanwhile)
        storage.wait_for_records([path], "r", {"strategy": "content", "seconds": 120})
