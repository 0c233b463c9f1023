"""Prints the version of this Python and where it is."""

import sys

print(*sys.version_info[:3], sys.executable)
