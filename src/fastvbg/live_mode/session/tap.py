"""Frames for previews: kept only while somebody looks, converted where they are asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from av.video.reformatter import VideoReformatter

from fastvbg.live_mode.controls.controls import Shown
from fastvbg.media.colour import EXACT

if TYPE_CHECKING:
    import av

    from fastvbg._types import Frame, Matte

_RATE = 15.0
"""Frames a second; plenty for tuning."""


class Tap:
    """Hands the newest frame to whoever looks."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watchers: set[int] = set()
        self._number = 0
        self._kept: tuple[Any, Any, Any] | None = None
        self._shown: Shown | None = None
        self._last = 0.0
        self._converting = threading.Lock()
        self._reformatter = VideoReformatter()

    def look(self, watcher: object, *, wants: bool) -> None:
        """Say whether somebody looks now."""
        with self._changed:
            if wants:
                self._watchers.add(id(watcher))
            else:
                self._watchers.discard(id(watcher))
                if not self._watchers:  # nothing of the room stays in memory
                    self._kept = self._shown = None

    @property
    def is_watched(self) -> bool:
        """Whether anybody looks."""
        return bool(self._watchers)

    def is_due(self, now: float) -> bool:
        """Tell whether a frame is wanted at a time."""
        return bool(self._watchers) and now - self._last >= 0.9 / _RATE

    def holds(self, picture: object) -> bool:
        """Tell whether a picture is kept for whoever looks, and so may not be used again."""
        kept = self._kept
        return kept is not None and any(each is picture for each in kept)

    def offer(
        self, now: float, source: av.VideoFrame, matte: Matte | None, result: av.VideoFrame
    ) -> bool:
        """Keep a frame, if one is due; tell whether it was kept, and so may not be used again."""
        if matte is None or not self.is_due(now):
            return False
        self._keep(now, source, matte.copy(), result)
        return True

    def offer_still(self, picture: av.VideoFrame, now: float) -> None:
        """Keep a still picture as source and result, if one is due."""
        if self.is_due(now):
            self._keep(now, picture, None, picture)

    def _keep(self, now: float, source: Any, matte: Any, result: Any) -> None:
        with self._changed:
            if not self._watchers:
                return
            self._last = now
            self._number += 1
            self._kept = source, matte, result
            self._changed.notify_all()

    def shown(self, after: int, timeout: float) -> Shown | None:
        """Return the newest frame above a number, or None where none comes in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._kept is not None and self._number > after, timeout)
            if self._kept is None or self._number <= after:
                return None
            kept, number = self._kept, self._number
        with self._converting:
            if self._shown is None or self._shown.number != number:
                source, matte, result = kept
                small = self._half(source)
                if matte is None:
                    half = np.zeros(small.shape[:2], np.uint8)
                else:
                    half = np.ascontiguousarray(matte[: 2 * small.shape[0] : 2, ::2])
                    half = half[: small.shape[0], : small.shape[1]]
                self._shown = Shown(number, small, half, self._half(result))
            return self._shown

    def _half(self, picture: av.VideoFrame) -> Frame:
        width, height = max(1, picture.width // 2), max(1, picture.height // 2)
        small = self._reformatter.reformat(picture, width, height, "bgr24", interpolation=EXACT)
        frame: Any = small.to_ndarray()
        return frame  # type: ignore[no-any-return]
