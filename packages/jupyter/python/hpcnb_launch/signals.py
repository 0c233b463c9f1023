"""What becomes of signals that warn a job and are not to end it."""

import os
import signal

# With these, schedulers announce a suspension or a soft limit, and a login that goes or a terminal
# tells its processes. None of them is to end a job; those of the first kind are worth a word in the
# log.
WARNINGS = tuple(getattr(signal, name) for name in ("SIGUSR1", "SIGUSR2", "SIGXCPU"))


HANGUPS = tuple(getattr(signal, name) for name in ("SIGHUP", "SIGTSTP", "SIGTTIN", "SIGTTOU"))


def ignore(signals):
    """For this process and, other than with a handler, for the programs that it starts."""
    for number in signals:
        signal.signal(number, signal.SIG_IGN)


def tell_warnings():
    """Has this process say of each kind of warning that it came, when it comes first."""
    told = set()

    def tell(number, _frame):
        if number not in told:
            told.add(number)
            text = (
                f"{signal.Signals(number).name} came: with it, schedulers announce a soft limit "
                "or a suspension. The job goes on."
            )
            try:
                # Not by `print`: the signal may have come in the middle of one.
                os.write(1, f"hpcnb: {text}\n".encode())
            except OSError:
                # As with `say`: the log may be on a full disk.
                pass

    for number in WARNINGS:
        signal.signal(number, tell)


def tell_warnings_beside():
    """
    The same by a process of its own, for one whose children are to ignore warnings as it does
    itself. It ends with this one.
    """
    here, there = os.pipe()
    if os.fork() == 0:
        os.close(there)
        ignore((signal.SIGTERM, signal.SIGINT))
        tell_warnings()
        os.read(here, 1)
        os._exit(0)
    os.close(here)
    # Open until this process ends.
    return there
