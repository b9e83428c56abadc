"""What leaves while nobody is in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from fastvbg.live_mode.controls.controls import Nobody

Leaving: TypeAlias = Literal["live", "card", "blur"]

_NOBODY_SECONDS = 2.0
"""Somebody may bend down, or turn aside, for less."""
DOING: dict[Leaving, str] = {
    "live": "live",
    "card": "nobody is there: the card is shown",
    "blur": "nobody is there: all is blurred",
}
"""What a session says that it does, by what leaves."""


class Presence:
    """Knows for how long nobody has been there."""

    def __init__(self) -> None:
        self._gone_since: float | None = None

    def leaving(self, nobody: Nobody, *, somebody: bool, now: float) -> Leaving:
        """Return what is to leave, by what was asked for and whether somebody is there now."""
        if nobody == "keep" or somebody:
            self._gone_since = None
            return "live"
        if self._gone_since is None:
            self._gone_since = now
        return "live" if now - self._gone_since < _NOBODY_SECONDS else nobody
