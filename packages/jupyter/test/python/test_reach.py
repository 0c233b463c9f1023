"""How a host finds the address at which a controller answers."""

import socket
import threading
import time

from support import InADirectory

from hpcnb_ipyparallel import controller_ports, find_controller
from hpcnb_launch import addresses, log, reach
from hpcnb_launch.failure import HOST, Failure


class Reaching(InADirectory):
    def setUp(self):
        super().setUp()
        self.patch(reach, CONNECT_LIMIT=0.5, greet=self.greet)
        self.greeted = []
        self.silent = set()
        self.patch(socket, getaddrinfo=self.look_up)

    def look_up(self, name, *arguments, known=socket.getaddrinfo):
        if name.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known(name, *arguments)

    def greet(self, address, connection):
        self.greeted.append(address)
        return reach.SILENT if address in self.silent else None

    def listen(self, address):
        listener = socket.create_server((address, 0))
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def record(self, *pairs, ports, location="nobody-knows-it.invalid"):
        first, *others = ports
        connection = {"interface": "tcp://*", "location": location, "registration": first}
        return {
            "host": "node1",
            "addresses": [[location, None], *map(list, pairs)],
            "engine": {**connection, "mux": others, "signature_scheme": "s"},
        }

    def reach(self, record):
        return reach.connection_from_here(record, "engine")

    def problem(self, record):
        with self.assertRaises(reach.Unreached) as caught:
            self.reach(record)
        return str(caught.exception), caught.exception.is_silent

    def test_an_address_that_answers_is_taken_whatever_else_there_is(self):
        port = self.listen("127.0.0.2")
        record = self.record(("127.0.0.3", "eth0"), ("127.0.0.2", "ib0"), ports=[port])
        found = self.reach(record)
        self.assertEqual((found["interface"], found["location"]), ("tcp://127.0.0.2", "127.0.0.2"))
        self.assertEqual((found["registration"], found["signature_scheme"]), (port, "s"))

    def test_a_name_is_an_address_too(self):
        port = self.listen("127.0.0.1")
        found = self.reach(self.record(ports=[port], location="localhost"))
        self.assertEqual(found["interface"], "tcp://127.0.0.1")

    def test_an_older_controllers_name_is_all_that_is_known(self):
        port = self.listen("127.0.0.1")
        record = self.record(ports=[port], location="localhost")
        del record["addresses"]
        self.assertEqual(self.reach(record)["interface"], "tcp://127.0.0.1")

    def test_a_name_that_takes_long_keeps_nobody_waiting(self):
        is_over = threading.Event()
        self.addCleanup(is_over.set)

        def look_up(name, *arguments):
            if name.endswith(".invalid"):
                is_over.wait()
            return self.look_up(name, *arguments)

        self.patch(socket, getaddrinfo=look_up)
        start = time.monotonic()
        self.reach(self.record(("127.0.0.2", "ib0"), ports=[self.listen("127.0.0.2")]))
        self.assertLess(time.monotonic() - start, 30)

    def test_where_nothing_answers_each_address_is_told_with_its_reason(self):
        port = self.listen("127.0.0.2")
        record = self.record(("127.0.0.3", "eth0"), ("fd00::1", "eth0"), ports=[port])
        problem, is_silent = self.problem(record)
        self.assertIn("cannot reach the controller on node1 (", problem)
        self.assertIn("nobody-knows-it.invalid: the name is not known here (", problem)
        self.assertIn(f"127.0.0.3 on eth0: connection refused at port {port}", problem)
        self.assertIn("IPv6 was not tried (fd00::1 on eth0)", problem)
        self.assertFalse(is_silent)

    def test_an_address_needs_all_of_the_ports(self):
        ports = [self.listen("127.0.0.2"), self.listen("127.0.0.3")]
        problem, _is_silent = self.problem(self.record(("127.0.0.2", "ib0"), ports=ports))
        self.assertIn(f"127.0.0.2 on ib0: connection refused at port {ports[1]}", problem)
        self.assertEqual(self.greeted, [])

    def test_one_that_says_nothing_may_be_suspended(self):
        self.silent.add("127.0.0.2")
        record = self.record(("127.0.0.2", "ib0"), ports=[self.listen("127.0.0.2")])
        problem, is_silent = self.problem(record)
        self.assertIn("127.0.0.2 on ib0: a connection is accepted, and nothing is said", problem)
        self.assertTrue(is_silent)

    def test_a_controller_for_its_own_host_alone_is_not_looked_for(self):
        record = {"host": "node1", "engine": {"interface": "tcp://127.0.0.1", "key": "k"}}
        self.assertIs(self.reach(record), record["engine"])


class Waiting(InADirectory):
    """An engine's way to a controller that answers elsewhere."""

    def wait(self, is_silent):
        self.said, self.tries = [], 0
        clock = self.simulate_time()
        way = find_controller.Way("engine 3 on node2", type("Clock", (), {"now": clock.monotonic}))

        def fail(record, which):
            raise reach.Unreached("cannot reach the controller on node1 (why)", is_silent)

        self.patch(log, say=self.said.append)
        self.patch(reach, connection_from_here=fail)
        while clock.now < 1000:
            self.assertIsNone(way.find({}))
            time.sleep(5)

    def test_ends_after_two_minutes_and_has_said_why_once(self):
        with self.assertRaises(Failure) as caught:
            self.wait(is_silent=False)
        problem = "engine 3 on node2 cannot reach the controller on node1 (why)"
        self.assertEqual(self.said, [problem])
        self.assertEqual(caught.exception.problem, f"{problem}. It has tried for 120 s.")
        self.assertIn("cluster.ports", caught.exception.hint)

    def test_goes_on_where_it_may_be_suspended(self):
        self.wait(is_silent=True)


class Interfaces(InADirectory):
    def setUp(self):
        super().setUp()
        pairs = [("127.0.0.1", "lo"), ("10.0.0.1", "eth0"), ("10.1.0.1", "ib0")]
        six = [("::1", "lo"), ("fe80::1", "ib0"), ("fd00::1", "ib0")]
        self.patch(addresses, addresses_4=lambda: pairs, addresses_6=lambda: six)

    def test_all_addresses_that_others_can_use_are_told_after_the_name(self):
        eth, ib = [("10.0.0.1", "eth0")], [("10.1.0.1", "ib0"), ("fd00::1", "ib0")]
        self.assertEqual(addresses.of_host(), [(HOST, None), *eth, *ib])
        self.assertEqual(addresses.of_interface("ib0"), ib)

    def test_an_interface_that_is_not_there_is_told_with_those_that_are(self):
        with self.assertRaises(Failure) as caught:
            addresses.of_interface("ib1")
        self.assertIn(f"{HOST} has no network interface ib1", caught.exception.problem)
        self.assertIn("eth0 (10.0.0.1), ib0 (10.1.0.1)", caught.exception.problem)


class Ports(InADirectory):
    def listen(self):
        listener = socket.create_server(("", 0))
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def test_only_free_ones_of_the_range_are_taken(self):
        self.patch(controller_ports, is_free=lambda port: port != 50_003)
        [option] = controller_ports.option([50_000, 50_015])
        name, _equals, ports = option.partition("=")
        self.assertEqual(name, "--IPController.ports")
        expected = [port for port in range(50_000, 50_016) if port != 50_003]
        self.assertEqual(sorted(map(int, ports.split(","))), expected)
        self.assertEqual(controller_ports.option(None), [])

    def test_a_range_with_too_few_free_ones_is_told(self):
        self.patch(controller_ports, is_free=lambda port: port % 2 == 0)
        with self.assertRaisesRegex(Failure, f"On {HOST} 8 of the ports 50000-50015, .* needs 15"):
            controller_ports.option([50_000, 50_015])

    def test_a_port_where_somebody_listens_is_not_free(self):
        self.assertFalse(controller_ports.is_free(self.listen()))

    def test_a_controller_outside_of_the_range_is_told(self):
        connection = {"registration": 50_001, "broadcast": [50_002, 40_000], "key": "k"}
        controller_ports.expect(None, [connection])
        controller_ports.expect([40_000, 50_002], [connection])
        with self.assertRaisesRegex(Failure, r"outside of cluster.ports \(50000-50014\), at 40000"):
            controller_ports.expect([50_000, 50_014], [connection])
