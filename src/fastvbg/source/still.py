"""One picture as a source of one frame."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from fastvbg.errors import SourceError
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import ReadOptions, StreamInfo, Timed
from fastvbg.source.alpha import Transparency
from fastvbg.source.pictures import PictureReader
from fastvbg.source.prepare import scaled_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Self

_DEFAULT_RATE = Fraction(25)


class StillSource:
    """One picture file, read once; it has the time 0.

    Parameters
    ----------
    path : str or Path
        The file.
    fps : Fraction, optional
        Frames a second that the output notes, 25 when absent.
    options : ReadOptions, optional
        What is asked for; frames are BGR whatever the pixel path, and upright in any case.
    """

    def __init__(
        self, path: str | Path, fps: Fraction | None = None, options: ReadOptions | None = None
    ) -> None:
        options = options or ReadOptions()
        self.warnings: list[str] = []
        self.lost = 0
        if options.start:
            raise SourceError(
                f"{options.role}: {path} is one picture and has no frame between the start and "
                "the end asked for"
            )
        self._transparency = Transparency(options, path, self.warnings)
        self._damage: list[str] = []
        reader = PictureReader(options, lambda line: self._damage.append(f"{path}: {line}"))
        read = reader(path)
        self._read = reader.scaled(read, scaled_size(read.size, options.scale))
        rate = fps or _DEFAULT_RATE
        width, height = self._read.size
        self.info = StreamInfo(
            width=width,
            height=height,
            rate=rate,
            time_base=1 / rate,
            frames=1,
            colour=ColourTags(),
            skipped=0,
        )

    def __iter__(self) -> Iterator[Timed]:
        """Yield the picture."""
        self.lost = len(self._damage)
        self.warnings += self._damage
        picture, alpha = self._transparency(self._read.picture, self._read.alpha)
        yield Timed(picture, 0, alpha)
        self._transparency.finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass
