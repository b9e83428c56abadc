"""Programs that stand in for others: small scripts of Python's on a PATH of their own."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def stand_in(folder: Path, name: str, code: str) -> Path:
    """Write a program into a folder and return it."""
    program = folder / name
    # Without site-packages, which these do not need: they start in a few milliseconds.
    program.write_text(f"#!{sys.executable} -SE\n{code}")
    program.chmod(0o755)
    return program


def wait_for(happened: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something has happened; the limit is only there so that nothing hangs."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, f"has not happened within {seconds} s"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Tell whether there is such a process that runs: not one that only waits to be reaped."""
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False
