"""What further looks make of the usual one at a scene's first frame, for the frames after it.

They are many, and later frames have one. So a cap that they gave back, or a statue that they took,
would come and go with them while the picture of it stays the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from fastvbg._types import Matte, Plane

_STILL = 12
"""Gray levels, a mean of 3x3 pixels of the canvas, up to which the picture has not changed."""
_CORRECTED = 48
"""Levels from which a pixel was corrected, and is part of a region that holds or goes as one."""
_ALIKE = 64
"""Levels by which the usual look may say something else and still count as the same answer."""
_CHANGED = 0.1
"""Share of a region in which the picture may have changed. Pixel by pixel, what somebody who goes
leaves behind where clothes are like the wall would stay: of groups IoU 0.661, so 0.690."""


class Corrected:
    """Gives later frames of a scene the matte of its first one where nothing has changed."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin a scene."""
        self._regions: Any = None
        self._usual: Any = None
        self._agreed: Any = None
        self._guide: Any = None
        self._heeds = True

    def deny(self, matte: Matte, guide: Plane) -> None:
        """Keep that nobody is in a frame, whatever the usual look says where nothing changes.

        Parameters
        ----------
        matte, guide : ndarray, shape (h, w), uint8
            What is denied, and the frame's luma, on the canvas.
        """
        self.keep(matte, np.zeros_like(matte), guide)
        self._heeds = False

    def keep(self, usual: Matte, agreed: Matte, guide: Plane) -> None:
        """Keep what is known of a first frame.

        Parameters
        ----------
        usual, agreed : ndarray, shape (h, w), uint8
            What the usual look says, and what all looks agree upon, on the canvas.
        guide : ndarray, shape (h, w), uint8
            Its luma there.
        """
        self._usual, self._agreed, self._guide = usual, agreed, guide
        self._heeds = True
        corrected = np.asarray(cv2.absdiff(usual, agreed)) >= _CORRECTED
        count, self._regions = cv2.connectedComponents(corrected.view(np.uint8))
        self._holds: Any = np.arange(count) > 0
        self._areas = np.bincount(self._regions.ravel(), minlength=count)
        self._moved = np.zeros(usual.shape, bool)

    def of(self, usual: Matte, guide: Plane) -> Matte:
        """Return the matte of a later frame, of what the usual look says and its luma.

        In regions that were corrected it is what all looks agreed upon, where the picture has been
        as it was ever since, and, but for what was denied, the usual look says the same as then.
        A region of which much has changed is forgotten.
        """
        if self._regions is None:
            return usual
        moved: Any = cv2.blur(cv2.absdiff(guide, self._guide), (3, 3))
        self._moved |= moved > _STILL
        gone = np.bincount(self._regions[self._moved], minlength=len(self._holds))
        self._holds &= gone <= _CHANGED * self._areas
        if not self._holds.any():
            self.forget()
            return usual
        matte = np.array(usual, np.uint8)
        holds = self._holds[self._regions] & ~self._moved
        if self._heeds:
            holds &= np.asarray(cv2.absdiff(usual, self._usual)) <= _ALIKE
        np.copyto(matte, self._agreed, where=holds)
        return matte
