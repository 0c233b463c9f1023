"""The scheduler's commands, on the notebook's host."""

import asyncio
import functools
import subprocess

from hpcnb_launchers.known import KNOWN

# Seconds that the scheduler may take for an answer.
COMMAND_LIMIT = 60


async def run(argv, text):
    """The exit code of a command and all that it has said, in one line but for a good end."""
    return await in_thread(run_now, argv, text)


async def in_thread(function, *arguments):
    work = functools.partial(function, *arguments)
    try:
        return await asyncio.get_running_loop().run_in_executor(None, work)
    except RuntimeError:
        # A kernel that ends has no threads to give any more.
        return work()


def run_now(argv, text):
    try:
        result = subprocess.run(
            argv,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=COMMAND_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return -1, f"no answer from the scheduler in {COMMAND_LIMIT} s"
    except OSError as error:
        return 127, f"{error.filename}: {error.strerror}"
    output = result.stdout.strip()
    return result.returncode, output if result.returncode == 0 else " ".join(output.split())


def fill(text, words):
    """
    `text` with each word in the place of its placeholder; the words are letters and digits, which
    need no quoting.
    """
    for name, word in words.items():
        text = text.replace(str(KNOWN["jobs"]["placeholders"][name]), word)
    return text
