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
_ALIKE = 64
"""Levels by which the usual look may say something else and still count as the same answer."""


class Corrected:
    """Gives later frames of a scene the matte of its first one where nothing has changed.

    A pixel of the canvas in which the picture has changed once is forgotten.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin a scene."""
        self._holds: Any = None
        self._usual: Any = None
        self._agreed: Any = None
        self._guide: Any = None

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
        self._holds = np.asarray(usual != agreed)

    def of(self, usual: Matte, guide: Plane) -> Matte:
        """Return the matte of a later frame, of what the usual look says and its luma.

        It is what all looks agreed upon where the picture is as it was, and the usual look says the
        same of it as then.
        """
        if self._holds is None:
            return usual
        left, top, width, height = cv2.boundingRect(self._holds.view(np.uint8))
        if width == 0:
            self.forget()
            return usual
        part = slice(top, top + height), slice(left, left + width)
        changed: Any = cv2.blur(cv2.absdiff(guide[part], self._guide[part]), (3, 3))
        self._holds[part] &= changed <= _STILL
        alike: Any = np.asarray(cv2.absdiff(usual[part], self._usual[part])) <= _ALIKE
        matte = np.array(usual, np.uint8)
        np.copyto(matte[part], self._agreed[part], where=self._holds[part] & alike)
        return matte
