"""Picture files as frames, mattes or depth maps, at the size that is worked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.media.image import read_depth, read_frame, read_matte
from fastvbg.media.weighed import scaled, scaled_by_weight

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Size
    from fastvbg.media.model import ReadOptions


class Read(NamedTuple):
    """What a picture file holds."""

    picture: npt.NDArray[Any]
    alpha: Matte | None = None

    @property
    def size(self) -> Size:
        """Width and height."""
        return self.picture.shape[1], self.picture.shape[0]


class PictureReader:
    """Reads picture files as a source is asked to.

    Parameters
    ----------
    options : ReadOptions
        What is asked for; frames are BGR whatever the pixel path, and upright in any case.
    tell : callable, optional
        Takes what is to be said of damage that leaves a picture.
    """

    def __init__(self, options: ReadOptions, tell: Callable[[str], None] | None = None) -> None:
        self._options, self._tell = options, tell

    def __call__(self, path: str | Path) -> Read:
        """Return a picture as it is read; frames with their alpha apart."""
        options = self._options
        if options.pixels == "depth":
            return Read(read_depth(path, options.role, options.max_pixels, self._tell))
        if options.pixels == "matte":
            return Read(read_matte(path, options.role, options.max_pixels, self._tell))
        return Read(*read_frame(path, options.role, options.max_pixels, self._tell))

    def scaled(self, read: Read, size: Size) -> Read:
        """Return what was read at a size."""
        if read.size == size:
            return read
        if self._options.pixels == "depth":
            # Depths on both sides of an edge have no mean that means anything.
            return Read(_resized(read.picture, size, cv2.INTER_NEAREST))
        if read.alpha is None:
            return Read(_resized(read.picture, size, cv2.INTER_AREA))
        return _scaled_with_alpha(read.picture, read.alpha, size)


def _resized(picture: npt.NDArray[Any], size: Size, interpolation: int) -> npt.NDArray[Any]:
    return np.asarray(cv2.resize(picture, size, interpolation=interpolation), picture.dtype)


def _scaled_with_alpha(frame: Frame, alpha: Matte, size: Size) -> Read:
    """Return a frame and its alpha at a size; colours count by how much of them is seen."""
    return Read(scaled_by_weight(frame, alpha, size), scaled(alpha, size))
