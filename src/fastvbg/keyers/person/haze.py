"""What a network half believes in, away from people: a statue, a jacket on a chair, a second door.

Near to a person what is half seen is hair or a hand that moves, and colour decides. Away from all
that is foreground it is the room more often than not, and in pictures that many looks were taken of
hardly ever a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.keyers.person.lasting import Lasting

if TYPE_CHECKING:
    from fastvbg._types import Matte, Plane

_AT_FIRST, _LATER = 176, 128
"""Levels from which a matte counts as foreground here. Many looks agree upon the first one of a
scene, and each level means more. Of 128, 160 and 176 12 portraits score an IoU of 0.975, 0.977
and 0.978; later on a runner, who is seen by one look, 0.903, 0.902 and 0.900."""
_NEAR = np.ones((17, 17), np.uint8)
"""Canvas pixels about that, 8 each way, in which hair may be. With 4 a speaker flickers more."""
_TOUCHING = np.ones((21, 21), np.uint8)
"""The same and two pixels more: haze begins there."""
_SPECK = 100
"""What has so many times as much haze about it is a speck of it, in a first frame: it may be a
statue's chest. Of people in groups who are half seen, some part is surer than that."""
_THICK = np.ones((5, 5), np.uint8)
"""Lines are thinner than that: arms, straps and head-sets of those who are small or far."""


class Haze:
    """Takes it out of the mattes of one scene on the canvas, frame by frame.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the canvas.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._core = Lasting(shape)

    def without(self, matte: Matte, *, at_first: bool = False) -> Matte:
        """Return a matte without what is thick, and away from all that is foreground.

        Parameters
        ----------
        matte : ndarray, shape (h, w), uint8
            In packed rows.
        at_first : bool
            Whether a scene begins with it.

        Returns
        -------
        ndarray, shape (h, w), uint8
            `matte` itself where there is nothing of that kind.
        """
        if at_first:
            self._core.reset()
        core = self._core.of(matte, _AT_FIRST if at_first else _LATER)
        near, haze = _about(core, matte)
        if not cv2.countNonZero(haze):
            return matte
        if at_first and _drop_specks(core, haze):
            near, haze = _about(core, matte)
        beyond: Any = cv2.subtract(cv2.dilate(haze, _THICK), near)
        return np.where(beyond > 0, np.uint8(0), matte)


def _about(core: Plane, matte: Matte) -> tuple[Any, Any]:
    """Return what is near to foreground, and what of a matte is not and is thick."""
    near: Any = cv2.dilate(core, _NEAR)
    return near, cv2.morphologyEx(cv2.subtract(matte, near), cv2.MORPH_OPEN, _THICK)


def _drop_specks(core: Plane, haze: Plane) -> bool:
    """Take foreground away that is a speck in much haze; tell whether there is any."""
    count, labels, measures, _ = cv2.connectedComponentsWithStats(core)
    _, parts, areas, _ = cv2.connectedComponentsWithStats((haze > 0).view(np.uint8))
    dropped = False
    for one in range(1, count):
        here = labels == one
        touched: Any = cv2.dilate(here.view(np.uint8), _TOUCHING)
        about = np.unique(parts[touched > 0])
        most = _SPECK * measures[one, cv2.CC_STAT_AREA]
        if areas[about[about > 0], cv2.CC_STAT_AREA].sum() > most:
            core[here] = 0
            dropped = True
    return dropped
