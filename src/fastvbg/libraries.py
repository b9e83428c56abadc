"""The libraries that fastvbg stands on, and one line where one of them does not load."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from importlib import import_module, metadata
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fastvbg.errors import FastvbgError, MissingLibraryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = [
    "LIBRARIES",
    "OPENCV_PACKAGES",
    "SYSTEM_PACKAGES",
    "Library",
    "hushed_opencv",
    "installed_opencv",
    "load",
    "not_loaded",
    "remedy",
]


_SILENT = 0
"""OpenCV's level of logging."""


class Library(NamedTuple):
    """A library by the name that people know, and what pip calls it."""

    name: str
    package: str


LIBRARIES: Final = {
    "numpy": Library("NumPy", "numpy"),
    "cv2": Library("OpenCV", "opencv-python"),
    "PIL": Library("Pillow", "pillow"),
    "av": Library("PyAV", "av"),
    "numba": Library("Numba", "numba"),
    "llvmlite": Library("Numba's llvmlite", "llvmlite"),
    "typer": Library("Typer", "typer"),
    "rich": Library("Rich", "rich"),
}
"""By the name that is imported."""

OPENCV_PACKAGES: Final = (
    "opencv-python",
    "opencv-contrib-python",
    "opencv-python-headless",
    "opencv-contrib-python-headless",
)
"""The packages that OpenCV comes in. All of them write to the same folder."""

SYSTEM_PACKAGES: Final = "libgl1 libglib2.0-0 libxcb1"
"""Debian's packages of what OpenCV's usual build needs for windows, which fastvbg never opens."""


def load(module: str) -> ModuleType:
    """Import one of fastvbg's modules.

    Parameters
    ----------
    module : str
        Its name.

    Raises
    ------
    MissingLibraryError
        A library that it needs does not load.
    """
    try:
        loaded = import_module(module)
    # Libraries that are damaged or do not fit together raise whatever they happen to.
    except Exception as error:
        told = not_loaded(error)
        if told is None:
            raise
        raise told from None
    # Of two packages that share a folder the removal of one leaves a folder that imports as empty.
    opencv = sys.modules.get("cv2")
    if opencv is not None and not hasattr(opencv, "resize"):
        raise MissingLibraryError(f"OpenCV does not load: cv2 is empty; {remedy('cv2', '')}")
    return loaded


def not_loaded(error: BaseException) -> MissingLibraryError | None:
    """Return the error to raise where `error` says that a library does not load.

    Parameters
    ----------
    error : BaseException
        What came of an import, or of a call that imports at its first use.

    Returns
    -------
    MissingLibraryError or None
        One line: which library, why not, and what to do. None where `error` is about something
        else.
    """
    if isinstance(error, FastvbgError):
        return None
    module = _culprit(error)
    if module is None:
        return None
    if module == "cv2":
        # OpenCV's own mark of an import under way, which outlives one that failed: the next would
        # speak of a recursion instead of the reason.
        vars(sys).pop("OpenCV_LOADER", None)
    said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    library = LIBRARIES[module]
    if isinstance(error, ModuleNotFoundError) and error.name == module:
        return MissingLibraryError(f"{library.name} is not installed; {remedy(module, said)}")
    return MissingLibraryError(f"{library.name} does not load: {said}; {remedy(module, said)}")


@contextmanager
def hushed_opencv() -> Iterator[None]:
    """Let OpenCV print nothing of its own: what it refuses is told in a line of ours."""
    opencv: Any = import_module("cv2")
    logging = getattr(opencv.utils, "logging", opencv)  # OpenCV 4 and 5 differ in the place
    before = logging.getLogLevel()
    logging.setLogLevel(_SILENT)
    try:
        yield
    finally:
        logging.setLogLevel(before)


def installed_opencv() -> dict[str, str]:
    """Return which of `OPENCV_PACKAGES` are installed, with their versions."""
    found = {}
    for package in OPENCV_PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


def remedy(module: str, said: str) -> str:
    """Return what to do about a library that does not load.

    Parameters
    ----------
    module : str
        One of `LIBRARIES`.
    said : str
        What its import said.

    Returns
    -------
    str
        The end of a sentence.
    """
    if module == "cv2":
        within = "'fastvbg doctor --fix' installs the build of OpenCV that needs nothing else"
        if "shared object" not in said:
            return within
        return (
            f"'apt-get install {SYSTEM_PACKAGES}' adds what it needs of the system (Debian's and "
            f"Ubuntu's names), or {within}"
        )
    package = LIBRARIES[module].package
    return f"'{_python()} -m pip install --upgrade --force-reinstall {package}' installs it anew"


def _python() -> str:
    return sys.executable or "python"


def _culprit(error: BaseException) -> str | None:
    """Return which of `LIBRARIES` failed while it was imported."""
    for name in _importing(error.__traceback__):
        if name in LIBRARIES:
            return name
    if isinstance(error, ImportError):
        root = (error.name or "").partition(".")[0]
        return root if root in LIBRARIES else None
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        return error.obj.__name__ if error.obj.__name__ in LIBRARIES else None
    return None


def _importing(trace: TracebackType | None) -> Iterator[str]:
    """Yield the packages whose modules were being imported, the first one first."""
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_name == "<module>":
            yield str(frame.f_globals.get("__name__", "")).partition(".")[0]
        trace = trace.tb_next
