"""A canvas matte over time: carried along with what moves, and drawn toward each new one.

Where the picture is as motion foretells it, a new matte counts little, so a network's flicker
averages out; where it is not, as behind a hand that has passed, it counts fully, so nothing trails.
Motion is the dense flow of T. Kroeger, R. Timofte, D. Dai and L. Van Gool, "Fast Optical Flow using
Dense Inverse Search", ECCV 2016, as OpenCV has it, on half of the canvas' size: 0.3 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan
from fastvbg.keyers.person.contrast import in_contrast
from fastvbg.keyers.person.haze import Haze
from fastvbg.keyers.person.lasting import Lasting

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from fastvbg._types import Matte, Plane

kernels = Module("person.canvas")
motion = Module("person.carry")

_SMALLEST_FLOW = 32
"""Sides below which motion is not searched for."""
_STILL = 3
"""Gray levels of the canvas that noise makes up for: up to them nothing has moved."""
_LEAST = 64
"""Parts of 256 that a new matte counts where the picture is as foreseen, by however much the two
differ: a network that for a frame loses a hand errs by all of it."""
_APART, _ALIKE = 176, 64
"""But what differs by more, and by no more than that from what the look before said, counts fully:
somebody whom the network has found late."""
_SLOPE = 20
"""Parts of 256 by which it counts more for each level beyond `_STILL`: all from 13 levels on."""
_FAINTEST = 0.25
"""Share of a usual contrast below which levels count no more: they may be noise."""
_ABOUT = 8
"""Canvas pixels about a matte in which motion is heeded too."""
_LOW = 40
"""Level that a region has all over which is kept."""
_SCENE = (24, 0.5, 0.3)
"""A cut: more than 24 levels, in half of the canvas, and in 0.3 more of it than a frame before.
Levels here and in `_SLOPE` are those of a picture of usual contrast."""
_MOST_GAIN = 1.5
"""Times by which light may rise or fall, or flicker, from frame to frame: where that explains half
of what has changed, no other scene begins."""
_GOES, _RESTS, _FAR = 0.2, 0.08, 1.5
"""A camera that is flung about: more than `_GOES` of the canvas changes so from frame to frame, and
once no more than `_RESTS` does, frames whose shares add up to `_FAR` have shown another place. One
that shakes or turns slowly changes 0.15 of it, one that follows a runner never rests."""


def _in_light(before: Plane, now: Plane) -> Plane | None:
    """Return a picture as bright as another is; None where that is another picture's light."""
    old, new = cv2.mean(before)[0], cv2.mean(now)[0]
    if not new or not 1 / _MOST_GAIN <= old / new <= _MOST_GAIN:
        return None
    return np.asarray(cv2.convertScaleAbs(before, alpha=new / old), np.uint8)


class Steady:
    """Mattes of one video on the canvas, frame by frame.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the canvas.
    every : int
        One new matte comes for so many frames; then it counts for as many.
    people : bool
        Whether they are of a network that sees people and no more: of what it half sees, what is
        away from them goes. Another one may see veils and smoke.
    agreed : bool
        Whether many looks agree upon the first matte of a scene.
    """

    def __init__(
        self, shape: tuple[int, int], every: int = 1, *, people: bool = True, agreed: bool = True
    ) -> None:
        self._shape = shape
        self._least = round(256 * (1 - (1 - _LEAST / 256) ** every))
        self._flow: Any = None
        if min(shape) >= 2 * _SMALLEST_FLOW:
            make: Any = cv2.DISOpticalFlow.create
            self._flow = make(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._half = -(-shape[0] // 2), -(-shape[1] // 2)
        self._row = plan.reduce_scratch(self._half[1], 2)
        self._motion = plan.carry_scratch(*shape)
        self._matte = np.zeros(shape, np.uint8)
        self._kept, self._haze = Lasting(shape), Haze(shape)
        self._clears, self._clears_first = people and every == 1, people and agreed
        self.reset()

    def reset(self) -> None:
        """Forget the scene."""
        self._guide: Plane | None = None
        self._said: Matte | None = None
        self._small: Any = None
        self._share, self._contrast = 0.0, 1.0
        self._gone = 0.0
        self._empty = True
        self._kept.reset()

    def is_cut(self, guide: Plane, contrast: float) -> bool:
        """Tell whether a new scene begins with a frame's luma on the canvas, of such a contrast."""
        if self._guide is None:
            return False
        level, least, rise = _SCENE
        level = in_contrast(level, max(contrast, self._contrast))
        share = self._share_of(guide, self._guide, level)
        if share > _GOES:
            lit = _in_light(self._guide, guide)
            left = share if lit is None else self._share_of(guide, lit, level)
            share = left if left < share / 2 else share
        cut = share >= least and share - self._share >= rise
        self._share = 0.0 if cut else share
        return cut

    def _share_of(self, guide: Plane, before: Plane, level: int) -> float:
        """Return the share of the canvas that has changed by more levels than that."""
        rows, cols = self._half
        return int(kernels.changed.call(guide, before, level, 2)) / (rows * cols)

    def rests_elsewhere(self) -> bool:
        """Tell whether a flung camera rests, once `is_cut` was asked of the frame."""
        gone = self._gone
        self._gone = gone + self._share if self._share > _GOES else gone
        if self._share > _RESTS:
            return False
        self._gone = 0.0
        return gone >= _FAR

    def add(
        self,
        guide: Plane,
        contrast: float,
        matte: Matte | None,
        known: Sequence[tuple[slice, slice]] | None = None,
        unseen: npt.NDArray[np.bool_] | None = None,
    ) -> Matte:
        """Return the steadied matte of the next frame, in memory of its own.

        Parameters
        ----------
        guide : ndarray, shape (h, w), uint8
            The frame's luma on the canvas; it is kept.
        contrast : float
            What `contrast_of` says of it.
        matte : ndarray, shape (h, w), uint8, optional
            What the network says, which is kept; without it the matte is carried by motion alone.
        known : sequence of tuple of 2 slice, optional
            Rows and columns that the network had seen before; all when absent. What is known of the
            others counts for nothing.
        unseen : ndarray, shape (h, w), bool, optional
            Where the network says nothing now: motion alone counts there.
        """
        if self._guide is None or self._empty:
            self._small = self._halved(guide)
            self._empty = matte is None
            if matte is not None and self._clears_first:
                matte = self._haze.without(matte, at_first=True)
            np.copyto(self._matte, 0 if matte is None else matte)
        else:
            carried, moved = self._carried(guide, matte)
            if moved is None:
                np.copyto(self._matte, carried)
            else:
                assert matte is not None  # noqa: S101  (by it motion is judged)
                if unseen is not None:
                    matte = np.where(unseen, carried, matte)
                if known is not None:
                    before, moved = moved, np.full_like(moved, 255)
                    for part in known:
                        moved[part] = before[part]
                moved[self._said_twice(matte, carried)] = 255
                slope = round(_SLOPE / max(_FAINTEST, contrast))
                options = self._least, _STILL, slope
                kernels.steady.call(matte, moved, carried, self._matte, *options)
        self._guide, self._contrast = guide, contrast
        self._said = self._said if matte is None else matte
        return self._sure()

    def _said_twice(self, matte: Matte, carried: Matte) -> Any:
        """Tell where a new matte and the one before it say alike that the carried one is wrong."""
        if self._said is None:
            return False
        far, near = (np.asarray(cv2.absdiff(matte, each)) for each in (carried, self._said))
        return (far > _APART) & (near <= _ALIKE)

    def _halved(self, plane: Plane) -> Plane:
        kernels.reduce.call(plane, half := np.empty(self._half, np.uint8), 2, self._row)
        return half

    def _carried(self, guide: Plane, matte: Matte | None) -> tuple[Any, Any]:
        """Return the matte where motion has carried it, and how wrong motion is of the picture.

        Where neither it nor the new one has anything, nothing counts as wrong; and where there is
        no new one, nobody asks.
        """
        small, before = self._halved(guide), self._small
        self._small = small
        last: Any = self._guide
        carried, moved = self._matte.copy(), np.zeros(self._shape, np.uint8)
        part = self._part_of(self._matte if matte is None else matte)
        still: Any = cv2.blur(cv2.absdiff(guide[part], last[part]), (3, 3))
        moved[part] = still
        if self._flow is None or int(still.max(initial=0)) <= _STILL:
            return carried, None if matte is None else moved
        flow = self._flow.calc(small, before, None)
        # Where nothing moved, what is found is noise; carrying by it would blur the matte.
        moves = (self._halved(moved) > _STILL).view(np.uint8)
        rows, cols = part
        area = rows.start, rows.stop, cols.start, cols.stop
        foreseen = np.empty(self._shape, np.uint8)
        motion.carry.call(self._matte, last, flow, moves, *area, self._motion, carried, foreseen)
        if matte is None:
            return carried, None
        moved[part] = cv2.blur(cv2.absdiff(guide[part], foreseen[part]), (3, 3))
        return carried, moved

    def _part_of(self, matte: Matte) -> tuple[slice, slice]:
        """Return rows and columns about all that this matte and the last one have."""
        left, top, width, height = cv2.boundingRect(cv2.max(self._matte, matte))
        rows, cols = self._shape
        return (
            slice(max(0, top - _ABOUT), min(top + height + _ABOUT, rows)),
            slice(max(0, left - _ABOUT), min(left + width + _ABOUT, cols)),
        )

    def _sure(self) -> Matte:
        """Return the matte without regions that nowhere are sure, and without haze."""
        mask = np.bitwise_and(self._kept.of(self._matte, _LOW), self._matte)
        # Between rare looks who moves is half seen: a runner at `every` 4 would lose 0.04 of IoU.
        return self._haze.without(mask) if self._clears else mask
