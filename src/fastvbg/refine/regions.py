"""Steps about connected regions: `fill_holes`, `drop_specks` and `hysteresis`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.checks import check_area, check_integer
from fastvbg.errors import OptionError
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.refine import plan
from fastvbg.refine._step import Step, apply_once

if TYPE_CHECKING:
    from fastvbg._types import Mask, Matte

__all__ = ["drop_specks", "fill_holes", "hysteresis"]

regions = Module("refine.regions")

DEFAULT_SPECK = 0.0005
"""Share of the frame below which a region is a speck where a spec gives none: a square of 2.2 % of
the side, 32 pixels at 1080p."""


class Regions(Step):
    """The scratch of a step about regions."""

    def fit(self, shape: tuple[int, int]) -> None:
        """Make the scratch for mattes of a size."""
        self._scratch = plan.regions_scratch(*shape)


def in_pixels(area: int | float, matte: Matte) -> int:
    """Return an area as a number of pixels, rounded half up where it is a share of the frame."""
    pixels = int(area * matte.size + 0.5) if 0 < area < 1 else int(area)
    return min(pixels, matte.size + 1)  # no region has more, and kernels count in 64 bits


class FillHoles(Regions):
    """The step of `fill_holes`."""

    def __init__(self, max_area: int | float | None = None) -> None:
        super().__init__()
        self._area = None if max_area is None else check_area("max_area", max_area)

    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte."""
        area = matte.size if self._area is None else in_pixels(self._area, matte)
        regions.fill_holes.call(matte, out, area, self._scratch)


class DropSpecks(Regions):
    """The step of `drop_specks`."""

    def __init__(self, min_area: int | float = DEFAULT_SPECK) -> None:
        super().__init__()
        self._area = check_area("min_area", min_area)

    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte."""
        regions.drop_specks.call(matte, out, in_pixels(self._area, matte), self._scratch)


class Hysteresis(Regions):
    """The step of `hysteresis`."""

    def __init__(self, low: int, high: int) -> None:
        super().__init__()
        self._low = check_integer("low", low, 0, 255)
        self._high = check_integer("high", high, 0, 255)
        if self._low > self._high:
            raise OptionError(f"low: got {low}, wanted at most high, which is {high}")

    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte."""
        regions.hysteresis.call(matte, out, self._low, self._high, self._scratch)


def fill_holes(mask: Mask, *, max_area: int | float | None = None, out: Mask | None = None) -> Mask:
    """Make holes in the foreground foreground.

    A hole is a region of background that does not reach the border of the frame; it hangs together
    by edges, not by corners. In a soft matte background is what is below 128; in a hole it becomes
    255, all else stays.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        The mask or matte. Any strides, also read-only; H and W may be 0.
    max_area : int or float, optional
        Leave holes of more pixels than this; below 1 it is a share of the frame. All are filled
        when absent.
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `mask` itself, or memory apart from it. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The mask or matte, its holes filled; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array is not as above; `max_area` is negative, not whole, or no number.

    Notes
    -----
    Rows are cut into runs of background and neighbouring rows' runs are united, so time goes by
    the number of runs: at 1080p some tenths of a millisecond for a person, some ten milliseconds
    for pure noise.

    Examples
    --------
    >>> import numpy as np
    >>> ring = np.full((3, 3), 255, np.uint8)
    >>> ring[1, 1] = 0
    >>> int(fill_holes(ring).min())
    255
    """
    return apply_once(FillHoles(max_area), "mask", mask, out)


def drop_specks(mask: Mask, *, min_area: int | float, out: Mask | None = None) -> Mask:
    """Remove small regions of foreground.

    A region hangs together by edges and corners. In a soft matte foreground is what is 128 or more;
    in a small region it becomes 0, all else stays, a speck's soft rim below 128 among it.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        The mask or matte. Any strides, also read-only; H and W may be 0.
    min_area : int or float
        Regions of fewer pixels go; below 1 it is a share of the frame.
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `mask` itself, or memory apart from it. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The mask or matte without small regions; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array is not as above; `min_area` is negative, not whole, or no number.

    Examples
    --------
    >>> import numpy as np
    >>> drop_specks(np.array([[255, 0, 255, 255]], np.uint8), min_area=2)
    array([[  0,   0, 255, 255]], dtype=uint8)
    """
    return apply_once(DropSpecks(min_area), "mask", mask, out)


def hysteresis(matte: Matte, *, low: int, high: int, out: Mask | None = None) -> Mask:
    """Make a mask of the regions that are surely foreground somewhere.

    255 in regions of values of `low` or more, which hang together by edges and corners, that have
    at least one of `high` or more; elsewhere 0. The two thresholds of J. Canny, "A Computational
    Approach to Edge Detection", IEEE Transactions on Pattern Analysis 8(6), 1986.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte. Any strides, also read-only; H and W may be 0.
    low, high : int
        The thresholds, 0 to 255, `low` at most `high`.
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `matte` itself, or memory apart from it. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The mask; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array is not as above; a threshold is outside 0..255 or no integer, or `low` above
        `high`.

    Examples
    --------
    >>> import numpy as np
    >>> hysteresis(np.array([[90, 200, 0, 90]], np.uint8), low=80, high=160)
    array([[255, 255,   0,   0]], dtype=uint8)
    """
    return apply_once(Hysteresis(low, high), "matte", matte, out)
