"""Frames that are written, given away, and come back, with what is background in them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from fastvbg.threads.overlap import DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable

    import av

    from fastvbg._types import Plane

    Maps = list[Plane]


class _Past(NamedTuple):
    """What is known of a frame: where it shows which background."""

    background: av.VideoFrame
    maps: Maps


class ReusedFrames:
    """A stock of frames of one form.

    New memory costs a page fault every 4 kB: at 1080p as much time as compositing does. Between
    two uses nobody writes to a frame, so the maps of what of it is background last.

    Parameters
    ----------
    make : callable
        Returns a new frame.
    make_maps : callable
        Returns what a kernel takes as maps of a frame of which nothing is known.
    """

    def __init__(self, make: Callable[[], av.VideoFrame], make_maps: Callable[[], Maps]) -> None:
        self._make, self._make_maps = make, make_maps
        self._free: deque[tuple[av.VideoFrame, _Past | None]] = deque(maxlen=DEPTH + 2)
        self._away: dict[int, tuple[av.VideoFrame, _Past]] = {}
        self._last: av.VideoFrame | None = None

    def take(self) -> av.VideoFrame:
        """Return a frame to be written as a whole."""
        try:
            return self._free.pop()[0]
        except IndexError:
            return self._make()

    def take_for(self, background: av.VideoFrame) -> tuple[av.VideoFrame, Maps | None]:
        """Return a frame to be written over a background, and maps of where it shows that already.

        The background is never written to again. There are no maps where they would be in vain:
        where it is not that of the last call, or the frame is new and so may not come back.
        """
        stays, self._last = background is self._last, background
        try:
            frame, past = self._free.pop()
        except IndexError:
            return self._make(), None
        if not stays:
            return frame, None
        if past is None or past.background is not background:
            past = _Past(background, self._make_maps())
        self._away[id(frame)] = frame, past
        return frame, past.maps

    def give_back(self, frame: av.VideoFrame) -> None:
        """Take back a frame that nobody reads any more; any thread may do so."""
        _, past = self._away.pop(id(frame), (frame, None))
        self._free.append((frame, past))
