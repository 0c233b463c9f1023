"""What differs between sessions and schedulers: hpcnb_launchers.json lies beside this package."""

import json
import os

PACKAGE = os.path.dirname(os.path.abspath(__file__))

with open(f"{PACKAGE}.json", encoding="utf-8") as file:
    KNOWN = json.load(file)
