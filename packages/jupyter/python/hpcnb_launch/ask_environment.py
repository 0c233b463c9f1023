"""
Prints what the notebook's Python is and which of the packages named as arguments it has. It asks
the packages' metadata, because importing them would take seconds. Python 2.7 can run this, to be
able to say that it is old.
"""

import json
import os
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


answer = {
    "python": sys.executable,
    "version": ".".join(map(str, sys.version_info[:3])),
    "isOwn": is_own(),
    "hasPip": has_pip(),
    "packages": dict((name, version_of(name)) for name in sys.argv[1:]),
}
print("\n" + MARK + json.dumps(answer))
