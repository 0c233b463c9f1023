"""Prints the lines of a requirements file (`name>=1.2,<3`, one each) that this Python does not meet."""

import re
import sys
from importlib import metadata


def numbers(version):
    return [int(part) for part in re.match(r"\d+(\.\d+)*", version).group().split(".")]


def meets(requirement):
    name, bounds = re.match(r"([\w.-]+)\s*(.*)", requirement).groups()
    try:
        found = numbers(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False
    for operator, version in re.findall(r"(>=|<)\s*([\d.]+)", bounds):
        if (found >= numbers(version)) != (operator == ">="):
            return False
    return True


with open(sys.argv[1], encoding="utf-8") as file:
    lines = [line.split("#")[0].strip() for line in file]
unmet = [line for line in lines if line and not meets(line)]
print("\n".join(unmet))
