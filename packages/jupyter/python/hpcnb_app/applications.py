"""
What differs between JupyterLab, Notebook 7 and Notebook 6: how each is started and what its
settings are called.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import socket

from hpcnb_launch import failure

# Jupyter's default. With a socket it insists on it, whatever the user's own configuration says.
DEFAULT_PORT = 8888

# Jupyter's own classes for the list in the browser. The user's configuration may give each another
# directory.
FILE_MANAGERS = (
    "FileContentsManager",
    "AsyncFileContentsManager",
    "LargeFileManager",
    "AsyncLargeFileManager",
)


class Application:
    """
    A notebook application. `main` is its class, `names` the traits that are not called the same
    everywhere.
    """

    def __init__(self, title, main, names):
        self.title = title
        self.main = main
        self.names = names

    def initialize(self, settings):
        """
        The server, ready to be started. Given as arguments, the settings outrank the user's own
        configuration.
        """
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        change_no_configuration()
        if hasattr(self.main, "initialize_server"):
            return self.main.initialize_server(argv=arguments)
        server = self.main.instance()
        server.initialize(arguments)
        return server

    def settings(self, directory, secrets):
        """
        Whatever would lead around the token or the tunnel is set, also what the user's
        configuration may say of it.
        """
        prefix = self.names["prefix"]
        settings = {
            self.names["token"]: secrets["token"],
            self.names["directory"]: directory,
            **{f"{manager}.root_dir": directory for manager in FILE_MANAGERS},
            f"{prefix}.allow_root": os.getuid() == 0,
            f"{prefix}.answer_yes": True,
            f"{prefix}.base_url": "/",
            f"{prefix}.certfile": "",
            f"{prefix}.client_ca": "",
            f"{prefix}.keyfile": "",
            f"{prefix}.open_browser": False,
            self.names["password_required"]: False,
        }
        if self.names["prefers"]:
            settings[f"{prefix}.preferred_dir"] = directory
            settings.update({f"{manager}.preferred_dir": "" for manager in FILE_MANAGERS})
        if secrets.get("password"):
            settings[self.names["password"]] = secrets["password"]
        return settings

    def socket_settings(self, path):
        prefix = self.names["prefix"]
        return {
            f"{prefix}.sock": path,
            f"{prefix}.sock_mode": "0600",
            f"{prefix}.port": DEFAULT_PORT,
        }

    def port_settings(self, port):
        """The port was free a moment ago; if it is not any more, the next free one will do."""
        prefix = self.names["prefix"]
        endpoint = {
            f"{prefix}.ip": "127.0.0.1",
            f"{prefix}.port": port,
            f"{prefix}.port_retries": 50,
        }
        return {**endpoint, f"{prefix}.sock": ""} if self.has_sockets() else endpoint

    def has_sockets(self):
        return self.names["prefix"] == "ServerApp" or "sock" in self.main.class_trait_names()


PROXIES = ("ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")


@contextlib.contextmanager
def without_socks():
    """
    JupyterLab makes a client for its extensions when it is imported. Without socksio, that fails
    for a SOCKS proxy. Kernels still get the variables.
    """
    is_usable = importlib.util.find_spec("socksio") is not None
    names = [name for name in PROXIES if os.environ.get(name, "").startswith("socks")]
    kept = {} if is_usable else {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(kept)


def find_application(app):
    package, title = {"lab": ("jupyterlab", "JupyterLab"), "notebook": ("notebook", "Notebook")}[
        app
    ]
    try:
        version = importlib.metadata.version(package)
        if app == "lab":
            with without_socks():
                from jupyterlab.labapp import LabApp as main
        elif major(version) >= 7:
            with without_socks():
                from notebook.app import JupyterNotebookApp as main
        else:
            from notebook.notebookapp import NotebookApp as main
    except ImportError as error:
        raise failure.cannot_import(package, error) from error
    return Application(f"{title} {version}", main, trait_names(app, version))


def trait_names(app, version):
    if app == "notebook" and major(version) < 7:
        return {
            "prefix": "NotebookApp",
            "directory": "NotebookApp.notebook_dir",
            "token": "NotebookApp.token",
            "password": "NotebookApp.password",
            "password_required": "NotebookApp.password_required",
            "prefers": False,
        }
    has_identities = major(importlib.metadata.version("jupyter_server")) >= 2
    password_holder = "PasswordIdentityProvider" if has_identities else "ServerApp"
    return {
        "prefix": "ServerApp",
        "directory": "ServerApp.root_dir",
        "token": "IdentityProvider.token" if has_identities else "ServerApp.token",
        "password": "PasswordIdentityProvider.hashed_password"
        if has_identities
        else "ServerApp.password",
        "password_required": f"{password_holder}.password_required",
        "prefers": has_identities,
    }


def major(version):
    return int(version.split(".")[0])


def change_no_configuration():
    """
    Jupyter would copy the settings of an IPython 3 into the user's directory, and takes the
    session's IPYTHONDIR for one.
    """
    from jupyter_core.application import JupyterApp

    JupyterApp.migrate_config = lambda self: None


def prefer_sockets(server):
    """
    Kernels listen on Unix sockets in Jupyter's runtime directory instead of ports, where any user
    of the host can hear what they print. The user's own configuration has the last word: some
    languages' kernels know nothing but ports.
    """
    from traitlets.config import Config

    manager = server.kernel_manager
    if not {"transport", "ip"} & set(manager.config.KernelManager):
        manager.update_config(Config(KernelManager={"transport": "ipc"}))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(endpoint):
    """Whether a Jupyter server answers there; it needs no token to tell its version."""
    request = b"GET /api HTTP/1.0\r\nHost: localhost\r\n\r\n"
    family = socket.AF_UNIX if endpoint["kind"] == "socket" else socket.AF_INET
    address = (
        endpoint["path"]
        if endpoint["kind"] == "socket"
        else (endpoint["address"], endpoint["port"])
    )
    try:
        with socket.socket(family) as connection:
            connection.settimeout(5)
            connection.connect(address)
            connection.sendall(request)
            return connection.recv(64).startswith((b"HTTP/1.0 200", b"HTTP/1.1 200"))
    except OSError:
        return False
