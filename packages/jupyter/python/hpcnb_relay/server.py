"""
A port on the cluster's network that leads a keeper that has the run's keys to the notebook. It
passes bytes, and knows nothing of what they say.
"""

import asyncio
import errno
import resource
import socket

from hpcnb_relay.passing import pass_on
from hpcnb_relay.tls import Refused
from hpcnb_relay.visitors import Visitors

# Seconds until a visitor must have shown its certificate.
HANDSHAKE_LIMIT = 10.0

# Each connection has a descriptor on either side. More than the keeper has, and all visitors.
MOST_DESCRIPTORS = 4096


class Server:
    def __init__(self, identity, endpoint):
        self.identity = identity
        self.endpoint = endpoint
        self.visitors = Visitors()
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
            task = loop.create_task(self.take(connection))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            task.add_done_callback(self.visitors.leave)
            self.visitors.enter(task, address[0], task.cancel)

    async def take(self, connection):
        writer = None
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            reader, writer = await asyncio.open_connection(sock=connection)
            stream = await asyncio.wait_for(self.identity.welcome(reader, writer), HANDSHAKE_LIMIT)
            self.visitors.leave(asyncio.current_task())
            await pass_on(stream, self.endpoint)
        except (Refused, OSError, EOFError, asyncio.TimeoutError):
            # Strangers are told nothing, and a keeper comes again.
            pass
        finally:
            (writer or connection).close()


def allow_many_connections():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
