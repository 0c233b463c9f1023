"""The local scheduler, part six: one request from standard input, one answer to standard output, both JSON.

The spool has a directory for each job, `jobs/<id>`, with these files:

    job.json    what was submitted; never changes
    script      the job's program
    alive       locked exclusively by the job's supervisor for as long as it lives, and signed by it
    state.json  the supervisor's word on each task
    cancel      there once somebody asked to end the job
    cancel-tasks  a line for each request to end some of its tasks, such as 2-3
    held        there while tasks that wait are not to start
    errors      what went wrong inside the supervisor itself

A job's directory appears by a rename, complete and with the lock held, so there is never half a job.
"""

# Seconds that an ended job can still be asked about, and how many of them.
KEEP = 7 * 24 * 3600
KEEP_AT_MOST = 1000
# How many are removed with a submission, which is not to wait for them.
REMOVE_AT_ONCE = 200

# Ids in the second place are above this, so that both places are read as one spool.
SECOND_PLACE = 1_000_000_000
# Where a place cannot be had at all, as opposed to one that is full or does not answer.
UNUSABLE = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR)

HOST = os.uname().nodename

# Where a job is started, by more than a name, which a laptop may get from each network and a
# container with each start.
PLACE = {
    "host": HOST,
    "boot": BOOT,
    # One for each installed system: machine-id(5).
    "machine": first_line("/etc/machine-id"),
}


class Rejected(Exception):
    pass


class Unanswerable(Exception):
    pass


class Spool:
    """Reads all of its places. A job goes into the first one that can be written to."""

    def __init__(self, path):
        self.places = {place: os.path.join(directory, "jobs") for place, directory in places(path).items()}
        # The processes, once somebody has asked for them.
        self.seen = None

    def ids(self):
        found = []
        for place, jobs in self.places.items():
            numbers = (int(name) for name in entries(jobs) if ID.fullmatch(name))
            found += [number for number in numbers if place_of_id(number) == place]
        return sorted(found)

    def directory(self, number):
        return os.path.join(self.places.get(place_of_id(number), self.places[min(self.places)]), str(number))

    def prune(self, place):
        """The newest stays, so that no id is ever given twice."""
        numbers = [number for number in self.ids() if place_of_id(number) == place]
        removed = 0
        for index, number in enumerate(numbers[:-1], 1):
            is_one_of_many = len(numbers) - index >= KEEP_AT_MOST
            # The directory changes with each state that is written, for the last time with the end.
            if is_one_of_many or is_older(self.directory(number), KEEP):
                if Job(self, number).is_over():
                    remove(self.directory(number))
                    removed += 1
                    if removed == REMOVE_AT_ONCE:
                        break
        for name in entries(self.places[place]):
            path = os.path.join(self.places[place], name)
            # Left by a submission that was killed, here or on another machine.
            if name.startswith(".new") and is_older(path, KEEP):
                remove(path)


ID = re.compile("[1-9][0-9]{0,11}")


def place_of_id(number):
    return 0 if number <= SECOND_PLACE else SECOND_PLACE


def places(path):
    """Directories of the spool by what the ids in them are above."""
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
    found = {**first, SECOND_PLACE: second} if is_free_or_own(second) else first
    if not found:
        raise Unanswerable(f"there is no place for jobs: {NO_HOME}, and {second} is another user's; {OTHER_PLACE}")
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
    """The names in a place; none when it is not there. It has to be the user's own."""
    try:
        owner = os.stat(jobs).st_uid
        if owner != os.getuid():
            raise Unanswerable(f"the spool directory {jobs} belongs to another user")
        return os.listdir(jobs)
    except FileNotFoundError:
        return []


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
