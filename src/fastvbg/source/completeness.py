"""Whether a file holds as much as its header says: a truncated one may simply end."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

# Matroska notes when it ends; players allow for the last packet's unknown length.
_SLACK_SECONDS = Fraction(1, 2)


class Completeness:
    """Counts what is read of a file against what its header says.

    Parameters
    ----------
    container : InputContainer
        The file.
    video : VideoStream
        Its main video stream.
    """

    def __init__(self, container: InputContainer, video: VideoStream) -> None:
        names = set(container.format.name.split(","))
        self._video = video
        # The sample table of MP4 and MOV counts packets exactly; elsewhere `frames` is a guess.
        self._packets = video.frames if names & {"mp4", "mov"} else 0
        self._end: Fraction | None = None
        if names & {"matroska", "webm"} and container.duration:
            start = container.start_time or 0
            self._end = Fraction(start + container.duration, av.time_base)
        self._rate = video.average_rate or Fraction(25)
        self._seen = 0
        self._last = Fraction(0)

    @property
    def counts_packets(self) -> bool:
        """Whether the file says exactly how many packets it holds."""
        return self._packets > 0

    def saw(self, packet: Packet[Stream]) -> None:
        """Count a packet that has been read."""
        self._seen += packet.stream is self._video
        if self._end is not None and packet.dts is not None:
            at = (packet.dts + (packet.duration or 0)) * packet.time_base
            self._last = max(self._last, at)

    def give_up(self) -> None:
        """Judge nothing: not all of the file will be read."""
        self._packets, self._end = 0, None

    def missing(self) -> int:
        """Return about how many frames the file should have held beyond its end."""
        if self._packets:
            return max(0, self._packets - self._seen)
        if self._end is not None and self._end - self._last > _SLACK_SECONDS:
            return max(1, round((self._end - self._last) * self._rate))
        return 0

    def words(self, path: str | Path, missing: int) -> str:
        """Return the warning for a file that ends early."""
        return f"{path}: the file ends early; about {missing} frames of it are missing"
