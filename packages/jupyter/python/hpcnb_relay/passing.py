"""Passes bytes on between a TLS connection and what listens on this host."""

import asyncio

from hpcnb_relay.tls import CHUNK

# See `keep_alive`. A firewall forgets connections that say nothing, and the other host may vanish.
KEEP_ALIVE = (60, 15, 4)


async def pass_on(stream, endpoint, first=b""):
    """
    Until both directions have ended, or one was cut. `endpoint` is as in the notebook's record, and
    `first` was read from the stream already.
    """
    reader, writer = await connect(endpoint)

    async def write(data):
        writer.write(data)
        await writer.drain()

    async def end():
        writer.write_eof()

    try:
        writer.write(first)
        await both(
            copy(stream.read, write, end),
            copy(lambda: reader.read(CHUNK), stream.write, stream.end),
        )
    finally:
        writer.close()


def connect(endpoint):
    if endpoint["kind"] == "socket":
        return asyncio.open_unix_connection(endpoint["path"])
    return asyncio.open_connection(endpoint["address"], endpoint["port"])


async def copy(read, write, end):
    while True:
        data = await read()
        if not data:
            return await end()
        await write(data)


async def both(*works):
    """Ends the rest when one fails."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
