"""Which screens a video shows, by a vote of frames from all over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.keyers.chroma.region import SCREENS, reaches_around
from fastvbg.keyers.chroma.screen import Shown, shown_in, thinned

if TYPE_CHECKING:
    from fastvbg._types import Frame, Planes

_WEIGHT = 2
"""How often a frame of such a colour counts: a curtain or a title may fill a border, too."""
_ANOTHER = 0.5
"""Of what speaks for the first screen, the share that has to speak for another one."""
_ENOUGH = 3
_LIT = 0.75
"""Share of a screen's full strength from which a frame shows it in its own light."""


class ScreenSurvey:
    """Counts frames, and the colours that fill their borders as a screen would.

    Examples
    --------
    >>> import numpy as np
    >>> survey = ScreenSurvey()
    >>> for green in (0, 40, 160, 160):
    ...     survey.add(np.full((90, 160, 3), (green // 3, green, green // 3), np.uint8))
    >>> len(survey.screens()), survey.frames
    (1, 4)
    """

    def __init__(self) -> None:
        self.frames = 0
        """How many frames were looked at."""
        self.most = 0.0
        """The largest share of a border that one colour held, or a screen's region."""
        self._votes: list[Shown] = []

    def add(self, picture: Frame | Planes) -> None:
        """Look at a frame, BGR or planes, all of one kind."""
        shown = shown_in(thinned(picture))
        self.frames += 1
        self.most = max(self.most, shown.share)
        if shown.is_screen:
            self._votes.append(shown)

    @property
    def is_clear(self) -> bool:
        """Whether all frames show one screen, and these are more than a few."""
        return len(self._votes) == self.frames >= _ENOUGH and len(self._clusters()) == 1

    @property
    def votes(self) -> int:
        """How many frames show the screen that most do."""
        clusters = self._clusters()
        return len(clusters[0]) if clusters else 0

    def shows_screen(self, share: float) -> bool:
        """Tell whether a screen in good light is in at least that share of the frames.

        A dim one is found where a screen is known to be; else it may be a wood at night. Nor does
        one count that hangs within the frame: beside it the room would be kept.
        """
        clusters = self._clusters()
        if not clusters or len(clusters[0]) < share * self.frames:
            return False
        screen = _middle(clusters[0])
        good = bool(screen.hue) and screen.strength >= SCREENS[screen.hue].strength
        return good and reaches_around(screen.share)

    def screens(self) -> list[Shown]:
        """Return the screens, the one that most frames show first; none where there is none."""
        return [_middle(votes) for votes in self._clusters() if self._is_taken(votes)]

    def passed_over(self) -> dict[str, int]:
        """Return which colours that screens have are not taken for one, and how many show them."""
        return {
            name: len(votes)
            for votes in self._clusters()
            for name in SCREENS
            if not self._is_taken(votes) and votes[0].hue == name
        }

    def _is_taken(self, votes: list[Shown]) -> bool:
        return _worth(votes) >= _ANOTHER * _worth(self._clusters()[0])

    def _clusters(self) -> list[list[Shown]]:
        """Return the votes by hue, the weightiest first."""
        left, found = self._votes, []
        while left:
            alike = max(([b for b in left if b.is_like(a)] for a in left), key=_worth)
            found.append(alike)
            left = [vote for vote in left if vote not in alike]
        return sorted(found, key=_worth, reverse=True)


def _worth(votes: list[Shown]) -> float:
    return sum(vote.share * (_WEIGHT if vote.hue else 1) for vote in votes)


def _middle(votes: list[Shown]) -> Shown:
    """Return the median of the votes in which the screen has its light."""
    full = float(np.quantile([vote.strength for vote in votes], 0.75))
    lit = [vote for vote in votes if vote.strength >= _LIT * full]
    u, v, share = (float(np.median(part)) for part in list(zip(*lit, strict=True))[:3])
    named = [vote.name for vote in lit if vote.name]
    return Shown(u, v, share, named[0] if 2 * len(named) > len(lit) else "")
