"""
The notebook's side of mutual TLS. Each side trusts one certificate: the other's, made for this run.
"""

import asyncio
import ssl
import tempfile

# Bytes that are read at once.
CHUNK = 65_536


class Refused(Exception):
    """Who came is not who has this run's keys, or speaks no TLS."""


class Identity:
    """`keys` are PEM texts: `certificate`, `key`, and the only certificate to trust, `peer`."""

    def __init__(self, keys):
        self.peer = ssl.PEM_cert_to_DER_cert(keys["peer"])
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.context.load_verify_locations(cadata=keys["peer"])
        # Every connection shows its certificate.
        self.context.num_tickets = 0
        # It takes them from a file only. This one is for this user alone, and goes at once.
        with tempfile.NamedTemporaryFile("w", encoding="ascii") as file:
            file.write(keys["key"] + keys["certificate"])
            file.flush()
            self.context.load_cert_chain(file.name)

    async def welcome(self, reader, writer, first=None):
        """
        A TLS connection over a connection of asyncio's, which may have said its first words
        already. Says nothing before the other side has, and raises Refused where that one is not
        the run's keeper.
        """
        if first is None:
            first = await reader.read(CHUNK)
        stream = TlsStream(self.context, reader, writer)
        await stream.shake_hands(first)
        if stream.peer() != self.peer:
            raise Refused
        return stream


class TlsStream:
    """
    One connection, whose directions end on their own: `asyncio`'s own TLS ends both when one ends.
    """

    def __init__(self, context, reader, writer):
        self.reader = reader
        self.writer = writer
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.draining = asyncio.Lock()

    def peer(self):
        return self.tls.getpeercert(binary_form=True)

    async def shake_hands(self, first):
        self.incoming.write(first)
        try:
            if not first:
                raise Refused
            await self.with_what_comes(self.tls.do_handshake)
        except (ssl.SSLError, EOFError) as error:
            raise Refused from error
        finally:
            # An alert says what was wrong.
            await self.flush()

    async def read(self):
        """What has come; nothing at the end of this direction."""
        try:
            return await self.with_what_comes(lambda: self.tls.read(CHUNK))
        except ssl.SSLZeroReturnError:
            return b""

    async def write(self, data):
        """Returns when there is room for more."""
        while data:
            data = data[self.tls.write(data) :]
        await self.flush()

    async def end(self):
        """The other side can go on."""
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            # It would also wait for the other side's end.
            pass
        await self.flush()

    async def with_what_comes(self, act):
        while True:
            try:
                return act()
            except ssl.SSLWantReadError:
                await self.flush()
                data = await self.reader.read(CHUNK)
                if not data:
                    raise EOFError("The connection was cut.") from None
                self.incoming.write(data)

    async def flush(self):
        data = self.outgoing.read()
        if data:
            self.writer.write(data)
        # Python 3.9 lets only one wait.
        async with self.draining:
            await self.writer.drain()
