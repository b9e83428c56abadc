"""When the scene of a video begins: what comes before it may be black, a slate, or a fade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import ADAPTIVE_ANEW
from fastvbg.keyers._arrays import differences, sampled

if TYPE_CHECKING:
    from fastvbg._types import Frame, Planes

_FLAT = 4.0
"""Standard deviation of luma below which a picture may be one of nothing."""


class Beginning:
    """Tells of frames, in order, whether the scene begins with one: the first, or a later one.

    It begins anew where more than 3/4 of the picture differs by more than 24 levels from what it
    was at its beginning, luma once and chroma twice.

    Examples
    --------
    >>> import numpy as np
    >>> beginning = Beginning()
    >>> [beginning.add(np.full((40, 60, 3), gray, np.uint8)) for gray in (16, 16, 90, 95)]
    [True, False, True, False]
    """

    def __init__(self) -> None:
        self._first: Any = None
        self.flat = True
        """Whether nothing but one gray was there at its beginning."""

    def add(self, picture: Frame | Planes) -> bool:
        """Look at the next frame, BGR or planes."""
        seen = sampled(picture)
        much, parts = ADAPTIVE_ANEW
        if self._first is not None:
            far = differences(seen, self._first) > much
            if (parts + 1) * np.count_nonzero(far) <= parts * far.size:
                return False
        self._first = seen
        self.flat = bool(seen[0].std() < _FLAT)
        return True
