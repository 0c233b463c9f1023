"""What engines wait for before they connect."""

from support import InADirectory

from hpcnb_ipyparallel import find_controller
from hpcnb_ipyparallel.engine import EngineTask
from hpcnb_launch import records
from hpcnb_launch.failure import Failure


class WaitingForTheController(InADirectory):
    def put(self, **record):
        self.write(records.encode({"run": "r", **record}), "controller.record")

    def wait(self):
        readiness = {"strategy": "content", "seconds": 120}
        return find_controller.wait_for_controller(
            self.path("controller.record"),
            {"run": "r", "readiness": readiness},
            "engine 1 on node2",
        )

    def test_its_connection_is_taken(self):
        self.put(state="answering", engine={"key": "k"}, heartbeat=500)
        self.assertEqual(self.wait(), ({"key": "k"}, 500))

    def test_its_end_is_the_end_of_waiting(self):
        self.put(state="failed", problem="out of memory")
        with self.assertRaisesRegex(Failure, "no controller to connect to: out of memory"):
            self.wait()
        self.put(state="ended")
        with self.assertRaisesRegex(Failure, "no controller to connect to: it was stopped"):
            self.wait()

    def test_it_may_be_queued_for_hours_and_then_take_its_time(self):
        def meanwhile(now):
            if now > 36_000:
                self.put(state="started", host="node1")
            if now > 36_200:
                self.put(state="answering", engine={}, heartbeat=500)

        self.put(state="waiting")
        self.simulate_time(meanwhile)
        self.assertEqual(self.wait(), ({}, 500))

    def test_one_that_was_killed_after_its_start_is_not_waited_for_without_limit(self):
        self.put(state="started", host="node1")
        clock = self.simulate_time()
        with self.assertRaisesRegex(
            Failure, "has started on node1, and 300 s later it does not answer"
        ) as caught:
            self.wait()
        self.assertIn("hpcnb up", caught.exception.hint)
        self.assertTrue(300 < clock.now < 310)

    def test_a_record_that_can_no_longer_be_read_is_borne_for_as_long_as_storage_may_take(self):
        self.put(state="waiting")

        def meanwhile(now):
            if now > 1000:
                self.write(b"", "controller.record")

        clock = self.simulate_time(meanwhile)
        with self.assertRaisesRegex(
            Failure, "controller.record can no longer be read on .*: it has 0 bytes"
        ):
            self.wait()
        self.assertTrue(1110 < clock.now < 1140)

    def test_a_job_without_a_task_number_says_so(self):
        for text in ("undefined", ""):
            with self.assertRaisesRegex(Failure, "task number"):
                EngineTask({"first": 1}, text)
