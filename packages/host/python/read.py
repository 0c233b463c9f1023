"""
Reads files. On standard input: the paths, what is known of their texts, for how many seconds to
wait for other texts than those, and how many bytes a file may have. Paths are UTF-8, whatever the
locale is. Prints for each file its text, its error, or nothing. Needs Python 3.4 or later.
"""

import json
import os
import stat
import sys
import time

first_pause, longest_pause = 0.05, 0.25
# What comes after a long wait may be seen late by this share of it.
late = 0.05


def read(path, most):
    path = path.encode("utf-8")
    try:
        # Before it is opened: opening a device may do something.
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            return {"error": "Is a directory" if stat.S_ISDIR(mode) else "it is no regular file"}
        # Without waiting, should it just have become a fifo.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY), "rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            return {"error": "it has more than %d MB" % (most // 1000000)}
        return {"text": data.decode("utf-8", "replace")}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        return {"error": error.strerror}


paths, known, limit, most = json.loads(sys.stdin.buffer.read().decode("utf-8"))
start = time.monotonic()
end = start + limit
while True:
    files = [read(path, most) for path in paths]
    now = time.monotonic()
    left = end - now
    if left <= 0 or [file.get("text") for file in files] != known:
        break
    time.sleep(min(max(first_pause, late * (now - start)), longest_pause, left))
print(json.dumps(files))
