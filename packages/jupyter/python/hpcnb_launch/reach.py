"""
By which of its addresses the controller can be reached from this host. That is tried, not guessed:
a host may have networks that lead nowhere, and a name that only it knows.
"""

import queue
import socket
import threading

from hpcnb_launch import addresses

# Seconds for a connection to an address, and then for the controller's greeting.
CONNECT_LIMIT = 5.0
GREETING_LIMIT = 5.0

HINT = (
    "Something between the two hosts stops the connection. If a firewall lets only some ports "
    "through, give them as cluster.ports. If only one network joins the hosts, name its interface "
    "as cluster.interface."
)

HERE = "127.0.0.1"
SILENT = "a connection is accepted, and nothing is said"


class Unreached(Exception):
    """
    A sentence for people. `is_silent`: somebody took a connection, as a suspended controller does.
    """

    def __init__(self, sentence, is_silent):
        super().__init__(sentence)
        self.is_silent = is_silent


def connection_from_here(record, which):
    """
    The controller's connection for engines or clients, as its record has it, with an address that
    answers here. @throws Unreached
    """
    connection = record[which]
    if connection.get("interface") != "tcp://*":
        return connection
    address = Search(record, connection).run()
    return {**connection, "interface": f"tcp://{address}", "location": address}


class Search:
    """
    Tries all addresses at the same time. The first one wins where the controller itself answers: by
    its key, where messages are encrypted, for another program may listen at the same port.
    """

    def __init__(self, record, connection):
        self.connection = connection
        self.host = record["host"]
        # An older hpcnb's controller tells its name alone.
        self.interfaces = dict(record.get("addresses", [[connection["location"], None]]))
        self.answers = queue.Queue()
        self.lock = threading.Lock()
        self.tried = set()

    def run(self):
        tried = [at for at in self.interfaces if not addresses.is_6(at)]
        if self.connection.get("curve_serverkey"):
            # On this host itself. On others, the key tells another user's controller apart.
            tried.append(HERE)
        for at in tried:
            threading.Thread(target=self.work, args=(at,), daemon=True).start()
        failures = {}
        for _at in tried:
            try:
                found = self.answers.get(timeout=CONNECT_LIMIT + GREETING_LIMIT + 1)
            except queue.Empty:
                # A name that is still being looked up.
                break
            if isinstance(found, str):
                return found
            failures.update(found)
        raise Unreached(self.sentence(failures), SILENT in failures.values())

    def work(self, at):
        try:
            self.answers.put(self.try_all(at))
        except Exception as error:
            self.answers.put({at: f"{type(error).__name__}: {error}"})

    def try_all(self, name):
        """All addresses of a name, or the one that it is."""
        try:
            found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:
            return {name: f"the name is not known here ({error.strerror or error})"}
        failures = {}
        for address in dict.fromkeys(info[4][0] for info in found):
            answer = self.try_address(address)
            if isinstance(answer, str):
                return answer
            failures.update(answer)
        return failures

    def try_address(self, address):
        """The address, or why not by the address; nothing where another thread has tried it."""
        with self.lock:
            if address in self.tried:
                return {}
            self.tried.add(address)
        # A firewall may let some of them through.
        for port in ports_of(self.connection):
            try:
                socket.create_connection((address, port), CONNECT_LIMIT).close()
            except socket.timeout:
                return {address: f"no answer in {CONNECT_LIMIT:.0f} s at port {port}"}
            except OSError as error:
                return {address: f"{(error.strerror or str(error)).lower()} at port {port}"}
        problem = greet(address, self.connection)
        return address if problem is None else {address: problem}

    def sentence(self, failures):
        ways = [f"{self.describe(at)}: {why}" for at, why in failures.items() if at != HERE]
        unused = [self.describe(at) for at in self.interfaces if addresses.is_6(at)]
        ipv6 = f". IPv6 was not tried ({', '.join(unused)}), for ipyparallel uses IPv4 only"
        return (
            f"cannot reach the controller on {self.host} ({'; '.join(ways)})"
            f"{ipv6 if unused else ''}"
        )

    def describe(self, at):
        interface = self.interfaces.get(at)
        return at if interface is None else f"{at} on {interface}"


def ports_of(connection):
    """All that a connection needs. A name with several ports has a list of them."""
    found = []
    for value in connection.values():
        found += [one for one in (value if isinstance(value, list) else [value]) if is_port(one)]
    return sorted(found, key=lambda port: port != connection["registration"])


def is_port(value):
    return isinstance(value, int) and not isinstance(value, bool)


def greet(address, connection):
    """None where ZeroMQ's greeting succeeds with the controller's key, or the problem."""
    import zmq
    from zmq.utils.monitor import recv_monitor_message

    greeted = getattr(zmq, "EVENT_HANDSHAKE_SUCCEEDED", zmq.EVENT_CONNECTED)
    with zmq.Context.instance().socket(zmq.DEALER) as dealer:
        dealer.setsockopt(zmq.LINGER, 0)
        if connection.get("curve_serverkey"):
            public, secret = zmq.curve_keypair()
            dealer.setsockopt(zmq.CURVE_SERVERKEY, connection["curve_serverkey"].encode("ascii"))
            dealer.setsockopt(zmq.CURVE_PUBLICKEY, public)
            dealer.setsockopt(zmq.CURVE_SECRETKEY, secret)
        monitor = dealer.get_monitor_socket(greeted | zmq.EVENT_DISCONNECTED)
        try:
            dealer.connect(f"tcp://{address}:{connection['registration']}")
            if not monitor.poll(GREETING_LIMIT * 1000):
                return SILENT
            is_greeted = recv_monitor_message(monitor)["event"] == greeted
            return None if is_greeted else "another program listens there"
        finally:
            dealer.disable_monitor()
