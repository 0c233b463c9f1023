"""Watches which engines the controller knows, says so in a record, and ends idle ones."""

import base64
import time
import zlib

from hpcnb_launch import log, records, waiting
from hpcnb_launch.records import JSON_ROOM

# Seconds between two looks at what hpcnb asks for.
TARGETS_EVERY = 1.0


class Watch:
    """
    Publishes whenever it changes what is known of the engines, and ends idle ones when fewer are
    wanted.
    """

    def __init__(self, client, parameters, report):
        self.client = client
        self.run_id = parameters["run"]
        self.targets = parameters["targetsRecord"]
        self.report = report
        # By the engine's number: the name of its process, and a letter.
        self.processes = {}
        self.letters = {}
        # The same of those that were told to end; a process of another name has come back since,
        # and is told again.
        self.told_to_end = {}

    def run(self):
        """Until this process is interrupted."""
        published, pauses, next_targets = None, waiting.growing_pauses(0.1, 1.0), 0.0
        while True:
            self.look()
            if time.monotonic() >= next_targets:
                self.retire()
                next_targets = time.monotonic() + TARGETS_EVERY
            if self.letters != published and self.report.try_publish(
                "answering", **packed(self.letters)
            ):
                published, pauses = dict(self.letters), waiting.growing_pauses(0.1, 1.0)
            time.sleep(next(pauses))

    def look(self):
        known = {
            engine_id + 1: process for engine_id, process in dict(self.client._engines).items()
        }
        for number, process in known.items():
            before = self.processes.setdefault(number, process)
            self.processes[number] = process
            # Whoever counts engines is not to count on one that is about to end.
            if number in self.told_to_end:
                self.letters[number] = "d"
            elif before != process or number not in self.letters:
                self.letters[number] = "r" if before == process else "a"
            elif self.letters[number] == "x":
                self.letters[number] = "a"
        for number in self.letters:
            if number not in known:
                self.letters[number] = "d" if number in self.told_to_end else "x"

    def retire(self):
        record, _reason = records.read(self.targets, self.run_id)
        try:
            self.end(
                self.excess(
                    [n for n, process in self.told_to_end.items() if self.processes[n] != process],
                    0,
                )
            )
            for group in record["groups"] if record else []:
                own = [number for number in self.registered() if is_within(number, group["ranges"])]
                self.end(self.excess(own, group["wanted"]))
        except hub_errors() as error:
            log.say(
                "the hub was asked which engines are idle, and is asked again soon: "
                f"{type(error).__name__}: {error}"
            )

    def registered(self):
        return sorted(number for number, letter in self.letters.items() if letter in "ra")

    def excess(self, numbers, wanted):
        """
        The highest idle ones of more than are wanted. The hub's answer lacks engines that have gone
        since `look`.
        """
        if len(numbers) <= wanted:
            return []
        # All are asked about: a question about one that has gone would be an error.
        status = self.client.queue_status()
        there = [number for number in numbers if number - 1 in status]
        idle = [number for number in there if not is_busy(status[number - 1])]
        return idle[-(len(there) - wanted) :] if len(there) > wanted else []

    def end(self, numbers):
        if numbers:
            log.say(
                f"fewer engines are wanted: {', '.join(map(str, numbers))} idle and told to end"
            )
        for number in numbers:
            self.told_to_end[number] = self.processes[number]
            self.letters[number] = "d"
            try:
                self.client.shutdown(number - 1, block=False)
            except LookupError:
                log.say(f"engine {number} has gone by itself")


def hub_errors():
    """
    What ipyparallel's client raises when it or the hub cannot answer; the hub's end is told by
    SIGCHLD.
    """
    from ipyparallel.error import KernelError

    return (KernelError, LookupError)


def is_busy(status):
    return bool(status["queue"] or status["tasks"])


def is_within(number, ranges):
    return any(first <= number <= last for first, last in ranges)


def packed(letters):
    """
    What a record holds of the engines: a letter for each number from 1 on, deflated; as many as
    there is room for.
    """
    text = "".join(letters.get(number, "-") for number in range(1, max(letters, default=0) + 1))
    room = JSON_ROOM - 300
    while True:
        engines = base64.b64encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii")
        if len(engines) <= room:
            return {"engines": engines, "count": sum(letter in "ra" for letter in letters.values())}
        text = text[: len(text) * 9 // 10]
