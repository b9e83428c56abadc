"""Output under a temporary name in the same folder, moved into place when it is complete."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from fastvbg.errors import SinkError

if TYPE_CHECKING:
    from pathlib import Path

    from av.error import FFmpegError


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
