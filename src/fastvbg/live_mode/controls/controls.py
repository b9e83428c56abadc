"""What may be asked of a live session while it runs: by the page, keys, signals, from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    from fastvbg._types import Frame
    from fastvbg.settings import Settings

State: TypeAlias = Literal["live", "freeze", "card", "black"]
"""What leaves: the composite, the last composite, a card, or nothing but black."""

Nobody: TypeAlias = Literal["keep", "card", "blur"]
"""What leaves while nobody is in the picture: what the mask says, a card, or all of it blurred."""


Doctor: TypeAlias = "Callable[[], Sequence[tuple[str, str, str]]]"
"""Looks over the machine: for each thing "good", "note" or "bad", its name, and what to do."""


class Shown(NamedTuple):
    """One frame of a session at half its size, for a preview."""

    number: int
    """Grows with each."""
    source: Frame
    """BGR, of the camera: never to leave the machine unasked."""
    matte: npt.NDArray[np.uint8]
    """(H, W), of the same frame."""
    result: Frame
    """BGR, what the sinks get of it; a card while one is shown."""


class Controls(Protocol):
    """A live session. All may be called from any thread."""

    @property
    def settings(self) -> Settings:
        """What is being made of the frames now."""

    def apply(self, settings: Settings) -> None:
        """Work by other settings from the next frame on, without a restart.

        Returns once they have been checked and opened; until then the old ones hold.

        Raises
        ------
        FastvbgError
            They cannot be used, or not live; the old ones stay.
        """

    @property
    def source(self) -> object:
        """Where pictures come from; a `BrowserSource` takes the camera that a page gives."""

    @property
    def state(self) -> State:
        """What leaves."""

    def set_state(self, state: State) -> None:
        """Let something else leave from the next frame on."""

    def switch(self, **turned: bool | Nobody) -> None:
        """Turn what is named: `flip`, `auto_frame`, `nobody`, `always`; see `Switches`."""

    def take_plate(self, seconds: float = 5.0) -> None:
        """Count down, take the empty room from the camera, and use it as the mask's plate."""

    def figures(self) -> dict[str, Any]:
        """Return the newest figures, ready for JSON.

        `state` (what was asked for), `shown` (what leaves now: a state, or "blur" where nobody is
        there), `doing` (one line for people), `source` (name, width, height, format, rate),
        `fps_in`, `fps_out`, `dropped`, `delay_ms` (`p50`, `p95`), `cpu` (percent of one core),
        `budget` (share of a frame's time that is used, 0 to 1), `stages_ms` (`read`, `key`,
        `composite`, `write`, as far as they are told apart), `reduced` (what was given up to keep
        up, or ""), `countdown` (seconds until a plate is taken, or None), `switches` (as of
        `switch`), `sinks` (name, watched, status), `seconds` since the start.
        """

    def look(self, watcher: object, *, wants: bool) -> None:
        """Say whether somebody looks at previews now; while one does, frames are kept for `shown`.

        Who looks counts as one who watches, so the session does not go idle.
        """

    def shown(self, after: int, timeout: float) -> Shown | None:
        """Return the newest frame whose number is above `after`, or None when none came in time."""


class Owned(Controls, Protocol):
    """A live session in the hands of whoever began it, who may end it too; a page may not."""

    def end(self) -> None:
        """Let it come to its end."""
