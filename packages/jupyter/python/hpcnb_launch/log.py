"""
A bound for the job's log: strangers may push words into a kernel's port, and code may print without
end.
"""

import fcntl
import os
import stat
import threading
import time


def say(text):
    try:
        print(f"hpcnb: {text}", flush=True)
    except OSError:
        # The log may lie on the full disk that was to be told of. A job is not ended by what it
        # cannot say.
        pass


# Bytes that a log may have, and what is kept of its beginning and its end when it gets longer.
LOG_LIMIT = 100 * 2**20
LOG_HEAD = 10 * 2**20
LOG_TAIL = 40 * 2**20

# Seconds between two looks at it.
LOG_EVERY = 1.0
CHUNK = 2**20


def keep_log_bounded():
    """From now on and until this process ends, if its output is a file."""
    if not stat.S_ISREG(os.fstat(1).st_mode):
        return
    for descriptor in (1, 2):
        # Or the next word would stand where the log ended before it was made shorter.
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_APPEND)
    threading.Thread(target=watch_log, daemon=True).start()


def watch_log():
    while True:
        time.sleep(LOG_EVERY)
        if os.fstat(1).st_size > LOG_LIMIT:
            try:
                shorten_log(1)
            except OSError as error:
                say(f"the log could not be made shorter: {error}")


def shorten_log(descriptor):
    """
    Leaves out the middle, in place: whoever reads or writes the file has it open. Words of the very
    moment may be lost.
    """
    size = os.fstat(descriptor).st_size
    left_out = size - LOG_HEAD - LOG_TAIL
    note = (
        f"\nhpcnb: {left_out // 2**20} MB of this log are left out here, because it had more than "
        f"{LOG_LIMIT // 2**20} MB.\n"
    )
    # The job's own descriptor cannot read.
    with open(f"/dev/fd/{descriptor}", "r+b", buffering=0) as file:
        to = LOG_HEAD + os.pwrite(file.fileno(), note.encode("ascii"), LOG_HEAD)
        start = size - LOG_TAIL
        while True:
            data = os.pread(file.fileno(), CHUNK, start)
            if not data:
                break
            start += len(data)
            to += os.pwrite(file.fileno(), data, to)
        os.ftruncate(file.fileno(), to)
