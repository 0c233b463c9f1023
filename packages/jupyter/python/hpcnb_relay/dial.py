"""
Connections that the notebook job opens by itself, to keepers that cannot connect to its host. Some
are kept ready for each keeper, because only this side can make more.
"""

import asyncio
import os
import socket
import threading
from collections import namedtuple

from hpcnb_launch import records, sockets, waiting
from hpcnb_launch.report import Report
from hpcnb_relay.passing import KEEP_ALIVE, pass_on
from hpcnb_relay.tls import Refused

# Seconds between two looks at who wants to be dialled.
LOOK_EVERY = 1.0

# Connections that are ready for a keeper. A browser opens six at once.
READY = 8

# Seconds for a connection, and for a keeper to say who it is: it may be far away.
CONNECT_LIMIT = 5.0
HANDSHAKE_LIMIT = 10.0

# The first and the longest, in seconds, between two tries to reach a keeper.
PAUSES = (0.5, 15.0)

# Before TLS: this is nobody who only connects. See the tunnel's listener.py.
GREETING = b"\n"

# Inside it: of the connections that were tried at once, this is one to use.
CHOSEN = b"\n"


class Unreached(Exception):
    """Its argument is what came of each address."""


Dialled = namedtuple("Dialled", "host stream close")


class Dialler:
    """
    `rendezvous` has the `run` and the paths of its records: `keepers`, those that are to be
    dialled, and `dialling`, which has the reasons why one cannot be reached.
    """

    def __init__(self, rendezvous, identity, endpoint):
        self.run_id, self.path = rendezvous["run"], rendezvous["keepers"]
        self.report = Report(rendezvous["dialling"], self.run_id)
        self.identity = identity
        self.endpoint = endpoint
        self.lines = {}
        self.is_over = threading.Event()
        # As published.
        self.told = {}

    async def run(self):
        """Does not return."""
        loop, found = asyncio.get_running_loop(), asyncio.Queue()
        # A storage that hangs keeps a thread, and nothing else.
        threading.Thread(target=self.look, args=(loop, found.put_nowait), daemon=True).start()
        try:
            while True:
                self.take(await found.get())
        finally:
            self.is_over.set()
            self.take([])

    def look(self, loop, tell):
        """Until it is over. A record that is being written is read again."""
        while True:
            record, _reason = records.read(self.path, self.run_id)
            if record is not None:
                try:
                    loop.call_soon_threadsafe(tell, record["keepers"])
                except RuntimeError:
                    # The loop is closed, as it was over while the record was read.
                    if self.is_over.is_set():
                        return
                    raise
            problems = {key: line.problem for key, line in list(self.lines.items()) if line.problem}
            if problems != self.told:
                if self.report.try_publish("dialling", problems=problems):
                    self.told = problems
            if self.is_over.wait(LOOK_EVERY):
                return

    def take(self, keepers):
        wanted = {keeper["id"]: keeper for keeper in keepers}
        for key in set(self.lines) - set(wanted):
            self.lines.pop(key).end()
        for key in set(wanted) - set(self.lines):
            self.lines[key] = Line(wanted[key], self.identity, self.endpoint)


class Line:
    """The connections to one keeper."""

    def __init__(self, keeper, identity, endpoint):
        self.keeper = keeper
        self.identity = identity
        self.endpoint = endpoint
        # Why it is not reached.
        self.problem = None
        # The address that led there last.
        self.address = None
        self.one_at_a_time = asyncio.Lock()
        self.pauses = waiting.growing_pauses(*PAUSES)
        # asyncio itself holds tasks only weakly.
        self.using = set()
        self.keeping = [asyncio.ensure_future(self.keep_one_ready()) for _ in range(READY)]

    def end(self):
        """Those in use end by themselves."""
        for task in self.keeping:
            task.cancel()

    async def keep_one_ready(self):
        while True:
            dialled = await self.reach()
            try:
                await dialled.stream.write(CHOSEN)
                first = await dialled.stream.read()
            except (OSError, EOFError):
                first = b""
            except BaseException:
                dialled.close()
                raise
            if first:
                self.start(self.use(dialled, first))
            else:
                dialled.close()
                await asyncio.sleep(next(self.pauses))

    def start(self, work):
        task = asyncio.ensure_future(work)
        self.using.add(task)
        task.add_done_callback(self.using.discard)

    async def use(self, dialled, first):
        self.pauses = waiting.growing_pauses(*PAUSES)
        try:
            await pass_on(dialled.stream, self.endpoint, first)
        except (OSError, EOFError):
            # Either side may vanish at any time.
            pass
        finally:
            dialled.close()

    async def reach(self):
        """Returns a connection. Where none can be made, it is tried ever less often."""
        while True:
            if self.address:
                try:
                    return await self.dial([self.address])
                except Unreached:
                    self.address = None
            async with self.one_at_a_time:
                if self.address:
                    continue
                try:
                    return await self.dial(self.keeper["hosts"])
                except Unreached as error:
                    self.problem = str(error)
                    await asyncio.sleep(next(self.pauses))

    async def dial(self, hosts):
        """The first of the addresses at which the run's keeper answers, of all tried at once."""
        port, problems, found = self.keeper["port"], [], None
        tasks = [asyncio.ensure_future(self.dial_one(host, port)) for host in hosts]
        try:
            for next_one in asyncio.as_completed(tasks):
                outcome = await next_one
                if isinstance(outcome, str):
                    problems.append(outcome)
                    continue
                found = outcome
                self.address, self.problem = found.host, None
                return found
            raise Unreached("; ".join(problems))
        finally:
            for task in tasks:
                task.cancel()
                task.add_done_callback(lambda task: close_other(task, found))

    async def dial_one(self, host, port):
        """Returns a connection, or why there is none."""
        problem, writer = "no answer", None
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection(host, port), CONNECT_LIMIT
            )
            sockets.keep_alive(writer.get_extra_info("socket"), *KEEP_ALIVE)
            writer.write(GREETING)
            stream = await asyncio.wait_for(self.identity.welcome(reader, writer), HANDSHAKE_LIMIT)
            return Dialled(host, stream, writer.close)
        except asyncio.TimeoutError:
            problem = "no answer" if writer is None else "what answers there says nothing"
        except socket.gaierror:
            problem = "that name is not known here"
        except Refused:
            problem = "what answers there is not this run's keeper"
        except OSError as error:
            # asyncio has words of its own for it.
            problem = os.strerror(error.errno) if error.errno else str(error)
        except BaseException:
            if writer:
                writer.close()
            raise
        if writer:
            writer.close()
        return f"{host}, port {port}: {problem}"


def close_other(task, found):
    if not task.cancelled() and task.result() is not found and not isinstance(task.result(), str):
        task.result().close()
