"""How much is done while nobody watches."""

from __future__ import annotations

from typing import Literal, TypeAlias

Effort: TypeAlias = Literal["work", "rest", "sleep"]
"""Key; keep the camera but key nothing; close the camera."""

REST_AFTER, SLEEP_AFTER = 3.0, 10.0
"""Seconds without a watcher. Programs that list cameras come and go within a second or two, so
less would have the camera's light blink."""


class Idle:
    """Decides by when somebody last watched.

    Parameters
    ----------
    now : float
        Seconds of any clock that does not go back; as if somebody had watched then.
    """

    def __init__(self, now: float) -> None:
        self._seen = now

    def effort(self, *, watched: bool, now: float) -> Effort:
        """Return how much to do."""
        if watched:
            self._seen = now
        idle = now - self._seen
        if idle >= SLEEP_AFTER:
            return "sleep"
        return "rest" if idle >= REST_AFTER else "work"
