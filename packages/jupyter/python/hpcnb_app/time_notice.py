"""
What a person at the notebook's page sees of the time that is left: a notification of JupyterLab's
own, by an extension of a few lines that the job brings along. Nothing is installed for it, and it
goes with the job.
"""

import contextlib
import json
import os
import time

from hpcnb_launch import files
from hpcnb_launch.job import BEGAN

NOTICE_NAME = "hpcnb-time"

# Minutes before the end at which it is told.
NOTICE_AT = [30, 10, 2]


# Asks how much time is left again and again, because a laptop's clock may be wrong and may have
# slept. The container is what a bundler makes of an extension:
# https://webpack.js.org/concepts/module-federation.
NOTICE_SCRIPT = """\
(() => {
  const activate = (app) => {
    const { baseUrl, token } = app.serviceManager.serverSettings;
    let said = Infinity;
    const look = async () => {
      const headers = token ? { Authorization: `token ${token}` } : {};
      const response = await fetch(`${baseUrl}hpcnb/time`, { headers }).catch(() => undefined);
      // The way to the notebook may be broken for a while.
      if (!response || !response.ok) return;
      const { left, at } = await response.json();
      const due = Math.min(...at.filter((minutes) => left <= minutes * 60));
      if (left <= 0 || due >= said) return;
      said = due;
      const time = left < 120 ? `${Math.floor(left)} s` : `${Math.floor(left / 60)} min`;
      const hours = { hour: "2-digit", minute: "2-digit" };
      const end = new Date(Date.now() + left * 1000).toLocaleTimeString([], hours);
      const message =
        `The time of this notebook on the cluster is up in ${time}, at ${end}. ` +
        "Kernels and engines end then: save what you need.";
      const options = { autoClose: false };
      app.commands.execute("apputils:notify", { message, type: "warning", options });
    };
    app.restored.then(look);
    setInterval(look, 20000);
  };
  const plugin = { id: "hpcnb-time:notice", autoStart: true, activate };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["hpcnb-time"] = {
    init: () => {},
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })),
  };
})();
"""


@contextlib.contextmanager
def notice_found(directory):
    """Writes the extension below a directory, where a server that is made meanwhile finds it."""
    folder = os.path.join(directory, "labextensions", NOTICE_NAME)
    os.makedirs(os.path.join(folder, "static"))
    build = {"load": "static/notice.js", "extension": "./extension"}
    about = {
        "name": NOTICE_NAME,
        "version": "1.0.0",
        "jupyterlab": {"extension": True, "_build": build},
    }
    files.write_private(os.path.join(folder, "package.json"), json.dumps(about))
    files.write_private(os.path.join(folder, "static", "notice.js"), NOTICE_SCRIPT)
    kept = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [kept, directory]))
    try:
        yield
    finally:
        # Kernels have it as the user has it.
        del os.environ["JUPYTER_PATH"]
        if kept is not None:
            os.environ["JUPYTER_PATH"] = kept


def tell_time_left(server, walltime):
    """Lets the server tell a logged-in client how many seconds are left."""
    import tornado.web
    from jupyter_server.base.handlers import APIHandler

    at = [minutes for minutes in NOTICE_AT if minutes * 60 < walltime]

    class TimeHandler(APIHandler):
        @tornado.web.authenticated
        def get(self):
            left = walltime - (time.monotonic() - BEGAN)
            self.finish(json.dumps({"left": round(left, 1), "at": at}))

    server.web_app.add_handlers(".*$", [(server.base_url.rstrip("/") + "/hpcnb/time", TimeHandler)])
