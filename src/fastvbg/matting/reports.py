"""What the files beside the input have to report at the end: damage, and what they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastvbg.source.completeness import not_decoded

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.source import Source


class _File(NamedTuple):
    source: Source
    path: str | Path
    role: str
    told: int
    """How many warnings it had when it was opened: those are not of damage."""


class Reports:
    """Collects the sources that are opened beside the input.

    A background that begins again and again is opened as often, and counts once.
    """

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._lines: list[str] = []

    def tell(self, line: str) -> None:
        """Take in what a user should know besides, whole."""
        self._lines.append(line)

    def add(self, source: Source, path: str | Path, role: str) -> None:
        """Take in a source, which is asked at the end."""
        self._files.setdefault(f"{role}: {path}", _File(source, path, role, len(source.warnings)))

    @property
    def lost(self) -> int:
        """Damaged pieces that could not be decoded."""
        return sum(file.source.lost for file in self._files.values())

    def warnings(self) -> list[str]:
        """Return a line for each thing that a user should know, with the file's role and name."""
        return [*self._lines, *(line for file in self._files.values() for line in _lines(file))]


def _lines(file: _File) -> list[str]:
    source, path, role, told = file
    lines = list(source.warnings)
    of_damage = [line for line in lines[told:] if "is transparent" not in line]
    if source.lost and not of_damage:  # it was not read to its end, where it would tell
        lines.append(not_decoded(source.lost))
    return [f"{role}: {line}" if str(path) in line else f"{role}: {path}: {line}" for line in lines]
