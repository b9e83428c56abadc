"""Names of files as users give them: a file that there is wins over what its name might mean."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import OptionTypeError, SinkError
from fastvbg.media.numbering import parse_numbering
from fastvbg.urls import Url, named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastvbg.media.numbering import Numbering

STANDARD = "-"
"""Standard input or output."""


def exists(path: str | Path) -> bool:
    """Tell whether there is such a file; what cannot be a name is none."""
    try:
        Path(path).stat()
    except (OSError, ValueError):  # too long, or with a zero byte
        return False
    return True


def is_address(path: str | Path) -> bool:
    """Tell whether a name is a URL."""
    return isinstance(path, Url) or ("://" in str(path) and not exists(path))


def as_path(path: str | Path) -> Path | Url:
    """Return a checked name as a path, or as the URL that it is."""
    return path if isinstance(path, Url) else Path(path)


def name_of(path: str | Path) -> str:
    """Return a file's name without its folders."""
    return as_path(path).name


def suffix_of(path: str | Path) -> str:
    """Return the suffix of a file's name, in small letters."""
    return as_path(path).suffix.lower()


def checked_name(path: object, role: str) -> str | Path:
    """Return the name that the user gave as text or a path object, a URL as `Url`.

    Raises
    ------
    OptionTypeError
        It is neither.
    """
    if isinstance(path, str):
        return named(path)
    if isinstance(path, Path):
        return path
    try:
        name = os.fspath(path)  # type: ignore[call-overload]
    except TypeError:
        name = None
    if not isinstance(name, str):
        raise OptionTypeError(
            f"{role}: got {type(path).__name__}, wanted the name of a file as str or Path"
        )
    return named(name)


def at_home(path: Any) -> Any:
    """Return a name whose `~` stands for the user's folder, which shells leave after a colon."""
    if isinstance(path, Url):
        return path
    name = str(path)
    if name.startswith("~") and not exists(name):
        return os.path.expanduser(name)  # noqa: PTH111  # Path raises where there is no such user
    return path


def read_numbering(path: str | Path) -> Numbering | None:
    """Return the numbering that a name to read spells; None where there is a file of that name."""
    if isinstance(path, Url):
        return None
    numbering = parse_numbering(path)
    return None if numbering is None or exists(path) else numbering


def are_same(one: str | Path, other: str | Path) -> bool:
    """Tell whether two names mean the same file, or numbered files some of which are the same."""
    if STANDARD in {str(one), str(other)}:
        return False
    one, other = (named(name) if isinstance(name, str) else name for name in (one, other))
    if isinstance(one, Url) or isinstance(other, Url):
        return str(one) == str(other)
    numberings = read_numbering(one), read_numbering(other)
    if _whole(one) == _whole(other):
        return True
    if None not in numberings:
        return any(_holds(numberings[1], path) for path in _files(numberings[0]))
    return _holds(numberings[0], Path(other)) or _holds(numberings[1], Path(one))


def refuse_used(path: str | Path, role: str, used: Iterable[tuple[str, str | Path]]) -> None:
    """Demand that what is written beside the output is none of the files that are used.

    Parameters
    ----------
    path : str or Path
        What is to be written.
    role : str
        How messages call it.
    used : iterable of (str, str or Path)
        What messages call each file that is read or written, an option's name perhaps, and its own.

    Raises
    ------
    SinkError
        It is one of them.
    """
    for name, file in used:
        if are_same(file, path):
            what = name.replace("_", " ")
            raise SinkError(f"{role}: {path} is the {what} itself; give it another name")


def _files(numbering: Numbering | None) -> list[Path]:
    return [] if numbering is None else [numbering.path(n) for n in numbering.existing()]


def _holds(numbering: Numbering | None, path: Path) -> bool:
    """Tell whether a file is one of those that a numbering spells."""
    if numbering is None or numbering.number_of(path.name) is None:
        return False
    return _whole(numbering.folder) == _whole(path.parent)


def _whole(path: str | Path) -> Path:
    """Return a name with all links followed."""
    try:
        return Path(path).resolve()
    except (OSError, ValueError, RuntimeError):  # a loop of links, or what cannot be a name
        return Path(path)
