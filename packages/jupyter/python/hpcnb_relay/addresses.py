"""By which names and addresses other hosts may reach the relay."""

import re
import socket

from hpcnb_launch import addresses


def own_addresses():
    """Names first: they mean what the site wants them to."""
    names = [socket.gethostname(), socket.getfqdn()]
    found = [address for address, _interface in addresses.of_interfaces()]
    return list(dict.fromkeys([*filter(is_name, names), *found]))[: addresses.MOST]


def is_name(name):
    """Nothing that a reader of the record would refuse: see core's checked.ts."""
    is_plain = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}", name) is not None
    return is_plain and name.partition(".")[0] != "localhost"
