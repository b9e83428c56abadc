"""A list of refinement steps over the mattes of a video: `Refiner`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import check_plane, check_same_size
from fastvbg.errors import OptionError
from fastvbg.layout import is_packed, packed
from fastvbg.outputs import plane_out
from fastvbg.refine._step import check_guide
from fastvbg.refine.spec import parse
from fastvbg.spelling import Spelled, called_as

if TYPE_CHECKING:
    from fastvbg._types import Matte, Plane

__all__ = ["Refiner"]


class Refiner(Spelled):
    """Refinement steps in order, over a video's mattes: each as its function does it.

    It keeps all buffers and allocates nothing per frame after the first. One object serves one
    video: call it from one thread at a time.

    Parameters
    ----------
    steps : str
        Steps with commas between them, or `none`. Lengths are in pixels of the matte; areas below 1
        are shares of it. Values after the first, and those in brackets, may be left out.

        =====================  ==============================================================
        `despeckle[=SIZE]`     majority of a square, see `despeckle`; SIZE 5
        `fill[=MAX_AREA]`      holes become foreground, see `fill_holes`; of any area
        `specks[=MIN_AREA]`    small regions go, see `drop_specks`; MIN_AREA 0.0005
        `hysteresis=LOW:HIGH`  regions that are sure somewhere, see `hysteresis`
        `choke=RADIUS`         shrink, see `choke`
        `spread=RADIUS`        grow, see `spread`
        `feather[=RADIUS]`     soften, see `feather`; RADIUS 1, `feather=RADIUS:PASSES`
        `guided[=RADIUS]`      edges of the frame, see `smooth_guided`; RADIUS 8,
                               `guided=RADIUS:CONTRAST:GAIN`
        `hold[=DECAY]`         fall slowly over time, see `Hold`; DECAY 40
        =====================  ==============================================================

    Raises
    ------
    OptionError, OptionTypeError
        A step or a value is not one of these (also a `ValueError`), or `steps` not a text (a
        `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> refiner = Refiner("fill,choke=1")
    >>> ring = np.full((5, 5), 255, np.uint8)
    >>> ring[0], ring[2, 2] = 0, 0
    >>> refiner.apply(ring)[:, 2]
    array([  0,   0, 255, 255, 255], dtype=uint8)
    """

    @called_as
    def __init__(self, steps: str) -> None:
        self._steps = parse(steps)
        self._size: tuple[int, int] | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps as they were written, in order."""
        return tuple(text for text, _ in self._steps)

    @property
    def needs_guide(self) -> bool:
        """Whether some step looks at the frame's luma."""
        return any(step.needs_guide for _, step in self._steps)

    def apply(self, matte: Matte, guide: Plane | None = None, *, out: Matte | None = None) -> Matte:
        """Refine the next frame's matte.

        Parameters
        ----------
        matte : ndarray, shape (H, W), uint8
            The matte or mask, of the size of the first. Any strides, also read-only; H and W may be
            0.
        guide : ndarray, shape (H, W), uint8, optional
            The frame's luma; needed where `needs_guide` says so, else not looked at.
        out : ndarray, shape (H, W), uint8, optional
            Where to write the result. May be `matte` itself; it may share no memory with `guide`.

        Returns
        -------
        ndarray, shape (H, W), uint8
            `out` when given; else a buffer of this object's, valid until the next call.

        Raises
        ------
        DTypeError, ShapeError, OverlapError
            An array is not as above.
        OptionError
            There is no guide, and a step needs it.
        """
        shape = check_plane("matte", matte)
        if shape != self._size:
            self._start(shape)
        out = self._result if out is None else plane_out(out, shape, "matte", matte=matte)
        luma = self._checked_guide(guide, shape, out)
        target = out if is_packed(out) else self._result
        current = packed(matte)
        # Each step goes over the whole matte: every kernel keeps the rows that its window reaches
        # in the nearest cache. Bands through all steps, in a cache of 1 MiB, gain nothing: measured
        # on 64 and 256 rows of 1920, steps took 1.04 times as long a pixel as on 1080 rows.
        for _, step in self._steps:
            step(current, target, luma)
            current = target
        if current is not out:
            np.copyto(out, current)
        return out

    def _start(self, shape: tuple[int, int]) -> None:
        if self._size is not None:
            check_same_size("matte", shape, "the first (see Refiner.reset)", self._size)
        self._size = shape
        self._result = np.empty(shape, np.uint8)

    def _checked_guide(
        self, guide: Plane | None, shape: tuple[int, int], out: Matte
    ) -> Plane | None:
        if not self.needs_guide:
            return None
        if guide is None:
            names = ", ".join(text for text, step in self._steps if step.needs_guide)
            raise OptionError(f"guide: got None, wanted the frame's luma for {names}")
        check_guide(guide, shape, "matte", out)
        return packed(guide)

    def reset(self) -> None:
        """Forget the frames before, as at a cut; the next matte may have any size."""
        for _, step in self._steps:
            step.reset()
        self._size = None
