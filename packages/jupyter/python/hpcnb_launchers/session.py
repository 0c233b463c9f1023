"""The session's own cluster as ipyparallel's launchers see it."""

import asyncio
import json
import time

from ipyparallel.cluster.launcher import (
    BaseLauncher,
    ControllerLauncher,
    EngineLauncher,
    LauncherError,
    LocalControllerLauncher,
)
from tornado import web

from hpcnb_launchers.known import KNOWN

# Seconds that a cluster may wait for its turn before `start_and_connect` and the like give up
# waiting. It goes on.
QUEUE_LIMIT = 3600
OWN_CLUSTER = (
    f"The cluster without an id in the profile {KNOWN['session']} is the session's own, which "
    "`hpcnb up` starts and "
    "`hpcnb down` ends."
)


class Refused(LauncherError, web.HTTPError):
    """
    A sentence for people: in a notebook as an error, in JupyterLab's side bar as the server's
    answer.
    """

    def __init__(self, sentence):
        web.HTTPError.__init__(self, 409, sentence)
        self.sentence = sentence

    def __str__(self):
        return self.sentence


def refuse_own_cluster(cluster_id):
    if KNOWN["ownEngines"] is not None and not cluster_id:
        raise Refused(f"{OWN_CLUSTER} For another one leave out cluster_id, or give it one.")


def refuse_too_many(engines):
    """
    The session's own engines are not counted: the site's limit is for mistakes, and the scheduler
    has the last word.
    """
    limit = KNOWN["mostEngines"]
    if limit is not None and engines is not None and engines > limit["value"]:
        raise Refused(
            f"A cluster has at most {limit['value']} engines {limit['where']}, and {engines} are "
            f"asked for. {KNOWN['help'] or ''}".rstrip()
        )


class NodeController(LocalControllerLauncher):
    """ipyparallel's own, as a process beside the notebook, where no job can be submitted from."""

    entrypoint_name = "hpcnb_launchers.session.NodeController"

    def start(self):
        refuse_own_cluster(self.cluster_id)
        refuse_too_many(self.parent.n)
        return super().start()


class OfSession(BaseLauncher):
    """Shown to ipyparallel, but not in its hands."""

    def find_args(self):
        return [f"{self.name} of the session"]

    def start(self, *_arguments):
        raise Refused(OWN_CLUSTER)

    async def stop(self):
        raise Refused(OWN_CLUSTER)

    def signal(self, sig):
        raise Refused(OWN_CLUSTER)

    def poll(self):
        return None


class SessionController(OfSession, ControllerLauncher):
    entrypoint_name = "hpcnb_launchers.session.SessionController"

    async def get_connection_info(self, timeout=None):
        """The connection to the controller, from the file that the notebook job keeps."""
        path = self.connection_files["client"]
        deadline = time.monotonic() + (QUEUE_LIMIT if timeout is None or timeout < 0 else timeout)
        while True:
            try:
                with open(path, encoding="ascii") as file:
                    return {"client": json.load(file)}
            except FileNotFoundError:
                if time.monotonic() > deadline:
                    raise TimeoutError(
                        "The session's controller is not there. `hpcnb status` says why."
                    ) from None
            await asyncio.sleep(0.2)


class SessionEngines(OfSession, EngineLauncher):
    entrypoint_name = "hpcnb_launchers.session.SessionEngines"
