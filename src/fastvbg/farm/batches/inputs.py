"""What a batch is given, to the names of its inputs: files, folders, patterns, lists, addresses."""

from __future__ import annotations

import glob
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from fastvbg.errors import OptionError, OptionTypeError, SourceError, shown
from fastvbg.media.names import STANDARD, at_home, exists, is_address, read_numbering
from fastvbg.storage import exists as exists_in_store
from fastvbg.storage import is_stored, listed, matching
from fastvbg.urls import Url
from fastvbg.values import check_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIST_MARK = "@"

VIDEO_SUFFIXES = frozenset(
    (
        *(".3gp", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg"),
        *(".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv", ".y4m"),
        *(".264", ".265", ".h264", ".h265", ".hevc"),
    )
)
"""What a folder is searched for."""

_PATTERN = frozenset("*?[")
_PATTERN_OF_URLS = frozenset("*[")  # behind ? is what tells how to open them


def expand(inputs: object) -> list[str | Path]:
    """Return the names of the inputs that are meant, each once, in the order in which they came.

    Parameters
    ----------
    inputs : str, path-like, or iterable of these
        Names of files, folders, of which all videos are meant, patterns with `*`, `?`, `[...]` and
        `**`, `@list.txt` for a file that has one of all these on each line, and addresses. A file
        of that very name wins over what its name might mean.

    Raises
    ------
    SourceError
        A name has no file, a folder no video, a list cannot be read, or there is none at all.
    OptionError, OptionTypeError
        It is none of the above.
    """
    found: dict[str, str | Path] = {}
    for name in names_of(inputs):
        for each in _meant(name, Path()):
            found.setdefault(_identity(each), each)
    if not found:
        raise SourceError("inputs: got none, wanted files, folders, patterns or @list.txt")
    return list(found.values())


def names_of(inputs: object) -> list[object]:
    """Return what is named, one by one."""
    if isinstance(inputs, (str, os.PathLike)):
        return [inputs]
    try:
        return list(inputs)  # type: ignore[call-overload, no-any-return]
    except Exception:
        raise OptionTypeError(f"inputs: got {shown(inputs)}, wanted names of files") from None


def lists_among(names: Iterable[object]) -> list[Path]:
    """Return the files that only list others."""
    texts = [str(name) for name in names]
    marked = [text for text in texts if text.startswith(LIST_MARK) and not exists(text)]
    return [Path(text[len(LIST_MARK) :]) for text in marked if text != LIST_MARK + STANDARD]


def _identity(name: str | Path) -> str:
    """Return what two names of one file have in common."""
    if isinstance(name, Url):
        return name.target
    return os.path.realpath(name)


def _meant(given: object, folder: Path, *, listed: bool = False) -> Iterator[str | Path]:
    """Yield the inputs that one name means, as seen from a folder."""
    name = at_home(check_path("inputs", given))
    text = str(name)
    if text == STANDARD:
        raise OptionError("inputs: got -, wanted files: run takes standard input")
    if isinstance(name, Url) and is_stored(name):
        yield from _in_store(name)
        return
    if is_address(name):
        yield name
        return
    place = folder / name
    if exists(place):
        yield from _in_folder(place) if place.is_dir() else [_as_given(name, place)]
    elif text.startswith(LIST_MARK) and not listed:
        yield from _in_list(text[len(LIST_MARK) :])
    elif _PATTERN & set(text):
        yield from _matching(place)
    elif read_numbering(place) is not None:
        yield _as_given(name, place)
    else:
        raise SourceError(f"inputs: no such file: {place}")


def _as_given(name: str | Path, place: Path) -> str | Path:
    """Return a name as it was given where it is seen from here."""
    return name if str(place) == str(Path(name)) else place


def _in_folder(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if _is_video(path))
    if not found:
        raise SourceError(f"inputs: no video in the folder {folder} (** looks below it, too)")
    return found


def _in_store(url: Url) -> list[Url]:
    """Return the objects that a URL means: itself, those of a folder, or those of a pattern."""
    if _PATTERN_OF_URLS & set(url.target) and not exists_in_store(url, "inputs"):
        found = matching(url, "inputs")
        if url.name in {"*", "**"}:
            found = [each for each in found if _is_called_video(each)]
        if not found:
            raise SourceError(f"inputs: no object matches {url}")
        return found
    if url.suffix:
        return [url]
    names = sorted(listed(url, "inputs"))
    inside = [Url(f"{url.target.rstrip('/')}/{name}") for name in names]
    if names == [url.name]:  # stores list an object as itself
        return [url]
    found = [each for each in inside if _is_called_video(each)]
    if not found:
        raise SourceError(f"inputs: no video in the folder {url} (/** looks below it, too)")
    return found


def _is_called_video(path: Path | Url) -> bool:
    return not path.name.startswith(".") and path.suffix.lower() in VIDEO_SUFFIXES


def _is_video(path: Path) -> bool:
    return _is_called_video(path) and path.is_file()


def _matching(pattern: Path) -> list[Path]:
    """Return the files that a pattern matches; of `**` alone the videos."""
    names = sorted(glob.glob(str(pattern), recursive=True))  # noqa: PTH207  (`**` as in shells)
    found = [path for path in map(Path, names) if path.is_file()]
    if pattern.name in {"*", "**"}:
        found = [path for path in found if _is_video(path)]
    if not found:
        raise SourceError(f"inputs: no file matches {pattern}")
    return found


@lru_cache(maxsize=1)
def _all_of(stream: TextIO) -> bytes:
    """Return what standard input holds, which can be read but once."""
    return stream.buffer.read()


def _in_list(name: str) -> Iterator[str | Path]:
    """Yield what the lines of a file mean, as seen from its folder; `-` is standard input."""
    try:
        if name == STANDARD:
            text, folder = _all_of(sys.stdin).decode("utf-8-sig"), Path()
        else:
            path = Path(check_path("inputs", name))
            text, folder = path.read_text("utf-8-sig"), path.parent
    except OSError as error:
        raise SourceError(f"inputs: cannot read {name}: {error.strerror or error}") from None
    except ValueError:
        raise SourceError(f"inputs: {name} is no list: its text is not UTF-8") from None
    lines = [line.strip() for line in text.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    if not wanted:
        raise SourceError(f"inputs: the list {name} names no file")
    for line in wanted:
        yield from _meant(line, folder, listed=True)
