"""One run at a time works on a folder of parts as a whole; a run that died does not count."""

from __future__ import annotations

import json
import os
import platform
import secrets
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import SinkError
from fastvbg.farm.parts.folder import LOCK
from fastvbg.sink.staging import why

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIES = 3


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder meanwhile.

    Raises
    ------
    SinkError
        Another run holds it.
    """
    path = folder / LOCK
    own = {"pid": os.getpid(), "host": platform.node(), "began": _began(os.getpid())}
    _take(path, {**own, "time": time.time()})
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def _take(path: Path, own: dict[str, Any]) -> None:
    for _ in range(_TRIES):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            holder = _holder(path)
            if holder is not None and _lives(holder):
                raise SinkError(
                    f"parts: {path.parent} is worked on by process {holder.get('pid')} on "
                    f"{holder.get('host')}; wait for it, end it, or remove {path}, if it is gone"
                ) from None
            _put_aside(path)
        except OSError as error:
            raise SinkError(f"parts: cannot write in {path.parent}: {why(error)}") from None
        else:
            with os.fdopen(descriptor, "w") as file:
                json.dump(own, file)
            return
    raise SinkError(f"parts: {path} cannot be taken; remove it if no run is at work")


def _holder(path: Path) -> dict[str, Any] | None:
    """Return who holds a lock; None where nobody says so, as after a power cut."""
    for _ in range(_TRIES):
        try:
            data = json.loads(path.read_bytes())
        except OSError:
            return None
        except ValueError:  # it may be written at this moment
            time.sleep(0.1)
            continue
        return data if isinstance(data, dict) else None
    return None


def _lives(holder: dict[str, Any]) -> bool:
    """Tell whether a holder may be at work: it is, or it is on another machine."""
    pid = holder.get("pid")
    if holder.get("host") != platform.node() or not isinstance(pid, int):
        return True
    if sys.platform == "win32":  # where asking ends the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    began = _began(pid)
    return began is None or holder.get("began") is None or began == holder["began"]


def _began(pid: int) -> str | None:
    """Return when a process began, by which it is told from a later one of its number."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return f"{boot} {said.rpartition(')')[2].split()[19]}"


def _put_aside(path: Path) -> None:
    """Remove a lock that nobody holds; one of several that try gets it."""
    aside = path.with_name(f"{LOCK}.{secrets.token_hex(6)}.tmp")
    with suppress(OSError):
        path.rename(aside)
        aside.unlink()
