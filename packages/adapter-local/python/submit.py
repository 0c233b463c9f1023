"""The local scheduler, part four: how a job comes into the spool and gets its supervisor."""


def submit(spool, request):
    spec = {key: value for key, value in request["job"].items() if key != "script"}
    check_places(spec)
    new = None
    try:
        spool.make()
        spool.prune()
        new = os.path.join(spool.jobs, f".new-{HOST}-{os.getpid()}")
        os.mkdir(new, 0o700)
        lock = take_lock(os.path.join(new, "alive"))
        write_text(os.path.join(new, "script"), request["job"]["script"], 0o700)
        directory = enter(spool, new, {**spec, **PLACE})
    except OSError as error:
        if new is not None and os.path.isdir(new):
            remove(new)
        raise Rejected(f"the job could not be put into the spool: {explain_error(error)}")
    answer = start_supervisor(directory, read_json(os.path.join(directory, "job.json")))
    os.close(lock)
    if answer["problem"] is not None:
        remove(directory)
        raise Rejected(answer["problem"])
    return {"id": os.path.basename(directory)}


def check_places(spec):
    try:
        os.chdir(spec["workingDirectory"])
    except OSError as error:
        raise Rejected(f"the working directory cannot be entered: {explain_error(error)}")
    directory = os.path.dirname(spec["output"])
    if not os.path.isdir(directory):
        raise Rejected(f"the output cannot be written: there is no directory {directory}")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise Rejected(f"the output cannot be written: no permission to write to {directory}")


def enter(spool, new, spec):
    """Gives the job the next id. No directory can be renamed onto one that has files in it, so nobody else gets that id."""
    number = max(spool.ids(), default=0)
    while True:
        number += 1
        write_json(os.path.join(new, "job.json"), {**spec, "id": str(number)})
        try:
            os.rename(new, spool.directory(number))
            return spool.directory(number)
        except OSError:
            if not os.path.isdir(spool.directory(number)):
                raise


def take_lock(path):
    """Held by whoever has the descriptor, so a fork hands it on without a gap."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def start_supervisor(directory, job):
    ready, tell = os.pipe()

    def confirm(problem):
        try:
            os.write(tell, json.dumps({"problem": problem}).encode())
        except BrokenPipeError:
            # Whoever submitted the job is gone; the job is listed and goes on.
            pass
        os.close(tell)

    detach(directory, lambda: Supervisor(directory, job).run(confirm))
    os.close(tell)
    with open(ready, "rb") as pipe:
        text = pipe.read()
    if not text:
        raise Unanswerable(f"the supervisor of job {job['id']} ended at once: {last_error(directory)}")
    return json.loads(text)


def last_error(directory):
    try:
        with open(os.path.join(directory, "errors"), encoding="utf-8") as file:
            lines = file.read().split("\n")
    except FileNotFoundError:
        lines = []
    return next((line for line in reversed(lines) if line), "it left no message")
