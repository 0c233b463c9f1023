"""Private directories of a job, on a local disk."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile

from hpcnb_launch import files

# Other hosts may see what lies on these, and a socket there may not work.
SHARED_FILE_SYSTEMS = {
    "afs", "beegfs", "ceph", "cifs", "fhgfs", "glusterfs", "gpfs", "lustre", "nfs", "nfs4",
    "ocfs2", "orangefs", "panfs", "pvfs2", "smb3", "smbfs", "wekafs",
}  # fmt: skip


# The processes that remove directories, and the pipes that tell them of this one's end.
CLEANERS = []


# The longest name of a kernel's socket: Jupyter names them by the kernel's UUID, and numbers five
# of them.
KERNEL_SOCKET = f"kernel-{36 * 'x'}-ipc-5"


# Bytes of sun_path without the NUL at its end, see unix(7) and macOS' sys/un.h.
LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107


def file_system_of(path):
    """The type of the file system that holds `path`; None where that cannot be known."""
    path = os.path.realpath(path)
    best, kind = "", None
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    for line in lines:
        fields = line.split(" ")
        point = unescape_mount(fields[4])
        # A later line for the same place hides an earlier one.
        if (path == point or path.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, fields[fields.index("-") + 1]
    return kind


def unescape_mount(text):
    """Spaces and the like are octal there: proc(5)."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text


def is_shared(kind):
    return kind is not None and (kind in SHARED_FILE_SYSTEMS or kind.startswith("fuse"))


def make_local_directory(usable=lambda directory: None):
    """
    A new directory for this user alone (0700) on a local disk, or why there is none: (path, None)
    or (None, reason). `usable` may say why one will not do.
    """
    reasons = []
    for parent in dict.fromkeys(filter(None, (os.environ.get("TMPDIR"), "/tmp"))):
        kind = file_system_of(parent)
        if is_shared(kind):
            reasons.append(f"{parent} is not local but {kind}")
            continue
        try:
            directory = tempfile.mkdtemp(prefix="hpcnb-", dir=os.path.abspath(parent))
        except OSError as error:
            reasons.append(f"{parent}: {error.strerror}")
            continue
        reason = usable(directory)
        if reason is None:
            sweep(parent)
            remove_when_gone(directory)
            return directory, None
        reasons.append(f"{parent}: {reason}")
        shutil.rmtree(directory)
    return None, "; ".join(reasons)


def why_no_socket(directory):
    """Proves that the server's Unix socket can be made in a directory, or says why not."""
    return why_not_bound(socket_path(directory))


def why_no_kernel_sockets(directory):
    """The same of the sockets of kernels, whose names are longer."""
    return why_not_bound(os.path.join(directory, KERNEL_SOCKET))


def why_not_bound(path):
    length = len(os.fsencode(path))
    if length > LONGEST_SOCKET_PATH:
        return f"the socket's path would have {length} bytes, and {LONGEST_SOCKET_PATH} is the most"
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(path)
        os.unlink(path)
    except OSError as error:
        return f"no socket can be made there: {error.strerror or error}"
    return None


def socket_path(directory):
    return os.path.join(directory, "nb.sock")


def make_scratch_directory():
    """A private directory, local if there is a local disk."""
    directory, _reason = make_local_directory()
    if directory is None:
        directory = tempfile.mkdtemp(prefix="hpcnb-")
        remove_when_gone(directory)
    return directory


def sweep(parent):
    """
    Removes what is left of jobs of this user on this host that were killed together with what would
    have cleared up after them.
    """
    for entry in os.scandir(parent):
        try:
            if (
                entry.name.startswith("hpcnb-")
                and entry.stat(follow_symlinks=False).st_uid == os.getuid()
            ):
                with open(os.path.join(entry.path, "owner"), encoding="ascii") as file:
                    pid, since = file.read().split("\n")[:2]
                if since.split(" ")[0] == system_of_processes() and since != life_of(int(pid)):
                    shutil.rmtree(entry.path, ignore_errors=True)
        except (OSError, ValueError):
            # Another program's, one that is just being made, or one that has gone meanwhile.
            continue


def life_of(pid):
    """
    What no other process has: where its number means something, and when it began (proc(5)). None
    where that cannot be told, or when there is none.
    """
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return f"{system_of_processes()} {file.read().rpartition(')')[2].split()[19]}"
    except (OSError, IndexError):
        return None


def system_of_processes():
    """Hosts and containers may share a directory, and have processes of the same numbers."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{file.read().strip()}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return "unknown"


def remove_when_gone(directory):
    """
    Starts a small process that removes the directory once this one is gone, however that ended: a
    SIGKILL leaves it no time. It hears of the end by a pipe that nobody else holds, and is in a
    session of its own, where a job's signals do not reach it. A kernel that was just starting makes
    the directory again, until it notices that its server is gone: so it looks more than once.
    """
    life = life_of(os.getpid())
    if life is not None:
        files.write_private(os.path.join(directory, "owner"), f"{os.getpid()}\n{life}\n")
    reader, writer = os.pipe()
    program = """trap "" TERM INT HUP USR1 USR2 XCPU TSTP
read -r end
[ -e "$DIRECTORY" ] || exit 0
for look in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$DIRECTORY"; sleep 1; done"""
    cleaner = subprocess.Popen(
        ["/bin/sh", "-c", program, "hpcnb-cleaner"],
        stdin=reader,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath, "DIRECTORY": directory},
        start_new_session=True,
    )
    os.close(reader)
    # Both stay until this process ends.
    CLEANERS.append((cleaner, writer))
