"""Ports that other hosts can reach."""

import errno
import random
import socket

# Connections that the system keeps until they are taken.
BACKLOG = 512


def listen(ports=None, before=None):
    """
    On all interfaces, for IPv6 and IPv4 where there is both: on `before` if that is free, on any
    free port, or on one between the two `ports`. Raises OSError.
    """
    if before:
        try:
            return bind(before)
        except OSError:
            # Somebody was faster.
            pass
    if ports is None:
        return bind(0)
    first, last = ports
    # Jobs of the same host begin to look at different places.
    for port in random.sample(range(first, last + 1), last + 1 - first):
        try:
            return bind(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, f"all ports from {first} to {last} are taken")


def bind(port):
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(
                ("", port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise
    return socket.create_server(("", port), backlog=BACKLOG)
