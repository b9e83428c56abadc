"""Frames of a numbered image sequence."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from fastvbg.errors import SourceError
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import ReadOptions, StreamInfo, Timed
from fastvbg.source.alpha import Transparency
from fastvbg.source.pictures import PictureReader, Read
from fastvbg.source.prepare import scaled_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

    from fastvbg.media.series import Series

DEFAULT_RATE = Fraction(25)
"""Frames a second of images that nobody has said it of."""


class SequenceSource:
    """Images `name%06d.ext` in the order of their numbers, from the lowest that exists.

    A frame's time follows from its number, so a gap shows the frame before it for longer.

    Parameters
    ----------
    series : Numbering or StoredNumbering
        The folder and the file name with its `%d` field.
    fps : Fraction, optional
        Frames a second, 25 when absent.
    options : ReadOptions, optional
        What is asked for; frames are BGR whatever the pixel path, and upright in any case.
    """

    def __init__(
        self,
        series: Series,
        fps: Fraction | None = None,
        options: ReadOptions | None = None,
    ) -> None:
        options = options or ReadOptions()
        self._series = series
        self._reader = PictureReader(options, lambda _: self._damaged.append(self._reading))
        self._damaged: list[str] = []
        self._reading = ""
        self._role = options.role
        # Pictures of several sizes are brought to one only where one was asked for.
        self._any_size = options.scale is not None or options.sizes != "one"
        self._as_they_are = options.sizes == "any" and options.scale is None
        self._numbers = series.existing()
        self.warnings: list[str] = []
        self.lost = 0
        self._transparency = Transparency(options, series.spelling, self.warnings)
        if not self._numbers:
            raise SourceError(f"{options.role}: no file {series.name} in {series.folder}")
        first, last = self._numbers[0], self._numbers[-1]
        missing = last - first + 1 - len(self._numbers)
        if missing:
            self.warnings.append(
                f"{series.name}: {missing} of the numbers {first}..{last} have no file"
            )
        rate = fps or DEFAULT_RATE
        self._numbers = [n for n in self._numbers if within(options, (n - first) / rate)]
        if not self._numbers:
            raise SourceError(f"{self._role}: {series.name} has no image between --start and --end")
        self._given = self._numbers
        self._first: Read | None = self._read(self._numbers[0])
        self._size = self._first.size
        width, height = scaled_size(self._size, options.scale)
        self.info = StreamInfo(
            width=width,
            height=height,
            rate=rate,
            time_base=1 / rate,
            frames=len(self._numbers),
            colour=ColourTags(),
            first_number=first,
            skipped=self._numbers[0] - first,
        )

    def narrow(self, first: int | None, until: int | None, _counted: object = None) -> None:
        """Give the frames of a part alone, as a video does."""
        own = self._numbers[0]
        self._given = [
            number
            for number in self._numbers
            if (first is None or number - own >= first) and (until is None or number - own < until)
        ]
        if self._given[:1] != self._numbers[:1]:
            self._first = None

    @property
    def times(self) -> list[int]:
        """The times of all frames."""
        return [number - self._numbers[0] for number in self._numbers]

    def __iter__(self) -> Iterator[Timed]:
        """Yield the images."""
        first = self._numbers[0]
        for number in self._given:
            read = self._picture(number)
            picture, alpha = self._transparency(read.picture, read.alpha)
            yield Timed(picture, number - first, alpha)
        self._transparency.finish()
        if self._damaged:
            self.lost = len(self._damaged)
            self.warnings.append(_damaged(self._series.name, self._damaged))

    def _picture(self, number: int) -> Read:
        """Return the picture of a number at the size that is worked at."""
        first, self._first = self._first, None  # it has been read already
        path = self._series.path(number)
        read = first or self._read(number)
        (width, height), wanted = read.size, self._size
        if (width, height) != wanted and not self._any_size:
            raise SourceError(
                f"{self._role}: {path.name} is {width}x{height}, "
                f"wanted {wanted[0]}x{wanted[1]} like the first image; --scale brings them to one"
            )
        if self._as_they_are:
            return read
        return self._reader.scaled(read, (self.info.width, self.info.height))

    def _read(self, number: int) -> Read:
        path = self._series.path(number)
        self._reading = path.name
        return self._reader(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


def _damaged(name: str, files: list[str]) -> str:
    """Return the warning for images that are damaged, which may be very many."""
    which = f"1 image is damaged, {files[0]}, and parts of it"
    if len(files) > 1:
        which = f"{len(files)} images are damaged, the first {files[0]}, and parts of them"
    return f"{name}: {which} may look wrong"


def within(options: ReadOptions, seconds: Fraction) -> bool:
    """Tell whether a time is between the start and the end that are asked for."""
    after = options.start is None or seconds >= options.start
    return after and (options.end is None or seconds < options.end)
