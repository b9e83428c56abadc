"""A plate that does not fit the camera's picture: all of the room would be kept as foreground."""

from __future__ import annotations

from fastvbg.errors import OptionError

ASTRAY = "the plate does not fit: the card is shown"
"""What a session says that it does meanwhile."""
_SEEK_SECONDS = 1.0
"""For which a plate is looked for near where it was; then it is brought to the picture anew."""


class Fitting:
    """Knows for how long what a mask knows of the room has not fitted."""

    def __init__(self) -> None:
        self._astray_since: float | None = None

    def check(self, *, fits: bool, now: float) -> bool:
        """Take in whether it fits, and tell that.

        Raises
        ------
        OptionError
            It has not for some time: the mask is to be made anew, which says what can be done.
        """
        if fits:
            self._astray_since = None
            return True
        if self._astray_since is None:
            self._astray_since = now
        if now - self._astray_since > _SEEK_SECONDS:
            self._astray_since = None
            raise OptionError(
                "plate: the camera shows something else than the plate; turn it back, or take the "
                "empty room again"
            )
        return False
