"""Private files and directories."""

import errno
import fcntl
import os
import tempfile

from hpcnb_launch.failure import HOST, Failure


def write_private(path, text):
    """Atomically, and for this user alone."""
    new = f"{path}.{os.getpid()}"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    os.replace(new, path)


def enter(directory):
    try:
        os.chdir(directory)
    except OSError as error:
        raise Failure(
            f"The notebook directory {directory} cannot be entered on {HOST}: {error.strerror}."
        ) from error


def make_private(directory, name):
    path = os.path.join(directory, name)
    os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def why_not_writable(path):
    """
    Whether files can be made in a directory, which need not be there yet: None, or why not. Nothing
    is left of the try.
    """
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    try:
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    return None


def keeps_locks(path):
    """
    Whether a directory, which need not be there yet, is on a file system with locks. SQLite asks
    for them (fcntl) at each write; without them it tries for many seconds, and IPython then takes
    the user's history for damaged.
    """
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    try:
        with tempfile.TemporaryFile(dir=path) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
    return True


def link_entries(source, target, wanted):
    """
    Makes `target` a directory whose only links are those to the wanted entries of `source`; the
    rest of it stays. What cannot be read or linked is left out: None, or why.
    """
    if os.path.islink(target):
        os.unlink(target)
    os.makedirs(target, mode=0o700, exist_ok=True)
    for name in os.listdir(target):
        path = os.path.join(target, name)
        if os.path.islink(path):
            os.unlink(path)
    try:
        names = (
            [name for name in os.listdir(source) if wanted(name)] if os.path.isdir(source) else []
        )
        for name in names:
            path = os.path.join(target, name)
            if not os.path.lexists(path):
                os.symlink(os.path.join(source, name), path)
    except OSError as error:
        return f"{error.filename2 or error.filename}: {error.strerror}"
    return None
