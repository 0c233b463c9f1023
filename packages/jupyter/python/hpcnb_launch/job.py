"""A job from its beginning to its end."""

import os
import signal
import sys
import time
import traceback

from hpcnb_launch import log, signals
from hpcnb_launch.failure import HOST, Failure, Stopped, of_unexpected
from hpcnb_launch.signals import HANGUPS, WARNINGS

# When the job began to run, by its host's clock and by one that is never set; its shell knows for
# how long it had run before.
RAN = int(os.environ.pop("HPCNB_SECONDS", "0"))


BEGAN_AT, BEGAN = time.time() - RAN, time.monotonic() - RAN


def run(parameters, reports, work):
    """
    Runs a job's work to its end, says in `reports` how it went, and exits: with 1 in place of an
    exit code that means more to the scheduler.
    """
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    del sys.argv[1:]
    signal.signal(signal.SIGTERM, stop)
    signals.ignore(WARNINGS + HANGUPS)
    code, end = 0, ("ended", {})
    try:
        work()
    except Stopped:
        end = ("ended", {"told": True})
    except KeyboardInterrupt:
        code = 1
    except Failure as failure:
        log.say(failure.problem if failure.hint is None else f"{failure.problem} {failure.hint}")
        code, end = 1, failed(failure.problem, failure.hint)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        if code:
            end = failed(f"It has stopped with exit code {code} on {HOST}.")
    except Exception as error:
        traceback.print_exc()
        unexpected = of_unexpected(error)
        code, end = 1, failed(unexpected.problem, unexpected.hint)
    if end[0] == "ended":
        end = ("ended", {"told": False, **end[1], "seconds": round(time.monotonic() - BEGAN, 1)})
    for report in reports:
        report.try_publish(end[0], **end[1])
    log.say("ended." if code == 0 else f"ended with exit code {code}.")
    sys.exit(1 if code in parameters["reservedExitCodes"] else code)


def die_with_parent():
    """
    Linux: a child whose job was killed would go on unseen, see prctl(2): 1 is PR_SET_PDEATHSIG.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def failed(problem, hint=None):
    facts = {"problem": problem[:2000]}
    if hint is not None:
        facts["hint"] = hint[:1000]
    return "failed", facts


def stop(_signal, _frame):
    # Told again, it would break off its own clearing up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped(0)
