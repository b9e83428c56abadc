"""Which details of the plate a frame shows at the same place, in whatever light."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane

_ACROSS = 320
_SIDE, _DEVIATION = 16, 3.0
"""Pixels of a block, of so many across, and the deviation in levels that makes it a detail."""
_ALIKE = 0.8
"""Correlation from which on a detail is the same."""
_SURE = 0.9
"""From which on nothing stands in front of it,"""
_COVERED = 0.4
"""and the share of it in the matte from which on it is mistaken."""
_FEWEST = 16
"""Details of fewer of which no share is told."""


class Details(NamedTuple):
    """Blocks of the plate that have something to show."""

    where: npt.NDArray[np.intp]
    """Which blocks these are, row after row."""
    correlation: npt.NDArray[np.float32]
    """Of each with what the frame has there, -1 to 1, without their even slopes."""

    @property
    def alike(self) -> npt.NDArray[np.bool_]:
        """Which the frame shows too."""
        return self.correlation >= _ALIKE


def details_alike(plate: Plane, frame: Plane) -> Details:
    """Compare the details of a plate with a frame.

    Parameters
    ----------
    plate, frame : ndarray, shape (H, W), uint8
        Their luma.
    """
    one, two = (_blocks(_small(each)) for each in (plate, frame))
    where = np.flatnonzero(one.std(axis=1) >= _DEVIATION)
    one, two = one[where], two[where]
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    return Details(where, (one * two).sum(axis=1) / np.maximum(lengths, 1))


def share_of_details(luma: Plane) -> float:
    """Return the share of a picture's blocks that have something to show, 0 to 1.

    It is 0 where they are few: of a tiny picture no share is told.
    """
    blocks = _blocks(_small(luma))
    shows = blocks.std(axis=1) >= _DEVIATION
    return float(shows.mean()) if np.count_nonzero(shows) >= _FEWEST else 0.0


def mistaken(plate: Plane, frame: Plane, matte: Matte) -> float:
    """Return the share of the plate's details in a frame that the frame's matte has, 0 to 1.

    Parameters
    ----------
    plate, frame : ndarray, shape (H, W), uint8
        Luma of the plate as it lies in the frame, and of the frame.
    matte : ndarray, shape (H, W), uint8
        By the plate.

    Returns
    -------
    float
        0 where there are too few details to tell.
    """
    found = details_alike(plate, frame)
    sure = found.where[found.correlation >= _SURE]
    if len(sure) < _FEWEST:
        return 0.0
    _, half = cv2.threshold(matte, 127, 255, cv2.THRESH_BINARY)
    covered = _tiles(_small(np.asarray(half, np.uint8)))
    return float((covered[sure].mean(axis=1) > 255 * _COVERED).mean())


def _small(plane: Plane) -> Plane:
    height, width = plane.shape
    scale = min(1.0, _ACROSS / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


def _blocks(luma: Plane) -> npt.NDArray[np.float32]:
    """Return the blocks of a small picture, each in a row, without their even slopes.

    A sky has one that is nearly the same in its mirror image, and in another sky.
    """
    blocks = _tiles(luma)
    across = np.tile(np.arange(_SIDE, dtype=np.float32) - (_SIDE - 1) / 2, (_SIDE, 1))
    for slope in (np.ones_like(across), across, across.T):
        unit = slope.ravel() / np.linalg.norm(slope)
        blocks = blocks - np.outer(blocks @ unit, unit)
    return np.asarray(blocks, np.float32)


def _tiles(plane: Plane) -> npt.NDArray[np.float32]:
    rows, cols = (length // _SIDE for length in plane.shape)
    whole = plane[: rows * _SIDE, : cols * _SIDE].astype(np.float32)
    blocks = whole.reshape(rows, _SIDE, cols, _SIDE).swapaxes(1, 2)
    return np.asarray(blocks.reshape(-1, _SIDE * _SIDE), np.float32)
