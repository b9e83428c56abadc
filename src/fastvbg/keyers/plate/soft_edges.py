"""What keyers before a plate do at soft edges: colours tell how much of a pixel is covered."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.checks import check_apart, check_plane, check_same_size
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.edges_plan import cells_of, edges_scratch
from fastvbg.kernels.refine.plan import regions_scratch
from fastvbg.keyers._arrays import thin_planes
from fastvbg.keyers._keyer import OnePassKeyer
from fastvbg.layout import packed, written_packed
from fastvbg.outputs import plane_out

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Planes
    from fastvbg.keyers.plate.borders import Borders
    from fastvbg.keyers.plate.following import CameraFollower

kernels = Module("keying.soft_edges")
regions = Module("refine.regions")

_CLIPPED = 5
"""Levels from black and from white within which a plate's luma tells nothing."""
_LIMITED, _FULL = (16, 235), (0, 255)
_STEP = 8
_HANGS, _WHOLE = 16, 128
_BESIDE = np.ones((3, 3), np.uint8)
_LEAST_NOISE = 16.0
"""Variance, in levels squared: that of a camera in good light and a codec is 4 to 17."""


class EdgeDecider(OnePassKeyer):
    """A keyer that knows what is behind, and so can tell coverage from colours."""

    _planar: bool
    _shape: tuple[int, int]
    _shifts: tuple[int, int]
    _shown: Any
    _cells: Any = None

    def decide_edges(
        self,
        picture: Frame | Planes,
        keyed: Matte,
        matte: Matte,
        *,
        out: Matte | None = None,
    ) -> Matte:
        """Decide the soft edges of the last frame's matte by colours, once it is refined.

        A pixel at an edge shows the plate and what covers it. Its coverage is how far its colour
        lies on the way from the plate's to that of whole foreground nearby, of several colours of
        which those count that explain it best. What refinement closed is opened where it is the
        plate after all: between an arm and the body. What it dropped comes back only where it hangs
        together with the rest. Where neither tells, the matte stays.
        `reference.soft_edges.decide` has the formulas.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3 or 4), or tuple of 3 ndarray, uint8
            The last frame, as `key` or `key_planes` was given it.
        keyed : ndarray, shape (H, W), uint8
            Its matte from there.
        matte : ndarray, shape (H, W), uint8
            That matte, refined. Any strides, also read-only.
        out : ndarray, shape (H, W), uint8, optional
            Where to write the result: `matte` itself, or memory apart from all others. Allocated
            when absent.

        Returns
        -------
        ndarray, shape (H, W), uint8
            The matte; `out` when given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
            An array is not as above, or the picture not as the keyer's frames.
        """
        seen = self._as_planes(picture)
        for name, plane in (("keyed", keyed), ("matte", matte)):
            check_same_size(name, check_plane(name, plane), "the plate", self._shape)
        out = plane_out(out, self._shape, "matte", matte=matte)
        check_apart(out, (("keyed", keyed), *(("picture", plane) for plane in seen)))
        with written_packed(out) as (target,):
            if target is not matte:
                np.copyto(target, matte)
            if target.size:
                self._decide(target, packed(keyed), seen)
        return out

    def _decide(self, matte: Matte, keyed: Matte, seen: Planes) -> None:
        if self._cells is None:
            cells = cells_of(self._shape)
            hanging = np.empty(self._shape, np.uint8), regions_scratch(*self._shape)
            self._cells = cells, edges_scratch(*self._shape, cells[0]), *hanging
        cells, scratch, hangs, of_regions = self._cells
        black, white = _LIMITED if self._planar else _FULL
        range_ = black + _CLIPPED, white - _CLIPPED
        shifts = self._shifts
        rest = range_, self._noise(matte, keyed, seen), *scratch
        _, before = cv2.threshold(matte, 0, 255, cv2.THRESH_BINARY)
        kernels.decide.call(matte, keyed, seen, self._shown, shifts, *cells, *rest)
        # What refinement had dropped comes back only where it hangs together with what is whole.
        regions.hysteresis.call(matte, hangs, _HANGS, _WHOLE, of_regions)
        cv2.min(matte, cv2.max(before, cv2.dilate(hangs, _BESIDE)), matte)
        self._decided(matte)

    def _noise(self, matte: Matte, keyed: Matte, seen: Planes) -> float:
        """Return the variance of what is nothing but plate: of each 8th pixel of each 8th row."""
        bare: Any = (matte[::_STEP, ::_STEP] | keyed[::_STEP, ::_STEP]) == 0
        if self.borders is not None:
            bare &= self.borders.reached(_STEP)
        count = np.count_nonzero(bare)
        if not count:
            return _LEAST_NOISE
        apart = 0
        for k, plane in enumerate(thin_planes(seen, *self._shifts, _STEP)):
            known = self._shown[::_STEP, k, : self._shape[1] : _STEP]
            off: Any = cv2.absdiff(plane, known)[bare].astype(np.int64)
            apart += (2 if k else 1) * int(off @ off)
        return max(apart / count, _LEAST_NOISE)

    @property
    @abstractmethod
    def borders(self) -> Borders | CameraFollower | None:
        """What decides parts of the last frame beyond the plate; None where it is all there."""

    @abstractmethod
    def _as_planes(self, picture: Frame | Planes) -> Planes:
        """Check a frame, and return it as packed Y, U and V, chroma as the plate was given it."""

    @abstractmethod
    def _decided(self, matte: Matte) -> Matte:
        """Write into a matte what is not known of the plate, and return it."""
