"""Records: files of one size, in which jobs tell facts. core's records.ts says why."""

import hashlib
import json
import os

RECORD_SIZE = 4096
JSON_ROOM = RECORD_SIZE - 65


def encode(record):
    text = json.dumps(record).encode("ascii")
    if len(text) > JSON_ROOM:
        raise ValueError(f"A record holds {JSON_ROOM} bytes, not {len(text)}.")
    return text.ljust(JSON_ROOM) + hashlib.sha256(text).hexdigest().encode("ascii") + b"\n"


def decode(data, run):
    """The record, or why there is none: (record, None) or (None, reason)."""
    if len(data) != RECORD_SIZE:
        return None, f"it has {len(data)} bytes instead of {RECORD_SIZE}"
    text = data[:JSON_ROOM].rstrip(b" ")
    if hashlib.sha256(text).hexdigest().encode("ascii") + b"\n" != data[JSON_ROOM:]:
        return None, "its checksum does not fit its content"
    try:
        record = json.loads(text)
    except ValueError:
        return None, "it is no JSON"
    if not isinstance(record, dict):
        return None, "it is no object"
    if record.get("run") != run:
        return None, f"it is of run {record.get('run')}"
    return record, None


def read(path, run):
    """Lists the directory first: that makes a network file system ask its server."""
    try:
        os.listdir(os.path.dirname(path))
        with open(path, "rb") as file:
            return decode(file.read(), run)
    except OSError as error:
        return None, error.strerror or str(error)
