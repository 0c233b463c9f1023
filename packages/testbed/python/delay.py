"""
Passes Ethernet frames between two interfaces, each frame some time after it came: python3 delay.py
A B MILLISECONDS

Ends when one of the interfaces goes away. Prints "ready" once it passes frames.
"""

import collections
import errno
import select
import socket
import sys
import time

ALL_PROTOCOLS = 0x0003
SOL_PACKET = 263
PACKET_VNET_HDR = 15
PACKET_IGNORE_OUTGOING = 23
LARGEST = 70_000


def open_wire(interface):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    # Carries along what the sender left to its hardware: check sums, and segments longer than the
    # wire takes.
    wire.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    wire.bind((interface, ALL_PROTOCOLS))
    return wire


def pass_frames(a, b, delay):
    other = {a: b, b: a}
    waiting = collections.deque()
    while True:
        limit = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        readable, _, _ = select.select([a, b], [], [], limit)
        for wire in readable:
            waiting.append((time.monotonic() + delay, other[wire], wire.recv(LARGEST)))
        while waiting and waiting[0][0] <= time.monotonic():
            _, wire, frame = waiting.popleft()
            send(wire, frame)


def send(wire, frame):
    try:
        wire.send(frame)
    except OSError as error:
        # A frame that the other end cannot take at the moment is lost, as on any wire.
        if error.errno != errno.ENOBUFS:
            raise


def main():
    first, second, milliseconds = sys.argv[1:]
    a, b = open_wire(first), open_wire(second)
    print("ready", flush=True)
    try:
        pass_frames(a, b, float(milliseconds) / 1000)
    except OSError as error:
        sys.exit(f"{first} - {second}: {error}")


main()
