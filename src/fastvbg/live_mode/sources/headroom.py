"""Whether frames leave well before the next ones come."""

from __future__ import annotations

_TIGHT, _WIDE = 0.75, 0.5
"""Shares of a frame's period from which on there is no time to spare, and up to which there is."""
_MOST = 2.0
"""What a single frame counts at most: one that is late by a second says little of the next."""
_WEIGHT = 1 / 8
"""Of each new frame in the mean."""


class Headroom:
    """Follows which share of the time between two frames passes until one has left."""

    def __init__(self) -> None:
        self._mean = 0.0
        self.is_tight = False
        """Whether so little is left that a frame should be read while another is worked on."""

    def add(self, delay: float, period: float) -> None:
        """Heed a frame that left so many seconds after it was taken; frames come once a period."""
        self._mean += _WEIGHT * (min(delay / period, _MOST) - self._mean)
        self.is_tight = self._mean > (_WIDE if self.is_tight else _TIGHT)
