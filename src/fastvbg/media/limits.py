"""What a file may ask for before anything of its size is allocated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastvbg.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path


RAISED_BY: Final = "--max-pixels raises that"
"""What a user of a command can do about it; others are told otherwise."""


def check_pixels(role: str, path: str | Path, size: tuple[int, int], limit: int) -> None:
    """Refuse frames larger than a limit, before anything of their size is allocated."""
    width, height = size
    if width * height > limit:
        raise SourceError(
            f"{role}: {path} says it is {width}x{height}, wanted at most {limit} pixels a frame; "
            f"{RAISED_BY}"
        )
