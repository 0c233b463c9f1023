"""
The user's own directories, of Jupyter and IPython, and what a job has in the place of those that
cannot be used.
"""

import json
import os
import sys

from hpcnb_launch import files, log
from hpcnb_launch.failure import HOST


def users_ipython_directory():
    """
    The user's own, also when hpcnb was started from inside a notebook that runs in an overlay.
    """
    named = os.environ.get("HPCNB_USER_IPYTHONDIR") or os.environ.get("IPYTHONDIR")
    return os.path.abspath(os.path.expanduser(named or "~/.ipython"))


def provide_home(directory):
    """
    Gives the job, its kernels and its terminals a HOME where the host names none, and Jupyter
    directories that can be written to where the user's cannot: below `directory`. What lies in the
    user's is found as before. Returns what people should know.
    """
    notes = []
    if not os.path.isabs(os.path.expanduser("~")):
        os.environ["HOME"] = files.make_private(directory, "home")
        notes.append(f"HOME is {os.environ['HOME']}, because {HOST} names no other")
    for kind, default, more in (
        ("CONFIG", "~/.jupyter", "JUPYTER_CONFIG_PATH"),
        ("DATA", users_jupyter_data(), "JUPYTER_PATH"),
    ):
        name = f"JUPYTER_{kind}_DIR"
        users = os.path.abspath(os.path.expanduser(os.environ.get(name) or default))
        reason = files.why_not_writable(users)
        if reason is None:
            continue
        os.environ[name] = files.make_private(directory, kind.lower())
        os.environ[more] = os.pathsep.join(filter(None, [users, os.environ.get(more)]))
        notes.append(
            f"{users} cannot be written to on {HOST} ({reason}), so Jupyter writes to "
            f"{os.environ[name]}"
        )
    return notes


def users_jupyter_data():
    """As jupyter_core.paths has it by default."""
    if sys.platform == "darwin":
        return "~/Library/Jupyter"
    return os.path.join(os.environ.get("XDG_DATA_HOME") or "~/.local/share", "jupyter")


def jupyter_data_directory():
    return os.path.abspath(
        os.path.expanduser(os.environ.get("JUPYTER_DATA_DIR") or users_jupyter_data())
    )


def make_ipython_overlay(overlay, profile, tell=log.say):
    """
    An IPYTHONDIR that shows all of the user's own, and beside it a profile of ours. Nothing in the
    user's is changed. Returns the path of our profile's security directory, which holds no
    connection file yet.
    """
    users = users_ipython_directory()
    ours = f"profile_{profile}"
    reasons = [
        files.link_entries(users, overlay, lambda name: name != ours),
        files.link_entries(
            os.path.join(users, ours),
            os.path.join(overlay, ours),
            lambda name: name not in ("security", "pid"),
        ),
        free_default_profile(users, overlay),
    ]
    security = os.path.join(overlay, ours, "security")
    os.makedirs(security, mode=0o700, exist_ok=True)
    for name in os.listdir(overlay):
        stale = os.path.join(overlay, name, "security", "ipcontroller-client.json")
        if not os.path.islink(os.path.join(overlay, name)) and os.path.exists(stale):
            os.unlink(stale)
    os.environ["HPCNB_USER_IPYTHONDIR"] = users
    os.environ["IPYTHONDIR"] = overlay
    for reason in dict.fromkeys(filter(None, reasons)):
        tell(f"IPython's settings are not all found: {reason}")
    return security


def free_default_profile(users, overlay):
    """
    Kernels write to this profile: a history, and folders that IPython misses. Where the user's
    cannot be written, they have their own.
    """
    own, default = os.path.join(users, "profile_default"), os.path.join(overlay, "profile_default")
    is_users = os.path.islink(default)
    has_locks = files.keeps_locks(own if is_users else default)
    if is_users and has_locks and files.why_not_writable(own) is None:
        return None
    reason = None
    if is_users or not has_locks:
        reason = files.link_entries(
            own, default, lambda name: name == "startup" or "_config." in name
        )
    keep_history(default, in_memory=not has_locks)
    return reason


def keep_history(profile, in_memory):
    """
    Tells kernels where to keep their history, in a file of ours that outranks the user's own
    settings.
    """
    path = os.path.join(profile, "ipython_kernel_config.json")
    if not in_memory:
        if os.path.isfile(path) and not os.path.islink(path):
            os.unlink(path)
        return
    try:
        with open(path, encoding="utf-8") as file:
            settings = json.load(file)
    except (OSError, ValueError):
        settings = {}
    settings["HistoryManager"] = {**settings.get("HistoryManager", {}), "hist_file": ":memory:"}
    if os.path.lexists(path):
        os.unlink(path)
    files.write_private(path, json.dumps(settings))


def make_scratch_profile(directory):
    """
    A profile in `directory` with the user's own settings and start-up files, for a controller or an
    engine. IPython makes its directory where there is none: one that cannot be made is replaced by
    another in `directory`.
    """
    profile = os.path.join(directory, "profile")
    users = users_ipython_directory()
    reason = files.link_entries(
        os.path.join(users, "profile_default"),
        profile,
        lambda name: name == "startup" or "_config." in name,
    )
    if reason is not None:
        log.say(f"IPython's settings are not all found: {reason}")
    if files.why_not_writable(users) is not None:
        os.environ["IPYTHONDIR"] = files.make_private(directory, "ipython")
    return profile
