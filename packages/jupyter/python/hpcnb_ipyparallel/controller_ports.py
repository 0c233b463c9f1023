"""The ports at which the controller listens, where a firewall lets only some through."""

import random
import socket

from hpcnb_launch import reach
from hpcnb_launch.failure import HOST, Failure

# Those that other hosts connect to, counted with ipyparallel 9: 9 for engines, 6 more for clients.
PORTS = 15


def option(ports):
    """
    Its own choice where nothing is said. It takes ports in the order in which they are given, and
    does not look whether they are free.
    """
    if ports is None:
        return []
    free = free_ports(range(ports[0], ports[1] + 1))
    if len(free) < PORTS:
        raise Failure(
            f"On {HOST} {len(free)} of the ports {ports[0]}-{ports[1]}, which cluster.ports names, "
            f"are free, and a controller needs {PORTS}.",
            "Give it more ports that the site's firewall lets through.",
        )
    # Not those that another controller, which starts at the same moment, would take first.
    return [f"--IPController.ports={','.join(map(str, random.sample(free, PORTS)))}"]


def free_ports(ports):
    """Those that nothing listens at."""
    return [port for port in ports if is_free(port)]


def is_free(port):
    with socket.socket() as probe:
        # As ZeroMQ does: connections that have ended do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def expect(ports, connections):
    """An ipyparallel that cannot choose among ports would be out of reach without a word."""
    if ports is None:
        return
    used = {port for connection in connections for port in reach.ports_of(connection)}
    outside = sorted(port for port in used if not ports[0] <= port <= ports[1])
    if outside:
        raise Failure(
            f"The ipyparallel controller on {HOST} listens outside of cluster.ports "
            f"({ports[0]}-{ports[1]}), at {', '.join(map(str, outside))}.",
            "This ipyparallel cannot be told its ports, or needs more of them: version 9 can.",
        )
