"""The plate and the frames as registration sees them: luma, and three channels of any one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from fastvbg.keyers._arrays import to_keyspace, widened
from fastvbg.keyers._frames import contiguous
from fastvbg.keyers.plate.gamut import held

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Plane, Planes
    from fastvbg.keyers.plate.matching import Homography

THIN = 8
"""Pixels across and down of which a sample of colour is the mean."""

_CLIPPED = 8
"""Levels below white from which on a highlight counts as clipped: noise and codecs make it less."""
_CHROMA_OF_CLIPPED = 12
"""Levels that a clipped highlight's chroma may be off."""


class Layers(NamedTuple):
    """A picture."""

    luma: Plane
    channels: Planes
    """Blue, green and red; or Y, U and V, of which two may be halved."""
    shifts: tuple[int, int]
    """Whether they are, across and down."""
    planar: bool

    def thin(self) -> npt.NDArray[np.float64]:
        """Return the means of blocks, (3, N)."""
        return np.stack([thinned(each, self.luma.shape) for each in self.channels])

    def warped(self, homography: Homography) -> Layers:
        """Return the picture as it lies in another one; its borders are drawn out."""
        channels = [
            _warped(channel, _scaled(homography, self.shifts) if k and self.planar else homography)
            for k, channel in enumerate(self.channels)
        ]
        luma = channels[0] if self.planar else _warped(self.luma, homography)
        return Layers(luma, (channels[0], channels[1], channels[2]), self.shifts, self.planar)

    def full(self) -> Plane:
        """Return the three channels as large as luma, (H, W, 3)."""
        shape = self.luma.shape[0], self.luma.shape[1]
        first, *rest = self.channels
        if any(self.shifts):
            rest = [widened(each, shape, *self.shifts) for each in rest]
        return np.asarray(cv2.merge((first, *rest)), np.uint8)

    def whole(self) -> Planes:
        """Return Y, U and V as large as luma."""
        return _split(self.full()) if self.planar else to_keyspace(self.full())

    def clipped(self) -> float:
        """Return the share of it that is as bright as it can be."""
        seen = self.full()[::4, ::4]
        most = _brightest(seen) if self.planar else seen.max(axis=-1)
        return float((most >= 255 - _CLIPPED).mean())

    def in_colours(self, colours: npt.NDArray[np.float64], frame: Layers) -> Planes:
        """Return Y, U and V as large as luma, in the colours in which a frame has them.

        Where a highlight was clipped it may have been brighter: there the frame's own channel is
        taken, if it is.
        """
        given, seen = self.full(), frame.full()
        if self.planar:
            bright = _around(_brightest(given) >= 255 - _CLIPPED)
            y, u, v = held(_split(given), colours, planar=True, shifts=self.shifts)
            y[bright] = np.maximum(y, seen[..., 0])[bright]
            for k, chroma in enumerate((u, v), 1):
                near = bright & (cv2.absdiff(chroma, seen[..., k]) <= _CHROMA_OF_CLIPPED)
                chroma[near] = seen[..., k][near]
            return y, u, v
        lit = np.asarray(cv2.transform(given, colours), np.uint8)
        for k in range(3):
            bright = _around(given[..., k] >= 255 - _CLIPPED)
            lit[..., k][bright] = np.maximum(lit[..., k], seen[..., k])[bright]
        return to_keyspace(lit)


def _around(marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return a mark with its neighbours, whose values noise and codecs mix."""
    wide = cv2.dilate(marked.view(np.uint8), np.ones((5, 5), np.uint8))
    return np.asarray(wide, np.uint8).view(np.bool_)


def _brightest(planes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return red or blue of limited range's Y, U and V, (H, W, 3), whichever is more."""
    y, u, v = (planes[..., k].astype(np.float32) for k in range(3))
    return np.asarray((y - 16) * 1.164 + np.maximum((u - 128) * 2.0, (v - 128) * 1.6), np.float32)


def thinned(plane: Plane, like: tuple[int, ...] = ()) -> npt.NDArray[np.float64]:
    """Return the means of a plane's blocks, (N,), as many as of one of another shape."""
    height, width = like or plane.shape
    size = (-(-width // THIN), -(-height // THIN))
    means = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return np.asarray(means.ravel(), np.float64)


def layers_of_frame(frame: Frame) -> Layers:
    """Return a BGR frame's."""
    whole = contiguous(frame)
    return Layers(to_keyspace(whole)[0], _split(whole), (0, 0), planar=False)


def layers_of_planes(planes: Planes, shifts: tuple[int, int]) -> Layers:
    """Return those of planes, copied: where frames are deeper these are valid for one call."""
    y, u, v = (np.array(plane, np.uint8, order="C") for plane in planes)
    return Layers(y, (y, u, v), shifts, planar=True)


def _split(picture: Frame) -> Planes:
    first, second, third = (np.ascontiguousarray(picture[..., k]) for k in range(3))
    return first, second, third


def _warped(plane: Plane, homography: Homography) -> Plane:
    size = plane.shape[1], plane.shape[0]
    return np.asarray(
        cv2.warpPerspective(
            plane, homography, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def _scaled(homography: Homography, shifts: tuple[int, int]) -> Homography:
    """Return a homography for planes that are halved: a sample lies amid the pixels it covers."""
    across, down = shifts
    whole = np.array(
        [[1 << across, 0, across / 2], [0, 1 << down, down / 2], [0, 0, 1]], np.float64
    )
    return np.asarray(np.linalg.inv(whole) @ homography @ whole, np.float64)
