"""Removes what is over long enough."""

import os
import sys
import time

from hpcnb_local.answers import explain_error
from hpcnb_local.directories import base_of_id, entries
from hpcnb_local.job import Job

# Seconds that an ended job can still be asked about, and how many of them.
KEEP = 7 * 24 * 3600
KEEP_AT_MOST = 1000

# How many are removed with a submission, which is not to wait for them.
REMOVE_AT_ONCE = 200


def prune(spool, base):
    """The newest stays, so that no id is ever given twice."""
    numbers = [number for number in spool.ids() if base_of_id(number) == base]
    removed = 0
    for index, number in enumerate(numbers[:-1], 1):
        is_one_of_many = len(numbers) - index >= KEEP_AT_MOST
        # The directory changes with each state that is written, for the last time with the end.
        if is_one_of_many or is_older(spool.directory(number), KEEP):
            if Job(spool, number).is_over():
                remove(spool.directory(number))
                removed += 1
                if removed == REMOVE_AT_ONCE:
                    break
    for name in entries(spool.directories[base]):
        path = os.path.join(spool.directories[base], name)
        # Left by a submission that was killed, here or on another machine.
        if name.startswith(".new") and is_older(path, KEEP):
            remove(path)


def is_older(path, seconds):
    try:
        return time.time() - os.lstat(path).st_mtime > seconds
    except FileNotFoundError:
        return False


def remove(directory):
    """What is not hpcnb's own stays with its directory, and costs nothing but its room."""
    try:
        for name in os.listdir(directory):
            os.unlink(os.path.join(directory, name))
        os.rmdir(directory)
    except OSError as error:
        print(f"a job that is over could not be removed: {explain_error(error)}", file=sys.stderr)
