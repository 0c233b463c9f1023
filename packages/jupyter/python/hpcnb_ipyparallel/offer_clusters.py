"""
What the notebook job does so that a user can start clusters in it: ipyparallel's configuration.
"""

import json
import os
import sys

from hpcnb_launch import files, homes

CONFIGURATION = """\
# Written by hpcnb whenever the notebook starts: how ipyparallel starts a cluster with the profile
# {profile!a}.
import sys

if {module!a} not in sys.path:
    sys.path.append({module!a})

import hpcnb_launchers.jobs

hpcnb_launchers.jobs.configure(get_config())
"""


# Loads the user's own profile with the session's name.
USERS_CONFIGURATION = """
# Your own, which has the last word.
load_subconfig({path!a})
"""


def offer(security, parameters):
    """
    Lets `ipyparallel.Cluster(profile=...)` and JupyterLab's side bar start clusters, and shows the
    session's own to them. `security` is the directory of the session's profile for connection
    files.
    """
    module, profile = parameters["launchers"], os.path.dirname(security)
    forget_clusters(security)
    users = os.path.join(
        homes.users_ipython_directory(), os.path.basename(profile), "ipcluster_config.py"
    )
    text = CONFIGURATION.format(profile=parameters["profile"], module=module)
    if os.path.exists(users):
        text += USERS_CONFIGURATION.format(path=users)
    # Replaces the link to the user's own.
    files.write_private(os.path.join(profile, "ipcluster_config.py"), text)
    # For the server, and for its kernels, which also load a cluster from a file that names these
    # launchers.
    sys.path.append(module)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), module]))
    if parameters["cluster"]:
        files.write_private(
            os.path.join(security, "cluster-.json"), json.dumps(own_cluster(profile, module))
        )


def own_cluster(profile, module):
    """
    The session's own cluster, as `ipyparallel.Cluster` writes one down that others are to find. Its
    id is the empty one.
    """
    with open(os.path.join(module, "hpcnb_launchers.json"), encoding="utf-8") as file:
        engines = json.load(file)["ownEngines"]
    common = {"profile_dir": profile, "cluster_id": ""}
    running = {**common, "state": "running"}
    return {
        "cluster": {**common, "class": "ipyparallel.cluster.cluster.Cluster", "n": engines},
        "controller": {"class": "hpcnb_launchers.session.SessionController", "state": running},
        "engines": {
            "class": "hpcnb_launchers.session.SessionEngines",
            "sets": {"session": {**running, "n": engines}},
        },
    }


def forget_clusters(security):
    """Those of an earlier run are gone."""
    for name in os.listdir(security):
        if name.startswith(("cluster-", "ipcontroller-")) and name.endswith(".json"):
            os.unlink(os.path.join(security, name))
