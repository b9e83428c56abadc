"""How many frames of a video come before a time."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from av.error import FFmpegError

from fastvbg.errors import SourceError
from fastvbg.media.demux import packets_of
from fastvbg.media.names import is_address
from fastvbg.media.rational import fraction
from fastvbg.source.opening import opened, video_stream
from fastvbg.storage import is_stored

if TYPE_CHECKING:
    from pathlib import Path

    from av.stream import Stream

    from fastvbg.media.model import StreamInfo


def frames_before(path: str | Path, start: Fraction, info: StreamInfo) -> int:
    """Return how many frames of a video are shown before a time, counted without decoding.

    What can be read only once, or has no times, is taken to have its nominal rate.

    Parameters
    ----------
    path : str or Path
        The video.
    start : Fraction
        Seconds from the beginning of the file.
    info : StreamInfo
        Of the video.
    """
    counted = None
    if str(path) != "-" and (is_stored(path) or not is_address(path)):
        counted = _counted(path, start, info)
    return ceil(start * info.rate) if counted is None else counted


def _counted(path: str | Path, start: Fraction, info: StreamInfo) -> int | None:
    """Return the packets of the video that are shown before a time; None where they do not say."""
    try:
        with opened(path, "input") as container:
            stream = video_stream(container, path, "input")
            # AVI has times of decoding only, which come as late as the first frame is shown.
            decoded = "avi" in container.format.name
            late = (info.begins or 0) - _noted_start(stream) if decoded else 0
            count = 0
            for packet in packets_of(container, stream):
                if not packet.size or packet.is_discard:
                    continue
                at = packet.dts if decoded else packet.pts
                if at is None or packet.time_base is None:
                    return None
                count += at * packet.time_base + late < info.origin + start
    except (FFmpegError, OSError, SourceError):
        return None
    return count


def _noted_start(stream: Stream) -> Fraction:
    """Return when a stream begins as its file notes it; 0 if it does not."""
    return (stream.start_time or 0) * (fraction(stream.time_base) or Fraction(0))
