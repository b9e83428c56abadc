"""Animated WebP by Pillow, where the libraries of PyAV do not decode it: those of 19 do."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from fastvbg.errors import OptionError, SourceError
from fastvbg.media.colour import ColourTags
from fastvbg.media.contents import beginning_of
from fastvbg.media.headers import read_header
from fastvbg.media.image import as_frame
from fastvbg.media.limits import check_pixels
from fastvbg.media.model import ReadOptions, StreamInfo, Timed
from fastvbg.media.pillow import decode_by_pillow
from fastvbg.source.alpha import Transparency
from fastvbg.source.pictures import PictureReader, Read
from fastvbg.source.prepare import scaled_size
from fastvbg.storage import open_stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

_MILLISECOND = Fraction(1, 1000)
# All pictures are decoded at once.
_MOST_BYTES = 1 << 30


def wants_pillow(path: str | Path, role: str = "input") -> bool:
    """Tell whether a file is an animated WebP that FFmpeg's libraries here cannot decode."""
    head = beginning_of(path, role)
    is_webp = head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X"
    return is_webp and "webp_anim" not in av.formats_available


class AnimationSource:
    """Pictures of an animated WebP, each at its time.

    Parameters
    ----------
    path : str or Path
        The file.
    fps : Fraction, optional
        Refused: an animation has its own times.
    options : ReadOptions, optional
        What is asked for; frames are BGR whatever the pixel path.
    """

    def __init__(
        self, path: str | Path, fps: Fraction | None = None, options: ReadOptions | None = None
    ) -> None:
        if fps is not None:
            raise OptionError("fps: only an image sequence takes it; a video has its own times")
        self._options = options = options or ReadOptions()
        self.warnings: list[str] = []
        self.lost = 0
        self._path = path
        self._transparency = Transparency(options, path, self.warnings)
        self._reader = PictureReader(options)
        frames, durations = self._decoded()
        ends = np.cumsum(durations).tolist()
        self._frames = list(zip((0, *ends[:-1]), frames, strict=True))
        rate = Fraction(1000 * len(frames), max(1, ends[-1]))
        first = frames[0]
        width, height = scaled_size((first.shape[1], first.shape[0]), options.scale)
        self.info = StreamInfo(
            width=width,
            height=height,
            rate=rate,
            time_base=_MILLISECOND,
            frames=sum(self._is_wanted(at) for at, _ in self._frames),
            colour=ColourTags(),
            begins=Fraction(0),
        )

    def _decoded(self) -> tuple[list[Any], list[int]]:
        role, path, limit = self._options.role, self._path, self._options.max_pixels
        if self._options.pixels == "depth":
            raise SourceError(f"{role}: {path} is in colour, wanted gray")
        with open_stored(path, role) or Path(path).open("rb") as file:
            header = read_header(BytesIO(file.read()))
        image: Any = None if header is None else header.image
        if header is None or header.size is None or image is None:
            raise SourceError(f"{role}: cannot read the picture {path}: it is damaged or cut off")
        check_pixels(role, path, header.size, limit)
        width, height = header.size
        if image.n_frames * width * height * 4 > _MOST_BYTES:
            raise SourceError(f"{role}: {path} is too long for an animated WebP here")
        frames, durations = [], []
        for index in range(image.n_frames):
            image.seek(index)
            frame = decode_by_pillow(image)
            if frame is None:
                raise SourceError(f"{role}: frame {index} of {path} cannot be decoded")
            frames.append(frame)
            durations.append(max(1, int(image.info["duration"])))
        return frames, durations

    def _is_wanted(self, at: int) -> bool:
        start, end = self._options.start, self._options.end
        seconds = at * _MILLISECOND
        return (start is None or seconds >= start) and (end is None or seconds < end)

    def __iter__(self) -> Iterator[Timed]:
        """Yield the pictures, moved so that the first that is wanted comes at the beginning."""
        shift = round((self._options.start or Fraction(0)) / _MILLISECOND)
        for at, stored in self._frames:
            if self._is_wanted(at):
                matte = self._options.pixels == "matte"
                read = Read(stored) if matte else Read(*as_frame(stored))
                read = self._reader.scaled(read, (self.info.width, self.info.height))
                picture, alpha = self._transparency(read.picture, read.alpha)
                yield Timed(picture, at - shift, alpha)
        self._transparency.finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass
