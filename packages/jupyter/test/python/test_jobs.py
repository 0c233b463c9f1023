"""Records, the end of a job, and how engines find their controller."""

import base64
import os
import random
import sys
import threading
import time
import zlib

from support import InADirectory, hpcnb

CONTENT = {"strategy": "content", "seconds": 0.3}


class Records(InADirectory):
    def test_what_is_encoded_is_decoded(self):
        data = hpcnb.encode_record({"run": "r", "path": "/ä b'"})
        self.assertEqual(len(data), 4096)
        self.assertEqual(hpcnb.decode_record(data, "r"), ({"run": "r", "path": "/ä b'"}, None))

    def test_half_of_one_over_another_is_none(self):
        old, new = (hpcnb.encode_record({"run": "r", "state": state, "x": "x" * 3000}) for state in ("waiting", "failing"))
        self.assertEqual(hpcnb.decode_record(new[:2000] + old[2000:], "r")[0], None)
        self.assertEqual(hpcnb.decode_record(new[:2000], "r"), (None, "it has 2000 bytes instead of 4096"))
        self.assertEqual(hpcnb.decode_record(bytes(4096), "r")[0], None)

    def test_one_of_another_run_is_none(self):
        self.assertEqual(hpcnb.decode_record(hpcnb.encode_record({"run": "old"}), "new"), (None, "it is of run old"))

    def test_too_large_a_record_is_refused(self):
        with self.assertRaises(ValueError):
            hpcnb.encode_record({"run": "x" * 4096})

    def test_waiting_ends_when_the_content_is_there(self):
        path = self.write(b" " * 4096, "a.record")
        timer = threading.Timer(0.1, lambda: self.write(hpcnb.encode_record({"run": "r", "a": 1}), "a.record"))
        timer.start()
        self.addCleanup(timer.join)
        record, seconds = hpcnb.wait_for_record(path, "r", {"strategy": "content", "seconds": 10})
        self.assertEqual(record["a"], 1)
        self.assertGreaterEqual(seconds, 0.1)

    def test_waiting_is_bounded_and_says_what_was_seen(self):
        start = time.monotonic()
        with self.assertRaises(hpcnb.Failure) as caught:
            hpcnb.wait_for_record(self.write(b"", "a.record"), "r", CONTENT)
        self.assertLess(time.monotonic() - start, 2)
        self.assertIn("it has 0 bytes", caught.exception.problem)
        with self.assertRaises(hpcnb.Failure) as caught:
            hpcnb.wait_for_record(self.path("no", "a.record"), "r", CONTENT)
        self.assertIn("No such file", caught.exception.problem)

    def test_a_delay_is_waited_even_if_all_is_there(self):
        path = self.write(hpcnb.encode_record({"run": "r"}), "a.record")
        _record, seconds = hpcnb.wait_for_record(path, "r", {"strategy": "delay", "seconds": 0.2})
        self.assertGreaterEqual(seconds, 0.2)

    def test_a_report_is_written_in_place_and_its_last_word_stays(self):
        path = self.write(hpcnb.encode_record({"run": "r", "state": "waiting"}), "a.record")
        inode = os.stat(path).st_ino
        report = hpcnb.Report(path, "r")
        report.publish("failed", problem="p")
        report.publish("answering")
        self.assertEqual(hpcnb.read_record(path, "r")[0], {"run": "r", "state": "failed", "problem": "p"})
        self.assertEqual(os.stat(path).st_ino, inode)


class Engines(InADirectory):
    def test_letters_of_many_engines_fit_into_a_record(self):
        random.seed(1)
        for count in (2000, 75000):
            letters = {number: random.choice("rrrrrrrrrx") for number in range(1, count + 1)}
            record = hpcnb.packed(letters)
            self.assertLessEqual(len(hpcnb.encode_record({"run": "abcde12345", "state": "answering", **record})), 4096)
            self.assertEqual(record["count"], sum(letter == "r" for letter in letters.values()))
            text = zlib.decompress(base64.b64decode(record["engines"])).decode()
            self.assertTrue("".join(letters.values()).startswith(text))
            self.assertEqual(len(text) == count, count == 2000)

    def test_engines_that_were_never_heard_of_have_no_letter(self):
        record = hpcnb.packed({2: "r", 4: "x"})
        self.assertEqual(zlib.decompress(base64.b64decode(record["engines"])), b"-r-x")
        self.assertEqual(hpcnb.packed({})["count"], 0)

    def waiting_for(self, **record):
        path = self.write(hpcnb.encode_record({"run": "r", **record}), "controller.record")
        return hpcnb.wait_for_controller(path, {"run": "r", "readiness": CONTENT})

    def test_the_controllers_connection_is_taken(self):
        self.assertEqual(self.waiting_for(state="answering", engine={"key": "k"}, heartbeat=500), ({"key": "k"}, 500))

    def test_the_end_of_the_controller_is_the_end_of_waiting(self):
        with self.assertRaisesRegex(hpcnb.Failure, "no controller to connect to: out of memory"):
            self.waiting_for(state="failed", problem="out of memory")
        with self.assertRaisesRegex(hpcnb.Failure, "no controller to connect to: it was stopped"):
            self.waiting_for(state="ended")

    def test_a_job_without_a_task_number_says_so(self):
        for text in ("undefined", ""):
            with self.assertRaisesRegex(hpcnb.Failure, "task number"):
                hpcnb.EngineTask({"first": 1, "records": "/"}, text)


class Jobs(InADirectory):
    def run_job(self, work):
        """In a child, because it changes a process' standard input and ends it."""
        path = self.write(hpcnb.encode_record({"run": "r", "state": "waiting"}), "a.record")
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
            try:
                hpcnb.run_job([hpcnb.Report(path, "r")], work)
            except SystemExit as end:
                os._exit(end.code)
            os._exit(77)
        status = os.waitpid(child, 0)[1]
        return os.WEXITSTATUS(status), hpcnb.read_record(path, "r")[0]

    def test_an_end_is_published(self):
        self.assertEqual(self.run_job(lambda: None), (0, {"run": "r", "state": "ended"}))

    def test_standard_input_is_empty(self):
        def work():
            if os.read(0, 1) != b"":
                raise hpcnb.Failure("not empty")

        self.assertEqual(self.run_job(work)[0], 0)

    def test_a_failure_is_published_with_its_hint(self):
        def work():
            raise hpcnb.Failure("p", "h")

        self.assertEqual(self.run_job(work), (1, {"run": "r", "state": "failed", "problem": "p", "hint": "h"}))

    def test_an_unexpected_error_is_published(self):
        code, record = self.run_job(lambda: {}["x"])
        self.assertEqual((code, record["state"]), (1, "failed"))
        self.assertIn("KeyError: 'x'", record["problem"])

    def test_no_job_ends_with_a_code_that_a_scheduler_gives_a_meaning(self):
        for code in (99, 100):
            self.assertEqual(self.run_job(lambda code=code: sys.exit(code))[0], 1)
        self.assertEqual(self.run_job(lambda: sys.exit(3))[0], 3)

    def test_being_told_to_stop_is_an_end(self):
        self.assertEqual(self.run_job(lambda: os.kill(os.getpid(), 15)), (0, {"run": "r", "state": "ended"}))
