"""
What a job's shell text goes on as. Python 2.7 can read this, to be able to say that it is old.
"""

import os
import sys

OLDEST = (3, 9)


# It has the working directory on its path, where a notebook's folder may hold a json.py.
if sys.path and sys.path[0] == "":
    del sys.path[0]


def put_back(name, kept):
    """Whatever the job starts has the variable as the user has it."""
    value = os.environ.pop(kept, "")
    os.environ.pop(name, None)
    if value:
        os.environ[name] = value


def leave_out_here():
    """
    Parts of PYTHONPATH that mean the working directory, as `$PYTHONPATH:/more` makes one. A kernel
    looks there in any case, once it has started.
    """
    parts = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [part for part in parts if part not in ("", ".")]
    os.environ["PYTHONPATH"] = os.pathsep.join(kept)
    if not kept:
        del os.environ["PYTHONPATH"]


def refuse():
    import socket

    version = ".".join(map(str, sys.version_info[:3]))
    problem = "%s on %s is Python %s, and %s or newer is needed." % (
        sys.executable,
        socket.gethostname(),
        version,
        ".".join(map(str, OLDEST)),
    )
    hint = "Name an environment with a newer Python under notebook.environment."
    sys.stderr.write("hpcnb: %s %s\n" % (problem, hint))
    publish(problem, hint)
    sys.exit(1)


def publish(problem, hint):
    """
    As `Report.publish` in report.py. An engine has no record of its own. On shared storage the
    record may not be there yet: then only the log has said it.
    """
    import hashlib
    import json

    parameters = json.loads(os.environ["HPCNB_PARAMETERS"])
    if "record" not in parameters:
        return
    record = {"run": parameters["run"], "state": "failed", "problem": problem, "hint": hint}
    text = json.dumps(record).encode("ascii")
    end = hashlib.sha256(text).hexdigest().encode("ascii") + b"\n"
    try:
        with open(parameters["record"], "r+b") as file:
            size = os.fstat(file.fileno()).st_size
            file.write(text.ljust(size - len(end)) + end)
    except (EnvironmentError, UnicodeError) as error:
        sys.stderr.write("hpcnb: no record could be written: %s\n" % error)


def main():
    """
    Runs the program that the job's script carries: the first part of its text imports the others,
    see hpcnb_modules.py.
    """
    import importlib
    import json

    # A text that the log's encoding does not have is no reason to end.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    parameters, text = (os.environ.pop("HPCNB_" + name) for name in ("PARAMETERS", "PROGRAM"))
    importer = {}
    exec(compile(text.partition("\n#: ")[0], "hpcnb_modules", "exec"), importer)
    importer["install"](text)
    program = importlib.import_module(sys.argv[1].replace("hpcnb-", "hpcnb_programs."))
    program.run(json.loads(parameters))


put_back("PYTHONUTF8", "HPCNB_PYTHONUTF8")
leave_out_here()
if sys.version_info < OLDEST:
    refuse()
main()
