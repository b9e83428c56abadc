"""How many frames of a video come before a time."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError

from fastvbg.errors import SourceError
from fastvbg.media.names import is_address
from fastvbg.source.opening import open_container, video_stream

if TYPE_CHECKING:
    from pathlib import Path

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
    if str(path) != "-" and not is_address(path):
        counted = _counted(path, start)
    return ceil(start * info.rate) if counted is None else counted


def _counted(path: str | Path, start: Fraction) -> int | None:
    """Return the packets of the video that are shown before a time; None where they do not say."""
    try:
        with open_container(path, "input") as container:
            stream = video_stream(container, path, "input")
            begin = Fraction(container.start_time or 0, av.time_base)
            count = 0
            for packet in container.demux(stream):
                if not packet.size or packet.is_discard:
                    continue
                if packet.pts is None or packet.time_base is None:
                    return None
                count += packet.pts * packet.time_base < begin + start
    except (FFmpegError, OSError, SourceError):
        return None
    return count
