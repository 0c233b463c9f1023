"""
On the submit node: a TCP port that the nodes can reach, for the tunnel kind "reverse". Each
connection that says something is passed on to the keeper, byte for byte: TLS is between the
notebook job and the keeper. Needs Python 3.4 or later.

Arguments: the lowest and the highest port to listen on (0 0: any), and after how many seconds a
silent standard input counts as ended. Prints one line of JSON: a directory for this user alone, the
port, and this host's names and addresses. Then it reads lines. `to PLACE` says where the keeper is
reached: a socket in that directory, or a port of 127.0.0.1. `known N` says that connection N has
shown this run's certificate. Any line is a sign of life. It ends with its input, and removes the
directory.

A connection to the keeper begins with its number in a line of its own.
"""

import collections
import fcntl
import json
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time

# Connections that have not shown the certificate: so many, for so many seconds. One more takes the
# place of the oldest one of the host that has the most of them, so that a flood from one host keeps
# the notebook's host out as little as possible.
most_strangers = 64
stranger_seconds = 10
# With the other half of each, they fit into the 1,024 descriptors that a process may have by
# default.
most_connections = 480
chunk = 65536
most_addresses = 16


def main():
    low, high, silence = (int(word) for word in sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: sys.exit(1))
    server = listen(low, high)
    directory = make_directory()
    try:
        told = {
            "directory": directory,
            "port": server.getsockname()[1],
            "names": names(),
            "addresses": addresses(),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        Listener(server, silence).run()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def listen(low, high):
    """The first port of the range that is free, on all interfaces."""
    problem = None
    for port in range(low, high + 1):
        for family, every in ((socket.AF_INET6, "::"), (socket.AF_INET, "")):
            try:
                server = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:
                problem = error
                continue
            try:
                if family == socket.AF_INET6:
                    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                server.bind((every, port))
                server.listen(1024)
                server.setblocking(False)
                return server
            except OSError as error:
                problem = error
                server.close()
    where = "on any port" if high == 0 else "on a port of %d-%d" % (low, high)
    sys.exit("It cannot listen %s: %s." % (where, problem.strerror))


def make_directory():
    wanted = os.environ.get("XDG_RUNTIME_DIR")
    for place in (wanted, "/tmp") if wanted else ("/tmp",):
        try:
            return tempfile.mkdtemp(prefix="hpcnb-listener-", dir=place)
        except OSError as error:
            problem = error
    sys.exit("It has no place for a socket: %s." % problem)


def names():
    found = [socket.getfqdn(), socket.gethostname()]
    return sorted(set(found) - {"localhost"}, key=found.index)


def addresses():
    """Those of this host's interfaces that others may reach."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _number, name in socket.if_nameindex():
            try:
                # SIOCGIFADDR: netdevice(7).
                answer = fcntl.ioctl(asking, 0x8915, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # It has no IPv4 address.
            found.append(socket.inet_ntop(socket.AF_INET, answer[20:24]))
    try:
        with open("/proc/net/if_inet6") as lines:
            for digits, _number, _prefix, scope, _flags, _name in map(str.split, lines):
                # Others are loopback, or mean something on one link only.
                if scope == "00":
                    found.append(socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits)))
    except OSError:
        pass  # This host has no IPv6.
    return [address for address in found if not address.startswith("127.")][:most_addresses]


class End:
    """One of the two sockets of a connection. `rest` is still to be written to it."""

    def __init__(self, connection, sock):
        self.connection = connection
        self.sock = sock
        self.other = None
        self.rest = b""
        self.is_over = False

    def wants(self):
        """It is read only while the other has taken everything."""
        wanted = selectors.EVENT_WRITE if self.rest else 0
        if not self.is_over and not (self.other and self.other.rest):
            wanted |= selectors.EVENT_READ
        return wanted


class Connection:
    def __init__(self, number, sock, peer):
        self.number = number
        self.peer = peer
        self.since = time.monotonic()
        self.ends = [End(self, sock)]


class Listener:
    def __init__(self, server, silence):
        self.server = server
        self.silence = silence
        self.selector = selectors.DefaultSelector()
        self.place = None
        self.heard = time.monotonic()
        self.input = b""
        self.count = 0
        self.connections = {}
        # In the order in which they came.
        self.strangers = collections.OrderedDict()

    def run(self):
        self.selector.register(0, selectors.EVENT_READ)
        while time.monotonic() - self.heard < self.silence:
            for key, mask in self.selector.select(1):
                if key.fileobj == 0:
                    if not self.read_input():
                        return
                elif key.fileobj is self.server:
                    self.accept()
                elif key.data.connection.number in self.connections:
                    self.move(key.data, mask)
            self.end_late()

    def read_input(self):
        data = os.read(0, chunk)
        self.heard = time.monotonic()
        lines = (self.input + data).split(b"\n")
        self.input = lines.pop()
        for line in lines:
            word, _, value = line.decode("utf-8").partition(" ")
            if word == "to":
                self.place = value
                self.selector.register(self.server, selectors.EVENT_READ)
            elif word == "known":
                self.strangers.pop(int(value), None)
        return data

    def accept(self):
        try:
            sock, peer = self.server.accept()
        except OSError:
            return  # Whoever came has gone again.
        sock.setblocking(False)
        keep_alive(sock)
        if len(self.strangers) >= most_strangers:
            self.end(self.one_too_many())
        if len(self.connections) >= most_connections:
            sock.close()
            return
        self.count += 1
        connection = Connection(self.count, sock, peer[0])
        self.connections[self.count] = self.strangers[self.count] = connection
        self.selector.register(sock, selectors.EVENT_READ, connection.ends[0])

    def one_too_many(self):
        crowd = collections.Counter(each.peer for each in self.strangers.values())
        [(peer, _count)] = crowd.most_common(1)
        return next(each for each in self.strangers.values() if each.peer == peer)

    def end_late(self):
        limit = time.monotonic() - stranger_seconds
        for connection in list(self.strangers.values()):
            if connection.since < limit:
                self.end(connection)

    def move(self, end, mask):
        connection = end.connection
        try:
            if mask & selectors.EVENT_WRITE:
                self.write(end)
            if mask & selectors.EVENT_READ:
                self.read(end)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.end(connection)  # Either side may vanish at any time.
            return
        if all(each.is_over and not each.rest for each in connection.ends):
            self.end(connection)
            return
        for each in connection.ends:
            self.watch(each)

    def read(self, end):
        data = end.sock.recv(chunk)
        end.is_over = not data
        if data and end.other is None:
            self.reach_keeper(end)
        if end.other:
            end.other.rest += data
            self.write(end.other)

    def reach_keeper(self, end):
        """Only for a connection that says something: the others cost the way there nothing."""
        family = socket.AF_UNIX if self.place.startswith("/") else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        other = End(end.connection, sock)
        end.connection.ends.append(other)
        # Here, it is made at once, or not at all.
        sock.connect(self.place if family == socket.AF_UNIX else ("127.0.0.1", int(self.place)))
        sock.setblocking(False)
        other.other, end.other = end, other
        other.rest = str(end.connection.number).encode() + b"\n"
        self.selector.register(sock, selectors.EVENT_READ, other)

    def write(self, end):
        if end.rest:
            end.rest = end.rest[end.sock.send(end.rest) :]
        if end.other.is_over and not end.rest:
            end.sock.shutdown(socket.SHUT_WR)

    def watch(self, end):
        wanted = end.wants()
        known = self.selector.get_map().get(end.sock)
        if known and not wanted:
            self.selector.unregister(end.sock)
        elif known and known.events != wanted:
            self.selector.modify(end.sock, wanted, end)
        elif wanted and not known:
            self.selector.register(end.sock, wanted, end)

    def end(self, connection):
        del self.connections[connection.number]
        self.strangers.pop(connection.number, None)
        for end in connection.ends:
            if end.sock in self.selector.get_map():
                self.selector.unregister(end.sock)
            end.sock.close()


def keep_alive(sock):
    """A firewall forgets connections that say nothing, and a host may vanish."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


main()
