"""
Prints the lines of a requirements file, such as `name>=1.2,<3` or `name==1.2`, that this Python
does not meet.
"""

import operator as operators
import re
import sys
from importlib import metadata

COMPARE = {">=": operators.ge, "==": operators.eq, "<": operators.lt}


def numbers(version):
    return [int(part) for part in re.match(r"\d+(\.\d+)*", version).group().split(".")]


def meets(requirement):
    name, bounds = re.match(r"([\w.-]+)\s*(.*)", requirement).groups()
    try:
        found = numbers(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False
    return all(
        COMPARE[operator](found, numbers(version))
        for operator, version in re.findall(r"(>=|==|<)\s*([\d.]+)", bounds)
    )


with open(sys.argv[1], encoding="utf-8") as file:
    lines = [line.split("#")[0].strip() for line in file]
unmet = [line for line in lines if line and not meets(line)]
print("\n".join(unmet))
