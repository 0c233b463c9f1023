"""
The relay's process, a child of the notebook job. Its standard input is one line of JSON, and a
second one with the server's endpoint once that is known. Its standard output is one line: where it
listens, or why it does not. It ends when its standard input does. It passes connections on that
come to its port, and those that it has dialled itself.
"""

import asyncio
import json
import os
import sys

from hpcnb_relay import addresses, listening, server
from hpcnb_relay.dial import Dialler
from hpcnb_relay.tls import Identity


def run(given):
    """
    `keys`: see Identity. `listens`: whether it has a port; `ports` and `before`: see `listen`.
    `rendezvous`: see Dialler.
    """
    server.allow_many_connections()
    try:
        identity = Identity(given["keys"])
    except (OSError, AttributeError) as error:
        # An OpenSSL of before 2018 has no TLS 1.3.
        tell({"fault": str(error)})
        return
    listening_socket, facts = open_port(given) if given["listens"] else (None, {})
    tell(facts)
    line = sys.stdin.readline()
    if line:
        endpoint = json.loads(line)
        works = [Dialler(given["rendezvous"], identity, endpoint).run()]
        if listening_socket:
            works.append(server.Server(identity, endpoint).serve(listening_socket))
        asyncio.run(serve(works))


def open_port(given):
    try:
        socket = listening.listen(given["ports"], given["before"])
    except OSError as error:
        return None, {"problem": str(error)}
    return socket, {"port": socket.getsockname()[1], "addresses": addresses.own_addresses()}


def tell(facts):
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def serve(works):
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, end_with, ended)
    tasks = [asyncio.ensure_future(work) for work in (ended.wait(), *works)]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    for task in done:
        task.result()


def end_with(ended):
    if not os.read(0, 4096):
        ended.set()


if __name__ == "__main__":
    run(json.loads(sys.stdin.readline()))
