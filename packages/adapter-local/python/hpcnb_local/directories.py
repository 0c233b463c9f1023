"""Directories for jobs."""

import os
import re
import stat

from hpcnb_local.answers import Unanswerable

# Ids in the second directory are above this base, so that both are read as one spool.
SECOND_BASE = 1_000_000_000
ID = re.compile("[1-9][0-9]{0,11}")


def base_of_id(number):
    return 0 if number <= SECOND_BASE else SECOND_BASE


def directories(path):
    """Directories of the spool by the base of the ids in them, which are all above it."""
    if path is not None and not path.startswith("~/"):
        return {0: path}
    home = home_directory()
    if path is not None:
        if home is None:
            raise Unanswerable(f"{path} means nothing: {NO_HOME}")
        return {0: home + path[1:]}
    state_home = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state_home):
        # A home that is not there is not made.
        state_home = home and os.path.isdir(home) and os.path.join(home, ".local", "state")
    first = {0: os.path.join(state_home, "hpcnb", "local-jobs")} if state_home else {}
    second = f"/var/tmp/hpcnb-local-jobs-{os.getuid()}"
    found = {**first, SECOND_BASE: second} if is_free_or_own(second) else first
    if not found:
        raise Unanswerable(
            f"there is no place for jobs: {NO_HOME}, and {second} is another user's; {OTHER_SPOOL}"
        )
    return found


def is_free_or_own(path):
    """Everybody may write to /var/tmp, and a stranger may have been there first."""
    try:
        about = os.lstat(path)
    except FileNotFoundError:
        return True
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o022


NO_HOME = "there is no home directory (HOME, or the user's entry in the user database)"


def home_directory():
    home = os.environ.get("HOME", "")
    if os.path.isabs(home):
        return home
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return None


def entries(jobs):
    """The names in a directory; none when it is not there. It has to be the user's own."""
    try:
        owner = os.stat(jobs).st_uid
        if owner != os.getuid():
            raise Unanswerable(f"the spool directory {jobs} belongs to another user")
        return os.listdir(jobs)
    except FileNotFoundError:
        return []


OTHER_SPOOL = "the spool can be in another directory, with the scheduler's option `spool`"
