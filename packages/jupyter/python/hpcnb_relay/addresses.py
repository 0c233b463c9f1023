"""By which names and addresses other hosts may reach this one."""

import ipaddress
import os
import re
import socket

# More than a host has. All of them must fit into a record.
MOST = 12


def own_addresses():
    """
    Names first: they mean what the site wants them to. Addresses that mean this host everywhere are
    left out.
    """
    names = [socket.gethostname(), socket.getfqdn()]
    found = [*filter(is_name, names), *filter(is_reachable, interface_addresses())]
    return list(dict.fromkeys(found))[:MOST]


def is_name(name):
    """Nothing that a reader of the record would refuse: see core's checked.ts."""
    is_plain = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}", name) is not None
    return is_plain and name.partition(".")[0] != "localhost"


def is_reachable(text):
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)


def interface_addresses():
    return [*interface_addresses_4(), *interface_addresses_6()]


def interface_addresses_4():
    """Linux, see netdevice(7): 0x8915 is SIOCGIFADDR. Elsewhere, what the host's name means."""
    try:
        import fcntl

        found = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            for _index, name in socket.if_nameindex():
                try:
                    answer = fcntl.ioctl(probe, 0x8915, os.fsencode(name).ljust(256, b"\0"))
                except OSError:
                    # It has none.
                    continue
                found.append(socket.inet_ntoa(answer[20:24]))
        return found
    except OSError:
        return []


def interface_addresses_6():
    """Linux: if_inet6 in /proc/net has the 32 digits of each first."""
    try:
        with open("/proc/net/if_inet6", encoding="ascii") as file:
            return [str(ipaddress.IPv6Address(int(line.split()[0], 16))) for line in file]
    except OSError:
        return []
