"""Where the finished pictures of live mode go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fastvbg._types import Planes


class Sink(Protocol):
    """Where finished pictures go. All methods are called from one thread.

    A picture is 8-bit planar YUV 4:2:0 in limited range, of one even size from `open` to `close`.
    """

    name: str
    """As the user wrote it, for messages."""

    @property
    def dropped(self) -> int:
        """Pictures that were not taken, since `open`."""

    def open(self, width: int, height: int, rate: float) -> None:
        """Get ready for pictures of this size, `rate` a second; `FastvbgError` where it cannot."""

    def write(self, planes: Planes, captured: float) -> None:
        """Take a picture, or drop and count it; returns at once.

        `captured` is when its frame was taken, in seconds of `time.monotonic`.
        """

    def watched(self) -> bool | None:
        """Tell whether somebody reads it; None, which counts as yes, where that is not known."""

    def close(self) -> None:
        """Release everything and finish files; a second call does nothing."""
