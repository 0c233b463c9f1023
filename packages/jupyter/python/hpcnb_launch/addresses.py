"""By which addresses other hosts may reach this one."""

import ipaddress
import os
import socket

from hpcnb_launch.failure import HOST, Failure

# More than a host has. All of them must fit into a record.
MOST = 12


def of_host():
    """
    The same of all, and the host's name: asked by it, another host finds the way that the site has.
    """
    return [(HOST, None), *of_interfaces()]


def of_interfaces():
    """
    Pairs of an address and its interface's name, IPv4 first. Addresses that only this host can use
    are left out.
    """
    pairs = [*addresses_4(), *addresses_6()]
    return [pair for pair in pairs if is_for_others(pair[0])][:MOST]


def of_interface(name):
    """The same of one interface, which somebody has named."""
    pairs = of_interfaces()
    own = [pair for pair in pairs if pair[1] == name]
    if own:
        return own
    others = ", ".join(f"{interface} ({address})" for address, interface in pairs) or "none"
    raise Failure(
        f"{HOST} has no network interface {name} with an address that other hosts can use. "
        f"Those that it has: {others}.",
        "Name one of them as cluster.interface, or leave that out: then the engines find the "
        "address that they can reach.",
    )


def is_for_others(text):
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)


def is_6(text):
    """False for names, too."""
    return ":" in text


def addresses_4():
    """Linux, see netdevice(7): 0x8915 is SIOCGIFADDR. Elsewhere none is found."""
    import fcntl

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _index, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(probe, 0x8915, os.fsencode(name).ljust(256, b"\0"))
            except OSError:
                # It has none, or this is no Linux.
                continue
            found.append((socket.inet_ntoa(answer[20:24]), name))
    return found


def addresses_6():
    """Linux: a line of if_inet6 in /proc/net has 32 digits first, and the interface's name last."""
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            lines = [line.split() for line in file]
    except FileNotFoundError:
        return []
    return [(str(ipaddress.IPv6Address(int(words[0], 16))), words[-1]) for words in lines]
