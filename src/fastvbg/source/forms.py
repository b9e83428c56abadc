"""Frames of a video that changes on the way: in size, pixel format or colours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fastvbg.errors import SourceError
from fastvbg.media.colour import ColourTags, Converter, tags_of
from fastvbg.source.prepare import Preparer

if TYPE_CHECKING:
    from pathlib import Path

    import av
    import numpy as np
    import numpy.typing as npt

    from fastvbg.media.model import Picture, ReadOptions
    from fastvbg.media.upright import Matrix

    Alpha = npt.NDArray[np.uint8]
    Form = tuple[tuple[int, int], ColourTags]

_UNSPECIFIED = 2
_LIMITED = 1


class Forms:
    """Prepares frames, each like the first one, unless frames of any size are asked for.

    Parameters
    ----------
    first, options, matrix : av.VideoFrame, ReadOptions, tuple of int
        As for `Preparer`.
    path : str or Path
        The file, for messages.
    """

    def __init__(
        self,
        first: av.VideoFrame,
        options: ReadOptions,
        matrix: Matrix | None,
        path: str | Path,
    ) -> None:
        self._options, self._matrix, self._path = options, matrix, path
        self.first = self._preparer = Preparer(first, options, matrix)
        self._noted = tags_of(first)
        self._form = self._form_of(first)
        self._size = self._form[0]
        self._to_rgb: dict[tuple[ColourTags, str], Converter] = {}

    def _form_of(self, frame: av.VideoFrame) -> Form:
        """Return the size that is shown and the colours; what is not noted is as at first."""
        tags = tags_of(frame)
        matrix = self._noted.matrix if tags.matrix == _UNSPECIFIED else tags.matrix
        noted = tags.range or self._noted.range or _LIMITED
        return self._preparer.shown(frame), replace(self._noted, matrix=matrix, range=noted)

    def __call__(self, frame: av.VideoFrame) -> tuple[Picture, Alpha | None]:
        """Return a decoded frame as it is to be worked on, and its alpha."""
        form = self._form_of(frame)
        if form != self._form and self._options.sizes == "any":
            self._form, self._preparer = form, Preparer(frame, self._options, self._matrix)
        elif form[0] != self._size and self._options.sizes == "one" and not self._options.scale:
            raise self._refusal(form[0])
        alpha = self._preparer.alpha(frame)
        return self._preparer(self._in_first_colours(frame, form[1])), alpha

    def _refusal(self, size: tuple[int, int]) -> SourceError:
        before, larger = self._size, max(size, self._size)
        return SourceError(
            f"{self._options.role}: {self._path} changes from {before[0]}x{before[1]} "
            f"to {size[0]}x{size[1]} on the way; wanted one size, to which "
            f"--scale {larger[0]}x{larger[1]} brings them all"
        )

    def _in_first_colours(self, frame: av.VideoFrame, tags: ColourTags) -> av.VideoFrame:
        """Return a frame of which the first one's tags are true.

        By way of RGB: from YUV to YUV libswscale leaves luma as it is when the range changes, and
        shifts chroma of 10 bits by 64 when the matrix does.
        """
        if tags == self._form[1] or self._options.pixels in ("matte", "depth"):
            return frame
        if frame.format.is_rgb or len(frame.format.components) < 3:
            return frame
        deep = frame.format.components[0].bits > 8
        key = tags, "gbrp16le" if deep else "gbrp"
        if key not in self._to_rgb:
            self._to_rgb[key] = Converter(*key)
        return self._to_rgb[key](frame)
