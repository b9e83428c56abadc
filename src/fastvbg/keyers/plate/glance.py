"""A glance at each frame: whether most of it differs from the last, as of a light or a bump."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Planes

_APART = 6
"""Levels of luma, or green, that a place may differ by."""
_MOST = 0.3
"""Share of places, from which on that is more than somebody who moves."""


class Glance:
    """Compares each frame with the last.

    Parameters
    ----------
    step : int
        Between the pixels looked at, across and down.
    """

    def __init__(self, step: int) -> None:
        self._step = step
        self._before: npt.NDArray[np.int16] | None = None

    def differs(self, picture: Frame | Planes) -> bool:
        """Look at the next frame, BGR or planes, and tell whether most of it differs."""
        luma = picture[0] if isinstance(picture, (tuple, list)) else picture[..., 1]
        now = luma[:: self._step, :: self._step].astype(np.int16)
        before, self._before = self._before, now
        if before is None:
            return False
        return bool(np.count_nonzero(np.abs(now - before) > _APART) > _MOST * now.size)
