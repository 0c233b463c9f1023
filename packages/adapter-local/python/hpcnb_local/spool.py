"""
The spool, which has a directory for each job, `jobs/<id>`, with these files:

    job.json    what was submitted; never changes
    script      the job's program
    alive       locked exclusively by the job's supervisor for as long as it lives, and signed by it
    state.json  the supervisor's word on each task
    cancel      there once somebody asked to end the job
    cancel-tasks  a line for each request to end some of its tasks, such as 2-3
    errors      what went wrong inside the supervisor itself

A job's directory appears by a rename, complete and with the lock held, so there is never half a
job.
"""

import os

from hpcnb_local.directories import ID, base_of_id, directories, entries


class Spool:
    """Reads all of its places. A job goes into the first one that can be written to."""

    def __init__(self, path):
        self.directories = {
            base: os.path.join(directory, "jobs") for base, directory in directories(path).items()
        }
        # The processes, once somebody has asked for them.
        self.seen = None

    def ids(self):
        found = []
        for base, jobs in self.directories.items():
            numbers = (int(name) for name in entries(jobs) if ID.fullmatch(name))
            found += [number for number in numbers if base_of_id(number) == base]
        return sorted(found)

    def directory(self, number):
        return os.path.join(
            self.directories.get(base_of_id(number), self.directories[min(self.directories)]),
            str(number),
        )
