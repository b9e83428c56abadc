"""How late the frames of a connection are, beside the one that came soonest."""

from __future__ import annotations

import math

_TICKS = 90_000
"""A second, of the stamps of video in RTP."""
_WRAP = 1 << 32
_DRIFT = 2e-4
"""Clocks of two machines differ by less than so many seconds a second."""


class Lag:
    """Follows the stamps of frames: where they are decoded too slowly, they fall behind."""

    def __init__(self) -> None:
        self._stamp: int | None = None
        self._sent = self._before = 0.0
        self._least = math.inf

    def add(self, stamp: int | None, now: float) -> float:
        """Take in a frame; return by how many seconds more than the soonest it is late.

        Parameters
        ----------
        stamp : int, optional
            Of the frame, in 1/90,000 s modulo 2^32 of the sender's clock; it may have none.
        now : float
            Seconds of this machine's clock.
        """
        if stamp is None:
            return 0.0
        if self._stamp is not None:
            step = (stamp - self._stamp + _WRAP // 2) % _WRAP - _WRAP // 2
            self._sent += step / _TICKS
            self._least += _DRIFT * (now - self._before)
        self._stamp, self._before = stamp, now
        late = now - self._sent
        self._least = min(self._least, late)
        return late - self._least
