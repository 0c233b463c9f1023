"""Limits that several of ipyparallel's programs know."""

# Seconds that a controller may take until it has written its connection files; Python itself may
# come from slow storage.
CONTROLLER_LIMIT = 120.0
