"""
Writes files: on standard input a list of path, text, mode, and whether a file of the same size is
overwritten in place. Paths and texts are UTF-8, whatever the locale is. Prints the first failure,
or an empty object. Needs Python 3.4 or later.
"""

import json
import os
import socket
import stat
import sys


class NotPrivate(Exception):
    """The file system opens the file to others than asked."""


def make(directory):
    if directory and not os.path.isdir(directory):
        make(os.path.dirname(directory))
        try:
            os.mkdir(directory, 0o700)
        except FileExistsError:
            if not os.path.isdir(directory):
                raise


def set_mode(file, mode):
    try:
        os.fchmod(file, mode)
    except OSError:
        pass  # Some file systems have one mode for all files: what it is counts.
    if stat.S_IMODE(os.fstat(file).st_mode) & 0o077 & ~mode:
        raise NotPrivate


def overwrite(path, text, mode):
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        file = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    with os.fdopen(file, "wb") as out:
        if os.fstat(out.fileno()).st_size != len(text):
            return False
        set_mode(out.fileno(), mode)
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return True


def remove_abandoned(path):
    """New files that a process of this machine was writing when it was killed."""
    directory, base = os.path.split(path)
    start = base + (".%s-" % socket.gethostname()).encode()
    for name in os.listdir(directory):
        if not name.startswith(start) or not name.endswith(b".new"):
            continue
        pid = name[len(start) :].split(b"-")[0]
        if pid.isdigit() and not is_running(int(pid)):
            try:
                os.unlink(os.path.join(directory, name))
            except FileNotFoundError:
                pass


def is_running(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True


def write(number, path, text, mode, in_place):
    make(os.path.dirname(path))
    if in_place and overwrite(path, text, mode):
        return
    if os.path.exists(path):
        remove_abandoned(path)
    # Beside the file, because only within one file system a rename is atomic. Nobody else has this
    # name.
    new = path + (".%s-%d-%d.new" % (socket.gethostname(), os.getpid(), number)).encode()
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as out:
            set_mode(out.fileno(), mode)
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.rename(new, path)
    except BaseException:
        os.unlink(new)
        raise


def main(files):
    for number, (path, text, mode, in_place) in enumerate(files):
        try:
            write(number, path.encode("utf-8"), text.encode("utf-8", "replace"), mode, in_place)
        except NotPrivate:
            return {"path": path, "error": "not private"}
        except OSError as error:
            return {"path": path, "error": error.strerror}
    return {}


print(json.dumps(main(json.loads(sys.stdin.buffer.read().decode("utf-8")))))
