import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Jobs } from "./jobs.js";

/**
 * What breaks a Python, a Jupyter server or a cluster that takes it as it comes.
 * docs/environment.md says what is done about each.
 */

const shadow = "raise SystemExit('imported from the notebook directory')\n";

export const filesInNotebookDirectory: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["json", "os", "socket", "tornado", "zmq", "traitlets", "sitecustomize", "usercustomize", "conftest"].map(
      (name) => [`${name}.py`, shadow],
    ),
  ),
  "jupyter_server_config.py": shadow,
  "jupyter_config.py": shadow,
  "ipython_config.py": shadow,
  "ipcontroller_config.py": shadow,
  "ipengine_config.py": shadow,
  "notebook/__init__.py": shadow,
  "jupyterlab/__init__.py": shadow,
  ".env": "PATH=/nowhere\n",
  "pyproject.toml": "[[[\n",
};

/** The user's own, below a directory for JUPYTER_CONFIG_DIR and one for IPYTHONDIR. */
const configuration: Readonly<Record<string, string>> = {
  "jupyter/jupyter_server_config.py": `
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = 1
c.ServerApp.port_retries = 0
c.ServerApp.base_url = "/elsewhere"
c.ServerApp.root_dir = "/usr"
c.ServerApp.preferred_dir = "/usr/lib"
c.ServerApp.certfile = "/nowhere/cert.pem"
c.ServerApp.jpserver_extensions = {"no_such_extension": True}
c.ServerApp.allow_origin = "*"
c.FileContentsManager.root_dir = "/usr"
c.FileContentsManager.preferred_dir = "/usr/lib"
c.AsyncLargeFileManager.root_dir = "/usr"
c.AsyncLargeFileManager.preferred_dir = "/usr/lib"
c.IdentityProvider.token = "foreign"
c.PasswordIdentityProvider.password_required = True
`,
  "ipython/profile_default/ipython_config.py": `c.InteractiveShellApp.exec_lines = ["raise RuntimeError('exec_lines')"]\n`,
  "ipython/profile_default/ipcontroller_config.py": `c.HubFactory.ip = "203.0.113.1"\nc.IPController.ip = "203.0.113.1"\n`,
  "ipython/profile_default/ipengine_config.py": `c.InteractiveShellApp.exec_lines = ["1 / 0"]\nc.IPEngine.timeout = 0.001\n`,
  "ipython/profile_default/startup/1-raises.py": "raise RuntimeError('start-up')\n",
  "ipython/profile_default/startup/2-exits.py": "import sys\nsys.exit(3)\n",
  "python-startup.py": "raise RuntimeError('PYTHONSTARTUP')\n",
};

/** `users` holds the configuration. */
export function variables(users: string): Record<string, string> {
  return {
    HOME: "/proc/no-home",
    TMPDIR: "/no/such/directory",
    LC_ALL: "xx_YY",
    LANG: "nonsense",
    PYTHONHOME: "/nowhere",
    PYTHONPATH: ":/nowhere:.",
    PYTHONSTARTUP: `${users}/python-startup.py`,
    PYTHONUSERBASE: "/nowhere",
    PYTHONNOUSERSITE: "1",
    PYTHONIOENCODING: "ascii",
    PYTHONUTF8: "0",
    PYTHONCOERCECLOCALE: "0",
    PYTHONWARNINGS: "error",
    PYTHONOPTIMIZE: "2",
    PYTHONSAFEPATH: "1",
    PYTHONHASHSEED: "7",
    PYTHONBREAKPOINT: "no.such.function",
    PYTHONUNBUFFERED: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONINSPECT: "1",
    PYTHONVERBOSE: "1",
    JUPYTER_CONFIG_DIR: `${users}/jupyter`,
    JUPYTER_CONFIG_PATH: "/nowhere",
    JUPYTER_DATA_DIR: "/proc/no-data",
    JUPYTER_PATH: "/nowhere",
    JUPYTER_RUNTIME_DIR: "/proc/no-runtime",
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTER_TOKEN: "foreign",
    JUPYTER_PORT: "1",
    JUPYTERHUB_SERVICE_PREFIX: "/user/ada/",
    JUPYTERHUB_API_TOKEN: "foreign",
    JPY_PARENT_PID: "1",
    IPYTHONDIR: `${users}/ipython`,
    IPP_PROFILE_DIR: "/nowhere",
    IPP_CLUSTER_ID: "foreign",
    http_proxy: "http://203.0.113.1:9",
    HTTPS_PROXY: "http://203.0.113.1:9",
    ALL_PROXY: "socks5://203.0.113.1:9",
    NO_PROXY: "example.org",
    MPLBACKEND: "nonsense",
    OMP_NUM_THREADS: "abc",
    LD_LIBRARY_PATH: "/nowhere",
  };
}

/** Shell text. */
export const limits = `umask 000
ulimit -n 256
ulimit -s 512
ulimit -c unlimited
set -euo pipefail
exec 0<&-`;

/** Puts the files where they do harm; returns the folder with the user's own. */
export function surround(jobs: Jobs): string {
  const users = join(jobs.root, "users");
  for (const [root, files] of [
    [jobs.context.directory, filesInNotebookDirectory],
    [users, configuration],
  ] as const) {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
  }
  return users;
}
