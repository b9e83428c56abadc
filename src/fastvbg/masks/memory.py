"""What the mattes of a stretch of frames owe to the frames before it."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Memory(NamedTuple):
    """How a job may be cut into parts.

    A hard cut ends every memory but that of `snapshot` and `whole`.
    """

    kind: Literal["none", "frames", "fading", "snapshot", "whole"]
    """`none`: each frame has its matte by itself, and its neighbours. `frames`: by so many frames
    before it. `fading`: by all, the less the longer ago; a part begins `FADING_SECONDS` early, and
    differs by little. `snapshot`: by all, and what they left behind can be handed over, exactly.
    `whole`: by all, so that nothing can be cut.
    """
    frames: int = 0


NONE = Memory("none")
FADING = Memory("fading")
SNAPSHOT = Memory("snapshot")
WHOLE = Memory("whole")
FADING_SECONDS = 2
