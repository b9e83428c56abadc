"""Options that are names of files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastvbg.errors import OptionTypeError, shown
from fastvbg.options.kinds import Option


@dataclass(frozen=True)
class File(Option):
    """The name of a file, or one of some words that mean no file.

    Parameters
    ----------
    picture : bool
        Whether a picture as an array will do, (H, W, 3) uint8.
    words : tuple of str
        Texts that name no file; one that ends with a colon stands for all that begin so.
    prefix : str
        What may come before the name.
    gray : bool
        Whether the picture may be (H, W), too.
    written : bool
        Whether it is written when a run ends, and not read.
    """

    picture: bool = field(default=False, kw_only=True)
    words: tuple[str, ...] = field(default=(), kw_only=True)
    prefix: str = field(default="", kw_only=True)
    gray: bool = field(default=False, kw_only=True)
    written: bool = field(default=False, kw_only=True)

    def check(self, name: str, value: Any) -> Any:
        """Return a text as it is, what stands for a file as a Path, and a picture as it is."""
        from fastvbg.values import check_path
        from fastvbg.values.pictures import check_picture

        if self.picture and hasattr(value, "__array_interface__"):
            return check_picture(name, value, gray=self.gray)
        path = check_path(name, value)
        if self.prefix and isinstance(path, str):
            check_path(name, path.removeprefix(self.prefix))
        return path

    def file(self, value: Any) -> str | None:
        """Return the file's name, a home folder written out."""
        from fastvbg.media.names import at_home
        from fastvbg.urls import named, whole

        if isinstance(value, str):
            if self.is_word(value):
                return None
            return whole(at_home(named(whole(value).removeprefix(self.prefix))))
        return os.fspath(value) if isinstance(value, os.PathLike) else None

    def identity(self, value: Any) -> Any:
        """Return a file's whole name, wherever it is named from; words and pictures as they are."""
        path = self.file(value)
        if path is None or "://" in path or path == "-":
            return super().identity(value)
        prefixed = isinstance(value, str) and value.startswith(self.prefix)
        whole = os.path.abspath(path)  # noqa: PTH100  # a numbered name is none that `Path` finds
        return ["file", self.prefix if prefixed else "", whole]

    def is_word(self, text: str) -> bool:
        """Tell whether a text names no file."""
        return any(
            text.startswith(word) if word.endswith(":") else text == word for word in self.words
        )

    def dump(self, name: str, value: Any, folder: Path | None) -> str:
        """Return the name relative to the folder, or the words."""
        from fastvbg.urls import whole

        if hasattr(value, "__array_interface__"):
            raise OptionTypeError(
                f"{name}: got {shown(value)}, which no settings file holds; "
                "wanted the name of a picture file"
            )
        path = self.file(value)
        if path is None or "://" in path or path == "-":
            return whole(value) if isinstance(value, str) else str(value)
        if folder is not None:
            path = _relative(path, folder)
        prefix = self.prefix if isinstance(value, str) and value.startswith(self.prefix) else ""
        # A name that could be taken for a word is told from it by its folder.
        return prefix + (path if self.file(path) is not None else f"./{path}")

    def load(self, name: str, value: Any, folder: Path | None) -> Any:  # noqa: ARG002
        """Return the name as it is to be opened, or the words."""
        path = self.file(value) if isinstance(value, str) else None
        if path is None or folder is None or "://" in path or path == "-":
            return value
        prefix = self.prefix if value.startswith(self.prefix) else ""
        # Joined as text: `Path` would take the dot off a name that is told from a word by it.
        return prefix + (path if os.path.isabs(path) else joined(folder, path))  # noqa: PTH117


def joined(folder: Path, path: str) -> str:
    """Return a name in a folder, without ways up and down again where links do not matter."""
    if str(folder) == os.curdir:
        return path
    whole = os.path.join(folder, path)  # noqa: PTH118  # `Path` would take a leading dot off
    if ".." not in path:
        return whole
    short = os.path.normpath(whole)
    return short if os.path.realpath(short) == os.path.realpath(whole) else whole


def _relative(path: str, folder: Path) -> str:
    """Return a name as seen from a folder; whole where there is no way from there."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return os.path.abspath(path)  # noqa: PTH100  # a numbered name is none that `Path` finds
