"""Run a text of Python's as the main program, with the arguments that follow it."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    code = sys.argv.pop(1)
    exec(code)  # noqa: S102
