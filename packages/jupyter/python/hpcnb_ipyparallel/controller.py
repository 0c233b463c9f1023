"""The controller's process: runs ipyparallel's controller as a child, says which engines it knows, and ends idle ones."""

import base64
import zlib

# Seconds between two looks at what hpcnb asks for.
WISHES_EVERY = 1.0


def run_controller(parameters, has_own_log=True):
    own, engines = (
        Report(os.path.join(parameters["records"], f"{name}.record"), parameters["run"])
        for name in ("controller", "engines")
    )
    if has_own_log:
        keep_log_bounded()
    run_job([own, engines], lambda: ControllerJob(parameters, own, engines).run())


class ControllerJob:
    def __init__(self, parameters, report, engines):
        self.parameters = parameters
        self.report = report
        self.engines = engines

    def run(self):
        tell_warnings()
        _own, seconds = wait_for_records([self.report.path], self.parameters["run"], self.parameters["readiness"])
        self.report.publish("started", host=HOST, storage_seconds=seconds)
        scratch = make_scratch_directory()
        child = None
        try:
            profile = make_scratch_profile(scratch)
            child = start_controller(profile, scratch, self.parameters)
            # Whatever this process waits for then, it learns of the child's end at once.
            signal.signal(signal.SIGCHLD, lambda _signal, _frame: fail_if_ended(child))
            fail_if_ended(child)
            # The child's start takes longer than this import.
            Client = import_client()
            client, engine = read_connections(profile)
            connections = {"client": client, "engine": engine, "heartbeat": self.parameters["heartbeat"]}
            self.report.keep_trying("answering", host=HOST, storage_seconds=seconds, **connections)
            path = os.path.join(profile, "security", "ipcontroller-client.json")
            with Client(path, timeout=60) as known:
                Watch(known, self.parameters, self.engines).run()
        finally:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if child:
                end(child)
            shutil.rmtree(scratch, ignore_errors=True)


class Watch:
    """Publishes whenever it changes what is known of the engines, and ends idle ones when fewer are wanted."""

    def __init__(self, client, parameters, report):
        self.client = client
        self.run_id = parameters["run"]
        self.wishes = os.path.join(parameters["records"], "wishes.record")
        self.report = report
        # By the engine's number: the name of its process, and a letter.
        self.processes = {}
        self.letters = {}
        # The same of those that were told to end; a process of another name has come back since,
        # and is told again.
        self.told_to_end = {}

    def run(self):
        """Until this process is interrupted."""
        published, pauses, next_wishes = None, growing_pauses(0.1, 1.0), 0.0
        while True:
            self.look()
            if time.monotonic() >= next_wishes:
                self.retire()
                next_wishes = time.monotonic() + WISHES_EVERY
            if self.letters != published and self.report.try_publish("answering", **packed(self.letters)):
                published, pauses = dict(self.letters), growing_pauses(0.1, 1.0)
            time.sleep(next(pauses))

    def look(self):
        known = {engine_id + 1: process for engine_id, process in dict(self.client._engines).items()}
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
        record, _reason = read_record(self.wishes, self.run_id)
        try:
            self.end(self.excess([n for n, process in self.told_to_end.items() if self.processes[n] != process], 0))
            for group in record["groups"] if record else []:
                own = [number for number in self.registered() if is_within(number, group["ranges"])]
                self.end(self.excess(own, group["wanted"]))
        except hub_errors() as error:
            say(f"the hub was asked which engines are idle, and is asked again soon: {type(error).__name__}: {error}")

    def registered(self):
        return sorted(number for number, letter in self.letters.items() if letter in "ra")

    def excess(self, numbers, wanted):
        """The highest idle ones of more than are wanted. The hub's answer lacks engines that have gone since `look`."""
        if len(numbers) <= wanted:
            return []
        # All are asked about: a question about one that has gone would be an error.
        status = self.client.queue_status()
        there = [number for number in numbers if number - 1 in status]
        idle = [number for number in there if not is_busy(status[number - 1])]
        return idle[-(len(there) - wanted) :] if len(there) > wanted else []

    def end(self, numbers):
        if numbers:
            say(f"fewer engines are wanted: {', '.join(map(str, numbers))} idle and told to end")
        for number in numbers:
            self.told_to_end[number] = self.processes[number]
            self.letters[number] = "d"
            try:
                self.client.shutdown(number - 1, block=False)
            except LookupError:
                say(f"engine {number} has gone by itself")


def hub_errors():
    """What ipyparallel's client raises when it or the hub cannot answer; the hub's end is told by SIGCHLD."""
    from ipyparallel.error import KernelError

    return (KernelError, LookupError)


def is_busy(status):
    return bool(status["queue"] or status["tasks"])


def is_within(number, ranges):
    return any(first <= number <= last for first, last in ranges)


def packed(letters):
    """What a record holds of the engines: a letter for each number from 1 on, deflated; as many as there is room for."""
    text = "".join(letters.get(number, "-") for number in range(1, max(letters, default=0) + 1))
    room = JSON_ROOM - 300
    while True:
        engines = base64.b64encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii")
        if len(engines) <= room:
            return {"engines": engines, "count": sum(letter in "ra" for letter in letters.values())}
        text = text[: len(text) * 9 // 10]


def import_client():
    try:
        from ipyparallel import Client
    except ImportError as error:
        raise cannot_import("ipyparallel", error)
    return Client


