"""Warnings end no job, and are told once."""

import os
import signal
import subprocess
import sys

from support import InADirectory

from hpcnb_app import notebook
from hpcnb_launch import signals

SIGNALS = (*signals.WARNINGS, *signals.HANGUPS)


class Warnings(InADirectory):
    def log(self, work):
        """
        What a child that runs `work` has written, after it was sent each of the signals twice.
        """
        here, there = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(there, 1)
            work()
            for number in SIGNALS * 2:
                os.kill(os.getpid(), number)
            os._exit(0)
        os.close(there)
        with os.fdopen(here, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        return text

    def test_each_is_told_once_by_a_process_that_tells(self):
        def work():
            signals.ignore(SIGNALS)
            signals.tell_warnings()

        text = self.log(work)
        for number in signals.WARNINGS:
            self.assertEqual(text.count(f"hpcnb: {number.name} came: "), 1)

    def test_programs_of_one_that_ignores_them_ignore_them_until_their_own_code_handles_them(self):
        program = """
import os, signal
os.kill(os.getpid(), signal.SIGUSR1)
signal.signal(signal.SIGUSR1, lambda *_: print("mine"))
os.kill(os.getpid(), signal.SIGUSR1)
"""

        def work():
            signals.ignore(SIGNALS)
            subprocess.run([sys.executable, "-c", program], check=True)

        self.assertEqual(self.log(work), "mine\n")

    def test_kernels_ignore_warnings_and_have_hang_ups_as_any_program(self):
        program = "import signal, sys; print([signal.getsignal(int(n)).name for n in sys.argv[1:]])"

        def work():
            signals.ignore(SIGNALS)
            notebook.heed_warnings()
            numbers = [
                str(int(number)) for number in (signal.SIGUSR1, signal.SIGHUP, signal.SIGTSTP)
            ]
            subprocess.run([sys.executable, "-c", program, *numbers], check=True)

        self.assertIn("['SIG_IGN', 'SIG_DFL', 'SIG_DFL']", self.log(work))

    def test_the_process_beside_tells_and_ends_with_the_job(self):
        def work():
            os.setpgid(0, 0)
            signals.ignore(SIGNALS)
            told = signals.tell_warnings_beside()
            self.assertGreater(told, 0)

        # The log is read to its end, which the process beside would keep from coming.
        self.assertEqual(self.log(work).count("came"), 0)
