"""
The notebook job takes a new token while its server runs, and forgets the old one and all that was
let in with it.
"""

import gc
import os
import threading
import time

from hpcnb_launch import log, records

# Seconds between two looks whether there is another token.
LOOK_FOR_TOKEN_EVERY = 1.0

# Seconds after which a connection is open that was let in by the old token, but was still being
# made.
STRAGGLERS_AFTER = 5.0


class TokenFollower:
    """`tell` gets how often the token was changed, once the server has it."""

    def __init__(self, parameters, server, token, tell):
        self.run_id = parameters["run"]
        self.path = parameters["secretsRecord"]
        self.server = server
        self.token = token
        self.tell = tell

    def run(self):
        """For as long as the server runs."""
        while True:
            time.sleep(LOOK_FOR_TOKEN_EVERY)
            secrets, _reason = records.read(self.path, self.run_id)
            token = secrets.get("token") if secrets else None
            if isinstance(token, str) and token and token != self.token:
                self.token = token
                self.server.io_loop.add_callback(self.take, token, secrets.get("renewals"))

    def take(self, token, renewals):
        """In the server's own thread, so that no request is answered by half of it."""
        change_token(self.server, token)
        close_websockets(0)
        self.server.io_loop.call_later(STRAGGLERS_AFTER, close_websockets, STRAGGLERS_AFTER)
        log.say("the token was changed. Anyone with the old one must log in again.")
        threading.Thread(target=self.tell, args=(renewals,), daemon=True).start()


def change_token(server, token):
    """Login cookies are signed with the secret: with another one they are worth nothing."""
    server.cookie_secret = os.urandom(32)
    settings = server.web_app.settings
    settings["cookie_secret"] = server.cookie_secret
    settings["token"] = token
    # JupyterLab gives its pages a copy.
    pages = settings.get("page_config_data", {})
    if pages.get("token"):
        pages["token"] = token
    # Jupyter Server 2 has it there; its pages and older servers read the setting.
    holder = getattr(server, "identity_provider", None) or server
    holder.token = token
    server.write_server_info_file()


def close_websockets(age):
    """
    Those that are older than so many seconds. A kernel's or a terminal's is asked for a token only
    when it is opened.
    """
    from tornado.websocket import WebSocketHandler

    for handler in gc.get_objects():
        # Not `isinstance`, which some objects answer by doing something.
        if issubclass(type(handler), WebSocketHandler) and handler.ws_connection is not None:
            if handler.request.request_time() >= age:
                # Notebook 6's handlers end no connection in their own `close`.
                WebSocketHandler.close(handler, 1008, "The token was changed.")
