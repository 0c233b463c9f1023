"""
The lock that a supervisor holds for as long as it lives.

Whoever has the descriptor holds it, so a fork hands it on without a gap. Its holder also signs the
file: where a file system has no locks, a signature whose process lives is the lock. Both are read
on the machine of the holder only, so that nothing has to be renewed.
"""

import errno
import fcntl
import json
import os
import stat

from hpcnb_local.files import Damaged, open_plain, read_json
from hpcnb_local.machine import BOOT
from hpcnb_local.processes import start_time
from hpcnb_local.shapes import is_line_or_null, is_process_id, is_start

# The answers of file systems without locks: NFS without its lock daemon, Lustre without `flock`.
WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)


def take_lock(path):
    """@throws BlockingIOError when somebody else holds it"""
    if os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
        # Nobody can hold what is no file.
        os.rename(path, path + ".damaged")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW, 0o600)
    try:
        # Whatever the umask has taken of it.
        os.fchmod(descriptor, 0o600)
        if not has_locked(descriptor, fcntl.LOCK_EX) and is_signer_alive(path):
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), path)
        sign(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def is_locked(path):
    descriptor = open_plain(path)
    if descriptor is None:
        return False
    try:
        # Shared, so that those who ask do not take each other for the supervisor.
        return not has_locked(descriptor, fcntl.LOCK_SH) and is_signer_alive(path)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def has_locked(descriptor, how):
    """False where the file system has no locks."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        return True
    except OSError as error:
        if error.errno in WITHOUT_LOCKS:
            return False
        raise


def sign(descriptor):
    text = json.dumps({**identity(), "boot": BOOT}).encode()
    os.pwrite(descriptor, text, 0)
    os.ftruncate(descriptor, len(text))


def identity():
    return {"pid": os.getpid(), "start": start_time(os.getpid())}


def signer_of(path):
    """None when nobody has signed the file, or not during this start of the machine."""
    signer = read_json(path, {"pid": is_process_id, "start": is_start, "boot": is_line_or_null})
    return signer if signer and signer["boot"] == BOOT else None


def is_signer_alive(path):
    try:
        signer = signer_of(path)
    except Damaged:
        return False
    return signer is not None and start_time(signer["pid"]) == signer["start"]
