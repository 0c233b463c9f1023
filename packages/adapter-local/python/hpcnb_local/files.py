"""
Files of the spool. Each may be damaged, cut short, or another program's. One function reads them,
and one holds what they say against a shape.
"""

import errno
import json
import os
import re
import stat

from hpcnb_local.shapes import problem_of

# Bytes: an array of 100,000 tasks needs less.
LARGEST_FILE = 16 * 1024 * 1024


class Damaged(Exception):
    """Says in a line what is wrong with a file of the spool."""


def open_plain(path):
    """A descriptor to read the file by, or None when there is none.
    No other error than Damaged and OSError."""
    try:
        # A pipe of that name would be waited for without O_NONBLOCK.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.ENOTDIR):
            raise Damaged(f"{path} is no plain file") from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Damaged(f"{path} is no plain file")
    return descriptor


def read_file(path):
    """The file's text, or None when there is no such file."""
    descriptor = open_plain(path)
    if descriptor is None:
        return None
    with open(descriptor, "rb") as file:
        size = os.fstat(descriptor).st_size
        if size > LARGEST_FILE:
            raise Damaged(f"{path} has {size} bytes, too many")
        try:
            return file.read(LARGEST_FILE).decode()
        except UnicodeDecodeError:
            raise Damaged(f"{path} is no text") from None


def read_json(path, shape):
    """What the file says, of that shape, or None when there is no such file."""
    text = read_file(path)
    if text is None:
        return None
    try:
        value = json.loads(text, parse_int=parse_number)
    except (ValueError, RecursionError):
        # Also of a file that a crash of the machine has cut short.
        raise Damaged(f"{path} is {'no JSON' if text.strip(chr(0)) else 'empty'}") from None
    problem = problem_of(value, shape, "")
    if problem:
        raise Damaged(f"{path}: {problem}")
    return value


def parse_number(digits):
    if len(digits) > 18:
        raise ValueError(digits)
    return int(digits)


def write_json(path, value):
    write_text(path + ".new", json.dumps(value), 0o600)
    os.rename(path + ".new", path)


def write_text(path, text, mode):
    descriptor = open_to_write(path, os.O_TRUNC, mode)
    with open(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def open_to_write(path, how, mode=0o600):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | how, mode)
    # Whatever the umask has taken of it.
    os.fchmod(descriptor, mode)
    return descriptor


def make_directory(path):
    os.mkdir(path, 0o700)
    # Whatever the umask has taken of it.
    os.chmod(path, 0o700)


RANGE = re.compile(r"([1-9][0-9]{0,7})-([1-9][0-9]{0,7})")


def read_ranges(path):
    """Pairs of first and last, from lines such as 2-3; none when there is no such file. What is no
    such line says nothing, as does a last line without its end, which is still being written."""
    lines = (read_file(path) or "").split("\n")[:-1]
    matches = (RANGE.fullmatch(line) for line in lines)
    return [(int(match.group(1)), int(match.group(2))) for match in matches if match]


def is_in(number, ranges):
    return any(first <= number <= last for first, last in ranges)


def first_line(path):
    """None when there is none."""
    try:
        with open(path, encoding="ascii") as file:
            return file.readline().strip() or None
    except (OSError, ValueError):
        return None


def last_line(path):
    """The last line that says anything, from the file's end."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 4096))
            lines = file.read(4096).decode(errors="replace").split("\n")
    except FileNotFoundError:
        lines = []
    return next((line.strip() for line in reversed(lines) if line.strip()), None)
