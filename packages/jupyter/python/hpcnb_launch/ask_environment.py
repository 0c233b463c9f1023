"""
Prints what the notebook's Python is and which of the packages named as arguments it has. It asks
the packages' metadata, because importing them would take seconds. Python 2.7 can run this, to be
able to say that it is old.
"""

import json
import os
import resource
import sys

# A line that begins with this is the answer; the user's shell text may print others.
MARK = "HPCNB_ENVIRONMENT "


def has_pip():
    try:
        from importlib.util import find_spec
    except ImportError:
        return True
    return find_spec("pip") is not None


def is_own():
    """
    Whether it is an environment of its own, and not what a system, a site or a user has for
    everything.
    """
    is_virtual = sys.prefix != getattr(sys, "base_prefix", sys.prefix)
    return is_virtual or os.path.isdir(os.path.join(sys.prefix, "conda-meta"))


def version_of(name):
    try:
        from importlib.metadata import PackageNotFoundError, version
    except ImportError:
        return None
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def processes():
    """
    The most processes and threads that this user may have here, and how many there are.
    setrlimit(2) counts them by the real user id. None where that is unknown, and for root, which
    has no limit.
    """
    try:
        limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    except (AttributeError, ValueError):
        return None
    if limit == resource.RLIM_INFINITY or os.getuid() == 0 or not os.path.isdir("/proc/self"):
        return None
    numbers = [name for name in os.listdir("/proc") if name.isdigit()]
    return {"limit": limit, "own": sum(threads_of(number) for number in numbers)}


def threads_of(number):
    """Those of this user's process; none of another user's, or where it has just ended."""
    try:
        with open("/proc/%s/status" % number, "rb") as file:
            lines = [line.split() for line in file if line.startswith((b"Uid:", b"Threads:"))]
    except EnvironmentError:
        return 0
    facts = dict((words[0], int(words[1])) for words in lines)
    return facts.get(b"Threads:", 1) if facts.get(b"Uid:") == os.getuid() else 0


answer = {
    "python": sys.executable,
    "version": ".".join(map(str, sys.version_info[:3])),
    "isOwn": is_own(),
    "hasPip": has_pip(),
    "processes": processes(),
    "packages": dict((name, version_of(name)) for name in sys.argv[1:]),
}
print("\n" + MARK + json.dumps(answer))
