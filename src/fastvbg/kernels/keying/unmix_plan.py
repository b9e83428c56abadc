"""What callers of the kernels of a foreground's own colours make first: gains, cells, scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastvbg.kernels.keying.plan import rows_for

if TYPE_CHECKING:
    import numpy.typing as npt

RUN, SPAN = 32, 128
"""Pixels that are worked on together, and passed over together; cells are some runs wide."""
_ROOM = RUN + 1
(
    GAIN,
    PLACE,
    SEEN_U,
    SEEN_V,
    NOW_U,
    NOW_V,
    ALONG,
    BESIDE,
    LUMA,
    LIGHT,
    BLUE,
    GREEN,
    RED,
    _ALL,
) = (np.uint64(part * _ROOM) for part in range(14))
"""Where numbers of scratch begin, of what is soft in a run: gains and places there, and so on. The
moves of U and V come to lie where those as seen were."""
_MOST_CELLS = 30
"""Along the longer side: the foreground nearby is 3 to 9 % of the frame away, or nearer."""


class Scratch(NamedTuple):
    """Scratch of a frame's size."""

    bounds: npt.NDArray[np.int32]
    """Of chroma nearby: cells in a ring beyond the frame, and what is found of each cell."""
    rows: Any
    """Of bytes, two,"""
    numbers: npt.NDArray[np.int32]
    """and of the pixels of a run."""


def gains_of(amount: int) -> npt.NDArray[np.int32]:
    """Return how far each coverage takes colours away from a screen's, in 1/256."""
    coverage = np.arange(256)
    whole = 255 * np.maximum(coverage, 1)
    gains = ((255 - coverage) * 256 * amount + whole // 2) // whole
    return np.where(coverage == 0, 0, gains).astype(np.int32)


def cell_of(shape: tuple[int, int]) -> int:
    """Return how many pixels a side the cells of a frame have."""
    cell = RUN
    while cell * _MOST_CELLS < max(shape):
        cell *= 2
    return cell


def unmix_scratch(shape: tuple[int, int], cell: int) -> Scratch:
    """Return scratch for frames of a size."""
    down, across = (-(-size // cell) + 2 for size in shape)
    return Scratch(
        np.zeros((6, down, across), np.int32),
        rows_for(3, max(shape[1], 3 * RUN)),
        np.zeros(int(_ALL), np.int32),
    )
