"""Processes that nobody waits for."""

import os
import sys

from hpcnb_local.files import open_to_write


def detach(directory, work):
    """Runs `work` in a process that the caller and its terminal have no hold on."""
    errors = open_to_write(os.path.join(directory, "errors"), os.O_APPEND)
    middle = os.fork()
    if middle:
        os.waitpid(middle, 0)
        os.close(errors)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            os.dup2(errors, 2)
            os.chdir("/")
            work()
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)
