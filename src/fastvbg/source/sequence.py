"""Frames of a numbered image sequence."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.errors import SourceError
from fastvbg.media.colour import ColourTags
from fastvbg.media.image import read_depth, read_image, read_matte
from fastvbg.media.model import ReadOptions, StreamInfo, Timed
from fastvbg.source.opening import check_pixels
from fastvbg.source.prepare import scaled_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

    from fastvbg.media.numbering import Numbering

DEFAULT_RATE = Fraction(25)
"""Frames a second of images that nobody has said it of."""
_READERS = {"native": read_image, "bgr": read_image, "depth": read_depth, "matte": read_matte}


class SequenceSource:
    """Images `name%06d.ext` in the order of their numbers, from the lowest that exists.

    A frame's time follows from its number, so a gap shows the frame before it for longer.

    Parameters
    ----------
    numbering : Numbering
        The folder and the file name with its `%d` field.
    fps : Fraction, optional
        Frames a second, 25 when absent.
    options : ReadOptions, optional
        What is asked for; frames are BGR whatever the pixel path.
    """

    def __init__(
        self,
        numbering: Numbering,
        fps: Fraction | None = None,
        options: ReadOptions | None = None,
    ) -> None:
        options = options or ReadOptions()
        self._numbering = numbering
        self._reader = _READERS[options.pixels]
        self._role = options.role
        # Depths on both sides of an edge have no mean that means anything.
        self._scaling = cv2.INTER_NEAREST if options.pixels == "depth" else cv2.INTER_AREA
        self._numbers = numbering.existing()
        self.warnings: list[str] = []
        self.lost = 0
        if not self._numbers:
            raise SourceError(f"{options.role}: no file {numbering.name} in {numbering.folder}")
        first, last = self._numbers[0], self._numbers[-1]
        missing = last - first + 1 - len(self._numbers)
        if missing:
            self.warnings.append(
                f"{numbering.name}: {missing} of the numbers {first}..{last} have no file"
            )
        rate = fps or DEFAULT_RATE
        self._numbers = [n for n in self._numbers if within(options, (n - first) / rate)]
        if not self._numbers:
            raise SourceError(
                f"{self._role}: {numbering.name} has no image between --start and --end"
            )
        first_image = self._reader(numbering.path(first), self._role)
        self._read = (height, width) = first_image.shape[:2]
        check_pixels(self._role, numbering.name, (width, height), options.max_pixels)
        width, height = scaled_size((width, height), options.scale)
        self.info = StreamInfo(
            width=width,
            height=height,
            rate=rate,
            time_base=1 / rate,
            frames=len(self._numbers),
            colour=ColourTags(),
            first_number=first,
        )

    def __iter__(self) -> Iterator[Timed]:
        """Yield the images."""
        first = self._numbers[0]
        for number in self._numbers:
            path = self._numbering.path(number)
            frame = self._reader(path, self._role)
            height, width = frame.shape[:2]
            if (height, width) != self._read:
                raise SourceError(
                    f"{self._role}: {path.name} is {width}x{height}, "
                    f"wanted {self._read[1]}x{self._read[0]} like the first image"
                )
            size = self.info.width, self.info.height
            if size != (width, height):
                frame = np.asarray(
                    cv2.resize(frame, size, interpolation=self._scaling), frame.dtype
                )
            yield Timed(frame, number - first)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


def within(options: ReadOptions, seconds: Fraction) -> bool:
    """Tell whether a time is between the start and the end that are asked for."""
    after = options.start is None or seconds >= options.start
    return after and (options.end is None or seconds < options.end)
