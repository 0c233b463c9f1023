"""
A port on the cluster's network that leads a keeper that has the run's keys to the notebook. It
passes bytes, and knows nothing of what they say.
"""

import asyncio
import errno
import resource

from hpcnb_launch import sockets
from hpcnb_relay.passing import KEEP_ALIVE, pass_on
from hpcnb_relay.tls import CHUNK, Refused
from hpcnb_relay.visitors import Visitors

# Seconds until a visitor must have shown its certificate.
HANDSHAKE_LIMIT = 10.0

# Visitors that have said nothing cost a descriptor each. In a flood of them, the keeper has as long
# as it takes to replace them all. Those that have begun to shake hands cost more.
MOST_SILENT = 1024
MOST_SHAKING = 128

# All visitors, and twice as many as the keeper has: each of its connections has two.
MOST_DESCRIPTORS = 4096


class Server:
    def __init__(self, identity, endpoint):
        self.identity = identity
        self.endpoint = endpoint
        self.silent = Visitors(min(MOST_SILENT, most_descriptors() // 4))
        self.shaking = Visitors(MOST_SHAKING)
        # asyncio itself holds tasks only weakly.
        self.tasks = set()

    async def serve(self, listening):
        """Does not return."""
        listening.setblocking(False)
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    # It has gone before it was taken.
                    continue
                await asyncio.sleep(0.1)
                continue
            task = loop.create_task(self.take(connection, address[0]))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            self.silent.enter(task, address[0], task.cancel)

    async def take(self, connection, address):
        task, writer = asyncio.current_task(), None
        try:
            first = await self.first_words(connection)
            self.silent.leave(task, address)
            self.shaking.enter(task, address, task.cancel)
            sockets.keep_alive(connection, *KEEP_ALIVE)
            reader, writer = await asyncio.open_connection(sock=connection)
            welcome = self.identity.welcome(reader, writer, first)
            stream = await asyncio.wait_for(welcome, HANDSHAKE_LIMIT)
            self.shaking.leave(task, address)
            await pass_on(stream, self.endpoint)
        except (Refused, OSError, EOFError, asyncio.TimeoutError):
            # Strangers are told nothing, and a keeper comes again.
            pass
        finally:
            self.silent.leave(task, address)
            self.shaking.leave(task, address)
            (writer or connection).close()

    @staticmethod
    async def first_words(connection):
        """Without asyncio's streams, which would cost more than the connection."""
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.sock_recv(connection, CHUNK), HANDSHAKE_LIMIT)


def most_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)


def allow_many_connections():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = most_descriptors()
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
