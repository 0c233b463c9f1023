"""
Holds a lock until its standard input ends, which it does when the process at the other end lets go
of it or is no more. Arguments: the lock's path, who holds it (for the message that others get), and
optionally after how many seconds a silent input counts as ended. Prints "held", or "busy" and the
holder. Needs Python 3.4 or later.

Where the file system has locks, it is a flock, which goes with its holder. Where it has none (NFS
without lockd, Lustre without flock), it is a claim: a file to which its holder writes every few
seconds. A claim is dead when its process is gone from this host, or, on another host, when nobody
has written to it for `dead_after` seconds. Nobody removes a claim of others: whoever takes over
makes the claim that succeeds it, named after it, and only one can. The last claim of that chain
holds the lock.
"""

import errno
import fcntl
import json
import os
import select
import socket
import stat
import sys
import time

beat_every = 5
dead_after = 9 * beat_every
gone = (errno.ENOENT, errno.ESTALE)
no_locks = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class Busy(Exception):
    """Its argument is the holder, as far as known."""


class Flock:
    beat = None

    def __init__(self, path, holder):
        flags = os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_NOCTTY
        self.file = os.open(path, flags, 0o600)
        if not stat.S_ISREG(os.fstat(self.file).st_mode):
            raise OSError(0, "it is no regular file")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(os.read(self.file, 400).decode("utf-8", "replace")) from None
        self.write(holder)

    def write(self, text):
        try:
            os.ftruncate(self.file, 0)
            os.write(self.file, text.encode("utf-8", "replace"))
        except OSError:
            pass  # A full disk: the lock is held anyway, and others are not told by whom.

    def renew(self):
        pass

    def release(self):
        self.write("")


class Claim:
    beat = beat_every

    def __init__(self, path, holder):
        self.path, self.holder = path, holder
        for _ in range(5):
            chain = read_chain(path)
            if chain and not is_dead(chain[-1], path):
                raise Busy(chain[-1].holder)
            self.name, self.beats = random_name(), 0
            own = chain[-1].successor if chain else path + ".claim"
            self.file = make(own, self.text(self.name))
            if self.file is None:
                continue  # Another was faster.
            # The chain may have been released since it was read: then this claim is no part of any.
            if self.is_last():
                if not chain:
                    remove_leftovers(path, self.name)
                return
            os.close(self.file)
            unlink(own)
        raise Busy("another process")

    def text(self, name):
        pid = os.getpid()
        claim = {
            "name": name,
            "holder": self.holder[:300],
            "origin": origin(),
            "pid": pid,
            "start": start_of(pid),
        }
        return ("%s %012d\n" % (json.dumps(claim), self.beats)).encode("ascii")

    def is_last(self):
        chain = read_chain(self.path)
        return bool(chain) and chain[-1].name == self.name

    def renew(self):
        self.beats += 1
        os.lseek(self.file, 0, os.SEEK_SET)
        os.write(self.file, self.text(self.name))
        os.fsync(self.file)
        if not self.is_last():
            raise OSError(0, "another process took it over")

    def release(self):
        # Once this claim has a successor, nobody else can succeed it, so all of the chain may go,
        # its head first.
        end = make(self.path + ".after-" + self.name, self.text(random_name()))
        chain = read_chain(self.path)
        if end is None or self.name not in [claim.name for claim in chain[-2:-1]]:
            raise OSError(0, "another process took it over")
        for claim in chain:
            unlink(claim.path)


class FoundClaim:
    def __init__(self, path, lock):
        self.path = path
        with open(path, "rb") as file:
            self.text = file.read(2000)
            status = os.fstat(file.fileno())
        self.age = status.st_mtime
        try:
            said, _ = json.JSONDecoder().raw_decode(self.text.decode("ascii"))
            self.name, self.holder = str(said["name"]), str(said["holder"])
            self.origin, self.pid, self.start = said["origin"], said["pid"], said["start"]
            if not self.name.isalnum():
                raise ValueError
        except (ValueError, KeyError, TypeError):
            # Its maker was killed before it wrote, or is about to write.
            self.name = "%dx%d" % (status.st_ino, int(status.st_mtime * 1000))
            self.holder, self.origin = "another process", None
        self.successor = lock + ".after-" + self.name


def find_claim(at, path):
    try:
        return FoundClaim(at, path)
    except OSError as error:
        if error.errno in gone:
            return None
        raise


def read_chain(path):
    """The claims of the lock, from the head on."""
    chain, at = [], path + ".claim"
    while len(chain) < 1000:
        claim = find_claim(at, path)
        if claim is None:
            break
        chain.append(claim)
        at = claim.successor
    return chain


def is_dead(claim, path):
    if claim.origin is not None and claim.origin == origin():
        return start_of(claim.pid) != claim.start
    if storage_time(path) - claim.age < dead_after:
        return False
    # A clock that was set forward makes a living claim old, but not silent.
    time.sleep(2 * beat_every)
    again = find_claim(claim.path, path)
    return again is not None and again.text == claim.text


def storage_time(path):
    """What the clock of the storage says, which is not this host's."""
    probe = path + ".time-" + random_name()
    os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        return os.stat(probe).st_mtime
    finally:
        unlink(probe)


def make(path, text):
    """A new file, open for writing; or None if there is one already."""
    begun = time.monotonic()
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    try:
        os.write(file, text)
        os.fsync(file)
        if time.monotonic() - begun > dead_after / 3:
            raise OSError(0, "the file system was silent for too long")
        return file
    except OSError:
        unlink(path)
        raise


def unlink(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def remove_leftovers(path, name):
    """
    Removes files of processes that were killed while they took or released the lock: the new head
    has no successor yet.
    """
    directory, base = os.path.split(path)
    for entry in os.listdir(directory or "."):
        if entry.startswith((base + ".after-", base + ".time-")) and not entry.endswith(name):
            unlink(os.path.join(directory, entry))


def random_name():
    return "%032x" % int.from_bytes(os.urandom(16), "big")


def origin():
    """Where a process id means the same process; None where that cannot be told."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return "%s %s %s" % (
                socket.gethostname(),
                file.read().strip(),
                os.readlink("/proc/self/ns/pid"),
            )
    except OSError:
        return None


def start_of(pid):
    """When a process began, in the kernel's ticks; None if there is no such process."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return None if fields[0] in (b"Z", b"X") else int(fields[19])
    except (OSError, TypeError, IndexError):
        return None


def take(path, holder):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        return Flock(path, holder)
    except OSError as error:
        if error.errno not in no_locks:
            raise
        return Claim(path, holder)


def hold(lock, limit):
    """Until the input ends, or has been silent for `limit` seconds."""
    heard = time.monotonic()
    while limit is None or time.monotonic() - heard < limit:
        pauses = [pause for pause in (lock.beat, limit) if pause is not None]
        if select.select([0], [], [], min(pauses) if pauses else None)[0]:
            if not os.read(0, 100):
                return
            heard = time.monotonic()
        lock.renew()


def main(path, holder, limit=None):
    os.umask(0o077)
    try:
        lock = take(path, holder)
        os.write(1, b"held")
        hold(lock, None if limit is None else float(limit))
        lock.release()
    except Busy as busy:
        os.write(1, b"busy " + (str(busy) or "another process").encode("utf-8", "replace"))
    except OSError as error:
        sys.exit(error.strerror or str(error))


main(*sys.argv[1:])
