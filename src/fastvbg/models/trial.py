"""Models of unknown origin, first run in a process of their own: some end the one that loads them.

Public TFLite files make OpenCV's DNN module read where nothing is, which no exception tells of.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from fastvbg.errors import ModelError
from fastvbg.models.store import KNOWN, digest, folder

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.models.spec import ModelSpec

_SECONDS = 120.0
_WORKER = "from fastvbg.models.runtimes import run_once; run_once(*sys.argv[1:])"
_WINDOWS_FAULT = 0xC0000000
"""From here on an exit code of Windows is that of a process which was ended."""
_passed: set[str] = set()


def demand_survival(spec: ModelSpec, runtime: str, version: str) -> None:
    """Raise `ModelError` where a model ends the process that runs it, or does not come to an end.

    What else is wrong of it is told when it is opened. A model is tried once a machine and version
    of what runs it, the person models never.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    runtime, version : str
        What runs it.
    """
    try:
        known = digest(spec.path.read_bytes())
    except OSError:
        return  # told when it is opened
    name = f"{known[:32]}-{runtime}-{version}-{spec.width}x{spec.height}"
    if known in {each.sha256 for each in KNOWN} or name in _passed:
        return
    mark = _mark(name)
    if mark is None or not mark.exists():
        end = _end(spec, runtime)
        if end:
            raise ModelError(f"it {end}, tried in a process of its own")
        if mark is not None:
            with suppress(OSError):
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()
    _passed.add(name)


def _mark(name: str) -> Path | None:
    """Return the file that tells of a model that has been tried; None where nothing is kept."""
    try:
        return folder() / "tried" / name
    except ModelError:
        return None


def _end(spec: ModelSpec, runtime: str) -> str:
    """Return how a process that runs a model was ended; empty where it ended by itself."""
    if not sys.executable or getattr(sys, "frozen", False):
        return ""
    code = f"import sys; sys.path[:] = {sys.path!r}; {_WORKER}"
    arguments = runtime, str(spec.path.absolute()), str(spec.height), str(spec.width)
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"was not done with one picture after {_SECONDS:.0f} s"
    except OSError:
        return ""
    return _ended(done.returncode)


def _ended(status: int) -> str:
    """Return how a process was ended, by its status; empty where it ended by itself."""
    if status < 0:
        known = {each.value for each in signal.Signals}
        name = signal.Signals(-status).name if -status in known else f"signal {-status}"
        return f"ends the process by {name}"
    if status & 0xFFFFFFFF >= _WINDOWS_FAULT:
        return f"ends the process with 0x{status & 0xFFFFFFFF:X}"
    return ""
