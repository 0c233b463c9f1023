"""
The relay's process, a child of the notebook job. Its standard input is one line of JSON, and a
second one with the server's endpoint once that is known. Its standard output is one line: where it
listens, or why it does not. It ends when its standard input does.
"""

import asyncio
import json
import os
import sys

from hpcnb_relay import addresses, listening, server
from hpcnb_relay.tls import Identity


def run(given):
    """
    `keys`: see Identity. `ports` and `before`: see `listen`.
    """
    server.allow_many_connections()
    try:
        identity = Identity(given["keys"])
        socket = listening.listen(given["ports"], given["before"])
    except (OSError, AttributeError) as error:
        # An OpenSSL of before 2018 has no TLS 1.3.
        tell({"problem": str(error)})
        return
    tell({"port": socket.getsockname()[1], "addresses": addresses.own_addresses()})
    endpoint = sys.stdin.readline()
    if endpoint:
        asyncio.run(serve(server.Server(identity, json.loads(endpoint)), socket))


def tell(facts):
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def serve(relay, socket):
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, end_with, ended)
    serving = asyncio.ensure_future(relay.serve(socket))
    ending = asyncio.ensure_future(ended.wait())
    await asyncio.wait([serving, ending], return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if serving.done():
        serving.result()
    serving.cancel()


def end_with(ended):
    if not os.read(0, 4096):
        ended.set()


if __name__ == "__main__":
    run(json.loads(sys.stdin.readline()))
