"""Names of numbered image sequences, such as `dir/in%06d.jpg`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

IMAGE_SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")

_FIELD = re.compile(r"%(0?)(\d*)d")


@dataclass(frozen=True)
class Numbering:
    """A folder and a file name with one `%d` or `%06d` in it."""

    folder: Path
    before: str
    after: str
    width: int
    zeros: bool

    def path(self, number: int) -> Path:
        """Return the file of a frame number."""
        fill = "0" if self.zeros else " "
        return self.folder / f"{self.before}{str(number).rjust(self.width, fill)}{self.after}"

    @property
    def name(self) -> str:
        """The file name with its field, as it was given."""
        width = f"{'0' if self.zeros else ''}{self.width or ''}"
        return f"{self.before}%{width}d{self.after}"

    @property
    def spelling(self) -> Path:
        """The whole name with its field."""
        return self.folder / self.name

    def existing(self) -> list[int]:
        """Return the numbers that have a file, in order."""
        try:
            found = {self.number_of(path.name) for path in self.folder.iterdir()}
        except (OSError, ValueError):
            return []
        return sorted(number for number in found if number is not None)

    def number_of(self, name: str) -> int | None:
        """Return which number a file's name has; None where it is none of these files."""
        match = self._form.fullmatch(name)
        if match is None or self.path(int(match[1])).name != name:
            return None
        return int(match[1])

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.before) + r" *([0-9]{1,18})" + re.escape(self.after))


def parse_numbering(path: str | Path) -> Numbering | None:
    """Return the numbering that a path spells, or None when its name has no `%d` field."""
    path = Path(path)
    fields = list(_FIELD.finditer(path.name))
    if len(fields) != 1:
        return None
    field = fields[0]
    return Numbering(
        folder=path.parent,
        before=path.name[: field.start()],
        after=path.name[field.end() :],
        width=int(field[2] or 0),
        zeros=bool(field[1]),
    )
