"""
The local scheduler: one request from standard input, one answer to standard output, both JSON.
"""

import json
import sys

from hpcnb_local.answers import Rejected, Unanswerable, explain_error


def main():
    try:
        if sys.version_info < (3, 9):
            raise Unanswerable(
                f"Python 3.9 or newer is needed, and python3 is {sys.version.split()[0]}"
            )
        answer = answer_to(json.loads(sys.stdin.buffer.read()))
    except Rejected as error:
        answer = {"rejected": str(error)}
    except Unanswerable as error:
        answer = {"failed": str(error)}
    except OSError as error:
        answer = {"failed": explain_error(error)}
    print(json.dumps(answer))


def answer_to(request):
    """Imports, and so compiles, no more than this request needs."""
    from hpcnb_local.processes import name_itself
    from hpcnb_local.spool import Spool

    if request["verb"] == "submit":
        from hpcnb_local import submit as module
    elif request["verb"] == "cancel":
        from hpcnb_local import changes as module
    else:
        from hpcnb_local import questions as module
    name_itself()
    return getattr(module, request["verb"])(Spool(request.get("spool")), request)
