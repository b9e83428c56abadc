"""A mask that fails: tried again and told less and less often, and told when it works again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fastvbg.live_mode.controls.losses import line_of

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 5.0
_FIRST_SILENCE, _LONGEST_SILENCE = 10.0, 600.0
_WELL_SECONDS = 3.0
"""Without a failure a mask works again: one that fails now and then would else tell of each."""


class Failing:
    """Keeps how a mask does.

    Parameters
    ----------
    tell, note : callable
        Take lines of what goes wrong, and of what goes as it should.
    """

    def __init__(self, tell: Callable[[str], None], note: Callable[[str], None]) -> None:
        self._tell, self._note = tell, note
        self.begin_anew()

    def begin_anew(self) -> None:
        """Know nothing of failures: another mask is tried, or was asked for."""
        self.until = 0.0
        """When it may be tried again."""
        self.failing = False
        self._count, self._last = 0, -math.inf
        self._pause, self._silence, self._tell_at = _FIRST_PAUSE, _FIRST_SILENCE, 0.0

    def add(self, error: Exception, now: float) -> None:
        """Take in that it failed."""
        line = line_of(error)
        self._count, self._last, self.until = self._count + 1, now, now + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        if not self.failing:
            self._tell(f"the mask failed, so a card is shown: {line}")
            self.failing, self._tell_at = True, now + self._silence
        elif now >= self._tell_at:
            self._tell(f"the mask still fails, {self._count} times by now: {line}")
            self._silence = min(2 * self._silence, _LONGEST_SILENCE)
            self._tell_at = now + self._silence

    def worked(self, now: float) -> None:
        """Take in that it worked, after failures."""
        if now - self._last > _WELL_SECONDS:
            self._note("the mask works again")
            self.begin_anew()
