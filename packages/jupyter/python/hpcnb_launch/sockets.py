"""What connections of all kinds need."""

import socket


def keep_alive(connection, idle, interval, count):
    """
    Has the system ask the other host after `idle` seconds of silence, then every `interval`
    seconds. The connection breaks after `count` questions without an answer. See tcp(7): a system
    that lacks one of them has a number of its own.
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = (("TCP_KEEPIDLE", idle), ("TCP_KEEPINTVL", interval), ("TCP_KEEPCNT", count))
    for name, value in options:
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
