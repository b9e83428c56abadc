"""Where compiled kernels are kept between processes."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from fastvbg.kernels._target import TARGET

_SOURCES = Path(__file__).parent


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

    In an archive, or where only compiled modules were installed, they are not: Numba keeps nothing
    then, since it could not tell what has changed.
    """
    return Path(__file__).suffix == ".py" and Path(__file__).is_file()


def _digest() -> str:
    """Fingerprint the kernels' sources and the target they are compiled for.

    Numba checks only the file of the cached function itself; a helper compiled into it may live in
    another. A folder named after all of them cannot serve stale code after an upgrade, nor one
    variant's code to another.
    """
    content = hashlib.sha256(TARGET.name.encode())
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
        return None if base is None or not has_sources() else base / "fastvbg" / _digest()
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


def keeps(name: str) -> bool:
    """Tell whether the cache has compiled code of a kernel, such as `refine.guided.smooth`.

    By the names that Numba gives its files; what is damaged in there is found when it is loaded.
    """
    where = folder()
    *room, module, function = name.split(".")
    return where is not None and any(
        where.glob(f"{'.'.join(room[-1:])}_*/{module}.{function}-*.nbi")
    )


@cache
def folder() -> Path | None:
    """Return the folder that compiled kernels are kept in, or None when they are not kept."""
    wanted = preferred_folder()
    return wanted if wanted is not None and is_writable(wanted) else None
