"""The connections that a notebook job dials by itself."""

import asyncio
import os
import socket
import tempfile
import unittest

from hpcnb_launch import records
from hpcnb_relay import dial

RUN = "abcdefghij"


class PlainIdentity:
    """In place of TLS, which is tested with a real keeper: a keeper says `keeper` in a line."""

    async def welcome(self, reader, writer):
        if await reader.readline() != b"keeper\n":
            raise dial.Refused
        return PlainStream(reader, writer)


class PlainStream:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def read(self):
        return self.reader.read(65536)

    async def write(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def end(self):
        self.writer.write_eof()


class Keeper:
    """Takes what is dialled; `chosen` are the connections that the job has kept ready."""

    def __init__(self, word=b"keeper\n"):
        self.word = word
        self.chosen = []

    async def listen(self):
        self.server = await asyncio.start_server(self.take, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def take(self, reader, writer):
        self.greeting = await reader.readline()
        writer.write(self.word)
        if await reader.readline() == dial.CHOSEN:
            self.chosen.append((reader, writer))


async def until(what):
    while not what():
        await asyncio.sleep(0.01)


def run_within_a_minute(work):
    asyncio.run(asyncio.wait_for(work, 60))


class TestDialler(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.notebook = os.path.join(folder.name, "notebook")
        self.paths = {name: os.path.join(folder.name, name) for name in ("keepers", "dialling")}
        self.offer()
        with open(self.paths["dialling"], "wb") as file:
            file.write(records.encode({"run": RUN, "state": "waiting"}))

    def offer(self, *keepers):
        with open(self.paths["keepers"], "wb") as file:
            file.write(records.encode({"run": RUN, "keepers": keepers}))

    def problems(self):
        record, _reason = records.read(self.paths["dialling"], RUN)
        return (record or {}).get("problems", {})

    def dialler(self):
        return dial.Dialler(
            {"run": RUN, **self.paths}, PlainIdentity(), {"kind": "socket", "path": self.notebook}
        )

    def start(self):
        return asyncio.ensure_future(self.dialler().run())

    def test_keeps_connections_ready_and_replaces_those_that_are_used(self):
        async def work():
            async def answer(reader, writer):
                writer.write(b"notebook " + await reader.read(100))
                writer.close()

            server = await asyncio.start_unix_server(answer, self.notebook)
            keeper = Keeper()
            port = await keeper.listen()
            self.offer({"id": "a", "port": port, "hosts": ["no-such-host.invalid", "127.0.0.1"]})
            running = self.start()
            await until(lambda: len(keeper.chosen) == dial.READY)
            self.assertEqual(keeper.greeting, dial.GREETING)
            for _ in range(2):
                reader, writer = keeper.chosen[0]
                writer.write(b"hello")
                self.assertEqual(await reader.read(), b"notebook hello")
                keeper.chosen.pop(0)
                await until(lambda: len(keeper.chosen) == dial.READY)
            running.cancel()
            server.close()

        run_within_a_minute(work())

    def test_says_which_address_was_not_reached_and_goes_on_trying(self):
        async def work():
            with socket.create_server(("127.0.0.1", 0)) as taken:
                port = taken.getsockname()[1]
            self.offer({"id": "a", "port": port, "hosts": ["no-such-host.invalid", "127.0.0.1"]})
            running = self.start()
            await until(self.problems)
            problem = self.problems()["a"]
            self.assertIn(f"no-such-host.invalid, port {port}: ", problem)
            self.assertIn(f"127.0.0.1, port {port}: Connection refused", problem)
            keeper = Keeper()
            keeper.server = await asyncio.start_server(keeper.take, "127.0.0.1", port)
            await until(lambda: keeper.chosen and not self.problems())
            running.cancel()

        run_within_a_minute(work())

    def test_says_that_somebody_else_answers(self):
        async def work():
            port = await Keeper(word=b"somebody else\n").listen()
            self.offer({"id": "a", "port": port, "hosts": ["127.0.0.1"]})
            running = self.start()
            await until(self.problems)
            self.assertIn("not this run's keeper", self.problems()["a"])
            running.cancel()

        run_within_a_minute(work())

    def test_lets_go_of_a_keeper_that_wants_nothing_more(self):
        async def work():
            first, second = Keeper(), Keeper()
            one = {"id": "a", "port": await first.listen(), "hosts": ["127.0.0.1"]}
            other = {"id": "b", "port": await second.listen(), "hosts": ["127.0.0.1"]}
            self.offer(one)
            running = self.start()
            await until(lambda: len(first.chosen) == dial.READY)
            self.offer(other)
            await until(lambda: len(second.chosen) == dial.READY)
            for reader, _writer in first.chosen:
                self.assertEqual(await reader.read(), b"")
            running.cancel()

        run_within_a_minute(work())

    def test_is_quiet_when_it_ends_while_a_record_is_read(self):
        dialler, loop = self.dialler(), asyncio.new_event_loop()
        loop.close()
        with self.assertRaises(RuntimeError):
            dialler.look(loop, print)
        dialler.is_over.set()
        dialler.look(loop, print)

    def test_goes_on_with_a_damaged_record(self):
        async def work():
            keeper = Keeper()
            port = await keeper.listen()
            with open(self.paths["keepers"], "wb") as file:
                file.write(b"half a record")
            running = self.start()
            await asyncio.sleep(0)
            self.offer({"id": "a", "port": port, "hosts": ["127.0.0.1"]})
            await until(lambda: len(keeper.chosen) == dial.READY)
            running.cancel()

        run_within_a_minute(work())


if __name__ == "__main__":
    unittest.main()
