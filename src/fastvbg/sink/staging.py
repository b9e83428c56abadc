"""Output under a temporary name in the same folder, moved into place when it is complete."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from fastvbg.errors import SinkError

if TYPE_CHECKING:
    from pathlib import Path

    from av.error import FFmpegError

STDOUT = "-"


def check_folder(folder: Path) -> None:
    """Demand that the folder of an output exists."""
    if not folder.is_dir():
        raise SinkError(f"output: no such folder: {folder}; make it first")


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Demand that an output does not exist yet, unless it may be replaced."""
    if path.is_dir():
        raise SinkError(f"output: {path} is a folder, wanted a file name")
    if path.exists() and not overwrite:
        raise SinkError(f"output: {path} exists; --overwrite replaces it")


def staging_name(path: Path) -> Path:
    """Return a hidden name beside `path` that nothing else uses."""
    return path.with_name(f".{path.stem}.{secrets.token_hex(4)}.partial{path.suffix}")


def why(error: OSError | FFmpegError) -> str:
    """Return an operating system error's own words, without its number or file."""
    return error.strerror or str(error)


class Staged:
    """A file that stands under its name only when it is complete.

    Parameters
    ----------
    path : Path
        Its name; a stem of `-` is standard output, which takes what comes as it comes.
    overwrite : bool
        Whether an existing file is replaced.
    """

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self._path = path
        self._staging: Path | None = None
        self.target = "pipe:1"
        """What to open for writing."""
        if path.stem == STDOUT:
            return
        check_folder(path.parent)
        refuse_existing(path, overwrite=overwrite)
        self._staging = staging_name(path)
        try:
            self._staging.touch(exist_ok=False)
        except OSError as error:
            raise SinkError(f"output: cannot write in {path.parent}: {why(error)}") from None
        self.target = f"file:{self._staging}"

    def commit(self) -> None:
        """Move the finished file to its name."""
        if self._staging is not None:
            self._staging.replace(self._path)

    def discard(self) -> None:
        """Remove what has not been moved into place."""
        if self._staging is not None:
            self._staging.unlink(missing_ok=True)
