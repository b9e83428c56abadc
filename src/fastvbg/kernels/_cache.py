"""Where compiled kernels are kept between processes."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastvbg.kernels._target import TARGET

_SOURCES = Path(__file__).parent
_SUFFIX = ".kernel"
_MADE = _SOURCES / "made"
"""What a wheel brings, in folders as those of a user's cache."""


class Code(NamedTuple):
    """A compiled kernel, and the name of the one that does what it cannot, or nothing."""

    machine: bytes
    fallback: str


def _user_cache() -> Path | None:
    """Return the user's cache folder by the platform's convention, or None where there is none."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) if base else None
    given = os.environ.get("XDG_CACHE_HOME")
    if given and Path(given).is_absolute():
        return Path(given)
    home = os.environ.get("HOME", "")
    if not Path(home).is_absolute():
        return None
    return Path(home, "Library", "Caches") if sys.platform == "darwin" else Path(home, ".cache")


def has_sources() -> bool:
    """Tell whether the package's sources are files.

    In an archive, or where only compiled modules were installed, they are not: nothing is kept
    then, since nobody could tell what has changed.
    """
    return Path(__file__).suffix == ".py" and Path(__file__).is_file()


@cache
def _digest() -> str:
    """Fingerprint the kernels' sources and what objects take for granted of this Python.

    A folder named after them cannot serve stale code after an upgrade.
    """
    known = f"{sys.platform} {platform.machine()} {object.__basicsize__}"
    content = hashlib.sha256(known.encode())
    for path in sorted((*_SOURCES.rglob("*.py"), _SOURCES.parent / "constants.py")):
        content.update(path.name.encode() + b"\0" + path.read_bytes())
    return content.hexdigest()[:12]


def preferred_folder() -> Path | None:
    """Return the folder wanted for compiled kernels, or None where there is no such place.

    `NUMBA_CACHE_DIR` wins; else the user's cache folder.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    try:
        # A program may change its folder between two kernels.
        base = Path(given).absolute() if given else _user_cache()
        if base is None or not has_sources():
            return None
        return base / "fastvbg" / _digest() / TARGET.name
    except OSError:  # the folder that a relative one starts from is gone, or sources are unreadable
        return None


def is_writable(folder: Path) -> bool:
    """Tell whether files can be made in `folder`, which is created if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def _made() -> Path | None:
    """Return the folder of compiled kernels that came with these very sources for such a CPU."""
    if not _MADE.is_dir():
        return None
    brought = _MADE / _digest() / TARGET.name
    return brought if brought.is_dir() else None


def _places(name: str) -> list[Path]:
    """Return where the code of a kernel may be."""
    return [where / f"{name}{_SUFFIX}" for where in (_made(), folder()) if where is not None]


def keeps(name: str) -> bool:
    """Tell whether there is compiled code of a kernel, such as `refine.guided.smooth`.

    What is damaged of it is found when it is read.
    """
    return any(place.is_file() for place in _places(name))


def read(name: str) -> Code | None:
    """Return the compiled code of a kernel, or None where there is none that is whole."""
    found = (_whole(place) for place in _places(name))
    return next((code for code in found if code is not None), None)


def _whole(place: Path) -> Code | None:
    """Return the code in a file, or None where it is damaged or not there."""
    try:
        head, _, machine = place.read_bytes().partition(b"\n")
        told = json.loads(head)
        whole = hashlib.sha256(machine).hexdigest() == told["sha256"]
        fits = told["target"] == TARGET.name  # wherever the file has been copied from
        return Code(machine, str(told["fallback"])) if whole and fits else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(name: str, code: Code) -> None:
    """Keep compiled code, if that can be done: a disk may be full, a folder gone."""
    where = folder()
    if where is None:
        return
    told = {
        "target": TARGET.name,
        "fallback": code.fallback,
        "sha256": hashlib.sha256(code.machine).hexdigest(),
    }
    content = json.dumps(told).encode() + b"\n" + code.machine
    part = where / f"{name}.{os.getpid()}.part"
    try:
        part.write_bytes(content)
        part.replace(where / f"{name}{_SUFFIX}")
    except OSError:
        with suppress(OSError):
            part.unlink()


@cache
def folder() -> Path | None:
    """Return the folder that compiled kernels are kept in, or None when they are not kept."""
    wanted = preferred_folder()
    return wanted if wanted is not None and is_writable(wanted) else None
